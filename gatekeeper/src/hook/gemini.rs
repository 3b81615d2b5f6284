//! Gemini CLI: `BeforeTool`.

use super::Adapter;
use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::{OwnRules, holds, in_json};
use super::reasons;
use super::ruling::Ruling;
use super::settings::{Content, Settings, list_holds, matched, says};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "gemini",
    capabilities: Capabilities {
        grant: Grant::Honoured,
        deny: "decision: deny",
        denied: r#""decision":"deny""#,
        ask: None,
        rewrite: Some("hookSpecificOutput.tool_input"),
        silence: "its own policies, which ask about a shell command",
        person: "`systemMessage`",
        model: "`reason`",
        exit_two_blocks: true,
        failing: "lets the call through with a warning",
        fail_closed: None,
        limit: "60 s",
        shell: Shell::Bash,
    },
    own_rules: OwnRules {
        files: &[
            "~/.gemini/policies/*.toml",
            "./.gemini/policies/*.toml",
            "/etc/gemini-cli/policies/*.toml",
            "~/.gemini/settings.json",
            "./.gemini/settings.json",
            "/etc/gemini-cli/settings.json",
            "$GEMINI_CLI_HOME/.gemini/policies/*.toml",
            "$GEMINI_CLI_HOME/.gemini/settings.json",
            "$GEMINI_CLI_SYSTEM_SETTINGS_PATH",
            "$GEMINI_CLI_SYSTEM_DEFAULTS_PATH",
            "/etc/gemini-cli/system-defaults.json",
            "~/.gemini/extensions/*/policies/*.toml",
            "~/.gemini/extensions/*/gemini-extension.json",
            "$GEMINI_CLI_HOME/.gemini/extensions/*/policies/*.toml",
            "$GEMINI_CLI_HOME/.gemini/extensions/*/gemini-extension.json",
            "./.gemini/extensions/*/policies/*.toml",
            "./.gemini/extensions/*/gemini-extension.json",
        ],
        texts: &[],
        // Settings are JSON; policies are TOML, which is none. Policies that settings name elsewhere are not looked at.
        restricts: |text| {
            let keys = [
                "exclude",
                "excludeTools",
                "core",
                "coreTools",
                "policyPaths",
                "adminPolicyPaths",
            ];
            let words = ["deny", "ask_user", "\\u", "\\U", "xclude", "core", "olicyPaths"];
            in_json(text, &keys) && holds(text, &words)
        },
    },
    switches: OwnRules {
        files: &[
            "~/.gemini/settings.json",
            "$GEMINI_CLI_HOME/.gemini/settings.json",
            "./.gemini/settings.json",
            "/etc/gemini-cli/settings.json",
            "/etc/gemini-cli/system-defaults.json",
            "$GEMINI_CLI_SYSTEM_SETTINGS_PATH",
            "$GEMINI_CLI_SYSTEM_DEFAULTS_PATH",
        ],
        texts: &[],
        // The names stood elsewhere in older versions. A list of single hooks may hold ours by its name or its command.
        restricts: |text| {
            says(
                text,
                &[
                    ("/hooksConfig/enabled", "true"),
                    ("/hooks/enabled", "true"),
                    ("/tools/enableHooks", "true"),
                ],
            ) || ["/hooksConfig/disabled", "/hooks/disabled"]
                .iter()
                .any(|list| list_holds(text, list, "execpolicy"))
        },
    },
    settings: Some(Settings {
        user: ".gemini/settings.json",
        moved: &[("GEMINI_CLI_HOME", ".gemini/settings.json")],
        project: Some(".gemini/settings.json"),
        content: Content::Shared {
            versioned: false,
            entries: |command| {
                let tools = "run_shell_command|write_file|replace|edit";
                // In milliseconds.
                let entry = matched(tools, command, 10_000, [("name", "execpolicy".into())]);
                vec![("BeforeTool", entry)]
            },
        },
    }),
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    match input.text("hook_event_name")? {
        "BeforeTool" => {}
        name => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
    }
    let root = input.some_text("cwd")?;
    let tool = input.text("tool_name")?;
    let arguments = input.object("tool_input")?;
    let subject = match tool {
        "run_shell_command" => Subject::Text(arguments.text("command")?.to_owned()),
        "write_file" | "replace" | "edit" => Subject::Writes(arguments.paths()?),
        tool => Subject::of_unknown(tool, &arguments)?,
    };
    // A command may start below the root.
    let below = arguments.maybe_text_of(&["dir_path", "directory"])?;
    let below = below.filter(|below| !below.is_empty()).map(ToOwned::to_owned);
    let cwd = match (&root, below) {
        (root, None) => root.clone(),
        (_, Some(below)) if below.starts_with('/') => Some(below),
        (Some(root), Some(below)) => Some(format!("{root}/{below}")),
        (None, Some(_)) => None,
    };
    Ok(Event {
        workspaces: root.into_iter().collect(),
        ..Event::of(Moment::BeforeTool, subject).at(cwd)
    })
}

fn answer(_event: &Event, ruling: &Ruling) -> Answer {
    match ruling {
        Ruling::NoOpinion | Ruling::Ask { .. } => Answer::said(&[]),
        Ruling::Allow { rewritten: None } => Answer::said(&[("decision", Field::Text("allow"))]),
        // What is given is laid over the tool's arguments.
        Ruling::Allow {
            rewritten: Some(text),
        } => Answer::said(&[
            ("decision", Field::Text("allow")),
            (
                "hookSpecificOutput",
                Field::Object(&[("tool_input", Field::Object(&[("command", Field::Text(text))]))]),
            ),
        ]),
        Ruling::Deny(reasons) => Answer::said(&[
            ("decision", Field::Text("deny")),
            ("reason", Field::Text(&reasons.model)),
            ("systemMessage", Field::Text(&reasons.person)),
        ]),
    }
}
