//! What a server is started with: what `serve` and `mcp` share.

use std::path::PathBuf;

use gatekeeper::Dialect;
use server::Options;

use crate::args::{ServingArgs, profile};
use crate::exit::Exit;
use crate::policy::{self, Policy};
use crate::request::{Place, context, wrong_place};
use crate::{environment, output};

/// The options of a server whose commands have their temporary files there; `None` is `/tmp`. What is wrong with the
/// place or with the files that are given by name is told on stderr: who starts a server shall not learn it of every
/// verdict.
pub(crate) fn options(args: &ServingArgs, temporary: Option<PathBuf>) -> Result<Options, Exit> {
    let wrong = |finding| output::wrong_usage(finding, None);
    let place = Place {
        cwd: args.start.cwd.as_deref(),
        workspace: args.start.workspace.as_deref(),
        home: None,
        temporary,
        // It is looked at when a command is prepared, as the command gets it.
        path: None,
        approval: args.approval,
        confinement: profile(&args.confinement),
        dialect: Dialect::Bash,
    };
    let surroundings = place.surroundings().map_err(wrong)?;
    let workspace = context(&surroundings).map_err(wrong)?.workspace;
    let asked = Policy::new(&args.policy);
    let places = asked.places(&surroundings, workspace.as_deref());
    let places = places.map_err(|error| wrong(wrong_place(&error)))?;
    asked.open(&places).map_err(|findings| {
        output::complain(&findings, None);
        Exit::Failed
    })?;
    let given = &args.policy.given;
    Ok(Options {
        surroundings,
        rules: given.rules.clone(),
        no_layers: args.policy.no_layers,
        defaults: policy::defaults(given.no_default),
        variables: environment::all(),
        state: environment::log(),
        risk_program: args.risk_program.clone(),
    })
}
