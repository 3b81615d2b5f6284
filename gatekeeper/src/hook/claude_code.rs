//! Claude Code: `PreToolUse` and `PermissionRequest`.

use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::{OwnRules, in_claude_settings};
use super::ruling::Ruling;
use super::settings::{Content, Settings, matched, says};
use super::{Adapter, reasons};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "claude-code",
    capabilities: Capabilities {
        grant: Grant::Honoured,
        deny: "permissionDecision: deny",
        denied: r#""permissionDecision":"deny""#,
        ask: Some("permissionDecision: ask"),
        rewrite: Some("updatedInput"),
        silence: "its own rules, then a question",
        person: "`systemMessage`, and the question itself",
        model: "`permissionDecisionReason` of a deny",
        exit_two_blocks: true,
        failing: "lets the call through",
        fail_closed: Some("onFailure: block"),
        limit: "600 s",
        shell: Shell::Named("CLAUDE_CODE_SHELL"),
    },
    own_rules: OwnRules {
        files: SETTINGS_FILES,
        texts: &[],
        restricts: in_claude_settings,
    },
    switches: OwnRules {
        files: SETTINGS_FILES,
        texts: &[],
        restricts: |text| {
            says(
                text,
                &[("/disableAllHooks", "false"), ("/allowManagedHooksOnly", "false")],
            )
        },
    },
    settings: Some(Settings {
        user: ".claude/settings.json",
        moved: &[("CLAUDE_CONFIG_DIR", "settings.json")],
        project: Some(".claude/settings.json"),
        content: Content::Shared {
            versioned: false,
            entries: |command| {
                let tools = "Bash|Monitor|PowerShell|Write|Edit|MultiEdit|NotebookEdit";
                let more = [("onFailure", "block".into())];
                vec![("PreToolUse", matched(tools, command, 10, more))]
            },
        },
    }),
    read,
    answer,
};

/// All that it reads its settings from.
const SETTINGS_FILES: &[&str] = &[
    "~/.claude/settings.json",
    "~/.claude/settings.local.json",
    "$CLAUDE_CONFIG_DIR/settings.json",
    "$CLAUDE_CONFIG_DIR/settings.local.json",
    "./.claude/settings.json",
    "./.claude/settings.local.json",
    "/etc/claude-code/managed-settings.json",
    "/etc/claude-code/managed-settings.d/*.json",
];

/// The event of a shell tool, of a tool that writes a file, or of another one. VS Code sends the same shape.
pub(super) fn read(input: &Input) -> Result<Event, EventError> {
    let name = input.text("hook_event_name")?;
    let moment = match name {
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
        "Bash" | "Monitor" => Subject::Text(arguments.text("command")?.to_owned()),
        "Write" | "Edit" | "MultiEdit" | "NotebookEdit" => Subject::Writes(arguments.paths()?),
        tool => Subject::of_unknown(tool, &arguments)?,
    };
    let event = Event::of(moment, subject).with(arguments);
    Ok(event.at(input.some_text("cwd")?))
}

fn answer(event: &Event, ruling: &Ruling) -> Answer {
    match event.moment {
        Moment::BeforeTool => before_tool(event, ruling),
        Moment::WhenAsked => when_asked(ruling),
    }
}

/// The decision before a tool is used.
pub(super) fn before_tool(event: &Event, ruling: &Ruling) -> Answer {
    let name = ("hookEventName", Field::Text("PreToolUse"));
    let decision = |word| ("permissionDecision", Field::Text(word));
    match ruling {
        Ruling::NoOpinion => Answer::silent(),
        Ruling::Deny(reasons) => Answer::said(&[
            (
                "hookSpecificOutput",
                Field::Object(&[
                    name,
                    decision("deny"),
                    ("permissionDecisionReason", Field::Text(&reasons.model)),
                ]),
            ),
            ("systemMessage", Field::Text(&reasons.person)),
        ]),
        Ruling::Ask { reasons, rewritten } => {
            let input = rewritten.as_ref().map(|text| event.rewritten("command", text));
            let mut fields = vec![
                name,
                decision("ask"),
                ("permissionDecisionReason", Field::Text(&reasons.person)),
            ];
            fields.extend(input.as_ref().map(|input| ("updatedInput", input.into())));
            Answer::said(&[("hookSpecificOutput", Field::Object(&fields))])
        }
        Ruling::Allow { rewritten } => {
            let input = rewritten.as_ref().map(|text| event.rewritten("command", text));
            let mut fields = vec![name, decision("allow")];
            fields.extend(input.as_ref().map(|input| ("updatedInput", input.into())));
            Answer::said(&[("hookSpecificOutput", Field::Object(&fields))])
        }
    }
}

/// The decision where the agent is about to ask.
pub(super) fn when_asked(ruling: &Ruling) -> Answer {
    let said = |decision: &[(&str, Field<'_>)]| {
        Answer::said(&[(
            "hookSpecificOutput",
            Field::Object(&[
                ("hookEventName", Field::Text("PermissionRequest")),
                ("decision", Field::Object(decision)),
            ]),
        )])
    };
    match ruling {
        Ruling::Allow { .. } => said(&[("behavior", Field::Text("allow"))]),
        Ruling::Deny(reasons) => said(&[
            ("behavior", Field::Text("deny")),
            ("message", Field::Text(&reasons.model)),
        ]),
        Ruling::Ask { .. } | Ruling::NoOpinion => Answer::silent(),
    }
}
