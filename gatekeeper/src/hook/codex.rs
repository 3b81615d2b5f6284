//! Codex CLI: `PreToolUse` and `PermissionRequest`. A key that it does not know voids an answer, so none is sent.

use super::Adapter;
use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::claude_code::when_asked;
use super::event::{Event, EventError, Moment, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::{OwnRules, holds};
use super::reasons;
use super::ruling::Ruling;
use super::settings::{Content, Settings, matched};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "codex",
    capabilities: Capabilities {
        grant: Grant::WhenAsked,
        deny: "permissionDecision: deny",
        denied: r#""permissionDecision":"deny""#,
        ask: None,
        rewrite: Some("updatedInput"),
        silence: "its own rules, its sandbox, or a question",
        person: "the notice of the blocked call",
        model: "`permissionDecisionReason`",
        exit_two_blocks: true,
        failing: "lets the call through",
        fail_closed: None,
        limit: "600 s",
        shell: Shell::Users,
    },
    own_rules: OwnRules {
        files: &[
            "~/.codex/rules/*.rules",
            "$CODEX_HOME/rules/*.rules",
            "./.codex/rules/*.rules",
            "/etc/codex/rules/*.rules",
            "/etc/codex/requirements.toml",
        ],
        texts: &[],
        restricts: |text| holds(text, &["forbidden", "prompt"]),
    },
    switches: OwnRules {
        files: &[
            "~/.codex/config.toml",
            "$CODEX_HOME/config.toml",
            "./.codex/config.toml",
            "/etc/codex/config.toml",
            "/etc/codex/requirements.toml",
        ],
        texts: &[],
        // `hooks` of `[features]`, which was `codex_hooks` before.
        restricts: |text| {
            let mut lines = text.lines().map(|line| line.replace([' ', '\t', '"', '\''], ""));
            lines.any(|line| !line.starts_with('#') && line.contains("hooks=false"))
        },
    },
    settings: Some(Settings {
        user: ".codex/hooks.json",
        moved: &[("CODEX_HOME", "hooks.json")],
        project: Some(".codex/hooks.json"),
        content: Content::Shared {
            versioned: false,
            entries: |command| {
                let of = |event| (event, matched("Bash|apply_patch|Edit|Write", command, 10, []));
                ["PreToolUse", "PermissionRequest"].map(of).to_vec()
            },
        },
    }),
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    let moment = match input.text("hook_event_name")? {
        "PreToolUse" => Moment::BeforeTool,
        "PermissionRequest" => Moment::WhenAsked,
        name => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
    };
    let tool = input.text("tool_name")?;
    let arguments = input.object("tool_input")?;
    let subject = match tool {
        "Bash" => match arguments.texts("command") {
            Ok(Some(words)) if words.is_empty() => return Err(EventError::WrongType { key: "command" }),
            Ok(Some(words)) => Subject::Words(words),
            Ok(None) | Err(_) => Subject::Text(arguments.text("command")?.to_owned()),
        },
        "apply_patch" | "Edit" | "Write" => Subject::of_patch(&arguments)?,
        // What is typed into a program that runs already; without any it only looks.
        "write_stdin"
            if arguments
                .maybe_text("chars")?
                .is_some_and(|chars| !chars.is_empty()) =>
        {
            Subject::Unread {
                tool: tool.to_owned(),
            }
        }
        tool => Subject::of_unknown(tool, &arguments)?,
    };
    let event = Event::of(moment, subject).with(arguments);
    let session = input.some_text("cwd")?;
    Ok(match moment {
        Moment::BeforeTool => event.at(session),
        // It is the session's directory: a call may start in another one, which is not told. An allow that is heard
        // must hold in all of them.
        Moment::WhenAsked => Event {
            workspaces: session.into_iter().collect(),
            ..event
        },
    })
}

fn answer(event: &Event, ruling: &Ruling) -> Answer {
    if event.moment == Moment::WhenAsked {
        return when_asked(ruling);
    }
    let said = |fields: &[(&str, Field<'_>)]| Answer::said(&[("hookSpecificOutput", Field::Object(fields))]);
    let name = ("hookEventName", Field::Text("PreToolUse"));
    match ruling {
        Ruling::Deny(reasons) => said(&[
            name,
            ("permissionDecision", Field::Text("deny")),
            ("permissionDecisionReason", Field::Text(&reasons.model)),
        ]),
        Ruling::Allow {
            rewritten: Some(text),
        } => said(&[
            name,
            ("permissionDecision", Field::Text("allow")),
            ("updatedInput", (&event.rewritten("command", text)).into()),
        ]),
        Ruling::Allow { rewritten: None } | Ruling::Ask { .. } | Ruling::NoOpinion => Answer::silent(),
    }
}
