//! GitHub Copilot: `preToolUse` and `permissionRequest` of its CLI and cloud agent, `PreToolUse` of VS Code.

use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Spelling, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::{OwnRules, in_terminal_settings};
use super::ruling::Ruling;
use super::settings::{Content, Settings, fields, says};
use super::{Adapter, claude_code, patch, reasons};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "copilot",
    capabilities: Capabilities {
        grant: Grant::Honoured,
        deny: "permissionDecision: deny",
        denied: r#""permissionDecision":"deny""#,
        ask: Some("permissionDecision: ask"),
        rewrite: Some("modifiedArgs"),
        silence: "its own rules, then a question",
        person: "`permissionDecisionReason`",
        model: "`permissionDecisionReason`",
        // Only some of its versions take it for a deny.
        exit_two_blocks: false,
        failing: "lets the call through",
        fail_closed: None,
        limit: "30 s",
        shell: Shell::Bash,
    },
    own_rules: OwnRules {
        // What the CLI refuses is said on its command line alone; these are the settings of VS Code.
        files: &[
            "~/.config/Code/User/settings.json",
            "~/.config/Code - Insiders/User/settings.json",
            "$XDG_CONFIG_HOME/Code/User/settings.json",
            "$XDG_CONFIG_HOME/Code - Insiders/User/settings.json",
            "$VSCODE_PORTABLE/user-data/User/settings.json",
            "~/.vscode-server/data/Machine/settings.json",
            "./.vscode/settings.json",
        ],
        texts: &[],
        restricts: in_terminal_settings,
    },
    switches: OwnRules {
        files: &[
            "~/.copilot/settings.json",
            "~/.copilot/config.json",
            "$COPILOT_HOME/settings.json",
            "$COPILOT_HOME/config.json",
            "./.github/copilot/settings.json",
            "./.github/copilot/settings.local.json",
        ],
        texts: &[],
        restricts: |text| says(text, &[("/disableAllHooks", "false")]),
    },
    settings: Some(Settings {
        user: ".copilot/hooks/execpolicy.json",
        moved: &[("COPILOT_HOME", "hooks/execpolicy.json")],
        project: Some(".github/hooks/execpolicy.json"),
        content: Content::Shared {
            versioned: true,
            entries: |command| {
                vec![(
                    "preToolUse",
                    fields([
                        ("type", "command".into()),
                        ("bash", command.into()),
                        ("timeoutSec", 10_usize.into()),
                    ]),
                )]
            },
        },
    }),
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    let moment = match input.maybe_text_of(&["hook_event_name", "hookEventName"])? {
        Some("PreToolUse") => Moment::BeforeTool,
        Some("PermissionRequest") => Moment::WhenAsked,
        Some(name) => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
        None => return read_flat(input),
    };
    // Of two tools in one event it is not known which is used.
    if let Some(key) = ["toolName", "toolArgs", "toolInput"]
        .into_iter()
        .find(|key| input.has(key))
    {
        return Err(EventError::Contradiction { key });
    }
    let tool = input.text("tool_name")?;
    let arguments = input.object_or_text("tool_input")?;
    let subject = subject(tool, &arguments)?;
    let event = Event::of(moment, subject)
        .with(arguments)
        .at(input.some_text("cwd")?);
    Ok(Event {
        spelling: Spelling::Nested,
        shell: shell_of(tool),
        ..event
    })
}

/// The CLI's own spelling, in which an event does not always say which it is.
fn read_flat(input: &Input) -> Result<Event, EventError> {
    let moment = match input.maybe_text("hookName")? {
        None | Some("preToolUse") => Moment::BeforeTool,
        Some("permissionRequest") => Moment::WhenAsked,
        Some(name) => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
    };
    if let Some(key) = ["tool_name", "tool_input"].into_iter().find(|key| input.has(key)) {
        return Err(EventError::Contradiction { key });
    }
    let tool = input.text("toolName")?;
    let cwd = input.some_text("cwd")?;
    if tool == "apply_patch" {
        let patch = input.text_of(&["toolArgs", "toolInput"])?;
        return Ok(Event::of(moment, Subject::Writes(patch::files(patch)?)).at(cwd));
    }
    let arguments = match (input.has("toolArgs"), input.has("toolInput")) {
        (true, false) => input.object_or_text("toolArgs")?,
        (false, _) => input.object_or_text("toolInput")?,
        (true, true) => {
            let arguments = input.object_or_text("toolArgs")?;
            if arguments != input.object_or_text("toolInput")? {
                return Err(EventError::Contradiction { key: "toolInput" });
            }
            arguments
        }
    };
    let subject = subject(tool, &arguments)?;
    Ok(Event {
        shell: shell_of(tool),
        ..Event::of(moment, subject).with(arguments).at(cwd)
    })
}

/// VS Code types a command into a terminal.
fn shell_of(tool: &str) -> Option<Shell> {
    (tool == "run_in_terminal").then_some(Shell::Terminal)
}

fn subject(tool: &str, arguments: &Input) -> Result<Subject, EventError> {
    Ok(match tool {
        "bash" | "run_in_terminal" => Subject::Text(arguments.text("command")?.to_owned()),
        // One tool to look and to write.
        "str_replace_editor" if arguments.maybe_text("command")? == Some("view") => Subject::Other,
        "create"
        | "edit"
        | "str_replace_editor"
        | "create_file"
        | "create_directory"
        | "replace_string_in_file"
        | "multi_replace_string_in_file"
        | "insert_edit_into_file"
        | "edit_notebook_file" => Subject::Writes(arguments.paths()?),
        "apply_patch" => Subject::of_patch(arguments)?,
        // What is typed into a shell that runs already.
        "write_bash" | "powershell" | "write_powershell" => Subject::Unread {
            tool: tool.to_owned(),
        },
        tool => Subject::of_unknown(tool, arguments)?,
    })
}

fn answer(event: &Event, ruling: &Ruling) -> Answer {
    match (event.moment, event.spelling) {
        (Moment::BeforeTool, Spelling::Nested) => claude_code::before_tool(event, ruling),
        (Moment::BeforeTool, Spelling::Flat) => before_tool(event, ruling),
        (Moment::BeforeTool, Spelling::Both) => both(ruling),
        (Moment::WhenAsked, _) => when_asked(ruling),
    }
}

fn before_tool(event: &Event, ruling: &Ruling) -> Answer {
    let decision = |word| ("permissionDecision", Field::Text(word));
    let (mut fields, rewritten) = match ruling {
        Ruling::NoOpinion => return Answer::silent(),
        Ruling::Allow { rewritten } => (vec![decision("allow")], rewritten),
        Ruling::Ask { reasons, rewritten } => (
            vec![
                decision("ask"),
                ("permissionDecisionReason", Field::Text(&reasons.person)),
            ],
            rewritten,
        ),
        Ruling::Deny(reasons) => (
            vec![
                decision("deny"),
                ("permissionDecisionReason", Field::Text(&reasons.model)),
            ],
            &None,
        ),
    };
    let arguments = rewritten.as_ref().map(|text| event.rewritten("command", text));
    fields.extend(
        arguments
            .as_ref()
            .map(|arguments| ("modifiedArgs", arguments.into())),
    );
    Answer::said(&fields)
}

fn when_asked(ruling: &Ruling) -> Answer {
    match ruling {
        Ruling::Allow { .. } => Answer::said(&[("behavior", Field::Text("allow"))]),
        Ruling::Deny(reasons) => Answer::said(&[
            ("behavior", Field::Text("deny")),
            ("message", Field::Text(&reasons.model)),
        ]),
        Ruling::Ask { .. } | Ruling::NoOpinion => Answer::silent(),
    }
}

/// A deny in every spelling that one of its forms reads.
fn both(ruling: &Ruling) -> Answer {
    let Ruling::Deny(reasons) = ruling else {
        return Answer::silent();
    };
    let deny = ("permissionDecision", Field::Text("deny"));
    let why = ("permissionDecisionReason", Field::Text(&reasons.model));
    Answer::said(&[
        deny,
        why,
        ("behavior", Field::Text("deny")),
        ("message", Field::Text(&reasons.model)),
        (
            "hookSpecificOutput",
            Field::Object(&[("hookEventName", Field::Text("PreToolUse")), deny, why]),
        ),
    ])
}
