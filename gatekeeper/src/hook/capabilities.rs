//! What each agent honours of what a hook says, as data.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use execpolicy::Dialect;

use super::Agent;

/// What an agent honours of what a hook says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Capabilities {
    /// Whether an allow spares the person a question.
    pub grant: Grant,
    /// How a deny is said.
    pub deny: &'static str,
    /// What a deny on standard output holds, however it came there.
    pub denied: &'static str,
    /// How the agent is told to ask a person; `None` where it cannot be.
    pub ask: Option<&'static str>,
    /// The key that takes another command; `None` where a command cannot be rewritten.
    pub rewrite: Option<&'static str>,
    /// What the agent does when a hook says nothing.
    pub silence: &'static str,
    /// Where the person reads the reason.
    pub person: &'static str,
    /// Where the model reads it.
    pub model: &'static str,
    /// Whether the status 2 blocks, with the reason on standard error.
    pub exit_two_blocks: bool,
    /// What a hook that crashes or is late does.
    pub failing: &'static str,
    /// The setting that makes that a block.
    pub fail_closed: Option<&'static str>,
    /// How long the agent waits by itself.
    pub limit: &'static str,
    /// What reads a command.
    pub shell: Shell,
}

/// Whether an allow spares the person a question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Grant {
    /// It does.
    Honoured,
    /// Only when the agent is about to ask, not before.
    WhenAsked,
    /// It does not: nothing is sent.
    Ignored,
}

/// What reads an agent's commands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Shell {
    /// Bash, whatever the user's is.
    Bash,
    /// The user's.
    Users,
    /// The one that this variable names, else the user's.
    Named(&'static str),
    /// The user's, as in a terminal: it looks for `!` and `^` to bring back what was typed before.
    Terminal,
}

impl Shell {
    /// How a command is read, with these variables set.
    pub fn dialect(self, command: &str, variable: impl Fn(&str) -> Option<OsString>) -> Dialect {
        let users = match self {
            Self::Bash => return Dialect::Bash,
            Self::Terminal if recalls(command) => return Dialect::Unknown,
            Self::Named(name) => variable(name).or_else(|| variable("SHELL")),
            Self::Users | Self::Terminal => variable("SHELL"),
        };
        let name = users.as_deref().and_then(|path| Path::new(path).file_name());
        match name.and_then(OsStr::to_str) {
            Some("bash") => Dialect::Bash,
            Some("sh" | "dash") => Dialect::Sh,
            Some("zsh") => Dialect::Zsh,
            _ => Dialect::Unknown,
        }
    }
}

/// Whether a terminal's bash may put something into a text that was typed before: `!x`, and `^x^y` where a line begins.
fn recalls(text: &str) -> bool {
    let mut characters = text.chars().peekable();
    let quiet = |next: &char| matches!(next, ' ' | '\t' | '\n' | '=');
    while let Some(character) = characters.next() {
        if character == '!' && characters.peek().is_some_and(|next| !quiet(next)) {
            return true;
        }
    }
    text.lines().any(|line| line.starts_with('^'))
}

/// The capabilities of all agents, as the manual shows them.
pub fn table() -> String {
    let mut table = String::from(
        "| agent | allow | deny | ask | rewrite | silence means | person reads | model reads | a hook that fails | fail-closed switch | time limit |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for agent in Agent::ALL {
        let found = agent.capabilities();
        let grant = match found.grant {
            Grant::Honoured => "yes",
            Grant::WhenAsked => "only where it is about to ask",
            Grant::Ignored => "no: never sent",
        };
        let or_no = |word: Option<&str>| word.map_or_else(|| "no".to_owned(), code);
        let cells = [
            code(agent.name()),
            grant.to_owned(),
            code(found.deny),
            or_no(found.ask),
            or_no(found.rewrite),
            found.silence.to_owned(),
            found.person.to_owned(),
            found.model.to_owned(),
            found.failing.to_owned(),
            or_no(found.fail_closed),
            found.limit.to_owned(),
        ];
        table.push_str("| ");
        table.push_str(&cells.join(" | "));
        table.push_str(" |\n");
    }
    table
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_as_the_shell_that_runs_it_reads_it() {
        let none: &[(&str, &str)] = &[];
        for (shell, command, set, wanted) in [
            (Shell::Bash, "x", &[("SHELL", "/bin/zsh")][..], Dialect::Bash),
            (Shell::Users, "x", none, Dialect::Unknown),
            (Shell::Users, "x", &[("SHELL", "/bin/bash")], Dialect::Bash),
            (Shell::Users, "x", &[("SHELL", "/usr/bin/fish")], Dialect::Unknown),
            (Shell::Terminal, "x", &[("SHELL", "/bin/zsh")], Dialect::Zsh),
            (Shell::Terminal, "x", &[("SHELL", "/bin/bash")], Dialect::Bash),
            (
                Shell::Terminal,
                "[ a != b ] || ! x",
                &[("SHELL", "/bin/bash")],
                Dialect::Bash,
            ),
            (
                Shell::Terminal,
                "echo \"!!\"",
                &[("SHELL", "/bin/bash")],
                Dialect::Unknown,
            ),
            (
                Shell::Terminal,
                "x\n^ls^evil",
                &[("SHELL", "/bin/bash")],
                Dialect::Unknown,
            ),
            (
                Shell::Named("OTHER"),
                "x",
                &[("SHELL", "/bin/bash"), ("OTHER", "/bin/zsh")],
                Dialect::Zsh,
            ),
            (
                Shell::Named("OTHER"),
                "x",
                &[("SHELL", "/bin/bash")],
                Dialect::Bash,
            ),
        ] {
            let variable = |name: &str| {
                let found = set.iter().find(|(set, _)| *set == name);
                found.map(|(_, value)| OsString::from(value))
            };
            assert_eq!(
                shell.dialect(command, variable),
                wanted,
                "{shell:?} {set:?}: {command}"
            );
        }
    }
}
