//! Cline: `PreToolUse`.

use super::Adapter;
use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::OwnRules;
use super::reasons;
use super::ruling::Ruling;
use super::settings::{Content, MARK, Settings};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "cline",
    capabilities: Capabilities {
        grant: Grant::Ignored,
        deny: "cancel: true",
        denied: r#""cancel":true"#,
        ask: None,
        rewrite: None,
        silence: "its own settings of what it does without a question",
        person: "`errorMessage`",
        model: "`errorMessage`",
        exit_two_blocks: false,
        failing: "not documented",
        fail_closed: None,
        limit: "30 s",
        shell: Shell::Users,
    },
    own_rules: OwnRules::NONE,
    switches: OwnRules::NONE,
    settings: Some(Settings {
        user: "Documents/Cline/Rules/Hooks/PreToolUse",
        moved: &[],
        project: Some(".clinerules/hooks/PreToolUse"),
        content: Content::Own {
            text: |command| format!("#!/bin/sh\n# {MARK}.\nexec {command}\n"),
            executable: true,
        },
    }),
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    match input.text("hookName")? {
        "PreToolUse" => {}
        name => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
    }
    let use_of = input.object("preToolUse")?;
    let tool = use_of.text_of(&["toolName", "tool"])?;
    let arguments = use_of.object("parameters")?;
    let subject = match tool {
        "execute_command" => Subject::Text(arguments.text("command")?.to_owned()),
        "write_to_file" | "replace_in_file" | "new_rule" => Subject::Writes(arguments.paths()?),
        "apply_patch" => Subject::of_patch(&arguments)?,
        tool => Subject::of_unknown(tool, &arguments)?,
    };
    let workspaces = input.texts("workspaceRoots")?.unwrap_or_default();
    let subject = match subject {
        Subject::Writes(paths) => Subject::Writes(with_named_roots(paths, &workspaces)),
        Subject::Text(_) | Subject::Words(_) | Subject::Unread { .. } | Subject::Other => subject,
    };
    let root = workspaces.first().cloned();
    Ok(Event {
        workspaces,
        ..Event::of(Moment::BeforeTool, subject).at(root)
    })
}

/// The paths, and what those that begin with the name of a root (`@name:path`) are in each of the roots: how they are
/// named is not told.
fn with_named_roots(mut paths: Vec<String>, roots: &[String]) -> Vec<String> {
    let named: Vec<String> = paths
        .iter()
        .filter_map(|path| path.strip_prefix('@')?.split_once(':'))
        .flat_map(|(_, below)| roots.iter().map(move |root| format!("{root}/{below}")))
        .collect();
    paths.extend(named);
    paths
}

fn answer(_event: &Event, ruling: &Ruling) -> Answer {
    match ruling {
        Ruling::Deny(reasons) => Answer::said(&[
            ("cancel", Field::Yes(true)),
            ("errorMessage", Field::Text(&reasons.model)),
        ]),
        Ruling::Allow { .. } | Ruling::Ask { .. } | Ruling::NoOpinion => {
            Answer::said(&[("cancel", Field::Yes(false))])
        }
    }
}
