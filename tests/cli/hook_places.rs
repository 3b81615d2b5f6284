//! `hook` where the place of an event, or of an agent's settings, is said by something else than the event.

use gatekeeper::hook::Agent;

use crate::hook::{blocks, hook};
use crate::project::{CommandOutput, Project, finish};
use crate::run::confines;

/// What the hook says with this variable set to this directory of the project.
fn with(project: &Project, agent: Agent, variable: &str, below: &str, input: &str) -> CommandOutput {
    let mut command = project.command(&["hook", agent.name()]);
    command
        .env("SHELL", "/bin/bash")
        .env(variable, project.root().join(below));
    finish(command, input.as_bytes(), project.root())
}

#[test]
fn the_policy_around_a_written_file_counts_where_nothing_says_the_directory() {
    let rules = r#"path_rule(access = ["write"], paths = ["$WORKSPACE/locked/**"], decision = "forbidden")"#;
    let project = Project::new().with(".execpolicy/a.codexpolicy", rules);
    for (below, wanted) in [("locked/x", true), ("open/x", false)] {
        let path = project.work().join(below);
        let event = serde_json::json!({
            "agent_action_name": "pre_write_code",
            "tool_info": {"file_path": path, "edits": []},
        });
        let output = hook(&project, Agent::Windsurf, &[], &event.to_string());
        assert_eq!(blocks(Agent::Windsurf, &output), wanted, "{below}: {output:?}");
    }
    let many: Vec<String> = (0..40).map(|number| format!("/nowhere/{number}/x")).collect();
    let event = serde_json::json!({
        "agent_action_name": "pre_write_code",
        "tool_info": {"paths": many, "file_path": "/nowhere/x"},
    });
    let output = hook(&project, Agent::Windsurf, &[], &event.to_string());
    assert!(blocks(Agent::Windsurf, &output), "{output:?}");
}

#[test]
fn what_is_forbidden_where_the_hook_runs_counts_where_the_event_names_no_place() {
    let rules =
        "prefix_rule(pattern = [\"ls\"], decision = \"forbidden\")\nprefix_rule(pattern = [\"mine\"])";
    let project = Project::new().with(".execpolicy/a.codexpolicy", rules);
    for (agent, event) in [
        (
            Agent::ClaudeCode,
            r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"COMMAND"}}"#,
        ),
        (
            Agent::Codex,
            r#"{"hook_event_name":"PreToolUse","tool_name":"Bash","tool_input":{"command":"COMMAND"}}"#,
        ),
        (
            Agent::Windsurf,
            r#"{"agent_action_name":"pre_run_command","tool_info":{"command_line":"COMMAND"}}"#,
        ),
        (Agent::Generic, r#"{"command":"COMMAND"}"#),
    ] {
        for (command, wanted) in [("ls", true), ("pwd", false)] {
            let output = hook(&project, agent, &[], &event.replace("COMMAND", command));
            assert_eq!(
                blocks(agent, &output),
                wanted,
                "{}: {command}: {output:?}",
                agent.name()
            );
        }
        // What the project allows it allows in itself.
        let output = hook(&project, agent, &[], &event.replace("COMMAND", "mine"));
        assert!(
            !output.stdout.contains("\"allow\""),
            "{}: {output:?}",
            agent.name()
        );
    }
}

#[test]
fn the_project_that_an_agent_names_in_the_environment_counts() {
    let rules = "prefix_rule(pattern = [\"cat\"], decision = \"forbidden\")";
    let project = Project::new().with(".execpolicy/a.codexpolicy", rules);
    project.put("work/nested/.git/HEAD", "");
    project.put("other/.git/HEAD", "");
    for directory in ["work/nested", "other"] {
        let place = project.root().join(directory);
        let event = Agent::ClaudeCode.event_of("cat a", place.to_str().unwrap());
        let named = with(&project, Agent::ClaudeCode, "CLAUDE_PROJECT_DIR", "work", &event);
        assert!(blocks(Agent::ClaudeCode, &named), "{directory}: {named:?}");
        let other = with(
            &project,
            Agent::ClaudeCode,
            "CLAUDE_PROJECT_DIR",
            directory,
            &event,
        );
        assert!(!blocks(Agent::ClaudeCode, &other), "{directory}: {other:?}");
    }
}

#[test]
fn settings_that_are_moved_are_guarded() {
    let project = Project::new();
    for (variable, file) in [
        ("CLAUDE_CONFIG_DIR", "settings.json"),
        ("CODEX_HOME", "config.toml"),
        ("CODEX_HOME", "rules/x.rules"),
        ("GEMINI_CLI_HOME", ".gemini/settings.json"),
        ("COPILOT_HOME", "hooks/execpolicy.json"),
        ("XDG_CONFIG_HOME", "opencode/plugins/execpolicy.js"),
        ("OPENCODE_CONFIG_DIR", "plugins/x.js"),
    ] {
        let path = project.work().join("moved").join(file);
        let shell = Agent::ClaudeCode.event_of(
            &format!("echo x > {}", path.display()),
            project.work().to_str().unwrap(),
        );
        let write = serde_json::json!({
            "cwd": project.work(),
            "hook_event_name": "PreToolUse",
            "tool_name": "Write",
            "tool_input": {"file_path": path, "content": "x"},
        });
        for event in [shell, write.to_string()] {
            let output = with(&project, Agent::ClaudeCode, variable, "work/moved", &event);
            assert!(blocks(Agent::ClaudeCode, &output), "{event}: {output:?}");
        }
    }
}

#[test]
fn settings_that_are_moved_are_protected_from_what_is_launched() {
    if !confines() {
        return;
    }
    let project = Project::to_run_in().with("moved/settings.json", "{}");
    for verb in ["run", "sandbox"] {
        let mut command = project.command(&[verb, "--", "tee", "moved/settings.json"]);
        command.env("CLAUDE_CONFIG_DIR", project.work().join("moved"));
        let output = finish(command, b"x", project.root());
        assert_ne!(output.status, 0, "{verb}: {output}");
        let kept = std::fs::read(project.work().join("moved/settings.json")).unwrap();
        assert_eq!(kept, b"{}", "{verb}: {output}");
    }
}
