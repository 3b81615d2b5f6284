//! A wish is decided part by part: by policy, by what was given before, by a person.

use gatekeeper::Wish;
use gatekeeper::risk::{Risk, RiskCategory, RiskLevel};

use super::desk::Desk;
use super::wishes::{Wishes, judge, told};
use crate::clock;
use crate::protocol::{
    ErrorObject, PermissionScope, PermissionsApproval, PermissionsApprovalAnswer, PermissionsRequestParams,
    PermissionsRequestResult, ServerRequest,
};
use crate::thread::{Term, Thing};

/// Bytes of the reason that the agent gives.
const REASON: usize = 1000;

/// Decides a wish.
///
/// # Errors
/// Where it is none.
pub(super) fn decide(
    desk: &Desk,
    params: &PermissionsRequestParams,
) -> Result<PermissionsRequestResult, ErrorObject> {
    let Wishes { things, mut refused } = Wishes::of(&params.permissions, &desk.thread.cwd)?;
    let mut given: Vec<Thing> = Vec::new();
    let mut open: Vec<(Thing, String)> = Vec::new();
    for thing in things {
        // What policy forbids now is not had any more, whoever granted it before.
        match judge(&thing, desk) {
            Wish::Refused(why) => refused.push(why),
            Wish::Held(_) => given.push(thing),
            Wish::Granted(_) => give(desk, thing, PermissionScope::Turn, &mut given, &mut refused),
            Wish::Open(_) if desk.thread.permissions().has(&thing, &desk.turn.id) => given.push(thing),
            Wish::Open(why) => open.push((thing, why)),
        }
    }
    let mut scope = PermissionScope::Turn;
    if !open.is_empty() {
        let request = ServerRequest::Permissions(question(desk, &open, params.reason.as_deref()));
        match desk.ask::<PermissionsApprovalAnswer>(&request) {
            Ok(answer) => {
                scope = answer.scope;
                take(desk, &open, &answer, &mut given, &mut refused);
            }
            Err(why) => refused.extend(open.iter().map(|(_, what)| format!("{what}: {why}"))),
        }
    }
    Ok(PermissionsRequestResult {
        permissions: told(&given),
        scope,
        refused,
    })
}

/// Takes what was granted of what is open; never more than that.
fn take(
    desk: &Desk,
    open: &[(Thing, String)],
    answer: &PermissionsApprovalAnswer,
    given: &mut Vec<Thing>,
    refused: &mut Vec<String>,
) {
    // An answer that is no wish grants nothing.
    let granted = Wishes::of(&answer.permissions, &desk.thread.cwd).unwrap_or_default();
    let mut taken: Vec<Thing> = Vec::new();
    for thing in granted.things {
        let is_asked = open.iter().any(|(asked, _)| asked.covers(&thing));
        // Something below what was asked about may be hidden.
        if is_asked && !matches!(judge(&thing, desk), Wish::Refused(_)) {
            give(desk, thing, answer.scope, &mut taken, refused);
        }
    }
    for (asked, what) in open {
        if !taken.iter().any(|thing| thing.covers(asked)) {
            refused.push(format!("{what}: it was not granted, or not all of it"));
        }
    }
    given.extend(taken);
}

fn give(
    desk: &Desk,
    thing: Thing,
    scope: PermissionScope,
    given: &mut Vec<Thing>,
    refused: &mut Vec<String>,
) {
    let term = match scope {
        PermissionScope::Turn => Term::Turn(desk.turn.id.clone()),
        PermissionScope::Session => Term::Session,
    };
    if desk.thread.permissions().give(thing.clone(), term) {
        given.push(thing);
    } else {
        refused.push("too much was given in this thread already".to_owned());
    }
}

fn question(desk: &Desk, open: &[(Thing, String)], reason: Option<&str>) -> PermissionsApproval {
    let things: Vec<Thing> = open.iter().map(|(thing, _)| thing.clone()).collect();
    let what: Vec<&str> = open.iter().map(|(_, what)| what.as_str()).collect();
    let what = what.join("; ");
    PermissionsApproval {
        thread_id: desk.thread.id.clone(),
        turn_id: desk.turn.id.clone(),
        item_id: desk.id.clone(),
        started_at_ms: clock::now(),
        cwd: desk.thread.cwd.display().to_string(),
        permissions: told(&things),
        reason: match reason {
            Some(reason) => format!("{what}. The agent says: {}", shown(reason)),
            None => what.clone(),
        },
        risk: risk(&things, what),
    }
}

/// An agent's words, on one line and bounded.
pub(super) fn shown(reason: &str) -> String {
    let characters = reason.chars().take(REASON);
    characters.flat_map(char::escape_debug).collect()
}

fn risk(things: &[Thing], summary: String) -> Risk {
    let category = |thing: &Thing| match thing {
        Thing::Read(_) => RiskCategory::DataExfiltration,
        Thing::Write(_) => RiskCategory::SystemChange,
        Thing::Host(..) => RiskCategory::Network,
        Thing::Tool(_) => RiskCategory::NotUnderstood,
    };
    let mut categories: Vec<RiskCategory> = things.iter().map(category).collect();
    categories.sort_unstable();
    categories.dedup();
    Risk {
        level: RiskLevel::Medium,
        categories,
        summary,
    }
}
