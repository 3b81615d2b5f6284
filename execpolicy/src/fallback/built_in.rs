//! The fallback that is shipped: what only reads and shows may run, everything else asks.

use std::sync::{Arc, OnceLock};

use diagnostics::{Source, Span, visible};
use shell_parser::{Input, Segment, Value};

use crate::compiled;
use crate::judge::{enforces, not_enforced};
use crate::matching::{Subject, effect_rules_met, rules_met};
use crate::path_glob::Whereabouts;
use crate::{
    About, Basis, Certainty, Context, Decision, Effect, EffectKind, EffectRule, Executed, Fallback, Layer,
    PolicySet, Ruling, Standing, UnknownEffect, Unspoken,
};

/// How many characters of a command's text a reason shows.
const SHOWN: usize = 80;

/// The layer that its rules belong to.
const LAYER: &str = "default";

/// Decides by the rules it is given, then by effects: a segment that only lists, reads and shows, and reads nothing
/// guarded, is allowed; each other effect is a prompt that names it and the words that cause it.
///
/// Its rules are not a layer: they speak only for what no layer's allow speaks for.
#[derive(Debug, Default)]
pub struct BuiltIn {
    text: &'static str,
    files: Vec<Source>,
    effects: Vec<Arc<EffectRule>>,
    /// Read when something is first judged: who only confines asks for what is guarded.
    policy: OnceLock<PolicySet>,
}

impl BuiltIn {
    /// With the rules of a text that [`compile`](crate::compile) wrote; `files` are the policy files it was compiled
    /// from, so that people can be shown where a rule stands.
    pub fn compiled(text: &'static str, files: Vec<Source>) -> Self {
        let effects = compiled::effect_rules(text, &files, &Layer::new(LAYER));
        Self {
            text,
            files,
            effects: effects.into_iter().map(Arc::new).collect(),
            policy: OnceLock::new(),
        }
    }

    /// The rules.
    pub fn policy(&self) -> &PolicySet {
        self.policy.get_or_init(|| {
            let rules = compiled::prefix_rules(self.text, &self.files, &Layer::new(LAYER));
            PolicySet::new(rules, Vec::new(), Vec::new()).with_effect_rules(self.effects.iter().cloned())
        })
    }

    /// Those about effects.
    pub fn effect_rules(&self) -> &[Arc<EffectRule>] {
        &self.effects
    }
}

impl Fallback for BuiltIn {
    fn rule_on(&self, unspoken: &Unspoken<'_>, context: &Context) -> Ruling {
        let whereabouts = Whereabouts::new(unspoken.segment, context);
        let mut met = if unspoken.spoken_for {
            Vec::new()
        } else {
            let subject = Subject {
                segment: unspoken.segment,
                whereabouts: &whereabouts,
                entry: None,
            };
            rules_met(self.policy(), &subject)
        };
        if unspoken.confined.is_some() {
            // What only may do harm is kept in.
            met.retain(|found| found.certainty == Certainty::Yes);
        }
        let allows = met
            .iter()
            .any(|found| found.rule.decision == Decision::Allow && found.certainty == Certainty::Yes);
        let mut ruling = Ruling::new();
        for effect in unspoken.effects {
            let speaks_for = effect.standing == Standing::Ordinary || unspoken.entry.is_none();
            let is_allowed = allows && speaks_for && !is_shells(unspoken.segment, effect);
            // What might be any option has a reason that says more than every rule that it may meet.
            let is_any_option = effect.kind == EffectKind::Unknown(UnknownEffect::Word);
            let mut rules = if is_any_option {
                Vec::new()
            } else {
                effect_rules_met(self.policy(), effect, &whereabouts)
            };
            if let Some(profile) = unspoken.confined {
                rules.retain(|found| found.certainty == Certainty::Yes || !enforces(profile, &found.rule));
            }
            // What only may be guarded is told beside what surely is done.
            let is_named = rules.iter().any(|found| found.certainty == Certainty::Yes);
            ruling.extend(rules.into_iter().map(Basis::Effect));
            if is_named || is_allowed || unspoken.confined.is_some() {
                continue;
            }
            if let Some(reason) = objection(effect, unspoken) {
                ruling.push(basis(unspoken, effect, reason));
            }
        }
        if met.iter().any(|found| found.decision() > Decision::Allow) {
            // The rule says better why it asks than that nothing is known.
            ruling.retain(|basis| !says_nothing_is_known(basis, unspoken));
        }
        if let Some(profile) = unspoken.confined {
            ruling.extend(not_enforced(self.policy(), profile, unspoken.effects).map(Basis::Effect));
        }
        let has_rules = !met.is_empty();
        ruling.splice(0..0, met.into_iter().map(Basis::Rule));
        // Rules that allow what the shell does say nothing of the program.
        let says_all = !ruling.is_empty() && (unspoken.spoken_for || unspoken.segment.argv.is_empty());
        let is_allowed = ruling.iter().all(|basis| basis.decision() == Decision::Allow);
        if !has_rules && is_allowed && !says_all && unspoken.confined.is_none() {
            ruling.push(consent(unspoken));
        }
        ruling
    }

    fn allows(&self, segment: &Segment, effect: &Effect, context: &Context) -> bool {
        let met = effect_rules_met(self.policy(), effect, &Whereabouts::new(segment, context));
        !met.is_empty() && met.iter().all(|found| found.rule.decision == Decision::Allow)
    }

    fn objects_to(&self, segment: &Segment, effects: &[&Effect], context: &Context) -> Vec<Basis> {
        let whereabouts = Whereabouts::new(segment, context);
        let mut objections = Vec::new();
        for effect in effects {
            let rules = effect_rules_met(self.policy(), effect, &whereabouts);
            // A rule about a kind of effect does not object to what an allow speaks for; one about a path does.
            let of_paths = rules
                .into_iter()
                .filter(|found| found.rule.decision > Decision::Allow && is_about_paths(&found.rule));
            objections.extend(of_paths.map(Basis::Effect));
        }
        objections
    }
}

/// Whether a rule is about paths.
fn is_about_paths(rule: &EffectRule) -> bool {
    match rule.about {
        About::Paths(_) => true,
        About::Variables(_) | About::Host(_) | About::Effects(_) => false,
    }
}

/// Whether a basis only says that a program or sub-command is not described.
fn says_nothing_is_known(basis: &Basis, unspoken: &Unspoken<'_>) -> bool {
    let cause = match basis {
        Basis::Knowledge { cause, .. } | Basis::Default { cause, .. } => *cause,
        Basis::Rule(_) | Basis::Effect(_) | Basis::Gap(_) | Basis::Confined { .. } | Basis::WouldAsk => {
            return false;
        }
    };
    unspoken.effects.iter().any(|effect| {
        let unknown = matches!(
            effect.kind,
            EffectKind::Unknown(UnknownEffect::Program | UnknownEffect::Subcommand)
        );
        unknown && effect.cause == cause
    })
}

/// Why a segment without objections may run.
fn consent(unspoken: &Unspoken<'_>) -> Basis {
    let cause = unspoken.segment.span;
    let by_default = |decision, reason: &str| Basis::Default {
        decision,
        reason: reason.into(),
        cause,
    };
    match unspoken.entry {
        _ if unspoken.spoken_for => by_default(
            Decision::Allow,
            "it does nothing of note beside what the rule allows",
        ),
        Some(entry) => Basis::Knowledge {
            program: entry.into(),
            decision: Decision::Allow,
            reason: if unspoken.effects.iter().any(is_startup) {
                "it reads its start-up files first".into()
            } else {
                "it only reads and shows".into()
            },
            cause,
        },
        None if unspoken.segment.argv.is_empty() => by_default(Decision::Allow, "it runs no program"),
        None => by_default(Decision::Prompt, "nothing is known of this command"),
    }
}

fn is_startup(effect: &Effect) -> bool {
    matches!(effect.kind, EffectKind::Execute(Executed::Startup(_)))
}

/// A prompt for an effect: knowledge's word where the program does it, the default's where the shell does.
fn basis(unspoken: &Unspoken<'_>, effect: &Effect, reason: String) -> Basis {
    let by_shell = is_shells(unspoken.segment, effect);
    match unspoken.entry {
        Some(entry) if !by_shell => Basis::Knowledge {
            program: entry.into(),
            decision: Decision::Prompt,
            reason: reason.into(),
            cause: effect.cause,
        },
        Some(_) | None => Basis::Default {
            decision: Decision::Prompt,
            reason: reason.into(),
            cause: effect.cause,
        },
    }
}

/// Whether an effect is the shell's doing: a redirect or an assignment.
fn is_shells(segment: &Segment, effect: &Effect) -> bool {
    segment
        .redirects
        .iter()
        .any(|redirect| redirect.span == effect.cause)
        || segment
            .assignments
            .iter()
            .any(|setting| setting.span == effect.cause)
}

/// What there is to ask about an effect; `None` is nothing.
fn objection(effect: &Effect, unspoken: &Unspoken<'_>) -> Option<String> {
    match &effect.kind {
        // What is guarded of these, path rules say.
        EffectKind::List(_) | EffectKind::Read(_) | EffectKind::Execute(Executed::Startup(_)) => None,
        EffectKind::Write(path) => Some(format!("writes to {}", shown(path, "a file"))),
        EffectKind::Delete(path) => Some(format!("deletes {}", shown(path, "a file"))),
        EffectKind::DeleteAll(path) => Some(format!(
            "deletes {} with all that is below",
            shown(path, "a directory")
        )),
        EffectKind::Connect(host) => Some(format!("connects to {}", shown(host, "a host"))),
        EffectKind::Execute(Executed::Command(words)) => Some(format!("runs {}", command(words))),
        EffectKind::Execute(Executed::Script(text)) => Some(format!(
            "runs {} in a shell",
            run_text(text, effect.cause, unspoken)
        )),
        EffectKind::Execute(Executed::Code { language, text }) => Some(format!(
            "runs {} as {language} code, which may do more than edit text",
            run_text(text, effect.cause, unspoken)
        )),
        EffectKind::Configured(directory) => Some(match effect.standing {
            Standing::Ordinary => format!("runs what {} configures", shown(directory, "a directory")),
            Standing::Extra => format!(
                "runs what {} configures, which is not surely the workspace",
                shown(directory, "a directory")
            ),
        }),
        EffectKind::Escalate => Some("takes more rights".to_owned()),
        EffectKind::Signal => Some("signals other processes".to_owned()),
        EffectKind::Configure => Some("changes a configuration that lasts".to_owned()),
        EffectKind::Overwrite => Some("rewrites or removes what others have".to_owned()),
        EffectKind::Setting { name, .. } => Some(format!(
            "sets {}, which may change what programs do",
            quoted(name)
        )),
        EffectKind::Unknown(why) => Some(unknown(*why, effect.cause, unspoken)),
    }
}

/// A text that is run. Where no word holds it and a stage of a pipe comes before, it comes from there.
fn run_text(text: &Value, cause: Span, unspoken: &Unspoken<'_>) -> String {
    let segment = unspoken.segment;
    let is_name = segment.argv.first().is_some_and(|name| name.span == cause);
    let is_piped = matches!(segment.input, Input::Pipe(_) | Input::Stage(_) | Input::Found(_));
    if is_name && is_piped && matches!(text, Value::One { .. } | Value::Many) {
        return "what is piped into it".to_owned();
    }
    shown(text, "a text")
}

/// What is not known, with the words that it is not known of.
fn unknown(why: UnknownEffect, cause: Span, unspoken: &Unspoken<'_>) -> String {
    let segment = unspoken.segment;
    let program = unspoken.entry.map_or_else(|| program(segment), quoted);
    let known = segment
        .argv
        .iter()
        .find(|argument| argument.span == cause)
        .map(|argument| &argument.value);
    let several = || {
        let words = segment.argv.iter().filter(|word| cause.contains(word.span));
        let words: Vec<Value> = words.map(|word| word.value.clone()).collect();
        (words.len() > 1).then(|| command(&words))
    };
    // A word that is only known when it runs has no name to be told by.
    let word = |what: &str| match known {
        Some(value @ (Value::Exact(_) | Value::OneOf(_) | Value::Glob(_))) => {
            format!("the {what} {}", shown(value, ""))
        }
        Some(Value::One { .. } | Value::Found(_) | Value::Many) => {
            format!("{what}s that are only known when it runs")
        }
        // An option and its value.
        None => several().map_or_else(
            || format!("{what}s that are only known when it runs"),
            |words| format!("the {what} {words}"),
        ),
    };
    match why {
        UnknownEffect::Program => format!("nothing is known of {}", self::program(segment)),
        UnknownEffect::Subcommand => format!("nothing is known of {} of {program}", word("sub-command")),
        UnknownEffect::Option => format!("nothing is known of {} of {program}", word("option")),
        UnknownEffect::Operand if segment.argv.first().is_some_and(|name| name.span == cause) => {
            format!("it is not known what {program} does without a further word")
        }
        UnknownEffect::Operand => format!("it is not known what {program} does with {}", word("word")),
        UnknownEffect::Word => format!("{} may be options of {program} that matter", word("word")),
    }
}

/// The program's name, in backticks.
fn program(segment: &Segment) -> String {
    segment.argv.first().map_or_else(
        || "the program".to_owned(),
        |name| shown(&name.value, "a program"),
    )
}

/// A value for people: in backticks where it is known, else said to be known only when it runs.
fn shown(value: &Value, what: &str) -> String {
    match value {
        Value::Exact(text) | Value::Glob(text) => quoted(text),
        Value::OneOf(texts) => texts
            .iter()
            .map(|text| quoted(text))
            .collect::<Vec<_>>()
            .join(" or "),
        Value::One { prefix, suffix } if !prefix.is_empty() || !suffix.is_empty() => {
            quoted(&format!("{prefix}…{suffix}"))
        }
        Value::Found(found) => format!("what is found below {}", quoted(&found.roots.join(" "))),
        Value::One { .. } | Value::Many => format!("{what} that is only known when it runs"),
    }
}

/// The words of a command, in one pair of backticks.
fn command(words: &[Value]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.exact().unwrap_or("…")).collect();
    quoted(&words.join(" "))
}

/// Text of a stranger in backticks, with what cannot be seen made visible, and cut short.
fn quoted(text: &str) -> String {
    // One more than is shown tells that there is more; a path or script may be long.
    let end = text
        .char_indices()
        .nth(SHOWN.saturating_add(1))
        .map_or(text.len(), |(end, _)| end);
    let text = visible(text.get(..end).unwrap_or_default());
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}
