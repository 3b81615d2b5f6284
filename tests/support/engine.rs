//! The engine as the tests use it: one policy, one place, a text in, a verdict out.

use diagnostics::{Diagnostic, Source};
use execpolicy::{
    Basis, Context, Decision, Directory, Layer, Loaded, PolicyFile, PolicySet, Unspoken, Verdict, judge, load,
};
use gatekeeper::{Command, Defaults, Gatekeeper, Judgement};
use shell_parser::{Dialect, Limits, Script, parse};

/// A policy with what is built in, by default in the work tree `/w/repo` of a user whose home is `/home/user`.
#[derive(Debug)]
pub struct Engine {
    gatekeeper: Gatekeeper,
    context: Context,
}

impl Engine {
    /// This policy; `""` is none.
    ///
    /// # Errors
    /// What is wrong with the policy.
    pub fn new(policy: &str) -> Result<Self, Vec<Diagnostic>> {
        match Gatekeeper::of(&[file(policy)], Defaults::BuiltIn) {
            Ok(gatekeeper) => Ok(Self {
                gatekeeper,
                context: at("/w/repo", "/home/user"),
            }),
            Err(error) => Err(error.findings),
        }
    }

    /// The same in another work tree, where commands start, and with another home.
    #[must_use]
    pub fn at(self, workspace: &str, home: &str) -> Self {
        Self {
            context: at(workspace, home),
            ..self
        }
    }

    /// Judges a text for bash.
    pub fn judge(&self, text: &str) -> Verdict {
        self.judge_command(Command::of_text(text, Dialect::Bash))
            .verdict()
            .clone()
    }

    /// Judges a command.
    pub fn judge_command(&self, command: Command) -> Judgement {
        self.gatekeeper.judge(command, &self.context)
    }
}

/// Rules alone: nothing is known of programs, and the fallback always says the same.
#[derive(Debug)]
pub struct RulesAlone {
    policy: PolicySet,
    unspoken: Decision,
}

impl RulesAlone {
    /// The rules of this policy that load, and what everything else gets.
    pub fn new(policy: &str, unspoken: Decision) -> Self {
        let Loaded { policy, .. } = load(&[file(policy)], &|_: &str| None);
        Self { policy, unspoken }
    }

    /// Judges a text for bash.
    pub fn judge(&self, text: &str) -> Verdict {
        self.judge_script(&parse(text, Dialect::Bash, &Limits::default()))
    }

    /// Judges a script.
    pub fn judge_script(&self, script: &Script) -> Verdict {
        let fallback = |unspoken: &Unspoken<'_>, _: &Context| {
            vec![Basis::Default {
                decision: self.unspoken,
                reason: "always".into(),
                cause: unspoken.segment.span,
            }]
        };
        judge(script, &self.policy, &at("/w/repo", "/home/user"), &fallback)
    }
}

/// A policy as a file of a person's layer.
fn file(policy: &str) -> PolicyFile {
    PolicyFile {
        source: Source::new("policy", policy),
        layer: Layer::new("command line"),
    }
}

/// The context of a work tree.
fn at(workspace: &str, home: &str) -> Context {
    Context {
        workspace: Some(workspace.into()),
        cwd: Directory::Known(workspace.into()),
        home: Some(home.into()),
        ..Context::default()
    }
}
