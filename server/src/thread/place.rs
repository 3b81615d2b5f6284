//! Where a thread is: the directory, the work tree, the profile, and who may be asked.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use gatekeeper::{Approval, ConfinementName, Surroundings};

use super::fact::Start;
use crate::protocol::{ApprovalPolicy, ErrorCode, ErrorObject, ThreadStartParams};
use crate::server::Server;

/// Where a thread is.
#[derive(Debug)]
pub(super) struct Place {
    /// Its confinement is the thread's profile.
    pub(super) surroundings: Surroundings,
    /// Where commands start; real, without links.
    pub(super) cwd: PathBuf,
}

impl Place {
    /// The one that a client asks for.
    ///
    /// # Errors
    /// Where there can be no thread in it. Whatever cannot be is said now, and not with the first command.
    pub(super) fn of(server: &Server, params: ThreadStartParams) -> Result<Self, ErrorObject> {
        let mut surroundings = server.options.surroundings.clone();
        if let Some(cwd) = params.cwd {
            surroundings.cwd = Some(text(cwd)?);
            surroundings.workspace = None;
        }
        if let Some(workspace) = params.workspace {
            surroundings.workspace = Some(text(workspace)?);
        }
        if let Some(sandbox) = params.sandbox {
            surroundings.confinement = (sandbox != "none").then(|| ConfinementName::new(sandbox.as_str()));
        }
        if let Some(approval) = params.approval_policy {
            surroundings.approval = approval.into();
        }
        let given = surroundings.cwd.as_deref();
        let given = given.ok_or_else(|| wrong(&"`cwd` is needed: the server has none"))?;
        let cwd = std::fs::canonicalize(given)
            .map_err(|error| wrong(&format!("`cwd` cannot be entered: {error}")))?;
        if !cwd.is_dir() {
            return Err(wrong(&"`cwd` is no directory"));
        }
        surroundings.cwd = Some(text(cwd.clone())?);
        let context = surroundings.context().map_err(|error| wrong(&error))?;
        surroundings.workspace = context.workspace.map(Into::into);
        if let Some(profile) = &surroundings.confinement {
            let policy = server.policies.of(surroundings.workspace.as_deref());
            let policy = policy.map_err(|error| wrong(&error))?.current();
            if !policy.describes(profile) {
                return Err(wrong(&format!("there is no profile `{}`", profile.as_str())));
            }
        }
        Ok(Self { surroundings, cwd })
    }

    /// The one that a thread had before.
    ///
    /// # Errors
    /// Where it is not there any more.
    pub(super) fn again(server: &Server, start: &Start) -> Result<Self, ErrorObject> {
        let workspace = start.workspace.as_deref().map(Path::new);
        if workspace.is_some_and(|workspace| !workspace.is_dir()) {
            return Err(wrong(&"the work tree of the thread is not there any more"));
        }
        let params = ThreadStartParams {
            cwd: Some(start.cwd.clone()),
            workspace: workspace.map(Path::to_owned),
            sandbox: Some(start.sandbox.clone()),
            approval_policy: start.approval_policy,
        };
        let place = Self::of(server, params)?;
        if place.cwd == start.cwd {
            Ok(place)
        } else {
            Err(wrong(&"the directory of the thread is another one now"))
        }
    }

    /// How a thread in it begins.
    pub(super) fn start(&self, id: &str, at: u64, forked_from: Option<&str>) -> Start {
        Start {
            id: id.to_owned(),
            at,
            cwd: self.cwd.clone(),
            workspace: self.surroundings.workspace.clone(),
            sandbox: self.sandbox().to_owned(),
            approval_policy: match self.surroundings.approval {
                Approval::Untrusted => Some(ApprovalPolicy::Untrusted),
                Approval::OnRequest => Some(ApprovalPolicy::OnRequest),
                Approval::Never => Some(ApprovalPolicy::Never),
                Approval::Granular { .. } => None,
            },
            forked_from: forked_from.map(str::to_owned),
        }
    }

    /// The name of the profile; `none` is none.
    pub(super) fn sandbox(&self) -> &str {
        let confinement = self.surroundings.confinement.as_ref();
        confinement.map_or("none", ConfinementName::as_str)
    }
}

fn text(path: PathBuf) -> Result<String, ErrorObject> {
    let text = path.into_os_string().into_string();
    text.map_err(|_| wrong(&"a path is not UTF-8"))
}

fn wrong(why: &dyn Display) -> ErrorObject {
    ErrorObject::new(ErrorCode::InvalidParams, why.to_string())
}
