//! The event in which an agent says that it is about to run a command: to try a hook without the agent.

use super::Agent;
use super::answer::Answer;
use super::fields::{Field, object};

/// A command that no policy allows: the guard forbids it.
pub const CANARY: &str = "execpolicy trust";

impl Agent {
    /// What this agent sends before it runs this command in this directory.
    pub fn event_of(self, command: &str, directory: &str) -> String {
        let command_alone = [("command", Field::Text(command))];
        let arguments = Field::Object(&command_alone);
        let cwd = ("cwd", Field::Text(directory));
        match self {
            Self::ClaudeCode | Self::Codex => object(&[
                cwd,
                ("hook_event_name", Field::Text("PreToolUse")),
                ("tool_name", Field::Text("Bash")),
                ("tool_input", arguments),
            ]),
            Self::Cursor => object(&[
                ("hook_event_name", Field::Text("beforeShellExecution")),
                ("command", Field::Text(command)),
                cwd,
            ]),
            Self::Copilot => object(&[
                cwd,
                ("toolName", Field::Text("bash")),
                ("toolArgs", Field::Text(&object(&command_alone))),
            ]),
            Self::Gemini => object(&[
                cwd,
                ("hook_event_name", Field::Text("BeforeTool")),
                ("tool_name", Field::Text("run_shell_command")),
                ("tool_input", arguments),
            ]),
            Self::Windsurf => object(&[
                ("agent_action_name", Field::Text("pre_run_command")),
                (
                    "tool_info",
                    Field::Object(&[("command_line", Field::Text(command)), cwd]),
                ),
            ]),
            Self::Cline => object(&[
                ("hookName", Field::Text("PreToolUse")),
                ("workspaceRoots", Field::Texts(&[directory])),
                (
                    "preToolUse",
                    Field::Object(&[
                        ("toolName", Field::Text("execute_command")),
                        ("parameters", arguments),
                    ]),
                ),
            ]),
            Self::Opencode => object(&[
                ("hook", Field::Text("tool.execute.before")),
                ("directory", Field::Text(directory)),
                ("tool", Field::Text("bash")),
                ("args", arguments),
            ]),
            Self::Generic => object(&[("command", Field::Text(command)), cwd]),
        }
    }

    /// Whether this agent takes an answer for a deny.
    pub fn is_denied_by(self, answer: &Answer) -> bool {
        let found = self.capabilities();
        let by_status = found.exit_two_blocks && answer.status == 2 && !answer.stderr.trim().is_empty();
        let by_word = !found.denied.is_empty() && answer.status == 0 && answer.stdout.contains(found.denied);
        by_status || by_word
    }
}
