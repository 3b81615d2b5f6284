//! `hook` where an agent takes a command back rewritten: it comes back as one that is judged again and confined.

use std::fs::{self};
use std::path::Path;
use std::process::Command;

use gatekeeper::hook::Agent;
use serde_json::Value;

use crate::hook::{asked, blocks};
use crate::project::{CommandOutput, Project, finish};
use crate::run::{confines, project};

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
            let mut command = project.command(&[&["hook", agent.name()], &options[..]].concat());
            command.env("PATH", crate::run::path(&project));
            let event = agent.event_of("tool ask 'echo ran'", project.work().to_str().unwrap());
            let answered = finish(command, event.as_bytes(), project.root());
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
        let evil = project.root().join("evil");
        fs::create_dir_all(&evil).unwrap();
        let evil_tool = evil.join("tool");
        fs::copy("/bin/true", &evil_tool).unwrap();
        let elsewhere = format!("PATH={}:$PATH {command}", evil.display());
        refused(&elsewhere, &project.work(), "something else");
        let (status, text) = told(execute(
            &project,
            &command.replace("'--clearance'", "'--no-layers' '--clearance'"),
            &project.work(),
        ));
        assert_eq!(status, 2, "{text}");
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

#[test]
fn the_agents_own_rules_are_found_wherever_it_looks_for_them() {
    let forbids = "prefix_rule(pattern=['rm'], decision='forbidden')";
    let denies = r#"{"permissions":{"deny":["Bash(rm:*)"]}}"#;
    for (agent, file, text, variable) in [
        (Agent::ClaudeCode, "work/.claude/settings.json", denies, None),
        (
            Agent::ClaudeCode,
            "own/settings.json",
            denies,
            Some("CLAUDE_CONFIG_DIR"),
        ),
        (Agent::Codex, "work/.codex/rules/a.rules", forbids, None),
        (Agent::Codex, "own/rules/a.rules", forbids, Some("CODEX_HOME")),
        (
            Agent::Opencode,
            "work/opencode.json",
            r#"{"permission":{"bash":{"rm *":"\u0064eny"}}}"#,
            None,
        ),
        (
            Agent::Opencode,
            "own/opencode/opencode.jsonc",
            r#"{"permission":{"bash":"ask"}}"#,
            Some("XDG_CONFIG_HOME"),
        ),
        (
            Agent::Gemini,
            "home/.gemini/settings.json",
            r#"{"tools":{"exclude":["run_shell_command(rm)"]}}"#,
            None,
        ),
        (
            Agent::Gemini,
            "work/.gemini/settings.json",
            r#"{"coreTools":["run_shell_command(git)"]}"#,
            None,
        ),
    ] {
        let project = Project::new();
        project.put("work/sub/x", "");
        let below = project.work().join("sub");
        let answered = || {
            let mut command = project.command(&["hook", agent.name(), "--confinement", "workspace-write"]);
            command.envs(variable.map(|name| (name, project.root().join("own"))));
            let input = agent.event_of("ls", below.to_str().unwrap());
            finish(command, input.as_bytes(), project.root())
        };
        let before = answered();
        assert!(rewritten(agent, &before).is_some(), "{file}: {before:?}");
        project.put(file, text);
        let after = answered();
        assert_eq!(rewritten(agent, &after), None, "{file}: {after:?}");
    }
}
