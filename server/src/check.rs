//! `check`: may this run? Answered on the connection's own thread, as `execpolicy check --stdin` answers.

use gatekeeper::Surroundings;
use gatekeeper::request::CheckRequest;

use crate::protocol::{CheckResult, ErrorCode, ErrorObject};
use crate::server::Server;

/// The verdict with all its reasons, and the rule that would answer a prompt. What the request leaves out is as where
/// the server was started, but that nothing is confined unless the request says so: nobody here makes it real.
///
/// # Errors
/// [`ErrorCode::InvalidParams`] where there is no such command or place.
pub(crate) fn check(server: &Server, request: CheckRequest) -> Result<CheckResult, ErrorObject> {
    let wrong = |why: &dyn std::fmt::Display| ErrorObject::new(ErrorCode::InvalidParams, why.to_string());
    let base = Surroundings {
        confinement: None,
        ..server.options.surroundings.clone()
    };
    let mut asked = request.resolve(&base).map_err(|error| wrong(&error))?;
    let workspace = asked.context.workspace.as_deref();
    let gatekeeper = server.policy_of_late(workspace).map_err(|error| wrong(&error))?;
    let judgement = gatekeeper.judge_in_place(asked.command, &mut asked.context);
    let mut report = gatekeeper.propose(judgement, &asked.context).report();
    report.id = asked.id;
    Ok(report)
}
