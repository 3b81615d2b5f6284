//! The hooks of agents: what each says on its wire before it runs a tool, and what it understands as an answer.
//!
//! An adapter is one file: [`Agent::read`] makes an [`Event`] of the bytes on standard input, [`Agent::answer`] makes
//! bytes and a status of a [`Ruling`]. What an agent does not honour is never sent to it; the [`Capabilities`] say what
//! that is. Whatever goes wrong here leaves as [`Agent::fail`]: in each agent's own words, a deny.

mod answer;
mod canary;
mod capabilities;
mod claude_code;
mod cline;
mod codex;
mod copilot;
mod cursor;
mod event;
mod fields;
mod gemini;
mod generic;
mod input;
mod installation;
mod opencode;
mod own_rules;
mod patch;
mod reasons;
mod ruling;
mod settings;
mod token;
mod windsurf;
mod worktree;

use std::ffi::OsString;
use std::path::PathBuf;

use execpolicy::Dialect;

pub use crate::written_paths::quoted;
pub use answer::Answer;
pub use canary::CANARY;
pub use capabilities::{Capabilities, Grant, Shell, table};
pub use event::{Event, EventError, Moment, Subject};
pub use input::PATHS;
pub use installation::{Installation, InstallationError, SettingsChange};
pub use own_rules::SettingsGround;
pub use reasons::Reasons;
pub use ruling::{Asking, Rewriting, Ruling};
pub use settings::SettingsError;
pub use token::{TokenApprover, TokenError, TokenTerms, Tokens};
pub use worktree::{Worktree, WorktreeError};

/// Bytes of an event that are read. A longer one is refused: agents send whole files with some of them.
pub const LONGEST_EVENT: usize = 16 * 1024 * 1024;

/// Variables that move the settings of an agent, with what the guard protects below the directory that they say.
const MOVED: [(&str, &[&str]); 6] = [
    (
        "CLAUDE_CONFIG_DIR",
        &["settings.json", "settings.local.json", ".claude.json"],
    ),
    (
        "CODEX_HOME",
        &["config.toml", "hooks.json", "hooks", "rules", "requirements.toml"],
    ),
    ("GEMINI_CLI_HOME", &[".gemini/settings.json", ".gemini/policies"]),
    ("COPILOT_HOME", &["hooks", "config.json", "settings.json"]),
    ("XDG_CONFIG_HOME", &["opencode/plugin", "opencode/plugins"]),
    ("OPENCODE_CONFIG_DIR", &["plugin", "plugins"]),
];

/// An agent whose hooks are spoken.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Agent {
    /// Anthropic's Claude Code.
    ClaudeCode,
    /// `OpenAI`'s Codex CLI.
    Codex,
    /// Cursor, and its CLI.
    Cursor,
    /// GitHub Copilot: its CLI, the cloud agent, and VS Code.
    Copilot,
    /// Google's Gemini CLI.
    Gemini,
    /// Windsurf's Cascade.
    Windsurf,
    /// Cline.
    Cline,
    /// opencode, through a plugin of ours.
    Opencode,
    /// Anything that can start a program and read JSON.
    Generic,
}

/// How one agent is spoken to.
pub(crate) struct Adapter {
    /// The word for it on the command line.
    pub(crate) name: &'static str,
    /// What it honours.
    pub(crate) capabilities: Capabilities,
    /// Its own rules about commands.
    pub(crate) own_rules: own_rules::OwnRules,
    /// Where it can be told to run no hooks.
    pub(crate) switches: own_rules::OwnRules,
    /// Where its hooks are set; `None` is nowhere that is known.
    pub(crate) settings: Option<settings::Settings>,
    /// Its event.
    pub(crate) read: fn(&input::Input) -> Result<Event, EventError>,
    /// The words for a ruling that it honours.
    pub(crate) answer: fn(&Event, &Ruling) -> Answer,
}

impl Agent {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::ClaudeCode,
        Self::Codex,
        Self::Cursor,
        Self::Copilot,
        Self::Gemini,
        Self::Windsurf,
        Self::Cline,
        Self::Opencode,
        Self::Generic,
    ];

    /// The agent of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|agent| agent.name() == name)
    }

    /// Its name, as it is written on the command line.
    pub fn name(self) -> &'static str {
        self.adapter().name
    }

    /// What it honours.
    pub fn capabilities(self) -> &'static Capabilities {
        &self.adapter().capabilities
    }

    /// The event of these bytes.
    ///
    /// # Errors
    /// [`EventError`] for whatever is not an event that this adapter knows.
    pub fn read(self, bytes: &[u8]) -> Result<Event, EventError> {
        (self.adapter().read)(&input::Input::read(bytes)?)
    }

    /// What is written for a ruling. A ruling that the agent does not honour is settled first: see [`Ruling::settled`].
    pub fn answer(self, event: &Event, ruling: Ruling, asking: Asking) -> Answer {
        let settled = ruling.settled(self.capabilities(), event.moment, asking);
        (self.adapter().answer)(event, &settled)
    }

    /// The deny for something that went wrong here. It needs no event.
    pub fn fail(self, why: &str) -> Answer {
        let why = format!(
            "execpolicy failed, so nothing is let through: {}",
            reasons::line(why)
        );
        if self.capabilities().exit_two_blocks {
            return Answer::blocked(&why);
        }
        (self.adapter().answer)(&Event::unread(), &Ruling::Deny(Reasons::of_both(&why)))
    }

    /// The roots of work trees that this agent names in the environment of its hooks.
    pub fn roots(self, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
        let name = match self {
            Self::ClaudeCode => "CLAUDE_PROJECT_DIR",
            Self::Gemini => "GEMINI_PROJECT_DIR",
            Self::Cursor => "CURSOR_PROJECT_DIR",
            Self::Codex | Self::Copilot | Self::Windsurf | Self::Cline | Self::Opencode | Self::Generic => {
                return Vec::new();
            }
        };
        let root = variable(name).filter(|root| !root.is_empty());
        root.map(PathBuf::from).into_iter().collect()
    }

    /// The files and directories that tell agents whom to ask, where these variables move them.
    pub fn moved_settings(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
        let each = MOVED.iter().filter_map(|(name, below)| {
            let directory = PathBuf::from(variable(name)?);
            directory
                .is_absolute()
                .then(|| below.iter().map(move |below| directory.join(below)))
        });
        each.flatten().collect()
    }

    /// Whether commands of this event can come back as others: the agent takes them then, and none of its own rules
    /// would meet another text than it was written for. Looks into the agent's settings there; what cannot be read counts
    /// as a rule.
    pub fn rewrites(self, event: &Event, ground: &SettingsGround<'_>) -> bool {
        let adapter = self.adapter();
        let takes = adapter.capabilities.rewrite.is_some() && event.moment == Moment::BeforeTool;
        takes && matches!(event.subject, Subject::Text(_)) && !adapter.own_rules.restrict(ground)
    }

    /// How the command of this event is read where nothing rewrites it, with these variables set.
    pub fn dialect(self, event: &Event, variable: impl Fn(&str) -> Option<OsString>) -> Dialect {
        let shell = event.shell.unwrap_or(self.capabilities().shell);
        match &event.subject {
            Subject::Text(text) => shell.dialect(text, variable),
            Subject::Words(_) | Subject::Writes(_) | Subject::Unread { .. } | Subject::Other => {
                shell.dialect("", variable)
            }
        }
    }

    /// A settings file by which this agent runs no hooks, or may run none. What cannot be read counts as one.
    pub fn switched_off(self, ground: &SettingsGround<'_>) -> Option<PathBuf> {
        self.adapter().switches.restricting(ground)
    }

    pub(crate) fn settings(self) -> Option<&'static settings::Settings> {
        self.adapter().settings.as_ref()
    }

    fn adapter(self) -> &'static Adapter {
        match self {
            Self::ClaudeCode => &claude_code::ADAPTER,
            Self::Codex => &codex::ADAPTER,
            Self::Cursor => &cursor::ADAPTER,
            Self::Copilot => &copilot::ADAPTER,
            Self::Gemini => &gemini::ADAPTER,
            Self::Windsurf => &windsurf::ADAPTER,
            Self::Cline => &cline::ADAPTER,
            Self::Opencode => &opencode::ADAPTER,
            Self::Generic => &generic::ADAPTER,
        }
    }
}

#[cfg(test)]
mod tests;
