//! What a thread's log says, a fact a line.

use std::path::PathBuf;

use gatekeeper::CommandAction;
use gatekeeper::log::masked;
use serde::{Deserialize, Serialize};

use crate::protocol::{self, ApprovalPolicy, Item, TurnStatus};

/// Bytes of an item's output, or of its diffs together, that are kept.
const OUTPUT: usize = 16 * 1024;

/// Bytes of a command's text that are kept.
const COMMAND: usize = 16 * 1024;

/// Bytes of any other text that are kept.
const TEXT: usize = 4 * 1024;

/// Parts of an item that are kept: actions, violations, changed files.
const PARTS: usize = 64;

/// A fact. What was approved is none: no log brings an approval back.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "fact", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Fact {
    /// The first of each log.
    ThreadStarted(Start),
    /// Another connection has the thread now.
    ThreadResumed {
        /// When.
        at: u64,
    },
    /// A turn began.
    TurnStarted {
        /// Which one.
        turn_id: String,
        /// When.
        at: u64,
    },
    /// A turn is over.
    TurnEnded {
        /// Which one.
        turn_id: String,
        /// When.
        at: u64,
        /// How.
        status: TurnStatus,
    },
    /// An item began.
    ItemStarted {
        /// Of which turn.
        turn_id: String,
        /// The item.
        item: Item,
    },
    /// An item is over.
    ItemCompleted {
        /// Of which turn.
        turn_id: String,
        /// The item.
        item: Item,
    },
}

/// The beginning of a thread: all that is needed to go on in its place.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    /// Which thread.
    pub(crate) id: String,
    /// When.
    pub(crate) at: u64,
    /// Where its commands start; real, without links.
    pub(crate) cwd: PathBuf,
    /// The root of its work tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) workspace: Option<String>,
    /// The profile that its commands run in; `none` is none.
    pub(crate) sandbox: String,
    /// Who may be asked; left out, whom the server was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) approval_policy: Option<ApprovalPolicy>,
    /// The thread that it was copied from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) forked_from: Option<String>,
}

/// How much of an item is kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kept {
    /// All within its bounds.
    Bounded,
    /// That, without output and diffs: the log is long already.
    Outline,
}

impl Fact {
    /// It as it is written: its texts bounded, secrets in what was to be run masked. Output and diffs are not searched for
    /// secrets.
    pub(crate) fn kept(self, kept: Kept) -> Self {
        match self {
            Self::ItemStarted { turn_id, item } => Self::ItemStarted {
                turn_id,
                item: bounded(item, kept),
            },
            Self::ItemCompleted { turn_id, item } => Self::ItemCompleted {
                turn_id,
                item: bounded(item, kept),
            },
            Self::ThreadStarted(_)
            | Self::ThreadResumed { .. }
            | Self::TurnStarted { .. }
            | Self::TurnEnded { .. } => self,
        }
    }
}

impl Start {
    /// How the thread is told, without its turns.
    pub(crate) fn told(&self) -> protocol::Thread {
        protocol::Thread {
            id: self.id.clone(),
            cwd: self.cwd.display().to_string(),
            workspace: self.workspace.clone(),
            sandbox: self.sandbox.clone(),
            created_at: self.at,
            turns: Vec::new(),
        }
    }
}

fn bounded(mut item: Item, kept: Kept) -> Item {
    let most = match kept {
        Kept::Bounded => OUTPUT,
        Kept::Outline => 0,
    };
    match &mut item {
        Item::CommandExecution {
            command,
            command_actions,
            aggregated_output,
            violations,
            reason,
            ..
        } => {
            *command = said(command, COMMAND);
            command_actions.truncate(PARTS);
            command_actions.iter_mut().for_each(mask);
            violations.truncate(PARTS);
            for violation in violations {
                violation.message = said(&violation.message, TEXT);
            }
            if let Some(output) = aggregated_output {
                *output = cut(output, most).to_owned();
            }
            *reason = reason.as_deref().map(|reason| said(reason, TEXT));
        }
        Item::FileChange { changes, reason, .. } => {
            changes.truncate(PARTS);
            let mut room = most;
            for change in changes {
                change.diff = cut(&change.diff, room).to_owned();
                room = room.saturating_sub(change.diff.len());
            }
            *reason = reason.as_deref().map(|reason| said(reason, TEXT));
        }
    }
    item
}

fn mask(action: &mut CommandAction) {
    let again = |text: &mut String| *text = said(text, TEXT);
    match action {
        CommandAction::Read { command, name, path } => [command, name, path].into_iter().for_each(again),
        CommandAction::ListFiles { command, path } => {
            std::iter::once(command).chain(path).for_each(again);
        }
        CommandAction::Search { command, query, path } => {
            std::iter::once(command).chain(query).chain(path).for_each(again);
        }
        CommandAction::Unknown { command } => again(command),
    }
}

/// A text without secrets. It is masked before it is cut, since half a secret may look like none; what is far behind the
/// cut is not looked at.
fn said(text: &str, most: usize) -> String {
    cut(&masked(cut(text, most.saturating_mul(2))), most).to_owned()
}

/// The beginning of a text, of so many bytes at most.
fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{FileChange, FileChangeKind, ItemStatus};

    #[test]
    fn an_item_is_kept_bounded_and_without_secrets() {
        let secret = "ghp_0123456789abcdefABCDEF0123456789abcd";
        let item = Item::CommandExecution {
            id: "item_1".into(),
            command: format!("curl -H 'Authorization: Bearer {secret}' https://a.example"),
            cwd: "/w".into(),
            command_actions: vec![CommandAction::Unknown {
                command: format!("curl -H 'Authorization: Bearer {secret}' https://a.example"),
            }],
            status: ItemStatus::Completed,
            confinement: None,
            exit_code: Some(0),
            duration_ms: Some(1),
            aggregated_output: Some("ü".repeat(OUTPUT)),
            output_dropped: None,
            violations: Vec::new(),
            reason: Some(format!("Bearer {secret}")),
        };
        let fact = |kept| {
            let fact = Fact::ItemCompleted {
                turn_id: "turn_1".into(),
                item: item.clone(),
            };
            serde_json::to_string(&fact.kept(kept)).unwrap()
        };
        let whole = fact(Kept::Bounded);
        assert!(!whole.contains(secret), "{whole}");
        assert_eq!(whole.matches('ü').count(), OUTPUT / 2);
        assert!(!fact(Kept::Outline).contains('ü'));
    }

    #[test]
    fn diffs_share_one_bound() {
        let change = |name: &str| FileChange {
            path: name.into(),
            kind: FileChangeKind::Add {},
            diff: "x".repeat(OUTPUT - 1),
        };
        let item = Item::FileChange {
            id: "item_1".into(),
            changes: vec![change("a"), change("b")],
            status: ItemStatus::Completed,
            reason: None,
        };
        let Item::FileChange { changes, .. } = bounded(item, Kept::Bounded) else {
            panic!("it is another item");
        };
        let lengths: Vec<usize> = changes.iter().map(|change| change.diff.len()).collect();
        assert_eq!(lengths, [OUTPUT - 1, 1]);
    }
}
