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
            "~/.config/opencode/agent/*.md",
            "~/.config/opencode/agent/*/*.md",
            "~/.config/opencode/agents/*.md",
            "~/.config/opencode/agents/*/*.md",
            "~/.config/opencode/mode/*.md",
            "~/.config/opencode/mode/*/*.md",
            "~/.config/opencode/modes/*.md",
            "~/.config/opencode/modes/*/*.md",
            "$XDG_CONFIG_HOME/opencode/agent/*.md",
            "$XDG_CONFIG_HOME/opencode/agent/*/*.md",
            "$XDG_CONFIG_HOME/opencode/agents/*.md",
            "$XDG_CONFIG_HOME/opencode/agents/*/*.md",
            "$XDG_CONFIG_HOME/opencode/mode/*.md",
            "$XDG_CONFIG_HOME/opencode/mode/*/*.md",
            "$XDG_CONFIG_HOME/opencode/modes/*.md",
            "$XDG_CONFIG_HOME/opencode/modes/*/*.md",
            "$OPENCODE_CONFIG_DIR/agent/*.md",
            "$OPENCODE_CONFIG_DIR/agent/*/*.md",
            "$OPENCODE_CONFIG_DIR/agents/*.md",
            "$OPENCODE_CONFIG_DIR/agents/*/*.md",
            "$OPENCODE_CONFIG_DIR/mode/*.md",
            "$OPENCODE_CONFIG_DIR/mode/*/*.md",
            "$OPENCODE_CONFIG_DIR/modes/*.md",
            "$OPENCODE_CONFIG_DIR/modes/*/*.md",
            "~/.opencode/agent/*.md",
            "~/.opencode/agent/*/*.md",
            "~/.opencode/agents/*.md",
            "~/.opencode/agents/*/*.md",
            "~/.opencode/mode/*.md",
            "~/.opencode/mode/*/*.md",
            "~/.opencode/modes/*.md",
            "~/.opencode/modes/*/*.md",
            "./.opencode/agent/*.md",
            "./.opencode/agent/*/*.md",
            "./.opencode/agents/*.md",
            "./.opencode/agents/*/*.md",
            "./.opencode/mode/*.md",
            "./.opencode/mode/*/*.md",
            "./.opencode/modes/*.md",
            "./.opencode/modes/*/*.md",
            "/etc/opencode/opencode.json",
            "/etc/opencode/opencode.jsonc",
        ],
        texts: &["OPENCODE_PERMISSION", "OPENCODE_CONFIG_CONTENT"],
        restricts: |text| {
            let text = text.trim_start_matches('\u{feff}').trim_start();
            // Agents are Markdown, whose settings stand before it.
            match text.strip_prefix("---") {
                Some(rest) => in_front_matter(rest.split("\n---").next().unwrap_or_default()),
                None => text.starts_with(['{', '[', '/', '"']) && in_json(text, &["deny", "ask"]),
            }
        },
    },
    switches: OwnRules::NONE,
    settings: Some(Settings {
        user: ".config/opencode/plugins/execpolicy.js",
        moved: &[("XDG_CONFIG_HOME", "opencode/plugins/execpolicy.js")],
        project: Some(".opencode/plugins/execpolicy.js"),
        content: Content::Own {
            text: |command| include_str!("opencode/plugin.js").replacen("COMMAND", command, 1),
            executable: false,
        },
    }),
    read,
    answer,
};

/// Whether the settings of an agent restrict what it may do. They are YAML, whose texts may hold escapes.
fn in_front_matter(text: &str) -> bool {
    let mut words = text.split(|character: char| !character.is_ascii_alphanumeric());
    text.contains('\\') || (text.contains("permission") && words.any(|word| matches!(word, "deny" | "ask")))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_that_restrict_are_found() {
        for (text, wanted) in [
            ("", false),
            ("# ask me", false),
            ("{}", false),
            ("{", true),
            (r#"{"permission":{"bash":"ask"}}"#, true),
            ("---\ndescription: ask me\n---\npermission: deny", false),
            ("---\npermission:\n  bash:\n    \"cat *\": deny\n---\nx", true),
            ("---\r\npermission: {bash: ask}\r\n---\r\nx", true),
            ("---\npermission:\n  bash: \"\\x64eny\"\n---\nx", true),
        ] {
            assert_eq!((ADAPTER.own_rules.restricts)(text), wanted, "{text}");
        }
    }
}
