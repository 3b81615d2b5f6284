//! What a client is told without having asked.

use serde::Serialize;

use super::{Item, OutputStream, RequestId, Thread, Turn};

/// What a client is told without having asked.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", content = "params", rename_all_fields = "camelCase")]
pub enum Notification {
    /// There is a new thread.
    #[serde(rename = "thread/started")]
    ThreadStarted {
        /// Without its turns.
        thread: Thread,
    },
    /// There is a new turn.
    #[serde(rename = "turn/started")]
    TurnStarted {
        /// Of which thread.
        thread_id: String,
        /// The turn.
        turn: Turn,
    },
    /// A turn is over.
    #[serde(rename = "turn/completed")]
    TurnCompleted {
        /// Of which thread.
        thread_id: String,
        /// The turn, without its items.
        turn: Turn,
    },
    /// A turn was ended, and nothing of it runs any more.
    #[serde(rename = "turn/aborted")]
    TurnAborted {
        /// Of which thread.
        thread_id: String,
        /// Which turn.
        turn_id: String,
        /// By what.
        reason: String,
    },
    /// The turn has changed files.
    #[serde(rename = "turn/diff/updated")]
    TurnDiffUpdated {
        /// Of which thread.
        thread_id: String,
        /// Which turn.
        turn_id: String,
        /// All that it has changed, as `turn/diff` says.
        diff: String,
    },
    /// An item begins.
    #[serde(rename = "item/started")]
    ItemStarted {
        /// Of which thread.
        thread_id: String,
        /// Of which turn.
        turn_id: String,
        /// The item.
        item: Item,
    },
    /// A command has written something. Exactly one of `delta` and `deltaBase64` is there.
    #[serde(rename = "item/commandExecution/outputDelta")]
    OutputDelta {
        /// Of which thread.
        thread_id: String,
        /// Of which turn.
        turn_id: String,
        /// Which command.
        item_id: String,
        /// To what.
        stream: OutputStream,
        /// What, where it is UTF-8; no character is cut in two.
        #[serde(skip_serializing_if = "Option::is_none")]
        delta: Option<String>,
        /// What, where it is not: in the base64 of RFC 4648, section 4.
        #[serde(skip_serializing_if = "Option::is_none")]
        delta_base64: Option<String>,
    },
    /// An item is over.
    #[serde(rename = "item/completed")]
    ItemCompleted {
        /// Of which thread.
        thread_id: String,
        /// Of which turn.
        turn_id: String,
        /// The item, as it ended.
        item: Item,
    },
    /// A request of the server needs no answer any more.
    #[serde(rename = "serverRequest/resolved")]
    ServerRequestResolved {
        /// Of which thread.
        thread_id: String,
        /// Which request.
        request_id: RequestId,
    },
    /// The policy is another one now.
    #[serde(rename = "policy/changed")]
    PolicyChanged {
        /// Its version, where the server was started.
        policy: String,
    },
    /// Something that a person should know.
    #[serde(rename = "warning")]
    Warning {
        /// On one line that is safe to show.
        message: String,
    },
}
