//! Cursor: `beforeShellExecution`, and `preToolUse` for the tools that write files.

use super::Adapter;
use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::OwnRules;
use super::reasons;
use super::ruling::Ruling;
use super::settings::{Content, Settings, fields};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "cursor",
    capabilities: Capabilities {
        grant: Grant::Ignored,
        deny: "permission: deny",
        denied: r#""permission":"deny""#,
        ask: None,
        rewrite: None,
        silence: "its own allowlist, or a question",
        person: "`user_message`",
        model: "`agent_message`",
        exit_two_blocks: true,
        failing: "lets the call through",
        fail_closed: Some("failClosed: true"),
        limit: "60 s",
        shell: Shell::Users,
    },
    own_rules: OwnRules::NONE,
    switches: OwnRules::NONE,
    settings: Some(Settings {
        user: ".cursor/hooks.json",
        moved: &[],
        project: Some(".cursor/hooks.json"),
        content: Content::Shared {
            versioned: true,
            entries: |command| {
                let common = || {
                    [
                        ("command", command.into()),
                        ("timeout", 10_usize.into()),
                        ("failClosed", true.into()),
                    ]
                };
                let tools = "Write|StrReplace|Edit|MultiEdit|Delete|TabWrite|EditNotebook|ApplyPatch";
                let matcher = [("matcher", tools.into())];
                vec![
                    ("beforeShellExecution", fields(common())),
                    ("preToolUse", fields(matcher.into_iter().chain(common()))),
                ]
            },
        },
    }),
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    let workspaces = input.texts("workspace_roots")?.unwrap_or_default();
    let cwd = input.some_text("cwd")?;
    let (subject, stated) = match input.text("hook_event_name")? {
        "beforeShellExecution" => (Subject::Text(input.text("command")?.to_owned()), cwd),
        "preToolUse" => {
            let tool = input.text("tool_name")?;
            let arguments = input.object("tool_input")?;
            let subject = match tool {
                "Shell" => Subject::Text(arguments.text("command")?.to_owned()),
                "Write" | "StrReplace" | "Edit" | "MultiEdit" | "Delete" | "TabWrite" | "EditNotebook" => {
                    Subject::Writes(arguments.paths()?)
                }
                "ApplyPatch" => Subject::of_patch(&arguments)?,
                tool => Subject::of_unknown(tool, &arguments)?,
            };
            (subject, arguments.some_text("working_directory")?.or(cwd))
        }
        "beforeMCPExecution" | "beforeReadFile" => (Subject::Other, cwd),
        name => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
    };
    // An empty directory is the first root.
    let cwd = stated.or_else(|| workspaces.first().cloned());
    Ok(Event {
        workspaces,
        ..Event::of(Moment::BeforeTool, subject).at(cwd)
    })
}

fn answer(_event: &Event, ruling: &Ruling) -> Answer {
    match ruling {
        Ruling::Deny(reasons) => Answer::said(&[
            ("permission", Field::Text("deny")),
            ("user_message", Field::Text(&reasons.person)),
            ("agent_message", Field::Text(&reasons.model)),
        ]),
        Ruling::Allow { .. } | Ruling::Ask { .. } | Ruling::NoOpinion => Answer::said(&[]),
    }
}
