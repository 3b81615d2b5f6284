//! opencode: what our plugin sends for `tool.execute.before`, and what it makes of the answer.

use super::answer::Answer;
use super::capabilities::{Capabilities, Grant, Shell};
use super::event::{Event, EventError, Moment, Subject};
use super::fields::Field;
use super::input::Input;
use super::own_rules::{OwnRules, in_json};
use super::ruling::Ruling;
use super::settings::{Content, Settings};
use super::{Adapter, reasons};

pub(crate) static ADAPTER: Adapter = Adapter {
    name: "opencode",
    capabilities: Capabilities {
        grant: Grant::Ignored,
        deny: "the plugin throws",
        denied: r#""decision":"deny""#,
        ask: None,
        rewrite: Some("output.args"),
        silence: "its own rules, or a question",
        person: "the error of the call",
        model: "the error of the call",
        exit_two_blocks: true,
        failing: "blocks: the plugin throws",
        fail_closed: Some("always on"),
        limit: "the plugin's, 10 s",
        shell: Shell::Users,
    },
    own_rules: OwnRules {
        files: &[
            "~/.config/opencode/opencode.json",
            "~/.config/opencode/opencode.jsonc",
            "~/.config/opencode/config.json",
            "$XDG_CONFIG_HOME/opencode/opencode.json",
            "$XDG_CONFIG_HOME/opencode/opencode.jsonc",
            "$XDG_CONFIG_HOME/opencode/config.json",
            "$OPENCODE_CONFIG",
            "$OPENCODE_CONFIG_DIR/opencode.json",
            "$OPENCODE_CONFIG_DIR/opencode.jsonc",
            "./opencode.json",
            "./opencode.jsonc",
            "./.opencode/opencode.json",
            "./.opencode/opencode.jsonc",
            "/etc/opencode/opencode.json",
            "/etc/opencode/opencode.jsonc",
        ],
        texts: &["OPENCODE_PERMISSION", "OPENCODE_CONFIG_CONTENT"],
        restricts: |text| in_json(text, &["deny", "ask"]),
    },
    settings: Some(Settings {
        user: ".config/opencode/plugins/execpolicy.js",
        project: Some(".opencode/plugins/execpolicy.js"),
        content: Content::Own {
            text: |command| include_str!("opencode/plugin.js").replacen("COMMAND", command, 1),
            executable: false,
        },
    }),
    read,
    answer,
};

fn read(input: &Input) -> Result<Event, EventError> {
    match input.text("hook")? {
        "tool.execute.before" => {}
        name => {
            return Err(EventError::UnknownEvent {
                name: reasons::line(name),
            });
        }
    }
    let root = input.some_text("directory")?;
    let tool = input.text("tool")?;
    let arguments = input.object("args")?;
    let subject = match tool {
        "bash" => Subject::Text(arguments.text("command")?.to_owned()),
        "write" | "edit" | "multiedit" => Subject::Writes(arguments.paths()?),
        "patch" | "apply_patch" => Subject::of_patch(&arguments)?,
        // It names the command of a person that it comes from; what the sub-agent does is told by itself.
        "task" => Subject::Other,
        tool => Subject::of_unknown(tool, &arguments)?,
    };
    let cwd = match (&root, arguments.some_text("workdir")?) {
        (root, None) => root.clone(),
        (_, Some(below)) if below.starts_with('/') => Some(below),
        (Some(root), Some(below)) => Some(format!("{root}/{below}")),
        (None, Some(_)) => None,
    };
    let event = Event::of(Moment::BeforeTool, subject).with(arguments).at(cwd);
    Ok(Event {
        workspaces: root.into_iter().collect(),
        ..event
    })
}

fn answer(event: &Event, ruling: &Ruling) -> Answer {
    let decision = |word| ("decision", Field::Text(word));
    match ruling {
        Ruling::Deny(reasons) => Answer::said(&[decision("deny"), ("reason", Field::Text(&reasons.model))]),
        Ruling::Allow {
            rewritten: Some(text),
        } => Answer::said(&[
            decision("allow"),
            ("args", (&event.rewritten("command", text)).into()),
        ]),
        Ruling::Allow { rewritten: None } | Ruling::Ask { .. } | Ruling::NoOpinion => {
            Answer::said(&[decision("none")])
        }
    }
}
