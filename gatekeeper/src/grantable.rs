//! What a command that was kept from something may be given, if a person says yes.

use std::path::Path;

use execpolicy::{Approval, Basis, Certainty, Context, Decision, Dialect};
use sandbox::{Grant, Violation};

use crate::{Command, Gatekeeper, Judgement, may_be_granted};

/// Grants that are offered at once. A command that needs more needs another profile.
const MOST: usize = 8;

impl Gatekeeper {
    /// What would let pass what a run was kept from, each once: files and directories outside of what it may write, and
    /// what it may not read for no other reason. Nothing that policy hides or protects is among them, nothing that a
    /// rule forbids to write, and nothing that holds the whole home directory or workspace. The context is the one that
    /// the command was judged in.
    pub fn grantable(&self, violations: &[Violation], context: &Context) -> Vec<Grant> {
        let mut grants: Vec<Grant> = Vec::new();
        for grant in violations.iter().filter_map(|violation| violation.grant.as_ref()) {
            if grants.len() < MOST && !grants.contains(grant) && self.may_grant(grant, context) {
                grants.push(grant.clone());
            }
        }
        grants
    }

    fn may_grant(&self, grant: &Grant, context: &Context) -> bool {
        let path = match grant {
            Grant::Writable(path) | Grant::Readable(path) => path,
            // A device is the machine's, and a name of a host says more than an address: these are a profile's to name.
            Grant::Device(_) | Grant::Loopback | Grant::Host(_) | Grant::Unprotected(_) | Grant::Shown(_) => {
                return false;
            }
        };
        let Some(text) = path.to_str() else {
            return false;
        };
        may_be_granted(grant)
            && !is_above(path, context)
            && !forbids(&self.judge_access(text, true, context), Certainty::Maybe)
    }

    /// The judgement of changing, or of reading, a path and all that is below it, as if nothing confined it and a person
    /// could be asked.
    pub(crate) fn judge_access(&self, path: &str, writes: bool, context: &Context) -> Judgement {
        let mut context = Context {
            confinement: None,
            approval: Approval::OnRequest,
            ..context.clone()
        };
        let quoted = path.replace('\'', "'\\''");
        let text = if writes {
            // Who removes a directory changes all that is below it.
            format!(": > '{quoted}'; rm -rf '{quoted}'")
        } else {
            format!("grep -r -e x '{quoted}'")
        };
        self.judge_in_place(Command::of_text(&text, Dialect::Bash), &mut context)
    }
}

/// Whether a path is `/`, the home directory, the workspace, or above one of them.
pub(crate) fn is_above(path: &Path, context: &Context) -> bool {
    let places = [Some("/"), context.home.as_deref(), context.workspace.as_deref()];
    let mut places = places.into_iter().flatten();
    places.any(|place| Path::new(place).starts_with(path))
}

/// Whether a rule about paths forbids it, at least so surely.
pub(crate) fn forbids(judgement: &Judgement, least: Certainty) -> bool {
    let segments = judgement.verdict().segments();
    let mut bases = segments.iter().flat_map(|judged| &judged.basis);
    bases.any(|basis| match basis {
        Basis::Effect(found) => found.rule.decision == Decision::Forbidden && found.certainty >= least,
        Basis::Rule(_)
        | Basis::Knowledge { .. }
        | Basis::Default { .. }
        | Basis::Gap(_)
        | Basis::Confined { .. }
        | Basis::WouldAsk => false,
    })
}

#[cfg(test)]
mod tests {
    use sandbox::{Operation, Process, Rule, Target};

    use super::*;
    use crate::Directory;
    use crate::ground::gatekeeper;

    #[test]
    fn what_a_rule_forbids_is_not_offered() {
        let gatekeeper = gatekeeper(
            r#"path_rule(access = ["write"], paths = ["/opt/never/**", "/opt/deep/er/key"], decision = "forbidden")"#,
        );
        let context = Context {
            workspace: Some("/w/repo".into()),
            cwd: Directory::Known("/w/repo".into()),
            home: Some("/home/u".into()),
            policy: vec!["/home/u/.config/execpolicy".into()],
            ..Context::default()
        };
        for (name, grant, offered) in [
            ("outside", Some(Grant::Writable("/opt/x".into())), true),
            ("with a quote", Some(Grant::Writable("/opt/it's".into())), true),
            ("not readable", Some(Grant::Readable("/opt/x".into())), true),
            ("none", None, false),
            ("forbidden", Some(Grant::Writable("/opt/never".into())), false),
            (
                "forbidden below",
                Some(Grant::Writable("/opt/never/x".into())),
                false,
            ),
            (
                "above what is forbidden",
                Some(Grant::Writable("/opt/deep".into())),
                false,
            ),
            (
                "the gate's policy",
                Some(Grant::Writable("/home/u/.config/execpolicy".into())),
                false,
            ),
            ("above it", Some(Grant::Writable("/home/u/.config".into())), false),
            ("home", Some(Grant::Writable("/home/u".into())), false),
            ("all homes", Some(Grant::Writable("/home".into())), false),
            ("above the workspace", Some(Grant::Writable("/w".into())), false),
            (
                "protected",
                Some(Grant::Unprotected("/w/repo/.git".into())),
                false,
            ),
            ("hidden", Some(Grant::Shown("/home/u/.ssh".into())), false),
            ("a device", Some(Grant::Device("/dev/kvm".into())), false),
            (
                "the network",
                Some(Grant::Host("192.0.2.1:443".parse().unwrap())),
                false,
            ),
        ] {
            let violation = Violation {
                operation: Operation::Write,
                target: Target::File("/x".into()),
                process: Process {
                    pid: 1,
                    name: String::new(),
                },
                rule: Rule::OutsideWritable,
                grant: grant.clone(),
            };
            let grants = gatekeeper.grantable(&[violation.clone(), violation], &context);
            let wanted: Vec<Grant> = grant.into_iter().filter(|_| offered).collect();
            assert_eq!(grants, wanted, "{name}");
        }
    }
}
