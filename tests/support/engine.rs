//! The engine as the tests use it: one policy, one place, a text in, a verdict out.

use std::sync::LazyLock;

use diagnostics::{Diagnostic, Source};
use execpolicy::{
    Approval, Basis, ConfinementName, Context, Decision, Directory, Effect, EffectKind, Fallback, Layer,
    Link, Links, Loaded, PolicyFile, PolicySet, Ruling, SegmentVerdict, Unspoken, Verdict, judge, load,
};
use gatekeeper::{Command, Defaults, Gatekeeper, Judgement};
use shell_parser::{Dialect, Limits, Script, parse};

use crate::triples::Triple;

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

    /// Files of any layers, judged by whether they load or not, and the findings of those that do not.
    pub fn of_layers(files: &[PolicyFile]) -> (Self, Vec<Diagnostic>) {
        let engine = Self {
            gatekeeper: Gatekeeper::of_layers(files, Defaults::BuiltIn),
            context: at("/w/repo", "/home/user"),
        };
        let findings = Gatekeeper::of(files, Defaults::BuiltIn).err();
        (engine, findings.map_or_else(Vec::new, |error| error.findings))
    }

    /// The same in another work tree, where commands start, and with another home.
    #[must_use]
    pub fn at(self, workspace: &str, home: &str) -> Self {
        Self {
            context: at(workspace, home),
            ..self
        }
    }

    /// The same where there are these links: `path -> target` a line, `?` where nobody knows; a path is relative to
    /// the work tree, or begins with `/` or `~/`.
    #[must_use]
    pub fn where_links(mut self, lines: &str) -> Self {
        let at = |path: &str| match (path.strip_prefix("~/"), path.starts_with('/')) {
            (Some(below), _) => format!("/home/user/{below}"),
            (None, true) => path.to_owned(),
            (None, false) => format!("/w/repo/{path}"),
        };
        let listed = lines.lines().filter_map(|line| {
            let (path, target) = line.split_once(" -> ")?;
            let link = match target {
                "?" => Link::Unknown,
                target if target.starts_with("~/") => Link::To(at(target).into()),
                target => Link::To(target.into()),
            };
            Some((at(path).into(), link))
        });
        self.context.links = Links::Table(listed.collect());
        self
    }

    /// The same for a caller that runs commands in this profile; in none where it is empty.
    #[must_use]
    pub fn confined(mut self, profile: &str) -> Self {
        self.context.confinement = (!profile.is_empty()).then(|| ConfinementName::new(profile));
        self.context.approval = Approval::OnRequest;
        self
    }

    /// The same where commands start here and no work tree is known, `?` where nobody knows the directory either;
    /// nothing else where it is empty.
    #[must_use]
    pub fn starting_in(mut self, directory: &str) -> Self {
        if !directory.is_empty() {
            self.context.workspace = None;
            self.context.cwd = match directory {
                "?" => Directory::Unknown,
                directory => Directory::Known(directory.into()),
            };
        }
        self
    }

    /// Judges a text for bash.
    pub fn judge(&self, text: &str) -> Verdict {
        self.judge_command(Command::of_text(text, Dialect::Bash))
            .verdict()
            .clone()
    }

    /// Judges a command.
    pub fn judge_command(&self, command: Command) -> Judgement {
        let judgement = self.gatekeeper.judge(command, &self.context);
        self.gatekeeper.propose(judgement, &self.context)
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

/// What the engine says of the one command that a triple is about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Heard {
    /// Its decision, whatever stands around it in the script.
    pub decision: Decision,
    /// What the script runs in.
    pub confinement: Option<String>,
}

/// A fallback of one line: what is known to read only may run, and what leans is left alone.
struct ReadersMayRun;

impl Fallback for ReadersMayRun {
    fn rule_on(&self, unspoken: &Unspoken<'_>, _: &Context) -> Ruling {
        if unspoken.confined.is_some() {
            return Ruling::new();
        }
        let reads = |effect: &Effect| matches!(effect.kind, EffectKind::List(_) | EffectKind::Read(_));
        let is_known = unspoken.spoken_for || unspoken.entry.is_some();
        let decision = if is_known && unspoken.effects.iter().all(reads) {
            Decision::Allow
        } else {
            Decision::Prompt
        };
        vec![Basis::Default {
            decision,
            reason: "always".into(),
            cause: unspoken.segment.span,
        }]
    }
}

/// What every profile hides that comes with us.
static GUARDED: LazyLock<PolicySet> = LazyLock::new(|| {
    let rule = "path_rule(access = ['read'], paths = ['**/.env'], decision = 'prompt')";
    load(&[file(rule)], &|_: &str| None).policy
});

impl Heard {
    /// Loads the triple's policy and judges its command.
    ///
    /// # Panics
    /// Where the policy does not load, or the command is no segment: a defect of the generator.
    pub fn of(triple: &Triple) -> Self {
        Self::described(triple, "writes")
    }

    /// The same, where these paths are links to those.
    ///
    /// # Panics
    /// As [`Heard::of`].
    pub fn linked(triple: &Triple, links: &[(&str, &str)]) -> Self {
        let links = links
            .iter()
            .map(|(path, target)| ((*path).into(), Link::To((*target).into())));
        Self::among(triple, "writes", Links::Table(links.collect()))
    }

    /// The same, where the option `-o` of the described program does this instead of writing.
    ///
    /// # Panics
    /// As [`Heard::of`].
    pub fn described(triple: &Triple, does: &str) -> Self {
        Self::among(triple, does, Links::Assumed)
    }

    #[expect(
        clippy::expect_used,
        reason = "a drawn triple that cannot be judged is a defect of the generator"
    )]
    fn among(triple: &Triple, does: &str, links: Links) -> Self {
        let text = triple.policy_where(does);
        let Loaded { policy, broken, .. } = load(&[file(&text)], &|_: &str| None);
        assert!(broken.is_empty(), "{broken:#?}");
        let script = parse(&triple.command.text(), Dialect::Bash, &Limits::default());
        let context = Context {
            approval: triple.approval,
            confinement: triple.confinement.map(ConfinementName::new),
            links,
            ..at("/w/repo", "/home/user")
        };
        let verdict = judge(
            &script,
            &policy.with_guarded(GUARDED.effect_rules()),
            &context,
            &ReadersMayRun,
        );
        let is_it = |one: &&SegmentVerdict| {
            let program = one.segment.argv.first().and_then(|word| word.value.exact());
            program == Some(triple.command.program)
        };
        let found = verdict
            .segments()
            .iter()
            .find(is_it)
            .expect("the command is a segment");
        Self {
            decision: found.decision,
            confinement: verdict.confinement().map(|name| name.as_str().to_owned()),
        }
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
        temporary: Some("/tmp".into()),
        policy: vec![
            "/etc/execpolicy".into(),
            format!("{home}/.config/execpolicy").into(),
            format!("{workspace}/.execpolicy").into(),
        ],
        store: vec![
            "/var/data/execpolicy".into(),
            format!("{home}/.local/state/execpolicy").into(),
        ],
        ..Context::default()
    }
}
