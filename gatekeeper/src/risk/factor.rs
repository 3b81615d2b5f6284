//! What makes up a risk: each effect with its weight.

use execpolicy::{
    About, Access, Basis, Certainty, Context, Decision, Effect, EffectKind, Executed, PathGlob,
    SegmentVerdict, UnknownEffect, Value, Verdict,
};
use shell_parser::Input;

use super::{RiskCategory, RiskLevel};
use crate::finding::{done, shown};

/// One reason for a risk.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Factor {
    pub(super) level: RiskLevel,
    pub(super) category: Option<RiskCategory>,
    /// In words, safe to show.
    pub(super) reason: String,
}

/// Every reason, in the order of the text.
pub(super) fn factors(verdict: &Verdict, context: &Context) -> Vec<Factor> {
    let places = Places::new();
    let mut factors = Vec::new();
    for judged in verdict.segments() {
        let part = Part {
            judged,
            all: verdict.segments(),
            context,
            places: &places,
        };
        factors.extend(judged.effects.iter().filter_map(|effect| part.factor(effect)));
        factors.extend(part.sends());
    }
    if !verdict.gaps().is_empty() {
        factors.push(Factor {
            level: RiskLevel::Medium,
            category: Some(RiskCategory::NotUnderstood),
            reason: "a part of it is not understood".to_owned(),
        });
    }
    factors
}

/// Paths whose change weighs less or more.
struct Places {
    workspace: Vec<PathGlob>,
    /// What lies in the workspace, itself left out.
    in_workspace: Vec<PathGlob>,
    temporary: Vec<PathGlob>,
    /// Devices that keep nothing, or show it.
    streams: Vec<PathGlob>,
    /// What the machine runs by, and its disks.
    system: Vec<PathGlob>,
}

impl Places {
    fn new() -> Self {
        let globs = |texts: &[&str]| texts.iter().filter_map(|text| PathGlob::new(text).ok()).collect();
        Self {
            workspace: globs(&["$WORKSPACE/**"]),
            in_workspace: globs(&["$WORKSPACE/*/**"]),
            temporary: globs(&["/tmp/*/**", "/var/tmp/*/**", "$TMPDIR/*/**"]),
            streams: globs(&[
                "/dev/null",
                "/dev/std*",
                "/dev/fd/**",
                "/dev/tty",
                "/dev/zero",
                "/dev/full",
            ]),
            system: globs(&[
                "/etc/**", "/usr/**", "/bin/**", "/sbin/**", "/lib*/**", "/boot/**", "/dev/**", "/sys/**",
                "/proc/**",
            ]),
        }
    }
}

/// One segment among the others.
struct Part<'a> {
    judged: &'a SegmentVerdict,
    all: &'a [SegmentVerdict],
    context: &'a Context,
    places: &'a Places,
}

impl Part<'_> {
    /// What an effect weighs; `None` where it is nothing.
    fn factor(&self, effect: &Effect) -> Option<Factor> {
        use RiskCategory::{CodeExecution, DataDeletion, Network, PrivilegeEscalation, SystemChange};
        use RiskLevel::{High, Low, Medium};
        let (level, category) = match &effect.kind {
            EffectKind::List(_) => return None,
            EffectKind::Read(_) => return self.read(effect),
            EffectKind::Write(path) => self.write(effect, path)?,
            EffectKind::Delete(path) if self.lies_in(&self.places.workspace, path) => {
                (Medium, Some(DataDeletion))
            }
            EffectKind::DeleteAll(path) if self.lies_in(&self.places.in_workspace, path) => {
                (Medium, Some(DataDeletion))
            }
            EffectKind::Delete(path) | EffectKind::DeleteAll(path) => {
                let is_temporary = self.lies_in(&self.places.temporary, path);
                (if is_temporary { Low } else { High }, Some(DataDeletion))
            }
            EffectKind::Connect(_) => (Medium, Some(Network)),
            EffectKind::Execute(executed) => return executes(executed),
            EffectKind::Configured(directory) if self.lies_in(&self.places.workspace, directory) => {
                (Low, Some(CodeExecution))
            }
            EffectKind::Escalate => (High, Some(PrivilegeEscalation)),
            EffectKind::Signal | EffectKind::Configure => (Medium, Some(SystemChange)),
            EffectKind::Overwrite => (High, Some(DataDeletion)),
            // Most variables say nothing to anybody.
            EffectKind::Setting { .. } if !self.is_objected_to(effect) => return None,
            EffectKind::Configured(_) | EffectKind::Setting { .. } => (Medium, Some(CodeExecution)),
            EffectKind::Unknown(why) => {
                return Some(Factor {
                    level: Medium,
                    category: Some(CodeExecution),
                    reason: self.unknown(*why),
                });
            }
        };
        Some(Factor {
            level,
            category,
            reason: done(&effect.kind),
        })
    }

    /// Reading weighs where a rule guards what is read.
    fn read(&self, effect: &Effect) -> Option<Factor> {
        let certainty = self.guarded(effect, &[Access::Read, Access::List])?;
        let done = done(&effect.kind);
        let (level, reason) = match certainty {
            Certainty::Yes => (RiskLevel::High, format!("{done}, which is guarded")),
            Certainty::Maybe => (RiskLevel::Medium, format!("{done}, which may be guarded")),
        };
        Some(Factor {
            level,
            category: Some(RiskCategory::CredentialAccess),
            reason,
        })
    }

    fn write(&self, effect: &Effect, path: &Value) -> Option<(RiskLevel, Option<RiskCategory>)> {
        use RiskLevel::{High, Low, Medium};
        let system = Some(RiskCategory::SystemChange);
        if self.lies_in(&self.places.streams, path) {
            return None;
        }
        let all = [Access::List, Access::Read, Access::Write, Access::Delete];
        if self.guarded(effect, &all) == Some(Certainty::Yes) || self.lies_in(&self.places.system, path) {
            return Some((High, system));
        }
        let is_own = self.lies_in(&self.places.workspace, path) || self.lies_in(&self.places.temporary, path);
        Some(if is_own { (Low, None) } else { (Medium, system) })
    }

    /// How surely a path rule that restricts these ways of touching, and no others, is about an effect.
    fn guarded(&self, effect: &Effect, ways: &[Access]) -> Option<Certainty> {
        let met = self.judged.basis.iter().filter_map(|basis| match basis {
            Basis::Effect(found) if found.decision() > Decision::Allow => Some(found),
            Basis::Effect(_)
            | Basis::Rule(_)
            | Basis::Knowledge { .. }
            | Basis::Default { .. }
            | Basis::Gap(_)
            | Basis::Confined { .. }
            | Basis::WouldAsk => None,
        });
        let about = met.filter(|found| found.cause == effect.cause && found.effect == effect.kind);
        let guarding = about.filter(|found| match &found.rule.about {
            About::Paths(paths) => paths.access.iter().all(|access| ways.contains(access)),
            About::Variables(_) | About::Host(_) | About::Effects(_) => false,
        });
        guarding.map(|found| found.certainty).max()
    }

    /// Whether anything asks because of an effect's words.
    fn is_objected_to(&self, effect: &Effect) -> bool {
        let asking = self
            .judged
            .basis
            .iter()
            .filter(|basis| basis.decision() > Decision::Allow);
        let mut causes = asking.filter_map(|basis| match basis {
            Basis::Effect(found) => Some(found.cause),
            Basis::Rule(found) => Some(found.cause),
            Basis::Knowledge { cause, .. } | Basis::Default { cause, .. } | Basis::Confined { cause, .. } => {
                Some(*cause)
            }
            Basis::Gap(gap) => Some(gap.span),
            Basis::WouldAsk => None,
        });
        causes.any(|cause| cause == effect.cause)
    }

    /// Whether what is read here, or in what is piped to it, may go to another machine.
    fn sends(&self) -> Option<Factor> {
        let hosts = || self.judged.effects.iter().filter_map(|effect| host(&effect.kind));
        let host = hosts().find(|host| host.exact().is_some()).or(hosts().next())?;
        let before: Vec<usize> = match &self.judged.segment.input {
            Input::Pipe(stages) => stages.clone(),
            Input::Stage(stage) => vec![*stage],
            Input::Inherited | Input::Found(_) | Input::Text(_) | Input::File => Vec::new(),
        };
        let before = before.into_iter().filter_map(|place| self.all.get(place));
        let mut level = None;
        for judged in before.chain([self.judged]) {
            let part = Part { judged, ..*self };
            for effect in &judged.effects {
                if let EffectKind::Read(path) = &effect.kind
                    && !self.lies_in(&self.places.streams, path)
                {
                    let weight = part.read(effect).map_or(RiskLevel::Medium, |factor| factor.level);
                    level = level.max(Some(weight));
                }
            }
        }
        Some(Factor {
            level: level?,
            category: Some(RiskCategory::DataExfiltration),
            reason: format!("may send what it reads to {}", shown(host)),
        })
    }

    fn unknown(&self, why: UnknownEffect) -> String {
        let program = self.judged.segment.argv.first();
        let program = program.map_or_else(|| "a program".to_owned(), |word| shown(&word.value));
        match why {
            UnknownEffect::Program => format!("runs {program}, of which nothing is known"),
            UnknownEffect::Subcommand => format!("runs a sub-command of {program} of which nothing is known"),
            UnknownEffect::Option => format!("gives {program} an option that is not known"),
            UnknownEffect::Operand => format!("gives {program} a word of which it is not known what it does"),
            UnknownEffect::Word => format!("gives {program} a word that may be any option"),
        }
    }

    fn lies_in(&self, globs: &[PathGlob], path: &Value) -> bool {
        self.judged.surely_lies_in(globs, path, self.context)
    }
}

/// The host that an effect connects to.
fn host(kind: &EffectKind) -> Option<&Value> {
    match kind {
        EffectKind::Connect(host) => Some(host),
        EffectKind::List(_)
        | EffectKind::Read(_)
        | EffectKind::Write(_)
        | EffectKind::Delete(_)
        | EffectKind::DeleteAll(_)
        | EffectKind::Execute(_)
        | EffectKind::Configured(_)
        | EffectKind::Escalate
        | EffectKind::Signal
        | EffectKind::Configure
        | EffectKind::Overwrite
        | EffectKind::Setting { .. }
        | EffectKind::Unknown(_) => None,
    }
}

/// What is run is a segment of its own where it is known; code in another language is not.
fn executes(executed: &Executed) -> Option<Factor> {
    let (level, reason) = match executed {
        Executed::Command(_) | Executed::Startup(_) => return None,
        Executed::Script(text) if text.exact().is_some() => return None,
        Executed::Script(_) => (
            RiskLevel::High,
            "runs in a shell what is only known when it runs".to_owned(),
        ),
        Executed::Code { language, text } if text.exact().is_some() => (
            RiskLevel::Medium,
            format!("runs {} code", diagnostics::visible(language)),
        ),
        Executed::Code { language, .. } => (
            RiskLevel::High,
            format!(
                "runs {} code that is only known when it runs",
                diagnostics::visible(language)
            ),
        ),
    };
    Some(Factor {
        level,
        category: Some(RiskCategory::CodeExecution),
        reason,
    })
}
