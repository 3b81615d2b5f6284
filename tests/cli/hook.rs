//! `hook`: whatever happens, an agent gets an answer, and one that fails is that agent's deny.

use std::fs::{self, File};
use std::io::{self, Write};
use std::process::Stdio;
use std::time::{Duration, Instant};

use gatekeeper::hook::{Agent, Answer};
use serde_json::Value;

use crate::project::{CommandOutput, Project, finish};

pub(crate) fn hook(project: &Project, agent: Agent, options: &[&str], input: &str) -> CommandOutput {
    project.run_on(&[&["hook", agent.name()], options].concat(), input.as_bytes())
}

pub(crate) fn asked(project: &Project, agent: Agent, options: &[&str], command: &str) -> CommandOutput {
    let input = agent.event_of(command, project.work().to_str().unwrap());
    hook(project, agent, options, &input)
}

/// Whether an agent takes it for a deny.
pub(crate) fn blocks(agent: Agent, output: &CommandOutput) -> bool {
    agent.is_denied_by(&Answer {
        stdout: output.stdout.clone(),
        stderr: output.stderr.clone(),
        status: output.status.try_into().unwrap(),
    })
}

#[test]
fn each_agent_hears_the_verdict() {
    let project = Project::new().with("team.codexpolicy", "prefix_rule(pattern = [\"tool\"])\n");
    let options = ["-r", "team.codexpolicy"];
    for agent in Agent::ALL {
        let allowed = asked(&project, agent, &options, "tool x");
        assert_eq!(allowed.status, 0, "{}: {allowed:?}", agent.name());
        assert!(!blocks(agent, &allowed), "{}: {allowed:?}", agent.name());
        let forbidden = asked(&project, agent, &options, "tool x && execpolicy trust");
        assert!(blocks(agent, &forbidden), "{}: {forbidden:?}", agent.name());
        let told = format!("{}{}", forbidden.stdout, forbidden.stderr);
        assert!(told.contains("changes what the gate lets through"), "{told}");
    }
}

#[test]
fn each_failure_is_each_agents_deny() {
    let project = Project::new().with("broken.codexpolicy", "prefix_rule(");
    for agent in Agent::ALL {
        let whole = agent.event_of("ls", "/nowhere/w");
        let relative = agent.event_of("ls", "w");
        for (name, options, input) in [
            ("cut off", &[][..], whole.strip_suffix('}').unwrap()),
            ("empty", &[], ""),
            (
                "another event",
                &[],
                r#"{"hook_event_name":"Stop","agent_action_name":"x","hookName":"x","hook":"x"}"#,
            ),
            ("not text", &[], "\u{0}"),
            ("a relative directory", &[], &relative),
            ("a broken policy", &["-r", "broken.codexpolicy"], &whole),
            ("a missing policy", &["-r", "absent.codexpolicy"], &whole),
            ("an unknown profile", &["--confinement", "nope"], &whole),
            ("an unknown option", &["--unheard-of"], &whole),
            ("an unknown word", &["--unasked", "shrug"], &whole),
        ] {
            let output = hook(&project, agent, options, input);
            assert!(blocks(agent, &output), "{}: {name}: {output:?}", agent.name());
            let told = format!("{}{}", output.stdout, output.stderr);
            assert!(
                told.contains("execpolicy failed, so nothing is let through: "),
                "{told}"
            );
        }
    }
}

#[test]
fn the_layers_count_and_one_that_does_not_load_is_a_failure() {
    let project = Project::new();
    let layer = project.root().join("home/.config/execpolicy");
    fs::create_dir_all(&layer).unwrap();
    fs::write(layer.join("a.codexpolicy"), "prefix_rule(pattern = [\"tool\"])\n").unwrap();
    let allowed = asked(&project, Agent::ClaudeCode, &[], "tool x");
    assert!(allowed.stdout.contains("\"allow\""), "{allowed:?}");
    fs::write(layer.join("b.codexpolicy"), "prefix_rule(").unwrap();
    for agent in Agent::ALL {
        let output = asked(&project, agent, &[], "ls");
        assert!(blocks(agent, &output), "{}: {output:?}", agent.name());
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(
            told.contains("b.codexpolicy") || told.contains("does not load"),
            "{told}"
        );
    }
}

#[test]
fn no_root_that_an_agent_names_takes_a_work_tree_out_of_the_judgement() {
    let project = Project::new();
    project.put(
        "work/.execpolicy/a.codexpolicy",
        r#"prefix_rule(pattern = ["cat"], decision = "forbidden")"#,
    );
    project.put("work/sub/x", "");
    project.put("other/.git/x", "");
    let root = project.root().to_str().unwrap();
    for (name, agent, input) in [
        (
            "the directory alone",
            Agent::Generic,
            r#"{"command":"cat x","cwd":"ROOT/work/sub"}"#,
        ),
        (
            "a root below the repository",
            Agent::Cursor,
            r#"{"hook_event_name":"beforeShellExecution","command":"cat x","cwd":"ROOT/work/sub","workspace_roots":["ROOT/work/sub"]}"#,
        ),
        (
            "the second of two roots",
            Agent::Cursor,
            r#"{"hook_event_name":"beforeShellExecution","command":"cat x","cwd":"ROOT/work","workspace_roots":["ROOT/other","ROOT/work"]}"#,
        ),
        (
            "a root that the command does not start in",
            Agent::Cursor,
            r#"{"hook_event_name":"beforeShellExecution","command":"cat x","cwd":"ROOT/other","workspace_roots":["ROOT/other","ROOT/work"]}"#,
        ),
        (
            "a directory outside of the root",
            Agent::Gemini,
            r#"{"hook_event_name":"BeforeTool","cwd":"ROOT/other","tool_name":"run_shell_command","tool_input":{"command":"cat x","dir_path":"ROOT/work"}}"#,
        ),
        (
            "a workspace below the repository",
            Agent::Generic,
            r#"{"command":"cat x","cwd":"ROOT/work/sub","workspace":"ROOT/work/sub"}"#,
        ),
        (
            "a session below the repository",
            Agent::Codex,
            r#"{"hook_event_name":"PermissionRequest","cwd":"ROOT/work/sub","tool_name":"Bash","tool_input":{"command":"cat x"}}"#,
        ),
    ] {
        let output = hook(&project, agent, &[], &input.replace("ROOT", root));
        let denied = blocks(agent, &output) || output.stdout.contains(r#""behavior":"deny""#);
        assert!(denied, "{name}: {output:?}");
    }
    let input = r#"{"command":"cat x","cwd":"ROOT/other","workspace":"ROOT/other"}"#;
    let output = hook(&project, Agent::Generic, &[], &input.replace("ROOT", root));
    assert!(output.stdout.contains("\"allow\""), "{output:?}");
}

#[test]
fn what_is_decided_is_logged_and_what_cannot_be_logged_is_not_let_through() {
    let project = Project::new();
    let state = project.root().join("home/.local/state/execpolicy");
    asked(&project, Agent::Codex, &[], "git status");
    let log = fs::read_to_string(state.join("log.jsonl")).unwrap();
    let line: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(line["asker"]["verb"], "hook");
    assert_eq!(line["asker"]["agent"], "codex");
    assert_eq!(line["command"], "git status");
    fs::remove_dir_all(&state).unwrap();
    fs::write(&state, "in the way").unwrap();
    for agent in Agent::ALL {
        let output = asked(&project, agent, &[], "git status");
        assert!(blocks(agent, &output), "{}: {output:?}", agent.name());
    }
}

#[test]
fn the_log_holds_what_was_answered_and_nothing_else() {
    let project = Project::new();
    project.put("other/.git/x", "");
    project.put("third/.git/x", "");
    project.put("work/x", "");
    let root = project.root().to_str().unwrap();
    let input = r#"{"hook_event_name":"beforeShellExecution","command":"cat x","cwd":"ROOT/work","workspace_roots":["ROOT/other","ROOT/third"]}"#;
    let input = input.replace("ROOT", root);
    let decisions = || {
        let log = project.root().join("home/.local/state/execpolicy/log.jsonl");
        let text = fs::read_to_string(&log).unwrap();
        fs::remove_file(&log).unwrap();
        let lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let words = lines.map(|line| line["decision"].as_str().unwrap().to_owned());
        words.collect::<Vec<_>>().join(" ")
    };
    let rule = |decision: &str| format!("prefix_rule(pattern = [\"cat\"], decision = \"{decision}\")\n");
    for (other, third, wanted) in [
        ("allow", "allow", "allow"),
        ("prompt", "allow", "prompt"),
        ("allow", "forbidden", "forbidden"),
        ("prompt", "forbidden", "forbidden"),
        ("forbidden", "prompt", "forbidden"),
    ] {
        project.put("other/.execpolicy/a.codexpolicy", rule(other));
        project.put("third/.execpolicy/a.codexpolicy", rule(third));
        let output = hook(&project, Agent::Cursor, &[], &input);
        assert_eq!(blocks(Agent::Cursor, &output), wanted != "allow", "{output:?}");
        assert_eq!(decisions(), wanted, "{other} {third}");
    }
}

#[test]
fn without_a_home_nothing_is_let_through() {
    let project = Project::new();
    // A user whom the user database does not know.
    let nobody = [
        "setpriv",
        "--reuid",
        "61234",
        "--regid",
        "61234",
        "--clear-groups",
    ];
    let starts = project.command_by(&nobody, &["--version"]).output();
    if !starts.is_ok_and(|output| output.status.success()) {
        io::stderr()
            .write_all(b"skipped: only root can be another user, who may execute the binary\n")
            .unwrap();
        return;
    }
    for agent in Agent::ALL {
        let mut command = project.command_by(&nobody, &["hook", agent.name()]);
        command.env_remove("HOME");
        let output = finish(
            command,
            agent.event_of("ls", "/nowhere/w").as_bytes(),
            project.root(),
        );
        assert!(blocks(agent, &output), "{}: {output:?}", agent.name());
    }
}

#[test]
fn an_answer_that_cannot_be_written_blocks_by_its_status() {
    let project = Project::new();
    for agent in Agent::ALL {
        let mut command = project.command(&["hook", agent.name()]);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = agent.event_of("execpolicy trust", "/nowhere/w");
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", agent.name());
        assert!(!output.stderr.is_empty());
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how long it takes is what is asked")]
fn an_agent_that_never_ends_its_event_is_answered_in_time() {
    let project = Project::new();
    let begun = Instant::now();
    let waiting: Vec<_> = Agent::ALL
        .into_iter()
        .map(|agent| {
            let mut command = project.command(&["hook", agent.name()]);
            let child = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn();
            (agent, child.unwrap())
        })
        .collect();
    for (agent, mut child) in waiting {
        let stdin = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        let output = CommandOutput {
            status: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(blocks(agent, &output), "{}: {output:?}", agent.name());
    }
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
}

#[test]
fn twenty_calls_at_once_are_answered() {
    let project = Project::new();
    let input = Agent::ClaudeCode.event_of("git log --oneline | head -5", "/nowhere/w");
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let mut command = project.command(&["hook", "claude-code"]);
            let mut child = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
            child
        })
        .collect();
    for call in calls {
        let output = call.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8(output.stdout).unwrap().contains("allow"));
    }
}
