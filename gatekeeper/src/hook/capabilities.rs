//! What each agent honours of what a hook says, as data.

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
}

impl Shell {
    /// How a command is read, where `$SHELL` is this.
    pub fn dialect(self, users: Option<&str>) -> Dialect {
        let name = users.and_then(|path| path.rsplit('/').next());
        match (self, name) {
            (Self::Bash, _) | (Self::Users, Some("bash")) => Dialect::Bash,
            (Self::Users, Some("sh" | "dash")) => Dialect::Sh,
            (Self::Users, Some("zsh")) => Dialect::Zsh,
            (Self::Users, _) => Dialect::Unknown,
        }
    }
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
