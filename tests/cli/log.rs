//! What is logged, judged again, and suggested.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use crate::project::Project;
use crate::run::project;
use crate::terminal::at_terminal;

fn path(project: &Project) -> PathBuf {
    project.root().join("home/.local/state/execpolicy/log.jsonl")
}

fn records(project: &Project) -> Vec<Value> {
    let text = fs::read_to_string(path(project)).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The values of a key of every line, as they are written.
fn all(project: &Project, pointer: &str) -> Vec<String> {
    let records = records(project);
    let values = records.iter().map(|record| record.pointer(pointer));
    values
        .map(|value| {
            value.map_or("-".to_owned(), |value| {
                value.as_str().map_or(value.to_string(), str::to_owned)
            })
        })
        .collect()
}

#[test]
fn run_logs_what_was_decided_and_how_it_ended() {
    let project = project();
    let run = |arguments: &[&str]| {
        let start = ["run", "-r", "team.codexpolicy", "--confinement", "none"];
        project.run(&[&start, arguments].concat()).status
    };
    let shell = |text: &str| run(&["--shell", text]);
    assert_eq!(shell("exit 7"), 7);
    assert_eq!(shell("tool ask"), 126);
    assert_eq!(shell("tool never"), 126);
    assert_eq!(run(&["--dry-run", "--shell", "true"]), 0);
    assert_eq!(
        all(&project, "/record"),
        ["decision", "end", "decision", "decision"]
    );
    assert_eq!(all(&project, "/decision"), ["allow", "-", "prompt", "forbidden"]);
    assert_eq!(all(&project, "/exitCode"), ["-", "7", "-", "-"]);
    assert_eq!(all(&project, "/answer/by"), ["-", "-", "nobody", "-"]);
    assert_eq!(
        all(&project, "/segments/0/basis/0/says")[2..],
        ["ask us first", "never here"]
    );
    let ids = all(&project, "/id");
    assert!(ids[0] == ids[1] && ids[1] != ids[2]);
    assert_eq!(all(&project, "/asker/verb")[0], "run");
}

#[test]
fn what_a_person_answered_is_logged() {
    for (keys, answer, status) in [("y\n", "once", 0), ("n\n", "no", 126)] {
        let project = project().with(
            "ask.codexpolicy",
            "prefix_rule(pattern = [\"true\"], decision = \"prompt\")\n",
        );
        let arguments = [
            "run",
            "-r",
            "ask.codexpolicy",
            "--confinement",
            "none",
            "--",
            "true",
        ];
        let seen = at_terminal(&project, &arguments, keys);
        assert_eq!(seen.status, status, "{}", seen.screen);
        assert_eq!(all(&project, "/answer/by")[0], "person");
        assert_eq!(all(&project, "/answer/answer")[0], answer);
    }
}

#[test]
fn check_logs_where_it_is_told_to() {
    let project = Project::new();
    let lines = b"{\"command\": \"git status\"}\n{\"argv\": [\"apple\", \"x\"]}\nnonsense\n";
    project.run_on(&["check", "--stdin"], lines);
    project.run(&["check", "--shell", "ls"]);
    assert_eq!(records(&project).len(), 0);
    project.run_on(&["check", "--log", "--stdin"], lines);
    project.run(&["check", "--log", "--shell", "ls"]);
    project.run(&["explain", "--log", "--shell", "TOKEN=hunter2 ls"]);
    assert_eq!(
        all(&project, "/command"),
        ["git status", "apple x", "ls", "TOKEN=<masked> ls"]
    );
    assert_eq!(all(&project, "/argv/1")[..2], ["-", "x"]);
    assert_eq!(all(&project, "/notReplayable")[3], "masked");
}

#[test]
fn what_cannot_be_logged_is_told_and_changes_no_verdict() {
    let project = Project::new();
    let state = project.root().join("home/.local/state");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("execpolicy"), "in the way").unwrap();
    for (command, status) in [("ls", 0), ("apple", 10), ("execpolicy trust", 20)] {
        let output = project.run(&["check", "--log", "--shell", command]);
        assert_eq!(output.status, status, "{output}");
        assert_eq!(output.stderr.matches("EP4020").count(), 1, "{output}");
    }
    let lines = "{\"command\": \"ls\"}\n".repeat(3);
    let output = project.run_on(&["check", "--log", "--stdin"], lines.as_bytes());
    assert_eq!(output.stderr.matches("EP4020").count(), 1, "{output}");
    assert_eq!(output.status, 0, "{output}");
}

#[test]
fn a_log_that_others_could_read_is_made_private() {
    let project = Project::new();
    fs::create_dir_all(path(&project).parent().unwrap()).unwrap();
    fs::write(path(&project), "").unwrap();
    fs::set_permissions(path(&project), fs::Permissions::from_mode(0o666)).unwrap();
    project.run(&["check", "--log", "--shell", "ls"]);
    let mode = fs::metadata(path(&project)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn replay_names_each_change_with_both_bases() {
    let project = Project::new().with(
        "new.codexpolicy",
        "prefix_rule(pattern = [\"git\", \"status\"], decision = \"forbidden\", justification = \"not today\")\n\
         prefix_rule(pattern = [\"apple\"])\n",
    );
    let lines = b"{\"command\": \"git status\"}\n{\"argv\": [\"apple\", \"x\"]}\n{\"command\": \"ls\"}\n";
    project.run_on(&["check", "--log", "--stdin"], lines);
    let same = project.run(&["replay", "--policy", "/dev/null"]);
    assert_eq!(same.status, 1, "a policy is a file: {same}");
    let nothing = project.root().join("nothing.codexpolicy");
    fs::write(&nothing, "").unwrap();
    let same = project.run(&[
        "replay",
        "--format",
        "human",
        "--policy",
        nothing.to_str().unwrap(),
    ]);
    assert_eq!(
        (same.stdout.as_str(), same.status),
        (
            "0 of 3 decisions change: 0 stricter, 0 laxer, 0 in another confinement\n",
            0
        )
    );
    let told = project.run(&["replay", "--format", "concise", "--policy", "new.codexpolicy"]);
    assert_eq!(
        told.stdout,
        "$TEST/home/.local/state/execpolicy/log.jsonl:1: `git status`: allow: it only reads and shows; \
         now forbidden: a rule at new.codexpolicy:1 of layer `command line`: not today\n\
         $TEST/home/.local/state/execpolicy/log.jsonl:2: `apple x`: prompt: nothing is known of `apple`; \
         now allow: a rule at new.codexpolicy:2 of layer `command line`\n\
         2 of 3 decisions change: 1 stricter, 1 laxer, 0 in another confinement\n"
    );
    let json = project.run(&["replay", "--policy", "new.codexpolicy"]);
    let lines: Vec<Value> = json
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0].pointer("/now/decision").unwrap(), "forbidden");
    assert_eq!(lines[2].pointer("/changed").unwrap(), 2);
    assert_eq!(lines.len(), 3);
}

#[test]
fn a_log_that_is_not_there_is_told() {
    let project = Project::new().with("new.codexpolicy", "");
    for verb in [
        &["replay", "--policy", "new.codexpolicy"][..],
        &["rules", "suggest"],
    ] {
        for log in [&[][..], &["absent"]] {
            let output = project.run(&[verb, log].concat());
            assert_eq!(output.status, 1, "{output}");
            assert!(output.stderr.contains("EP4021"), "{output}");
        }
    }
}

#[test]
fn suggested_rules_are_a_policy_file() {
    let project = Project::new();
    let lines = "{\"command\": \"apple build -x\"}\n{\"command\": \"python3 x.py\"}\n".repeat(3);
    project.run_on(&["check", "--log", "--stdin"], lines.as_bytes());
    let found = project.run(&["rules", "suggest", "--format", "human"]);
    assert_eq!(
        found.stdout,
        "# answers 3 prompts, 0 of them with a yes\n\
         #   apple build -x\n\
         # would also allow `apple build --force`, and not `apple build > ~/.profile`\n\
         prefix_rule(pattern = [\"apple\", \"build\"], decision = \"allow\")\n\
         \n\
         # 3 of 6 prompts would be answered\n"
    );
    fs::write(project.work().join("more.codexpolicy"), &found.stdout).unwrap();
    let check = project.run(&["check", "-r", "more.codexpolicy", "--shell", "apple build -y"]);
    assert_eq!(check.status, 0, "{check}");
    let json = project.run(&["rules", "suggest", "-r", "more.codexpolicy"]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(
        (json["settled"].as_u64(), json["rules"].as_array().unwrap().len()),
        (Some(3), 0)
    );
}
