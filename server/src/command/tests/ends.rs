//! Nothing outlives its end.

use serde_json::{Value, json};

use super::Ground;
use super::ground::{confines, running, wait_for};

/// A time to sleep that no other process sleeps for, and a command that sleeps so with all that it starts.
fn sleeper() -> (String, String) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let time = format!("1000.{}{number:03}", std::process::id());
    let text = format!("sh -c 'sleep {time} & setsid sleep {time} & sleep {time}'");
    (time, text)
}

fn confinements() -> Vec<Option<&'static str>> {
    let mut all = vec![None];
    if confines() {
        all.extend([Some("read-only"), Some("workspace-write")]);
    }
    all
}

#[test]
fn a_turn_that_is_to_be_over_is_found_however_many_come_after_it() {
    for how in ["command/terminate", "turn/interrupt", "leave"] {
        let mut ground = Ground::new(None);
        let (time, text) = sleeper();
        let item = ground.begin(json!({"command": text}));
        wait_for("its start", || running(&time) >= 3);
        let turn = json!({"threadId": ground.thread, "turnId": ground.turn});
        ground.ask("turn/complete", &turn);
        for _ in 0..20 {
            ground.new_turn();
            let turn = json!({"threadId": ground.thread, "turnId": ground.turn});
            ground.call("turn/complete", &turn).unwrap();
        }
        match how {
            "command/terminate" => {
                let which = json!({"threadId": ground.thread, "itemId": item});
                ground.call(how, &which).unwrap();
                wait_for("its end", || running(&time) == 0);
            }
            "turn/interrupt" => drop(ground.call(how, &turn).unwrap()),
            _ => ground.leave(),
        }
        assert_eq!(running(&time), 0, "{how}");
    }
}

#[test]
fn an_end_ends_the_whole_tree() {
    for confinement in confinements() {
        for how in ["interrupt", "terminate", "leave", "timeout"] {
            let mut ground = Ground::new(confinement);
            let (time, text) = sleeper();
            let mut params = json!({"command": text});
            if how == "timeout" {
                params["timeoutMs"] = json!(3000);
            }
            let item = ground.begin(params);
            if how != "timeout" {
                wait_for("its start", || running(&time) >= 3);
            }
            let why = match how {
                "interrupt" => {
                    let turn = json!({"threadId": ground.thread, "turnId": ground.turn});
                    let id = ground.ask("turn/interrupt", &turn);
                    let seen = ground.see(&item, &[]);
                    let next = ground.read();
                    assert_eq!(next["method"], json!("turn/aborted"), "{next}");
                    let next = ground.read();
                    assert_eq!(next["id"], json!(id), "{next}");
                    seen.reason().to_owned()
                }
                "terminate" => {
                    let which = json!({"threadId": ground.thread, "itemId": item});
                    ground.ask("command/terminate", &which);
                    let seen = ground.see(&item, &[]);
                    assert_eq!(seen.status(), "failed");
                    // It is told a moment before it is forgotten.
                    let error = loop {
                        if let Err(error) = ground.call("command/terminate", &which) {
                            break error;
                        }
                    };
                    assert_eq!(error["code"], json!(-32010));
                    seen.reason().to_owned()
                }
                "timeout" => ground.see(&item, &[]).reason().to_owned(),
                _ => {
                    ground.leave();
                    String::new()
                }
            };
            assert_eq!(running(&time), 0, "{how} in {confinement:?}");
            let wanted = match how {
                "interrupt" => "the turn was interrupted",
                "terminate" => "it was terminated",
                "timeout" => "its time was over, and it was killed",
                _ => "",
            };
            assert_eq!(why, wanted, "{how} in {confinement:?}");
        }
    }
}

#[test]
fn a_flood_is_ended_though_nobody_reads_it() {
    for how in ["interrupt", "leave", "silence"] {
        let mut ground = Ground::new(None);
        let (time, _) = sleeper();
        let flood = format!("sh -c 'sleep {time} & yes'");
        let item = ground.begin(json!({"command": flood, "outputBytesCap": 64 * 1024 * 1024}));
        wait_for("its start", || running(&time) >= 1);
        ground.until(|message| message["method"] == json!("item/commandExecution/outputDelta"));
        // Nobody reads: what is told waits, and so does the command.
        std::thread::sleep(std::time::Duration::from_millis(300));
        if how == "leave" {
            ground.leave();
        } else if how == "silence" {
            ground.fall_silent();
            wait_for("its end", || running(&time) == 0);
        } else {
            let turn = json!({"threadId": ground.thread, "turnId": ground.turn});
            ground.ask("turn/interrupt", &turn);
            wait_for("its end", || running(&time) == 0);
            assert_eq!(ground.see(&item, &[]).status(), "failed");
        }
        assert_eq!(running(&time), 0, "{how}");
    }
}

#[test]
fn who_goes_while_asked_has_said_no() {
    let mut ground = Ground::new(None);
    let item = ground.begin(json!({"command": "touch x && sleep 1000"}));
    ground.until(|message| message["params"]["itemId"] == json!(item));
    ground.leave();
    assert!(!ground.path("work/x").exists());
    let log = ground.log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(log[0]["answer"], json!({"by": "nobody", "answer": "no"}));
}

#[test]
fn an_interrupt_answers_what_is_asked() {
    let mut ground = Ground::new(None);
    let item = ground.begin(json!({"command": "touch x"}));
    let asked = ground.until(|message| message["params"]["itemId"] == json!(item));
    let turn = json!({"threadId": ground.thread, "turnId": ground.turn});
    ground.ask("turn/interrupt", &turn);
    let seen = ground.see(&item, &[]);
    assert_eq!(
        (seen.status(), seen.reason()),
        ("declined", "the turn was interrupted")
    );
    // An answer that comes too late is one to nothing.
    ground.send(&json!({"id": asked["id"], "result": {"decision": "accept"}}));
    let error = ground.until(|message| message.get("error").is_some());
    assert_eq!(error["error"]["code"], json!(-32600));
    assert!(!ground.path("work/x").exists());
}

#[test]
fn an_answer_that_is_none_is_a_no() {
    let mut ground = Ground::new(None);
    let yes = json!({"decision": "accept"});
    let error = json!({"code": -1, "message": "no"});
    for (what, answer) in [
        ("both", json!({"error": error, "result": yes})),
        ("neither", json!({})),
        ("a key too many", json!({"result": yes, "more": 1})),
        ("an error that is none", json!({"error": "no", "result": yes})),
    ] {
        let item = ground.begin(json!({"command": "touch x"}));
        let mut answer = answer;
        answer["id"] = question(&mut ground, &item);
        ground.send(&answer);
        let error = ground.until(|message| message.get("error").is_some());
        assert_eq!(error["error"]["code"], json!(-32600), "{what}");
        assert_eq!(error["id"], answer["id"], "{what}");
        assert_eq!(ground.see(&item, &[]).status(), "declined", "{what}");
    }
    assert!(!ground.path("work/x").exists());
}

#[test]
fn what_has_a_method_answers_nothing() {
    let mut ground = Ground::new(None);
    let item = ground.begin(json!({"command": "touch x"}));
    let id = question(&mut ground, &item);
    ground.send(&json!({"id": id, "method": "x", "result": {"decision": "accept"}}));
    let error = ground.until(|message| message.get("error").is_some());
    assert_eq!(error["error"]["code"], json!(-32600));
    assert!(!ground.path("work/x").exists());
    ground.send(&json!({"id": id, "result": {"decision": "accept"}}));
    assert_eq!(ground.see(&item, &[]).status(), "completed");
}

/// The id of the question about this item.
fn question(ground: &mut Ground, item: &str) -> Value {
    ground.until(|message| message.get("id").is_some() && message["params"]["itemId"] == json!(item))["id"]
        .clone()
}

#[test]
fn what_it_does_to_its_process_group_happens_to_nobody_else() {
    let mut ground = Ground::new(None);
    let seen = ground.exec(
        json!({"command": "kill -TERM 0"}),
        &[json!({"decision": "accept"})],
    );
    assert_eq!(seen.item["exitCode"], json!(143), "{seen:?}");
}
