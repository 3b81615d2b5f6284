//! `hook install`, `status`, `doctor` and `uninstall`, one after the other.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use gatekeeper::hook::{Agent, Installation};
use insta::assert_snapshot;

use crate::project::{CommandOutput, Project, finish};

fn agents() -> impl Iterator<Item = Agent> {
    Agent::ALL.into_iter().filter(|agent| *agent != Agent::Generic)
}

fn settings(project: &Project, agent: Agent) -> PathBuf {
    Installation::place(agent, &project.root().join("home"), None, |_| None).unwrap()
}

fn hook(project: &Project, verb: &str, agent: Agent, options: &[&str]) -> CommandOutput {
    project.run(&[&["hook", verb, agent.name()], options].concat())
}

fn succeeded(output: &CommandOutput) -> &str {
    assert_eq!((output.status, output.stderr.as_str()), (0, ""), "{output:?}");
    &output.stdout
}

#[test]
fn the_whole_way_leaves_the_settings_as_they_were() {
    for agent in agents() {
        let project = Project::new();
        let file = settings(&project, agent);
        let before = "{\n  // mine\n  \"a\": [1,  2],\n}\n\n";
        let own = matches!(agent, Agent::Cline | Agent::Opencode);
        if !own {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, before).unwrap();
        }
        let not_yet = hook(&project, "doctor", agent, &[]);
        assert_eq!(not_yet.status, 1, "{not_yet:?}");
        assert!(succeeded(&hook(&project, "status", agent, &[])).contains("not installed"));

        let shown = hook(&project, "install", agent, &["--dry-run"]);
        assert!(succeeded(&shown).contains("\n+"), "{shown:?}");
        assert_eq!(fs::read_to_string(&file).ok(), (!own).then(|| before.to_owned()));

        let installed = hook(&project, "install", agent, &[]);
        assert!(
            succeeded(&installed).contains("/execpolicy' hook "),
            "{installed:?}"
        );
        let status = hook(&project, "status", agent, &[]);
        assert!(succeeded(&status).contains("  installed: '"), "{status:?}");
        let doctor = hook(&project, "doctor", agent, &[]);
        assert!(
            succeeded(&doctor).contains("`execpolicy trust` was denied through"),
            "{doctor:?}"
        );

        succeeded(&hook(&project, "uninstall", agent, &[]));
        assert_eq!(fs::read_to_string(&file).ok(), (!own).then(|| before.to_owned()));
        assert!(succeeded(&hook(&project, "status", agent, &[])).contains("not installed"));
    }
}

#[test]
fn the_doctor_sees_a_hook_that_does_not_answer() {
    let project = Project::new();
    succeeded(&hook(
        &project,
        "install",
        Agent::ClaudeCode,
        &["--confinement", "none"],
    ));
    let file = settings(&project, Agent::ClaudeCode);
    let text = fs::read_to_string(&file).unwrap();
    let gone = text.replace("/execpolicy' hook claude-code", "/gone' hook claude-code");
    fs::write(&file, gone).unwrap();
    let doctor = hook(&project, "doctor", Agent::ClaudeCode, &[]);
    assert_eq!(doctor.status, 1, "{doctor:?}");
    assert!(doctor.stderr.contains("is not run"), "{doctor:?}");
}

#[test]
fn the_doctor_runs_only_what_install_writes() {
    let project = Project::new();
    let program = env!("CARGO_BIN_EXE_execpolicy");
    let file = project.work().join(".claude/settings.json");
    for command in [
        "''; touch pwned; '' hook claude-code x".to_owned(),
        format!("'{program}' hook claude-code; touch pwned"),
        format!("'{program}' hook claude-code $(touch pwned)"),
        format!("'{program}' hook claude-code -r '$(touch pwned)' -r x"),
        "'/bin/touch' hook claude-code".to_owned(),
        format!("'{program}' hook claude-code install"),
    ] {
        let hooks = serde_json::json!({"hooks": {"PreToolUse": [{"hooks": [{"command": command}]}]}});
        project.put("work/.claude/settings.json", hooks.to_string());
        let doctor = hook(&project, "doctor", Agent::ClaudeCode, &["--project"]);
        assert_eq!(doctor.status, 1, "{command}: {doctor:?}");
        let not_run = ["is not run", "the hook is not in"];
        assert!(
            not_run.iter().any(|why| doctor.stderr.contains(why)),
            "{command}: {doctor:?}"
        );
        let left: Vec<_> = fs::read_dir(project.work()).unwrap().collect();
        assert_eq!(left.len(), 2, "{command}: {left:?}");
    }
    fs::remove_file(file).unwrap();
    project.put("work/it's here.codexpolicy", "");
    let options = [
        "--confinement",
        "none",
        "-r",
        "it's here.codexpolicy",
        "--project",
    ];
    succeeded(&hook(&project, "install", Agent::ClaudeCode, &options));
    succeeded(&hook(&project, "doctor", Agent::ClaudeCode, &["--project"]));
}

#[test]
fn what_is_not_understood_is_named_and_left_alone() {
    let project = Project::new();
    let file = settings(&project, Agent::ClaudeCode);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "{\"hooks\": 1}").unwrap();
    let output = hook(&project, "install", Agent::ClaudeCode, &["--confinement", "none"]);
    assert_eq!((output.status, output.stdout.as_str()), (1, ""));
    assert_snapshot!(output.stderr, @"error[EP4015]: `$TEST/home/.claude/settings.json` is left as it is: it is not understood: `hooks` is not an object");
    assert_eq!(fs::read_to_string(&file).unwrap(), "{\"hooks\": 1}");
    let none = hook(&project, "install", Agent::Generic, &[]);
    assert!(
        none.stderr.contains("generic has no settings file for hooks"),
        "{none:?}"
    );
    let kept = hook(
        &project,
        "install",
        Agent::Cursor,
        &["--confinement", "workspace-write"],
    );
    assert!(
        kept.stderr
            .contains("cursor runs a command as it is, so nothing can confine it")
    );
}

#[test]
fn an_installed_hook_is_shown_as_a_difference() {
    let project = Project::new().with("team.codexpolicy", "");
    let options = ["--confinement", "none", "-r", "team.codexpolicy", "--project"];
    let output = hook(&project, "install", Agent::Windsurf, &options);
    let shown = succeeded(&output).replace(env!("CARGO_BIN_EXE_execpolicy"), "EXECPOLICY");
    assert_snapshot!(shown, @r#"
    --- /dev/null
    +++ $TEST/work/.windsurf/hooks.json
    @@ -0,0 +1,16 @@
    +{
    +  "hooks": {
    +    "pre_run_command": [
    +      {
    +        "command": "'EXECPOLICY' hook windsurf -r '$TEST/work/team.codexpolicy'",
    +        "show_output": true
    +      }
    +    ],
    +    "pre_write_code": [
    +      {
    +        "command": "'EXECPOLICY' hook windsurf -r '$TEST/work/team.codexpolicy'",
    +        "show_output": true
    +      }
    +    ]
    +  }
    +}
    Commands run unconfined: this agent runs them as they are.
    This agent has no switch for a hook that cannot be started: it lets the call through then.
    `execpolicy hook doctor windsurf` tries it.
    "#);
}

#[test]
fn settings_are_where_the_agent_looks_for_them() {
    for (agent, variable, below) in [
        (Agent::ClaudeCode, "CLAUDE_CONFIG_DIR", "settings.json"),
        (Agent::Codex, "CODEX_HOME", "hooks.json"),
        (Agent::Gemini, "GEMINI_CLI_HOME", ".gemini/settings.json"),
        (Agent::Copilot, "COPILOT_HOME", "hooks/execpolicy.json"),
        (
            Agent::Opencode,
            "XDG_CONFIG_HOME",
            "opencode/plugins/execpolicy.js",
        ),
    ] {
        let project = Project::new();
        let moved = project.root().join("moved");
        let run = |verb: &str, directory: &str| {
            let mut command = project.command(&["hook", verb, agent.name()]);
            command.env(variable, project.root().join(directory));
            finish(command, b"", project.root())
        };
        succeeded(&run("install", "moved"));
        assert!(moved.join(below).exists(), "{}", agent.name());
        succeeded(&run("doctor", "moved"));
        assert!(succeeded(&run("status", "moved")).contains("  installed: "));
        assert_eq!(run("doctor", "elsewhere").status, 1);
    }
    let project = Project::new();
    let mut command = project.command(&["hook", "install", "codex"]);
    command.env("CODEX_HOME", "below");
    let output = finish(command, b"", project.root());
    assert!(
        output.stderr.contains("`$CODEX_HOME` is no absolute path"),
        "{output:?}"
    );
}

#[test]
fn hooks_that_do_not_run_are_told() {
    for (agent, file, text) in [
        (
            Agent::ClaudeCode,
            "home/.claude/settings.local.json",
            r#"{"disableAllHooks":true}"#,
        ),
        (
            Agent::ClaudeCode,
            "work/.claude/settings.json",
            r#"{"disableAllHooks":true}"#,
        ),
        (
            Agent::Codex,
            "home/.codex/config.toml",
            "[features]\nhooks = false\n",
        ),
        (
            Agent::Gemini,
            "work/.gemini/settings.json",
            r#"{"hooksConfig":{"enabled":false}}"#,
        ),
        (
            Agent::Gemini,
            "work/.gemini/settings.json",
            r#"{"hooksConfig":{"disabled":["execpolicy"]}}"#,
        ),
        (
            Agent::Gemini,
            "work/.gemini/settings.json",
            r#"{"tools":{"enableHooks":false}}"#,
        ),
        (
            Agent::Copilot,
            "home/.copilot/settings.json",
            r#"{"disableAllHooks":true}"#,
        ),
    ] {
        let project = Project::new();
        succeeded(&hook(&project, "install", agent, &[]));
        succeeded(&hook(&project, "status", agent, &[]));
        project.put(file, text);
        let doctor = hook(&project, "doctor", agent, &[]);
        assert_eq!(doctor.status, 1, "{file}: {doctor:?}");
        assert!(
            doctor.stderr.contains("switches hooks off, or may"),
            "{file}: {doctor:?}"
        );
        let status = hook(&project, "status", agent, &[]);
        assert_eq!(status.status, 1, "{file}: {status:?}");
        assert!(
            status.stdout.contains("switches hooks off, or may"),
            "{file}: {status:?}"
        );
    }
    let project = Project::new();
    succeeded(&hook(&project, "install", Agent::Cline, &[]));
    fs::set_permissions(
        settings(&project, Agent::Cline),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    for verb in ["doctor", "status"] {
        let output = hook(&project, verb, Agent::Cline, &[]);
        assert_eq!(output.status, 1, "{verb}: {output:?}");
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(told.contains("it is not executable"), "{told}");
    }
}
