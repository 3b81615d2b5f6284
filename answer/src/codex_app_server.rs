//! The app-server of openai/codex: its questions about commands and changed files, and what was said of them before.
//!
//! The second version (`item/…/requestApproval`) and the first (`execCommandApproval`, `applyPatchApproval`).

mod item;

use serde_json::{Map, Value, json};

use crate::ask::{Ask, Asked, Reply};
use crate::memory::Memory;
use crate::message::{Envelope, Fields, Id, object};
use crate::protocol::Listener;
use item::Item;

/// Listens to a conversation in this protocol.
#[derive(Debug, Default)]
pub(crate) struct CodexAppServer {
    /// By thread and name.
    items: Memory<(String, String), Item>,
}

/// What the parameters of each question hold that changes nothing of what it is about.
const COMMAND: &[&str] = &[
    "threadId",
    "turnId",
    "itemId",
    "startedAtMs",
    "approvalId",
    "environmentId",
    "command",
    "cwd",
    "commandActions",
    "reason",
    "proposedExecpolicyAmendment",
    "proposedNetworkPolicyAmendments",
    "availableDecisions",
];
const FILES: &[&str] = &[
    "threadId",
    "turnId",
    "itemId",
    "startedAtMs",
    "reason",
    "availableDecisions",
];
const OLD_COMMAND: &[&str] = &[
    "conversationId",
    "callId",
    "approvalId",
    "command",
    "cwd",
    "reason",
    "parsedCmd",
];
const OLD_FILES: &[&str] = &["conversationId", "callId", "fileChanges", "reason"];

/// What codex calls the machine that it runs on.
const LOCAL: &str = "local";

impl Listener for CodexAppServer {
    fn client_says(&mut self, _envelope: Envelope, _line: &[u8]) {}

    fn agent_says(&mut self, envelope: Envelope, line: &[u8]) -> Option<Ask> {
        let method = envelope.method?;
        let Some(id) = envelope.id else {
            self.told(&method, line);
            return None;
        };
        let questions = [
            "item/commandExecution/requestApproval",
            "item/fileChange/requestApproval",
            "execCommandApproval",
            "applyPatchApproval",
        ];
        if !questions.contains(&method.as_str()) {
            return None;
        }
        let message = object(line)?;
        let is_second = message.text("jsonrpc").is_none_or(|version| version == "2.0");
        if !is_second || !message.says_only(&["jsonrpc", "id", "method", "params", "trace"]) {
            return None;
        }
        let params = message.object("params")?;
        match method.as_str() {
            "item/commandExecution/requestApproval" => self.command(&id, params),
            "item/fileChange/requestApproval" => self.files(&id, params),
            "execCommandApproval" => old_command(&id, params),
            _ => old_files(&id, params),
        }
    }

    /// What it says changes nothing of a question.
    fn missed_of_client(&mut self) {}

    fn missed(&mut self) {
        self.items.clear();
    }

    fn times_taken_back(&self) -> u64 {
        0
    }
}

impl CodexAppServer {
    /// A notification: what it says of an item is kept.
    fn told(&mut self, method: &str, line: &[u8]) {
        // What else begins so are the parts of an output, which are many.
        let is_start = ["item/started", "item/updated"].contains(&method);
        if !is_start && method != "item/fileChange/patchUpdated" {
            return;
        }
        let Some(message) = object(line) else {
            return self.missed();
        };
        let Some((thread, params)) = message
            .object("params")
            .and_then(|params| Some((params.text("threadId")?, params)))
        else {
            return self.missed();
        };
        let item = params.object("item").filter(|_| is_start);
        let Some(name) = item.map_or_else(|| params.text("itemId"), |item| item.text("id")) else {
            return self.missed();
        };
        let key = (thread.to_owned(), name.to_owned());
        let said = item.unwrap_or(params);
        let before = self.items.take(&key);
        let now = match Item::read(said) {
            Some(now) => now,
            // Of the many items that nobody asks about, nothing is kept.
            None if before.is_none() && said.said("command").or(said.said("changes")).is_none() => return,
            None => Item::Unclear,
        };
        let item = match before {
            Some(before) => before.and(now),
            None => now,
        };
        let bytes = item.bytes();
        self.items.put(key, item, bytes);
    }

    fn item(&self, params: &Map<String, Value>) -> Option<&Item> {
        let key = (
            params.text("threadId")?.to_owned(),
            params.text("itemId")?.to_owned(),
        );
        self.items.get(&key)
    }

    fn command(&self, id: &Id, params: &Map<String, Value>) -> Option<Ask> {
        let is_here = params
            .said("environmentId")
            .is_none_or(|name| name.as_str() == Some(LOCAL));
        if !is_here || !params.says_only(COMMAND) {
            return None;
        }
        let asked = Item::read(params);
        // A part of a command is another one than the whole.
        let whole = self.item(params).filter(|_| params.said("approvalId").is_none());
        let (command, cwd) = match (asked, whole) {
            (
                Some(Item::Command { command, cwd }),
                Some(Item::Command {
                    command: before,
                    cwd: there,
                }),
            ) => {
                let differs = command != *before || cwd.is_some() && there.is_some() && cwd != *there;
                if differs {
                    return None;
                }
                (command, cwd.or_else(|| there.clone()))
            }
            (Some(Item::Command { command, cwd }), None) => (command, cwd),
            (None, Some(Item::Command { command, cwd })) if params.said("command").is_none() => {
                match params.said("cwd") {
                    Some(said) if said.as_str() != cwd.as_deref() => return None,
                    _ => (command.clone(), cwd.clone()),
                }
            }
            _ => return None,
        };
        let event = item::command_event(&command, cwd?)?;
        Some(Ask {
            asked: Asked {
                event,
                session: params.text("threadId")?.to_owned(),
            },
            reply: decided(id, params)?,
        })
    }

    fn files(&self, id: &Id, params: &Map<String, Value>) -> Option<Ask> {
        let Some(Item::Files(paths)) = self.item(params) else {
            return None;
        };
        if !params.says_only(FILES) {
            return None;
        }
        Some(Ask {
            asked: Asked {
                event: item::files_event(paths)?,
                session: params.text("threadId")?.to_owned(),
            },
            reply: decided(id, params)?,
        })
    }
}

fn old_command(id: &Id, params: &Map<String, Value>) -> Option<Ask> {
    let Some(Item::Command { command, cwd }) = Item::read(params).filter(|_| params.says_only(OLD_COMMAND))
    else {
        return None;
    };
    Some(Ask {
        asked: Asked {
            event: item::command_event(&command, cwd?)?,
            session: params.text("conversationId")?.to_owned(),
        },
        reply: reviewed(id),
    })
}

fn old_files(id: &Id, params: &Map<String, Value>) -> Option<Ask> {
    if !params.says_only(OLD_FILES) {
        return None;
    }
    let paths = item::paths_by_name(params.object("fileChanges")?)?;
    Some(Ask {
        asked: Asked {
            event: item::files_event(&paths)?,
            session: params.text("conversationId")?.to_owned(),
        },
        reply: reviewed(id),
    })
}

/// The answers of the second version: those that are offered, where that is said.
fn decided(id: &Id, params: &Map<String, Value>) -> Option<Reply> {
    let offered = match params.said("availableDecisions") {
        None => None,
        Some(said) => Some(said.as_array()?),
    };
    let answer = |word: &str| {
        // Offered twice, it is not known which of the two is meant.
        let is_offered = offered
            .is_none_or(|offered| offered.iter().filter(|one| one.as_str() == Some(word)).count() == 1);
        is_offered.then(|| json!({"id": id, "result": {"decision": word}}))
    };
    Some(Reply {
        yes: answer("accept"),
        no: answer("decline"),
        reason: None,
    })
}

/// The answers of the first version. A server that knows no reason takes what it cannot read for a denial.
fn reviewed(id: &Id) -> Reply {
    Reply {
        yes: Some(json!({"id": id, "result": {"decision": "approved"}})),
        no: Some(json!({"id": id, "result": {"decision": {"denied": {"rejection": ""}}}})),
        reason: Some("/result/decision/denied/rejection"),
    }
}
