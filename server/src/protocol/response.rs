//! What a client is answered.

use gatekeeper::report::VerdictReport;
use serde::Serialize;

use super::{Item, PermissionScope, Permissions};

/// The answer of `check` is the report of `execpolicy check`.
pub type CheckResult = VerdictReport;

macro_rules! results {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }
    )*};
}

results! {
    /// Nothing more is to be said.
    Empty {
    }
    /// Who the server is.
    InitializeResult {
        /// Its name and version.
        user_agent: String,
        /// The version of this protocol: a key is never removed or changed under the same number.
        protocol_version: u32,
        /// The version of the policy in force, where the server was started.
        policy: String,
    }
    /// A thread.
    ThreadResult {
        /// With its turns, where it was resumed or forked.
        thread: Thread,
    }
    /// Threads of the log.
    ThreadListResult {
        /// The youngest first, without their turns.
        data: Vec<Thread>,
        /// What to ask for next; left out at the end.
        #[serde(skip_serializing_if = "Option::is_none")]
        next_cursor: Option<String>,
    }
    /// A thread: turns of one agent in one place.
    Thread {
        /// Which one.
        id: String,
        /// Where its commands start.
        cwd: String,
        /// The root of its work tree, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        workspace: Option<String>,
        /// The profile that its commands run in; `none` is none.
        sandbox: String,
        /// When it began.
        created_at: u64,
        /// What was done before; empty in a list.
        turns: Vec<Turn>,
    }
    /// A turn.
    TurnResult {
        /// Which one.
        turn: Turn,
    }
    /// A turn: what an agent does between two words of its person.
    Turn {
        /// Which one; no other has it, in any thread.
        id: String,
        /// How far it is.
        status: TurnStatus,
        /// What it did.
        items: Vec<Item>,
    }
    /// What a turn has changed.
    TurnDiffResult {
        /// A unified diff of what the turn's items touched; empty where nothing is left of it.
        diff: String,
    }
    /// The command is taken; what becomes of it is told by notifications.
    CommandExecResult {
        /// Which item it is.
        item_id: String,
    }
    /// The changes are taken; what becomes of them is told by notifications.
    PatchApplyResult {
        /// Which item they are.
        item_id: String,
    }
    /// What was given of what was asked for.
    PermissionsRequestResult {
        /// Never more than that.
        permissions: Permissions,
        /// For how long.
        scope: PermissionScope,
        /// Why not all of it, a line each.
        refused: Vec<String>,
    }
    /// Whether the host may connect there.
    NetworkRequestResult {
        /// Whether it may.
        allowed: bool,
        /// Why, or why not.
        reason: String,
    }
    /// What became of the policy.
    PolicyReloadResult {
        /// Whether it is another one now.
        changed: bool,
        /// Its version, where the server was started.
        policy: String,
    }
}

/// How far a turn is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum TurnStatus {
    /// Items may be added.
    InProgress,
    /// It is over.
    Completed,
    /// It was ended: by an interrupt, by `cancel`, or with the server or the connection.
    Interrupted,
}
