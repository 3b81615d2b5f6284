//! Whether the host may connect somewhere: by rules about hosts, by what was given before, by a person.

use gatekeeper::amendment_file::{AmendmentFile, RuleScope};
use gatekeeper::risk::{Risk, RiskCategory, RiskLevel};
use gatekeeper::{Protocol, Wish};

use super::asking::shown;
use super::desk::Desk;
use super::wishes::host_of;
use crate::clock;
use crate::protocol::{
    AcceptSettings, CommandApproval, CommandApprovalAnswer, CommandDecision, ErrorCode, ErrorObject,
    NetworkAction, NetworkAmendment, NetworkApprovalContext, NetworkProtocol, NetworkRequestParams,
    NetworkRequestResult, Notification, ServerRequest,
};
use crate::thread::{Term, Thing};

/// Decides; says with the answer whether the turn is to be interrupted.
///
/// # Errors
/// What is asked about is no host.
pub(super) fn decide(
    desk: &Desk,
    params: &NetworkRequestParams,
) -> Result<(NetworkRequestResult, bool), ErrorObject> {
    let host = host_of(&params.host)
        .map_err(|error| ErrorObject::new(ErrorCode::InvalidParams, format!("`host`: {error}")))?;
    let thing = Thing::Host(host.to_string(), Some(params.protocol));
    let answer = |allowed, reason: String| Ok((NetworkRequestResult { allowed, reason }, false));
    let why = match desk.policy().host_wish(&host, Some(of_policy(params.protocol))) {
        Wish::Held(why) | Wish::Granted(why) => return answer(true, why),
        Wish::Refused(why) => return answer(false, why),
        Wish::Open(why) => why,
    };
    if desk.thread.permissions().has(&thing, &desk.turn.id) {
        return answer(true, "it was granted before".to_owned());
    }
    let question = question(desk, params, &host.to_string(), why);
    let offered = question.available_decisions.clone();
    let request = ServerRequest::Command(Box::new(question));
    let decision = match desk.ask::<CommandApprovalAnswer>(&request) {
        Ok(answer) => decision(answer),
        Err(why) => return answer(false, why),
    };
    if !offered.contains(&decision) {
        return answer(false, "what was answered was not offered".to_owned());
    }
    // The answer took a while; what is forbidden by now it cannot allow.
    let is_yes = !matches!(decision, CommandDecision::Decline | CommandDecision::Cancel);
    if let (true, Wish::Refused(why)) = (
        is_yes,
        desk.policy().host_wish(&host, Some(of_policy(params.protocol))),
    ) {
        return answer(false, why);
    }
    match decision {
        CommandDecision::Accept => answer(true, "a person allowed it".to_owned()),
        CommandDecision::AcceptForSession => {
            // Without room it is asked about again.
            let _has_room = desk.thread.permissions().give(thing, Term::Session);
            answer(true, "a person allowed it".to_owned())
        }
        CommandDecision::ApplyNetworkPolicyAmendment {
            network_policy_amendment: amendment,
        } => {
            write(desk, &amendment, params.protocol);
            match amendment.action {
                NetworkAction::Allow => answer(true, "a person allowed it by a rule".to_owned()),
                NetworkAction::Deny => answer(false, "a person denied it by a rule".to_owned()),
            }
        }
        CommandDecision::Decline | CommandDecision::AcceptWithExecpolicyAmendment { .. } => {
            answer(false, "a person declined it".to_owned())
        }
        CommandDecision::Cancel => Ok((
            NetworkRequestResult {
                allowed: false,
                reason: "a person cancelled the turn".to_owned(),
            },
            true,
        )),
    }
}

fn question(desk: &Desk, params: &NetworkRequestParams, host: &str, why: String) -> CommandApproval {
    let amendments = [NetworkAction::Allow, NetworkAction::Deny].map(|action| NetworkAmendment {
        host: host.to_owned(),
        action,
    });
    // Where rules are not kept, or not read, none is proposed.
    let is_kept =
        !desk.server.options.no_layers && AmendmentFile::approved(&desk.context, RuleScope::User).is_ok();
    let amendments: Vec<NetworkAmendment> = amendments.into_iter().filter(|_| is_kept).collect();
    let rules = amendments
        .iter()
        .map(|amendment| CommandDecision::ApplyNetworkPolicyAmendment {
            network_policy_amendment: amendment.clone(),
        });
    let available_decisions = [CommandDecision::Accept, CommandDecision::AcceptForSession]
        .into_iter()
        .chain(rules)
        .chain([CommandDecision::Decline, CommandDecision::Cancel]);
    CommandApproval {
        thread_id: desk.thread.id.clone(),
        turn_id: desk.turn.id.clone(),
        item_id: desk.id.clone(),
        started_at_ms: clock::now(),
        command: None,
        cwd: None,
        command_actions: Vec::new(),
        reason: match params.reason.as_deref() {
            Some(reason) => format!("{why}. The agent says: {}", shown(reason)),
            None => why.clone(),
        },
        risk: Some(Risk {
            level: RiskLevel::Medium,
            categories: vec![RiskCategory::Network],
            summary: why,
        }),
        confinement: None,
        network_approval_context: Some(NetworkApprovalContext {
            host: host.to_owned(),
            protocol: params.protocol,
        }),
        proposed_execpolicy_amendment: None,
        available_decisions: available_decisions.collect(),
        proposed_network_policy_amendments: amendments,
        additional_permissions: None,
        denied: Vec::new(),
    }
}

/// What was decided; older clients say `acceptForSession` in another way.
fn decision(answer: CommandApprovalAnswer) -> CommandDecision {
    match (answer.decision, answer.accept_settings) {
        (CommandDecision::Accept, Some(AcceptSettings { for_session: true })) => {
            CommandDecision::AcceptForSession
        }
        (decision, _) => decision,
    }
}

/// Writes a rule into the user's policy. The answer counts this once, whether it can be written or not.
fn write(desk: &Desk, amendment: &NetworkAmendment, protocol: NetworkProtocol) {
    let action = match amendment.action {
        NetworkAction::Allow => "allow",
        NetworkAction::Deny => "deny",
    };
    let protocol = match protocol {
        NetworkProtocol::Http => "http",
        NetworkProtocol::Https => "https",
        NetworkProtocol::Socks5Tcp => "socks5_tcp",
        NetworkProtocol::Socks5Udp => "socks5_udp",
    };
    // A host in its one spelling has nothing that a text of the language would have to escape.
    let rule = format!(
        "network_rule(host = \"{}\", protocol = \"{protocol}\", decision = \"{action}\")",
        amendment.host
    );
    let written = AmendmentFile::approved(&desk.context, RuleScope::User).and_then(|file| file.add(&rule));
    match written {
        Ok(_) => {
            desk.server.reload();
        }
        Err(error) => {
            let _gone = desk.thread.client.tell(&Notification::Warning {
                message: format!("the rule `{rule}` is not written: {error}"),
            });
        }
    }
}

fn of_policy(protocol: NetworkProtocol) -> Protocol {
    match protocol {
        NetworkProtocol::Http => Protocol::Http,
        NetworkProtocol::Https => Protocol::Https,
        NetworkProtocol::Socks5Tcp => Protocol::Socks5Tcp,
        NetworkProtocol::Socks5Udp => Protocol::Socks5Udp,
    }
}
