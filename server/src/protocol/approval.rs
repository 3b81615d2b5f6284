//! What a client is asked: somebody's yes or no.

use std::path::PathBuf;

use gatekeeper::CommandAction;
use gatekeeper::risk::Risk;
use serde::{Deserialize, Serialize};

use super::{FileChange, NetworkProtocol, PermissionScope, Permissions};

/// A request of the server. Who does not answer, answers with an error or with something else says no.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "method", content = "params")]
pub enum ServerRequest {
    /// May this command run, or may it connect there?
    #[serde(rename = "item/commandExecution/requestApproval")]
    Command(Box<CommandApproval>),
    /// May these files be changed?
    #[serde(rename = "item/fileChange/requestApproval")]
    FileChange(FileChangeApproval),
    /// May the agent have this?
    #[serde(rename = "item/permissions/requestApproval")]
    Permissions(PermissionsApproval),
}

/// What is asked about a command.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CommandApproval {
    /// Which thread.
    pub thread_id: String,
    /// Which turn.
    pub turn_id: String,
    /// Which item; of a connection of the host's own, an id that belongs to no item.
    pub item_id: String,
    /// When it is asked.
    pub started_at_ms: u64,
    /// The text that was given, or the words as they would be written for a shell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Where it starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// What it does, in a few words.
    pub command_actions: Vec<CommandAction>,
    /// Why it is asked, for people: segment, rule and remedy.
    pub reason: String,
    /// How much harm it may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// The profile that it would run in; left out where nothing would confine it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confinement: Option<String>,
    /// The connection that is asked about, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_approval_context: Option<NetworkApprovalContext>,
    /// The pattern of the rule that `acceptWithExecpolicyAmendment` would write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed_execpolicy_amendment: Option<Vec<String>>,
    /// The rules that `applyNetworkPolicyAmendment` would write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposed_network_policy_amendments: Vec<NetworkAmendment>,
    /// What it is given beyond its profile, since it was kept from that before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_permissions: Option<Permissions>,
    /// What it was kept from before, a line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub denied: Vec<String>,
    /// What may be answered, in the order to show it. Anything else is a no.
    pub available_decisions: Vec<CommandDecision>,
}

/// A connection.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NetworkApprovalContext {
    /// The name or address.
    pub host: String,
    /// What is spoken.
    pub protocol: NetworkProtocol,
}

/// The answer about a command.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommandApprovalAnswer {
    /// Yes or no.
    pub decision: CommandDecision,
    /// How older clients say `acceptForSession`.
    #[serde(default)]
    pub accept_settings: Option<AcceptSettings>,
}

/// How older clients say for how long.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AcceptSettings {
    /// As long as this connection has the thread.
    pub for_session: bool,
}

/// What may be answered about a command.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum CommandDecision {
    /// It may, this once.
    Accept,
    /// It may, and the same command later, as long as this connection has the thread.
    AcceptForSession,
    /// It may, and a rule is written that allows it from now on.
    AcceptWithExecpolicyAmendment {
        /// The pattern that was proposed, unchanged.
        execpolicy_amendment: Vec<String>,
    },
    /// The rule about this host is written, and answers from now on.
    ApplyNetworkPolicyAmendment {
        /// One of those that were proposed, unchanged.
        network_policy_amendment: NetworkAmendment,
    },
    /// It may not; the turn goes on.
    Decline,
    /// It may not, and the turn is interrupted.
    Cancel,
}

/// A rule about a host.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NetworkAmendment {
    /// The host.
    pub host: String,
    /// Whether it may be connected to.
    pub action: NetworkAction,
}

/// Whether a host may be connected to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum NetworkAction {
    Allow,
    Deny,
}

/// What is asked about changes of files.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FileChangeApproval {
    /// Which thread.
    pub thread_id: String,
    /// Which turn.
    pub turn_id: String,
    /// Which item.
    pub item_id: String,
    /// When it is asked.
    pub started_at_ms: u64,
    /// The changes.
    pub changes: Vec<FileChange>,
    /// Why it is asked, for people.
    pub reason: String,
    /// How much harm it may do.
    pub risk: Risk,
    /// The directory below which `acceptForSession` lets all later patches write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grant_root: Option<PathBuf>,
}

/// The answer about changes of files.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileChangeApprovalAnswer {
    /// Yes or no.
    pub decision: FileChangeDecision,
}

/// What may be answered about changes of files.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum FileChangeDecision {
    /// They may be made.
    Accept,
    /// They may be made, and later ones of the same files, or below the root that was shown, without a question.
    AcceptForSession,
    /// They may not; the turn goes on.
    Decline,
    /// They may not, and the turn is interrupted.
    Cancel,
}

/// What is asked about permissions.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct PermissionsApproval {
    /// Which thread.
    pub thread_id: String,
    /// Which turn.
    pub turn_id: String,
    /// An id of its own.
    pub item_id: String,
    /// When it is asked.
    pub started_at_ms: u64,
    /// Where the thread's commands start.
    pub cwd: String,
    /// What of the wish policy leaves to a person.
    pub permissions: Permissions,
    /// Why it is asked, for people.
    pub reason: String,
    /// How much harm it may do.
    pub risk: Risk,
}

/// The answer about permissions.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PermissionsApprovalAnswer {
    /// What is given. What was not asked about is passed over; nothing is a no.
    pub permissions: Permissions,
    /// For how long.
    #[serde(default)]
    pub scope: PermissionScope,
}
