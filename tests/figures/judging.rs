//! Judges many rows in one process, as a host that links the library would.

use std::num::NonZero;
use std::thread;

use diagnostics::Source;
use execpolicy::{
    Approval, ConfinementName, Context, Decision, Dialect, Directory, Layer, PolicyFile, Verdict,
};
use gatekeeper::{Command, Defaults, Gatekeeper, Judgement, Surroundings};
use libtest_mimic::Failed;
use support::spec::shown_basis;

use crate::figure::Missed;
use crate::rows::Row;

/// What ordinary teams allow: plain prefixes.
const TEAM: &str = r#"
[prefix_rule(pattern = words.split(" ")) for words in [
    "ls", "cat", "git status", "git log", "git diff", "git show", "grep", "rg", "find", "sed -n", "head", "tail", "wc",
    "sort", "echo", "printf", "cargo build", "cargo test", "npm test", "python -m pytest", "make",
]]
"#;

/// The gate, and what the caller will enforce around what it allows.
#[derive(Debug)]
pub(crate) struct Judge {
    gatekeeper: Gatekeeper,
    confinement: Option<&'static str>,
}

/// What came of a row.
#[derive(Clone, Debug)]
pub(crate) struct Judged<T> {
    /// May it run.
    pub(crate) decision: Decision,
    /// What was to be told of the verdict.
    pub(crate) told: T,
    /// The row as one that misses its figure, if it turns out to.
    pub(crate) missed: Missed,
}

impl Judge {
    /// What is built in, and no policy.
    ///
    /// # Errors
    /// A policy that does not load.
    pub(crate) fn by_defaults() -> Result<Self, Failed> {
        Self::with("")
    }

    /// What is built in, and the policy of an ordinary team.
    ///
    /// # Errors
    /// A policy that does not load.
    pub(crate) fn of_team() -> Result<Self, Failed> {
        Self::with(TEAM)
    }

    fn with(policy: &str) -> Result<Self, Failed> {
        let file = PolicyFile {
            source: Source::new("team", policy),
            layer: Layer::new("command line"),
        };
        let gatekeeper = Gatekeeper::of(&[file], Defaults::BuiltIn)
            .map_err(|error| Failed::from(format!("{:?}", error.findings)))?;
        Ok(Self {
            gatekeeper,
            confinement: None,
        })
    }

    /// The same where the caller confines what runs, and a person can be asked.
    pub(crate) fn confined(self, profile: &'static str) -> Self {
        Self {
            confinement: Some(profile),
            ..self
        }
    }

    /// Judges the rows, on all processors; the answers are in the order of the rows.
    pub(crate) fn judge<T: Send>(
        &self,
        rows: &[Row],
        tell: impl Fn(&Row, &Judgement) -> T + Sync,
    ) -> Vec<Judged<T>> {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        let share = rows.len().div_ceil(threads).max(1);
        thread::scope(|scope| {
            let workers: Vec<_> = rows
                .chunks(share)
                .map(|rows| scope.spawn(|| rows.iter().map(|row| self.one(row, &tell)).collect::<Vec<_>>()))
                .collect();
            let answers = workers.into_iter().map(|worker| match worker.join() {
                Ok(answers) => answers,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            answers.flatten().collect()
        })
    }

    fn one<T>(&self, row: &Row, tell: impl Fn(&Row, &Judgement) -> T) -> Judged<T> {
        let command = Command::of_text(&row.command, Dialect::Bash);
        let judgement = self.gatekeeper.judge(command, &self.context(row));
        Judged {
            decision: judgement.decision(),
            told: tell(row, &judgement),
            missed: Missed {
                id: row.id.clone(),
                weight: row.weight,
                decision: judgement.decision(),
                command: row.command.clone(),
                reason: reason(judgement.verdict()),
            },
        }
    }

    fn context(&self, row: &Row) -> Context {
        let surroundings = Surroundings {
            cwd: Some(row.workspace.clone()),
            workspace: Some(row.workspace.clone()),
            home: Some(row.home.clone()),
            approval: Approval::OnRequest,
            confinement: self.confinement.map(ConfinementName::new),
            ..Surroundings::default()
        };
        // A work tree that is the home directory is none.
        surroundings.context().unwrap_or_else(|_| Context {
            cwd: Directory::Known(row.workspace.as_str().into()),
            home: Some(row.home.as_str().into()),
            confinement: self.confinement.map(ConfinementName::new),
            ..Context::default()
        })
    }
}

/// The first thing that made the verdict what it is, behind the program that it is about.
fn reason(verdict: &Verdict) -> String {
    let decision = verdict.decision();
    let mut segments = verdict.segments().iter();
    let Some(segment) = segments.find(|segment| segment.decision == decision) else {
        let gap = verdict.gaps().first();
        return gap.map_or_else(String::new, |gap| format!("gap: {}", gap.reason.message()));
    };
    let program = segment.segment.argv.first();
    let program = program.and_then(|word| word.value.exact()).unwrap_or_default();
    let mut reasons = segment.basis.iter();
    let first = reasons.find(|basis| basis.decision() == decision);
    format!("{program}: {}", first.map_or_else(String::new, shown_basis))
}
