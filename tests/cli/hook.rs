//! `hook`: whatever happens, an agent gets an answer, and one that fails is that agent's deny.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gatekeeper::hook::{Agent, Answer};
use serde_json::Value;

use crate::project::{CommandOutput, Project, finish};
use crate::run::{confines, project};

fn hook(project: &Project, agent: Agent, options: &[&str], input: &str) -> CommandOutput {
    project.run_on(&[&["hook", agent.name()], options].concat(), input.as_bytes())
}

fn asked(project: &Project, agent: Agent, options: &[&str], command: &str) -> CommandOutput {
    let input = agent.event_of(command, project.work().to_str().unwrap());
    hook(project, agent, options, &input)
}

/// Whether an agent takes it for a deny.
fn blocks(agent: Agent, output: &CommandOutput) -> bool {
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

/// The command that an agent would run after this answer, if it was rewritten.
fn rewritten(agent: Agent, output: &CommandOutput) -> Option<String> {
    let answer: Value = serde_json::from_str(&output.stdout).ok()?;
    let place = match agent {
        Agent::ClaudeCode | Agent::Codex => "/hookSpecificOutput/updatedInput/command",
        Agent::Copilot => "/modifiedArgs/command",
        Agent::Gemini => "/hookSpecificOutput/tool_input/command",
        Agent::Opencode => "/args/command",
        Agent::Generic => "/command",
        Agent::Cursor | Agent::Windsurf | Agent::Cline => return None,
    };
    answer.pointer(place)?.as_str().map(ToOwned::to_owned)
}

#[test]
fn an_allowed_command_comes_back_as_one_that_is_judged_again_and_confined() {
    if !confines() {
        return;
    }
    let project = project();
    let inside = project.work().join("in'side");
    let outside = project.root().join("outside");
    let text = format!(
        "tool \"touch \\\"in'side\\\"; touch {} || echo kept\"; echo $((6*7))",
        outside.display()
    );
    for agent in Agent::ALL {
        let options = ["-r", "team.codexpolicy", "--confinement", "workspace-write"];
        let answered = asked(&project, agent, &options, &text);
        let Some(command) = rewritten(agent, &answered) else {
            // It cannot be made real there, so it is no option there.
            assert_eq!(
                agent.capabilities().rewrite,
                None,
                "{}: {answered:?}",
                agent.name()
            );
            assert!(blocks(agent, &answered), "{answered:?}");
            continue;
        };
        let command = command.replace("$TEST", project.root().to_str().unwrap());
        for shell in ["/bin/bash", "/bin/sh"] {
            let mut started = Command::new(shell);
            started
                .args(["-c", &command])
                .current_dir(project.work())
                .env_clear();
            started
                .env("HOME", project.root().join("home"))
                .env("PATH", crate::run::path(&project));
            let output = finish(started, b"", project.root());
            assert_eq!(
                (output.status, output.stdout.as_str()),
                (0, "kept\n42\n"),
                "{output:?}"
            );
        }
        assert!(inside.exists() && !outside.exists());
        fs::remove_file(&inside).unwrap();
    }
}

/// Runs what an agent would run, in this directory.
fn execute(project: &Project, command: &str, directory: &Path) -> CommandOutput {
    let mut started = Command::new("/bin/bash");
    started.args(["-c", command]).current_dir(directory).env_clear();
    started
        .env("HOME", project.root().join("home"))
        .env("PATH", crate::run::path(project));
    finish(started, b"", project.root())
}

#[test]
fn a_persons_yes_comes_with_the_command_and_holds_once_for_it() {
    if !confines() {
        return;
    }
    let project = project();
    let below = project.work().join("below");
    fs::create_dir(&below).unwrap();
    let options = ["-r", "team.codexpolicy", "--confinement", "workspace-write"];
    for agent in [Agent::ClaudeCode, Agent::Copilot, Agent::Generic] {
        let asks = || {
            let answered = asked(&project, agent, &options, "tool ask 'echo ran'");
            assert!(answered.stdout.contains("\"ask\""), "{answered:?}");
            let command = rewritten(agent, &answered).unwrap();
            command.replace("$TEST", project.root().to_str().unwrap())
        };
        let command = asks();
        assert!(command.contains("'--clearance'"), "{command}");
        let told = |output: CommandOutput| (output.status, output.stdout + &output.stderr);
        let refused = |command: &str, directory: &Path, why: &str| {
            let (status, text) = told(execute(&project, command, directory));
            assert_eq!(status, 126, "{command}: {text}");
            assert!(text.contains(why), "{text}");
        };
        refused(
            &command.replace("echo ran", "echo run"),
            &project.work(),
            "something else",
        );
        refused(&command, &below, "something else");
        refused(
            &command.replace("'workspace-write'", "'read-only'"),
            &project.work(),
            "something else",
        );
        assert_eq!(
            told(execute(&project, &command, &project.work())),
            (0, "ran\n".to_owned())
        );
        refused(&command, &project.work(), "it was used before");
        let next = asks();
        fs::write(
            project.work().join("team.codexpolicy"),
            crate::run::TEAM.to_owned() + "\n",
        )
        .unwrap();
        refused(&next, &project.work(), "something else");
        let last = asks();
        assert_eq!(told(execute(&project, &last, &project.work())).0, 0);
        fs::write(project.work().join("team.codexpolicy"), crate::run::TEAM).unwrap();
    }
    // Nobody who is judged makes one, passes one on, or sees the key.
    let key = project.root().join("home/.local/state/execpolicy/clearance/key");
    assert!(key.exists());
    for command in [
        "execpolicy run --clearance x --shell 'tool ask x'",
        "tool \"cat $HOME/.local/state/execpolicy/clearance/key\"",
    ] {
        let answered = asked(&project, Agent::ClaudeCode, &options, command);
        if let Some(command) = rewritten(Agent::ClaudeCode, &answered) {
            let command = command.replace("$TEST", project.root().to_str().unwrap());
            let output = execute(&project, &command, &project.work());
            assert_ne!(output.status, 0, "{output:?}");
        } else {
            assert!(blocks(Agent::ClaudeCode, &answered), "{answered:?}");
        }
    }
}

#[test]
fn where_the_agents_own_rules_would_not_match_any_more_nothing_is_rewritten() {
    let own = [
        (
            Agent::ClaudeCode,
            ".claude/settings.json",
            r#"{"permissions":{"deny":["Bash(rm:*)"]}}"#,
        ),
        (
            Agent::Codex,
            ".codex/rules/a.rules",
            "prefix_rule(pattern=['rm'], decision='forbidden')",
        ),
        (Agent::Gemini, ".gemini/policies/a.toml", "decision = \"deny\""),
        (
            Agent::Opencode,
            ".config/opencode/opencode.json",
            r#"{"permission":{"bash":{"rm *":"deny"}}}"#,
        ),
    ];
    for (agent, file, text) in own {
        let project = Project::new();
        let options = ["--confinement", "workspace-write"];
        let before = asked(&project, agent, &options, "ls");
        assert!(
            rewritten(agent, &before).is_some(),
            "{}: {before:?}",
            agent.name()
        );
        let file = project.root().join("home").join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        let after = asked(&project, agent, &options, "ls");
        assert_eq!(rewritten(agent, &after), None, "{}: {after:?}", agent.name());
        // What leans on the confinement is not allowed without it.
        let leaning = asked(&project, agent, &options, "make");
        assert!(
            !leaning.stdout.contains("\"allow\""),
            "{}: {leaning:?}",
            agent.name()
        );
    }
}
