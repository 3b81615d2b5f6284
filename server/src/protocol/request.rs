//! What a client asks.

use std::path::PathBuf;

use gatekeeper::request::CheckRequest;
use serde::{Deserialize, Serialize};

use super::{FileChange, Permissions};

/// A request of a client.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", content = "params")]
pub enum ClientRequest {
    /// The first one of a connection.
    #[serde(rename = "initialize")]
    Initialize(InitializeParams),
    /// May this run? Nothing runs.
    #[serde(rename = "check")]
    Check(CheckRequest),
    /// A new thread, which belongs to this connection.
    #[serde(rename = "thread/start")]
    ThreadStart(ThreadStartParams),
    /// The threads of the server's log, the youngest first.
    #[serde(rename = "thread/list")]
    ThreadList(ThreadListParams),
    /// Goes on with a thread of the log. What was approved is not.
    #[serde(rename = "thread/resume")]
    ThreadResume(ThreadResumeParams),
    /// A new thread with the items of another.
    #[serde(rename = "thread/fork")]
    ThreadFork(ThreadForkParams),
    /// A new turn of a thread.
    #[serde(rename = "turn/start")]
    TurnStart(TurnStartParams),
    /// The turn is over, and what was approved for it. Answered when its items are over.
    #[serde(rename = "turn/complete")]
    TurnComplete(TurnCompleteParams),
    /// Ends what the turn does, at once. Answered after `turn/aborted`.
    #[serde(rename = "turn/interrupt")]
    TurnInterrupt(TurnInterruptParams),
    /// What the turn has changed.
    #[serde(rename = "turn/diff")]
    TurnDiff(TurnDiffParams),
    /// Runs a command, if it may.
    #[serde(rename = "command/exec")]
    CommandExec(CommandExecParams),
    /// Ends one command of a turn.
    #[serde(rename = "command/terminate")]
    CommandTerminate(CommandTerminateParams),
    /// Changes files, if that may be.
    #[serde(rename = "patch/apply")]
    PatchApply(PatchApplyParams),
    /// Asks for more than the profile gives. Answered when it is decided.
    #[serde(rename = "permissions/request")]
    PermissionsRequest(PermissionsRequestParams),
    /// May the host connect there? Answered when it is decided.
    #[serde(rename = "network/request")]
    NetworkRequest(NetworkRequestParams),
    /// Reads the policy files again.
    #[serde(rename = "policy/reload")]
    PolicyReload(PolicyReloadParams),
}

impl ClientRequest {
    /// The names of all methods.
    pub const METHODS: [&'static str; 16] = [
        "initialize",
        "check",
        "thread/start",
        "thread/list",
        "thread/resume",
        "thread/fork",
        "turn/start",
        "turn/complete",
        "turn/interrupt",
        "turn/diff",
        "command/exec",
        "command/terminate",
        "patch/apply",
        "permissions/request",
        "network/request",
        "policy/reload",
    ];
}

/// Who the client is. More than is known here may be said of it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct InitializeParams {
    /// Who the client is.
    pub client_info: ClientInfo,
}

/// A name and a version, for the log.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClientInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A new thread.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ThreadStartParams {
    /// Where its commands start; left out, where the server was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<PathBuf>,
    /// The root of its work tree; left out, the repository around `cwd`, else `cwd`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<PathBuf>,
    /// The profile that its commands run in; `none` is none. Left out, the one that the server was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<String>,
    /// Who may be asked; left out, whom the server was started with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval_policy: Option<ApprovalPolicy>,
}

/// Who may be asked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalPolicy {
    /// A person; nothing leans on a confinement.
    Untrusted,
    /// A person.
    OnRequest,
    /// Nobody: what would ask is declined.
    Never,
}

/// Threads of the log.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ThreadListParams {
    /// What the list before said; left out, the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many, and never more than 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

macro_rules! params {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Deserialize, Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
        }
    )*};
}

params! {
    /// A thread to go on with.
    ThreadResumeParams {
        /// Which one.
        thread_id: String,
    }
    /// A thread to copy.
    ThreadForkParams {
        /// Which one.
        thread_id: String,
    }
    /// A new turn.
    TurnStartParams {
        /// Of which thread.
        thread_id: String,
    }
    /// A turn that is over.
    TurnCompleteParams {
        /// Of which thread.
        thread_id: String,
        /// Which one.
        turn_id: String,
    }
    /// A turn to end.
    TurnInterruptParams {
        /// Of which thread.
        thread_id: String,
        /// Which one.
        turn_id: String,
    }
    /// A turn whose changes are wanted.
    TurnDiffParams {
        /// Of which thread.
        thread_id: String,
        /// Which one.
        turn_id: String,
    }
    /// A command: either `command` or `argv`.
    CommandExecParams {
        /// Of which thread.
        thread_id: String,
        /// Of which turn.
        turn_id: String,
        /// A text for bash.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
        /// Words; no shell reads them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        argv: Option<Vec<String>>,
        /// Where it starts, absolute or from the thread's directory; left out, there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cwd: Option<PathBuf>,
        /// It is killed after that; left out, and at most, an hour.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
        /// Bytes of its output that are streamed; left out 1 MiB, and at most 64 MiB. The rest is dropped, and its item
        /// keeps at most the first MiB.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output_bytes_cap: Option<u64>,
    }
    /// A command to end.
    CommandTerminateParams {
        /// Of which thread.
        thread_id: String,
        /// Which one.
        item_id: String,
    }
    /// Changes to make.
    PatchApplyParams {
        /// Of which thread.
        thread_id: String,
        /// Of which turn.
        turn_id: String,
        /// All of them are made, or none. No file may be in two of them.
        changes: Vec<FileChange>,
        /// Why, for the person who is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// A directory below which the person may let all later patches of the session write.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grant_root: Option<PathBuf>,
    }
    /// A wish for more.
    PermissionsRequestParams {
        /// Of which thread.
        thread_id: String,
        /// Of which turn.
        turn_id: String,
        /// What for.
        permissions: Permissions,
        /// Why, for the person who is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
    /// A connection of the host's own.
    NetworkRequestParams {
        /// Of which thread.
        thread_id: String,
        /// Of which turn.
        turn_id: String,
        /// The name or address.
        host: String,
        /// What is spoken.
        protocol: NetworkProtocol,
        /// Why, for the person who is asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    }
    /// Nothing needs to be said.
    PolicyReloadParams {
    }
}

/// What is spoken to a host.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum NetworkProtocol {
    Http,
    Https,
    Socks5Tcp,
    Socks5Udp,
}

impl From<ApprovalPolicy> for gatekeeper::Approval {
    fn from(policy: ApprovalPolicy) -> Self {
        match policy {
            ApprovalPolicy::Untrusted => Self::Untrusted,
            ApprovalPolicy::OnRequest => Self::OnRequest,
            ApprovalPolicy::Never => Self::Never,
        }
    }
}
