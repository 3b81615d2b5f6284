//! What becomes of a thread whose server or connection ends: nothing of it is allowed, and another connection goes on.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

#[cfg(test)]
#[path = "threads/ground.rs"]
mod ground;

use ground::{Ground, connection, is_running, write_wish};

#[test]
fn a_server_that_is_killed_leaves_a_thread_to_go_on_with_and_nothing_approved() {
    for phase in ["started", "in a turn", "granted", "asked"] {
        let ground = Ground::new();
        let mut server = ground.serve(&[]);
        let (thread, turn) = if phase == "started" {
            let thread = server.ask("thread/start", json!({}))["thread"]["id"].clone();
            (thread.as_str().unwrap().to_owned(), String::new())
        } else {
            server.start()
        };
        let wish = write_wish(&thread, &turn, &ground.path("out"));
        match phase {
            "granted" => {
                let id = server.send("permissions/request", wish);
                server.reply(&json!({
                    "permissions": {"fileSystem": {"write": [ground.path("out")]}}, "scope": "session",
                }));
                let granted = server.answer_to(id);
                assert_eq!(granted["result"]["scope"], "session", "{granted}");
            }
            "asked" => {
                server.send("permissions/request", wish);
                server.await_one(|message| message["method"] == "item/permissions/requestApproval");
            }
            _ => {}
        }
        // Nobody else has it meanwhile.
        let mut other = ground.serve(&[]);
        let resume = json!({"threadId": thread});
        assert_eq!(
            other.ask("thread/resume", resume.clone())["code"],
            -32_011,
            "{phase}"
        );
        server.kill();
        let log = std::fs::read_to_string(ground.log(&thread)).unwrap();
        assert!(log.ends_with('\n') && !log.contains("session"), "{phase}: {log}");
        let resumed = other.ask("thread/resume", resume.clone())["thread"].clone();
        assert_eq!(resumed["id"], thread.as_str(), "{phase}: {resumed}");
        let turns = resumed["turns"].as_array().unwrap();
        assert_eq!(turns.len(), usize::from(phase != "started"), "{phase}");
        assert!(
            turns.iter().all(|turn| turn["status"] == "interrupted"),
            "{phase}"
        );
        assert_eq!(
            other.ask("thread/resume", resume)["code"],
            -32_011,
            "{phase}: its own"
        );
        // What was granted before is asked about again.
        let turn = other.ask("turn/start", json!({"threadId": thread}))["turn"]["id"].clone();
        let wish = write_wish(&thread, turn.as_str().unwrap(), &ground.path("out"));
        let id = other.send("permissions/request", wish);
        other.reply(&json!({"permissions": {}}));
        let answer = other.answer_to(id);
        assert_eq!(answer["result"]["permissions"], json!({}), "{phase}: {answer}");
        other.leave();
    }
}

#[test]
fn a_command_of_a_server_that_is_killed_has_failed_and_runs_no_more() {
    for phase in ["running", "asked about"] {
        let ground = Ground::new();
        let mut server = ground.serve(&[]);
        let (thread, turn) = server.start();
        let seconds = format!("{}", 4000 + std::process::id() % 1000);
        let command = if phase == "running" {
            format!("sleep {seconds}")
        } else {
            format!(
                "curl https://ask.example/?token=ghp_0123456789abcdefABCDEF0123456789abcd; sleep {seconds}"
            )
        };
        server.send(
            "command/exec",
            json!({"threadId": thread, "turnId": turn, "command": command}),
        );
        let sleep = format!("sleep {seconds}");
        if phase == "running" {
            let mut tries = 0;
            while !is_running(&sleep) {
                tries += 1;
                assert!(tries < 500, "it does not run");
                thread::sleep(Duration::from_millis(20));
            }
        } else {
            server.await_one(|message| message["method"] == "item/commandExecution/requestApproval");
        }
        server.kill();
        let log = std::fs::read_to_string(ground.log(&thread)).unwrap();
        assert!(log.ends_with('\n') && !log.contains("ghp_"), "{phase}: {log}");
        let mut other = ground.serve(&[]);
        let mut resumed = other.ask("thread/resume", json!({"threadId": thread}));
        let item = resumed["thread"]["turns"][0]["items"][0].take();
        assert_eq!(item["status"], "failed", "{phase}: {resumed}");
        assert_eq!(item["reason"], "the server ended", "{phase}: {item}");
        let mut tries = 0;
        while is_running(&sleep) {
            tries += 1;
            assert!(tries < 200, "{phase}: it runs on");
            thread::sleep(Duration::from_millis(20));
        }
        other.leave();
    }
}

#[test]
fn a_wish_is_decided_part_by_part() {
    let ground = Ground::new();
    let mut server = ground.serve(&[]);
    let (thread, turn) = server.start();
    let (out, below) = (ground.path("out"), ground.path("out/below"));
    let wish = json!({"threadId": thread, "turnId": turn, "reason": "tests\u{1b}[2J", "permissions": {
        "fileSystem": {"read": ["/usr"], "write": [out, ground.path("no"), ground.path("home"), "/no/such"]},
        "network": {"hosts": ["No.Example.", "ask.example", "2130706433"]},
        "tools": ["search"],
    }});
    let id = server.send("permissions/request", wish);
    let question = server.reply(&json!({"permissions": {
        "fileSystem": {"read": ["/etc"], "write": [below, "/opt", ground.path("no")]},
        "network": {"hosts": ["ASK.example", "other.example"]},
        "tools": ["search", "format"],
    }, "scope": "session"}));
    assert_eq!(
        question["permissions"],
        json!({"fileSystem": {"write": [out]}, "network": {"hosts": ["ask.example"]}, "tools": ["search"]})
    );
    assert!(!question["reason"].as_str().unwrap().contains('\u{1b}'));
    let answer = server.answer_to(id)["result"].clone();
    assert_eq!(
        answer["permissions"],
        json!({
            "fileSystem": {"read": ["/usr"], "write": [below]},
            "network": {"hosts": ["ask.example"]},
            "tools": ["search"],
        })
    );
    // Not there, home, no such path, the denied host, no host, and not all of what was asked about.
    assert_eq!(answer["refused"].as_array().unwrap().len(), 6, "{answer}");
    // It is there in the next turn, too, and not asked about.
    let turn = server.ask("turn/start", json!({"threadId": thread}))["turn"]["id"].clone();
    let again = server.ask(
        "permissions/request",
        write_wish(&thread, turn.as_str().unwrap(), &below),
    );
    assert_eq!(again["refused"], json!([]), "{again}");
    let connected = server.ask(
        "network/request",
        connection(&thread, turn.as_str().unwrap(), "ask.example"),
    );
    assert_eq!(connected["allowed"], true, "{connected}");
    server.leave();
}

#[test]
fn a_grant_for_a_turn_ends_with_it_and_nothing_is_granted_in_one_that_is_over() {
    let ground = Ground::new();
    let mut server = ground.serve(&[]);
    let (thread, turn) = server.start();
    let out = ground.path("out");
    let id = server.send("permissions/request", write_wish(&thread, &turn, &out));
    server.reply(&json!({"permissions": {"fileSystem": {"write": [out]}}}));
    assert_eq!(server.answer_to(id)["result"]["refused"], json!([]));
    server.ask("turn/complete", json!({"threadId": thread, "turnId": turn}));
    let over = server.ask("permissions/request", write_wish(&thread, &turn, &out));
    assert_eq!(over["code"], -32_012, "{over}");
    let turn = server.ask("turn/start", json!({"threadId": thread}))["turn"]["id"].clone();
    let turn = turn.as_str().unwrap();
    // It is asked about again, and the turn is interrupted before there is an answer.
    let id = server.send("permissions/request", write_wish(&thread, turn, &out));
    let question = server.await_one(|message| message["method"] == "item/permissions/requestApproval");
    server.ask("turn/interrupt", json!({"threadId": thread, "turnId": turn}));
    let answer = server.answer_to(id)["result"].clone();
    assert_eq!(answer["permissions"], json!({}), "{answer}");
    // An answer that comes too late is one to nothing.
    server.say(&json!({"id": question["id"], "result": {"permissions": {"fileSystem": {"write": [out]}}}}));
    let error = server.await_one(|message| message["id"].is_null() && message.get("error").is_some());
    assert_eq!(error["error"]["code"], -32_600);
    server.leave();
}

#[test]
fn nobody_is_asked_where_nobody_may_be() {
    let ground = Ground::new();
    let mut server = ground.serve(&["--approval", "never"]);
    let (thread, turn) = server.start();
    let wish = server.ask(
        "permissions/request",
        write_wish(&thread, &turn, &ground.path("out")),
    );
    assert_eq!(wish["permissions"], json!({}), "{wish}");
    for (host, allowed) in [
        ("yes.example", true),
        ("no.example", false),
        ("ask.example", false),
    ] {
        let answer = server.ask("network/request", connection(&thread, &turn, host));
        assert_eq!(answer["allowed"], allowed, "{answer}");
    }
    server.leave();
}

#[test]
fn a_connection_is_answered_by_rules_by_a_person_and_by_the_rule_that_they_make() {
    let ground = Ground::new();
    let mut server = ground.serve(&[]);
    let (thread, turn) = server.start();
    for (host, allowed) in [
        ("YES.example.", true),
        ("no.example", false),
        ("169.254.169.254", false),
    ] {
        let answer = server.ask("network/request", connection(&thread, &turn, host));
        assert_eq!(answer["allowed"], allowed, "{host}: {answer}");
    }
    for host in ["bücher.example", "0x7f.1", "a b", "", "a.example:80"] {
        let answer = server.ask("network/request", connection(&thread, &turn, host));
        assert_eq!(answer["code"], -32_602, "{host}: {answer}");
    }
    let rule = |host: &str, action: &str| {
        json!({"decision": {"applyNetworkPolicyAmendment": {"network_policy_amendment": {
            "host": host, "action": action,
        }}}})
    };
    for (name, host, decision, allowed, asks_again) in [
        ("once", "a.example", json!({"decision": "accept"}), true, true),
        (
            "declined",
            "a.example",
            json!({"decision": "decline"}),
            false,
            true,
        ),
        (
            "no decision",
            "a.example",
            json!({"decision": "maybe"}),
            false,
            true,
        ),
        (
            "not offered",
            "a.example",
            json!({"decision": {"acceptWithExecpolicyAmendment": {"execpolicy_amendment": ["ls"]}}}),
            false,
            true,
        ),
        (
            "of another host",
            "a.example",
            rule("b.example", "allow"),
            false,
            true,
        ),
        (
            "session",
            "s.example",
            json!({"decision": "acceptForSession"}),
            true,
            false,
        ),
        (
            "as older clients say it",
            "t.example",
            json!({"decision": "accept", "acceptSettings": {"forSession": true}}),
            true,
            false,
        ),
        (
            "a rule that allows",
            "r.example",
            rule("r.example", "allow"),
            true,
            false,
        ),
        (
            "a rule that denies",
            "d.example",
            rule("d.example", "deny"),
            false,
            false,
        ),
    ] {
        let id = server.send("network/request", connection(&thread, &turn, host));
        let question = server.reply(&decision);
        assert_eq!(question["networkApprovalContext"]["host"], host, "{name}");
        let answer = server.answer_to(id);
        assert_eq!(answer["result"]["allowed"], allowed, "{name}: {answer}");
        if !asks_again {
            let upper = host.to_uppercase();
            let again = server.ask("network/request", connection(&thread, &turn, &upper));
            assert_eq!(again["allowed"], allowed, "{name}, again: {again}");
        }
    }
    let rules = ground.path("home/.config/execpolicy/approved.codexpolicy");
    let rules = std::fs::read_to_string(rules).unwrap();
    assert!(rules.contains(r#"network_rule(host = "r.example", protocol = "https", decision = "allow")"#));
    let id = server.send("network/request", connection(&thread, &turn, "c.example"));
    server.reply(&json!({"decision": "cancel"}));
    assert_eq!(server.answer_to(id)["result"]["allowed"], false);
    server.await_one(|message| message["method"] == "turn/aborted");
    let over = server.ask("network/request", connection(&thread, &turn, "yes.example"));
    assert_eq!(over["code"], -32_012, "{over}");
    server.leave();
}

#[test]
fn threads_are_listed_forked_and_found_by_their_ids_alone() {
    let ground = Ground::new();
    let mut server = ground.serve(&[]);
    let ids: Vec<String> = (0..5).map(|_| server.start().0).collect();
    std::fs::write(ground.log(&format!("thread_{:032x}", 1)), "x\n").unwrap();
    let mut found = Vec::new();
    let mut cursor = Value::Null;
    loop {
        let mut params = json!({"limit": 2});
        if cursor.is_string() {
            params["cursor"] = cursor;
        }
        let page = server.ask("thread/list", params);
        for thread in page["data"].as_array().unwrap() {
            found.push(thread["id"].as_str().unwrap().to_owned());
        }
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    let mut sorted = found.clone();
    sorted.sort();
    let mut wanted = ids.clone();
    wanted.sort();
    assert_eq!(sorted, wanted);
    server.await_one(|message| message["method"] == "warning");
    assert_eq!(server.ask("thread/list", json!({"cursor": "x"}))["code"], -32_602);
    let mut other = ground.serve(&[]);
    let forked = other.ask("thread/fork", json!({"threadId": ids[0]}))["thread"].clone();
    assert_ne!(forked["id"], ids[0].as_str());
    assert_eq!(forked["turns"].as_array().unwrap().len(), 1, "{forked}");
    let turn = server.ask("turn/start", json!({"threadId": ids[0]}));
    assert!(
        turn["turn"]["id"].is_string(),
        "the other still has its thread: {turn}"
    );
    for id in [
        "../../../etc/passwd",
        "",
        "thread_1",
        "thread_/../../../../../../../../../x",
    ] {
        for method in ["thread/resume", "thread/fork"] {
            assert_eq!(
                other.ask(method, json!({"threadId": id}))["code"],
                -32_010,
                "{id}"
            );
        }
    }
    // Whoever leaves gives its threads back at once.
    server.leave();
    let resumed = other.ask("thread/resume", json!({"threadId": ids[1]}));
    assert_eq!(resumed["thread"]["id"], ids[1].as_str(), "{resumed}");
    std::fs::remove_dir_all(ground.path("home/work")).unwrap();
    assert_eq!(
        other.ask("thread/resume", json!({"threadId": ids[2]}))["code"],
        -32_602
    );
    other.leave();
}

#[test]
fn a_log_that_cannot_be_written_is_told_once_and_changes_nothing() {
    let ground = Ground::new();
    let state = ground.path("home/.local/state");
    std::fs::create_dir_all(&state).unwrap();
    std::fs::write(state.join("execpolicy"), "in the way").unwrap();
    let mut server = ground.serve(&[]);
    let (thread, turn) = server.start();
    server.await_one(|message| message["method"] == "warning");
    let answer = server.ask("network/request", connection(&thread, &turn, "yes.example"));
    assert_eq!(answer["allowed"], true, "{answer}");
    assert!(server.kept.iter().all(|message| message["method"] != "warning"));
    server.leave();
}
