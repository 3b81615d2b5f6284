//! Windsurf's Cascade: `pre_run_command` and `pre_write_code`. Only the status counts.

use super::Adapter;
use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Subject};
use super::input::Input;
use super::own_rules::OwnRules;
use super::reasons;
use super::ruling::Ruling;
use super::settings::{Content, Settings, fields};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "windsurf",
    capabilities: Capabilities {
        grant: Grant::Ignored,
        deny: "exit status 2",
        denied: "",
        ask: None,
        rewrite: None,
        silence: "its own rules, or a question",
        person: "standard error, where `show_output` is set",
        model: "standard error",
        exit_two_blocks: true,
        failing: "lets the call through",
        fail_closed: None,
        limit: "not documented",
        shell: Shell::Users,
    },
    own_rules: OwnRules::NONE,
    switches: OwnRules::NONE,
    settings: Some(Settings {
        user: ".codeium/windsurf/hooks.json",
        moved: &[],
        project: Some(".windsurf/hooks.json"),
        content: Content::Shared {
            versioned: false,
            entries: |command| {
                let entry = || fields([("command", command.into()), ("show_output", true.into())]);
                ["pre_run_command", "pre_write_code"]
                    .map(|event| (event, entry()))
                    .to_vec()
            },
        },
    }),
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    let (subject, cwd) = match input.text("agent_action_name")? {
        "pre_run_command" => {
            let tool = input.object("tool_info")?;
            let subject = Subject::Text(tool.text("command_line")?.to_owned());
            (subject, tool.some_text("cwd")?)
        }
        "pre_write_code" => {
            let tool = input.object("tool_info")?;
            (Subject::Writes(tool.paths()?), None)
        }
        "pre_read_code" | "pre_mcp_tool_use" | "pre_user_prompt" => (Subject::Other, None),
        name => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
    };
    Ok(Event::of(Moment::BeforeTool, subject).at(cwd))
}

fn answer(_event: &Event, ruling: &Ruling) -> Answer {
    match ruling {
        Ruling::Deny(reasons) => Answer::blocked(&reasons.model),
        Ruling::Allow { .. } | Ruling::Ask { .. } | Ruling::NoOpinion => Answer::silent(),
    }
}
