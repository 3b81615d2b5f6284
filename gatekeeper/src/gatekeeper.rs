//! The gatekeeper: policy files and defaults, ready to judge.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use diagnostics::Diagnostic;
use execpolicy::{
    Amendment, Basis, BrokenFile, BuiltIn, ConfinementName, Context, Decision, Links, PolicyFile, PolicySet,
    Ruling, Unspoken,
};
use sandbox::Grant;

use crate::confinement::{self, Confinement, ConfinementError};
use crate::digest::Digest;
use crate::links::Reader;
use crate::policy_file::{self, OpenError};
use crate::{Command, CommandAction, Judgement, Layers, ListedRule, action, builtin, listed_rule};

/// What speaks where no policy file does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Defaults {
    /// The policy and the knowledge that come with the program.
    #[default]
    BuiltIn,
    /// Nothing: whatever no rule speaks for asks.
    None,
}

/// The profile whose protections every other one keeps too.
const BASE: &str = "workspace-commit";

/// Policy and defaults, loaded and checked. It does not change: share it between threads, and build a new one when
/// a file has changed.
#[derive(Debug)]
pub struct Gatekeeper {
    policy: PolicySet,
    /// What answers where no policy file does; `None` always asks.
    fallback: Option<Arc<BuiltIn>>,
    /// Of the files that it was made from.
    digest: Digest,
    /// What its policy files ask a person to know.
    notices: Vec<Diagnostic>,
}

impl Gatekeeper {
    /// Reads the policy files of the layer `command line`. Their order does not matter.
    ///
    /// # Errors
    /// Any file that cannot be read or does not load; all findings of all files are in the error.
    pub fn open(files: &[PathBuf], defaults: Defaults) -> Result<Self, OpenError> {
        let (files, findings) = policy_file::read_all(files);
        let policy = policy_file::load(&files, findings)?;
        Ok(Self::with(policy, &files, defaults))
    }

    /// Takes policy files that somebody else has read, of any layers. Their order does not matter.
    ///
    /// # Errors
    /// Any file that does not load; all findings of all files are in the error.
    pub fn of(files: &[PolicyFile], defaults: Defaults) -> Result<Self, OpenError> {
        let policy = policy_file::load(files, Vec::new())?;
        Ok(Self::with(policy, files, defaults))
    }

    /// Takes policy files of any layers, and judges whatever is wrong with them: while one does not load, every verdict
    /// is a prompt at least and names it, a file of the system's forbids, its restrictions that could be read count,
    /// and so do the other files. Their order does not matter.
    pub fn of_layers(files: &[PolicyFile], defaults: Defaults) -> Self {
        let policy = execpolicy::load(files, &builtin::pack).policy;
        Self::with(policy, files, defaults)
    }

    /// Takes the layers that were found, and judges whatever is wrong with them, as [`Gatekeeper::of_layers`] does. What
    /// could not be read is broken, too; a project that is not trusted only restricts.
    pub fn of_found(layers: &Layers, defaults: Defaults) -> Self {
        let loaded = execpolicy::load(layers.files(), &builtin::pack);
        let mut broken = layers.broken().to_vec();
        broken.extend(policy_file::without_hosts(&loaded.policy));
        let policy = loaded.policy.with_broken(broken);
        Self {
            digest: Digest::of_policy(layers.files(), layers.broken(), defaults),
            notices: layers.notice(loaded.without_effect).into_iter().collect(),
            ..Self::with(policy, &[], defaults)
        }
    }

    fn with(policy: PolicySet, files: &[PolicyFile], defaults: Defaults) -> Self {
        let built_in = builtin::fallback();
        Self {
            digest: Digest::of_policy(files, &[], defaults),
            notices: Vec::new(),
            policy: builtin::completed(policy, &built_in),
            fallback: match defaults {
                Defaults::BuiltIn => Some(built_in),
                Defaults::None => None,
            },
        }
    }

    /// Of the policy files that it was made from: one that was made from others, or from one that has changed, has
    /// another.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What a person is told of its layers beside every verdict that is no allow: a project's policy that is not trusted.
    pub fn notices(&self) -> &[Diagnostic] {
        &self.notices
    }

    /// The files that could not be read or do not load. While there is one, every verdict is a prompt at least.
    pub fn broken(&self) -> &[Arc<BrokenFile>] {
        self.policy.broken()
    }

    /// What is wrong with the files that were given by name, if one of them cannot be read or does not load.
    pub fn broken_given(&self) -> Vec<Diagnostic> {
        let given = self.broken().iter();
        let given = given.filter(|file| file.layer.as_str() == policy_file::GIVEN);
        given.flat_map(|file| file.findings.iter().cloned()).collect()
    }

    pub(crate) fn policy(&self) -> &PolicySet {
        &self.policy
    }

    /// The policies that speak here: the one that answers where no policy file does, and that of the files.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &PolicySet> {
        let built_in = self.fallback.iter().map(|built_in| built_in.policy());
        built_in.chain([&self.policy])
    }

    /// Whether the policy describes a profile of this name.
    pub fn describes(&self, name: &ConfinementName) -> bool {
        self.policy.profile(name).is_some()
    }

    /// The names of all profiles: of those that come with us, and of those that policy files describe.
    pub fn profile_names(&self) -> impl Iterator<Item = &str> {
        self.policy.profile_names()
    }

    /// What a command will be confined by under the profile of this name, where it is to run, with the variables that
    /// its caller has. What comes with us is protected and hidden under a policy's own profile too.
    ///
    /// # Errors
    /// No profile of that name, or one that cannot be resolved here.
    pub fn confinement(
        &self,
        name: &ConfinementName,
        context: &Context,
        variables: &[(OsString, OsString)],
    ) -> Result<Confinement, ConfinementError> {
        self.confinement_granting(name, context, variables, &[])
    }

    /// The same, with what is granted beyond the profile.
    pub(crate) fn confinement_granting(
        &self,
        name: &ConfinementName,
        context: &Context,
        variables: &[(OsString, OsString)],
        grants: &[Grant],
    ) -> Result<Confinement, ConfinementError> {
        let unknown = || ConfinementError::Unknown {
            name: name.as_str().to_owned(),
        };
        let profile = self.policy.profile(name).ok_or_else(unknown)?;
        let base = profile.origin.as_ref().map(|_| ConfinementName::new(BASE));
        let base = base.and_then(|base| self.policy.profile(&base));
        confinement::resolve(&profile, base.as_ref(), context, variables, grants)
    }

    /// Judges one command. Nothing runs, nothing is looked up.
    pub fn judge(&self, command: Command, context: &Context) -> Judgement {
        let verdict = match &self.fallback {
            Some(built_in) => execpolicy::judge(command.script(), &self.policy, context, &**built_in),
            None => execpolicy::judge(command.script(), &self.policy, context, &ask),
        };
        Judgement::new(command, verdict)
    }

    /// Judges one command in the place that the context names: where a path that it touches has symbolic links on its
    /// way, it is judged by where they lead, too. The context gets what the file system says of them, unless it holds
    /// something of links already.
    pub fn judge_in_place(&self, command: Command, context: &mut Context) -> Judgement {
        let judgement = self.judge(command, context);
        if self.look_at_links(&judgement, context) {
            self.judge(judgement.into_command(), context)
        } else {
            judgement
        }
    }

    /// Judges one command as [`Gatekeeper::judge_in_place`] does, and tells with each effect who speaks of it. It asks
    /// more, so who only needs the decision leaves it out.
    pub fn explain_in_place(&self, command: Command, context: &mut Context) -> Judgement {
        let judgement = self.explain(command, context);
        if self.look_at_links(&judgement, context) {
            self.explain(judgement.into_command(), context)
        } else {
            judgement
        }
    }

    /// Fills in what the file system says of links on the paths of a verdict; tells whether there are any.
    fn look_at_links(&self, judgement: &Judgement, context: &mut Context) -> bool {
        if context.links != Links::Assumed {
            return false;
        }
        let policies: Vec<&PolicySet> = self.policies().collect();
        let mut reader = Reader::new(context.workspace.as_deref());
        execpolicy::look_up(judgement.verdict(), &policies, context, &mut reader);
        context.links = reader.into_links();
        context.links != Links::Table(BTreeMap::new())
    }

    /// Judges one command as [`Gatekeeper::judge`] does, and tells with each effect who speaks of it.
    pub fn explain(&self, command: Command, context: &Context) -> Judgement {
        let verdict = match &self.fallback {
            Some(built_in) => execpolicy::explain(command.script(), &self.policy, context, &**built_in),
            None => execpolicy::explain(command.script(), &self.policy, context, &ask),
        };
        Judgement::new(command, verdict)
    }

    /// The same judgement, with the smallest rule that would answer its prompt where there is one. It judges a few
    /// commands more, so who only needs the decision leaves it out. The context is the one it was made in.
    pub fn propose(&self, judgement: Judgement, context: &Context) -> Judgement {
        let script = judgement.command().script();
        let verdict = judgement.verdict();
        let proposal = match &self.fallback {
            Some(built_in) => execpolicy::propose(script, verdict, &self.policy, context, &**built_in),
            None => execpolicy::propose(script, verdict, &self.policy, context, &ask),
        };
        judgement.with_proposal(proposal)
    }

    /// The same judgement, with the rule for all words of the one command that it is about: which a person has chosen.
    pub fn propose_whole(&self, judgement: Judgement, context: &Context) -> Judgement {
        let script = judgement.command().script();
        let verdict = judgement.verdict();
        let proposal = match &self.fallback {
            Some(built_in) => execpolicy::propose_whole(script, verdict, &self.policy, context, &**built_in),
            None => execpolicy::propose_whole(script, verdict, &self.policy, context, &ask),
        };
        judgement.with_proposal(proposal)
    }

    /// The calls that make the rules of all layers but the guard's, by layer and in the order of their files.
    pub fn listed_rules(&self) -> Vec<ListedRule> {
        listed_rule::listed(&self.policy, builtin::GUARD_LAYER)
    }

    /// One that judges as this one would with these rules added. It is made to be asked, and launches nothing: its digest
    /// is that of no policy files.
    pub(crate) fn amended(&self, amendments: &[&Amendment]) -> Self {
        Self {
            policy: Amendment::all_added_to(&self.policy, amendments),
            fallback: self.fallback.clone(),
            digest: Digest::of_policy(&[], &[], Defaults::None),
            notices: Vec::new(),
        }
    }

    /// What a command does in a few words, for the person who is asked about it. The context is the one it was judged
    /// in. It shows what is known to look only, and decides nothing.
    pub fn actions(&self, judgement: &Judgement, context: &Context) -> Vec<CommandAction> {
        let source = judgement.command().source();
        action::actions(source, judgement.verdict(), self.policy.knowledge(), context)
    }
}

/// The fallback that knows nothing.
fn ask(unspoken: &Unspoken<'_>, _context: &Context) -> Ruling {
    vec![Basis::Default {
        decision: Decision::Prompt,
        reason: "no rule allows it".into(),
        cause: unspoken.segment.span,
    }]
}
