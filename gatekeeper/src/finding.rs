//! A verdict, told to people: what is in the way, why, and what to do about it.

mod broken;
mod done;

use std::collections::HashSet;

use diagnostics::{Code, Diagnostic, Severity, Source, Span, visible};
use execpolicy::{Basis, Certainty, Decision, EffectMatch, Origin, RuleMatch, SegmentVerdict, Told, Verdict};
use shell_parser::{Gap, GapReason};

use crate::codes;
use broken::broken;

pub(crate) use broken::of_file as of_broken_file;
pub(crate) use done::{done, shown};

/// Findings that are told of one command; the last one says how many more there are.
const MOST: usize = 20;
/// Characters of the command's text that a message quotes.
const QUOTED: usize = 60;

/// One finding for each policy file that does not load, and for each segment and gap that is not allowed; one that
/// says why, where everything is.
pub(crate) fn findings(source: &Source, verdict: &Verdict) -> Vec<Diagnostic> {
    let stopped: Vec<&SegmentVerdict> = verdict
        .segments()
        .iter()
        .filter(|judged| judged.decision != Decision::Allow)
        .collect();
    let owned: HashSet<(Span, GapReason)> = stopped.iter().flat_map(|judged| gaps_of(judged)).collect();
    let loose = verdict
        .gaps()
        .iter()
        .filter(|gap| !owned.contains(&(gap.span, gap.reason)));
    let loose: Vec<&Gap> = loose.collect();

    let mut parts: Vec<Part<'_>> = loose.iter().copied().map(Part::Gap).collect();
    parts.extend(stopped.iter().copied().map(Part::Segment));
    parts.sort_by_key(|part| part.span().start());
    let mut told = broken(verdict);
    // The rest is allowed where this is the only part that is not, and where there is a rest.
    let sole = parts.len() == 1 && verdict.segments().len() > 1 && told.is_empty();
    if parts.is_empty() && !told.is_empty() {
        return told;
    }
    let of_parts = parts.iter().take(MOST).map(|part| match part {
        Part::Segment(judged) => of_segment(source, judged),
        Part::Gap(gap) => of_gap(source, gap),
    });
    told.extend(of_parts);
    match (told.last_mut(), parts.len().saturating_sub(MOST)) {
        (Some(last), 0) if sole => last
            .help
            .push("without it, the rest of the command is allowed".to_owned()),
        (Some(_), 0) => {}
        (Some(last), more) => last
            .notes
            .push(format!("{more} more parts of this command are not allowed")),
        (None, _) => told.push(match verdict.decision() {
            Decision::Allow => allowed(source, verdict),
            // A verdict that is stricter than each of its parts: tell it as it is.
            strict @ (Decision::Prompt | Decision::Forbidden) => whole(source, strict),
        }),
    }
    told
}

/// What is not allowed.
#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    Segment(&'a SegmentVerdict),
    /// A gap that touches no segment.
    Gap(&'a Gap),
}

impl Part<'_> {
    fn span(self) -> Span {
        match self {
            Self::Segment(judged) => judged.segment.span,
            Self::Gap(gap) => gap.span,
        }
    }
}

/// Why everything is allowed: each segment's reasons.
fn allowed(source: &Source, verdict: &Verdict) -> Diagnostic {
    let whole = Span::of(0, source.text().len());
    let mut reasons: Vec<String> = Vec::new();
    for basis in verdict.segments().iter().flat_map(|judged| &judged.basis) {
        let reason = match basis {
            Basis::Rule(found) => format!("{}, {}", of_rule(found), place(found)),
            Basis::Knowledge { program, reason, .. } => format!("`{program}`: {reason}"),
            Basis::Effect(_)
            | Basis::Default { .. }
            | Basis::Gap(_)
            | Basis::Confined { .. }
            | Basis::WouldAsk => reason(basis, 0),
        };
        if !reasons.contains(&reason) && reasons.len() < MOST {
            reasons.push(reason);
        }
    }
    if verdict.segments().is_empty() {
        reasons.push("nothing is run".to_owned());
    }
    let quoted = quote(source, whole);
    let message = match verdict.confinement() {
        Some(name) => format!("allow in `{name}`: {quoted}"),
        None => format!("allow: {quoted}"),
    };
    let finding = Diagnostic::new(codes::ALLOWED, Severity::Note, message).at(source, whole, "");
    reasons.into_iter().fold(finding, Diagnostic::note)
}

fn whole(source: &Source, decision: Decision) -> Diagnostic {
    let whole = Span::of(0, source.text().len());
    let (code, severity) = grade(decision);
    Diagnostic::new(code, severity, format!("{decision}: {}", quote(source, whole))).at(source, whole, "")
}

fn of_segment(source: &Source, judged: &SegmentVerdict) -> Diagnostic {
    let span = judged.segment.span;
    let would_ask =
        judged.basis.contains(&Basis::WouldAsk) && forbidding(judged).all(|basis| *basis == Basis::WouldAsk);
    let deciding = if would_ask {
        Decision::Prompt
    } else {
        judged.decision
    };
    let mut told = judged.told();
    told.retain(|told| told.basis.decision() == deciding);
    if told.iter().any(|told| !is_doubt(told.basis)) {
        // What is known is reason enough.
        told.retain(|told| !is_doubt(told.basis));
    }
    told.sort_by_key(|told| place_in_finding(told.basis));
    let bases: Vec<&Basis> = told.iter().map(|told| told.basis).collect();
    let why = |told: &Told<'_>| reason(told.basis, told.more);

    let (code, severity) = match (would_ask, sole_gap(&bases)) {
        (true, _) => (codes::WOULD_ASK, Severity::Error),
        (false, Some(gap)) => (gap.reason.code(), Severity::Warning),
        (false, None) => grade(judged.decision),
    };
    let first = told.first().map_or_else(|| "no reason is known".to_owned(), why);
    let message = format!("{}: {}: {first}", judged.decision, quote(source, span));
    let mut finding = Diagnostic::new(code, severity, message);
    for basis in &bases {
        finding = label(finding, source, basis);
    }
    if finding.labels.is_empty() {
        finding = finding.at(source, span, "");
    }
    for further in told.iter().skip(1) {
        finding = finding.note(why(further));
    }
    if would_ask {
        finding = finding.note("it needs a person's yes, and nobody can be asked");
    }
    if would_ask {
        finding =
            finding.help("run it where a person can be asked, or have a rule of a policy file allow it");
    } else {
        finding = bases
            .iter()
            .take(1)
            .fold(finding, |told, basis| told.help(advice(basis, deciding)));
    }
    finding
}

/// Underlines what made the decision, and shows the policy line that made it.
fn label(finding: Diagnostic, source: &Source, basis: &Basis) -> Diagnostic {
    match basis {
        Basis::Rule(found) => finding.at(source, found.cause, found.decision().word()).beside(
            &found.rule.origin.source,
            found.rule.origin.span,
            says(found.rule.decision),
        ),
        Basis::Effect(found) => finding.at(source, found.cause, found.decision().word()).beside(
            &found.rule.origin.source,
            found.rule.origin.span,
            says(found.rule.decision),
        ),
        Basis::Knowledge { reason, cause, .. } | Basis::Default { reason, cause, .. } => {
            finding.at(source, *cause, &**reason)
        }
        Basis::Gap(gap) => finding.at(source, gap.span, gap.reason.message()),
        Basis::Confined { .. } | Basis::WouldAsk => finding,
    }
}

/// What a rule does, beside its text.
fn says(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "this rule allows it",
        Decision::Prompt => "this rule asks",
        Decision::Forbidden => "this rule forbids it",
    }
}

/// One line that says what a basis is, and that there are so many more that say the same.
fn reason(basis: &Basis, more: usize) -> String {
    match basis {
        Basis::Rule(found) => of_rule(found),
        Basis::Effect(found) if more > 0 => of_doubt(found, more),
        Basis::Effect(found) => of_effect_rule(found),
        Basis::Confined { profile, .. } => format!("what it does stays in the confinement `{profile}`"),
        Basis::Knowledge { reason, .. } | Basis::Default { reason, .. } => reason.to_string(),
        Basis::Gap(gap) => gap.reason.message().to_owned(),
        Basis::WouldAsk => "it needs a person's yes, and nobody can be asked".to_owned(),
    }
}

fn of_rule(found: &RuleMatch) -> String {
    whose(
        found.certainty,
        &found.rule.origin,
        found.rule.justification.as_deref(),
    )
}

/// What is done, and whose rule is about it.
fn of_effect_rule(found: &EffectMatch) -> String {
    let rule = &found.rule;
    let whose = whose(found.certainty, &rule.origin, rule.justification.as_deref());
    let leads = found.leads_to.as_deref().map_or_else(String::new, |target| {
        format!(", which leads to `{}`", visible(target))
    });
    format!("{}{leads}: {whose}", done(&found.effect))
}

/// What is done to a path of which it is only known when the command runs which rules it meets.
fn of_doubt(found: &EffectMatch, more: usize) -> String {
    let rule = &found.rule;
    let why = rule.justification.as_deref().unwrap_or("a path rule is about it");
    let done = done(&found.effect);
    let layer = &rule.origin.layer;
    format!(
        "{done}: what that reaches is not known, and may be guarded ({why}: a rule of layer `{layer}`, and {more} more)"
    )
}

/// The author's words, and whose they are.
fn whose(certainty: Certainty, origin: &Origin, justification: Option<&str>) -> String {
    let verb = match certainty {
        Certainty::Yes => "matched by",
        Certainty::Maybe => "may be matched by",
    };
    let whose = format!("{verb} a rule of layer `{}`", origin.layer);
    match justification {
        Some(justification) => format!("{justification} ({whose})"),
        None => whose,
    }
}

fn place(found: &RuleMatch) -> String {
    let origin = &found.rule.origin;
    let position = origin.source.position(origin.span.start());
    format!("{}:{}", origin.source.name(), position.line)
}

fn advice(basis: &Basis, decision: Decision) -> String {
    match (basis, decision) {
        (Basis::Rule(_) | Basis::Effect(_), Decision::Forbidden) => {
            "no approval lifts this: leave these words out, or have the rule changed".to_owned()
        }
        (Basis::Rule(RuleMatch { certainty, .. }) | Basis::Effect(EffectMatch { certainty, .. }), _) => {
            match certainty {
                Certainty::Yes => "a person must say yes to it".to_owned(),
                Certainty::Maybe => {
                    "spell out the words that are only known when it runs, or have a person say yes"
                        .to_owned()
                }
            }
        }
        (Basis::Gap(_), _) => {
            "write it so that every word that runs can be read, or have a person say yes".to_owned()
        }
        (
            Basis::Knowledge { .. } | Basis::Default { .. } | Basis::Confined { .. } | Basis::WouldAsk,
            Decision::Forbidden,
        ) => "leave these words out".to_owned(),
        (
            Basis::Knowledge { .. } | Basis::Default { .. } | Basis::Confined { .. } | Basis::WouldAsk,
            Decision::Allow | Decision::Prompt,
        ) => "a person must say yes to it, or a rule of a policy file allow it".to_owned(),
    }
}

fn of_gap(source: &Source, gap: &Gap) -> Diagnostic {
    let message = format!("prompt: {}: {}", quote(source, gap.span), gap.reason.message());
    Diagnostic::new(gap.reason.code(), Severity::Warning, message)
        .at(source, gap.span, gap.reason.message())
        .help(advice(&Basis::Gap(gap.clone()), Decision::Prompt))
}

fn grade(decision: Decision) -> (Code, Severity) {
    match decision {
        Decision::Allow => (codes::ALLOWED, Severity::Note),
        Decision::Prompt => (codes::PROMPT, Severity::Warning),
        Decision::Forbidden => (codes::FORBIDDEN, Severity::Error),
    }
}

fn forbidding(judged: &SegmentVerdict) -> impl Iterator<Item = &Basis> {
    judged
        .basis
        .iter()
        .filter(|basis| basis.decision() == Decision::Forbidden)
}

/// Whether it only says that what is done may meet a rule.
fn is_doubt(basis: &Basis) -> bool {
    matches!(basis, Basis::Effect(found) if found.certainty == Certainty::Maybe)
}

/// Rules first, then what is told of the words in their order.
fn place_in_finding(basis: &Basis) -> (bool, usize) {
    match basis {
        Basis::Rule(found) => (false, found.cause.start()),
        Basis::Effect(found) => (false, found.cause.start()),
        Basis::Knowledge { cause, .. } | Basis::Default { cause, .. } | Basis::Confined { cause, .. } => {
            (true, cause.start())
        }
        Basis::Gap(gap) => (true, gap.span.start()),
        Basis::WouldAsk => (true, usize::MAX),
    }
}

/// The first gap, where gaps alone decide.
fn sole_gap<'a>(bases: &[&'a Basis]) -> Option<&'a Gap> {
    let mut gaps = bases.iter().map(|basis| basis.gap());
    let first = gaps.next()??;
    gaps.all(|gap| gap.is_some()).then_some(first)
}

fn gaps_of(judged: &SegmentVerdict) -> impl Iterator<Item = (Span, GapReason)> {
    let gaps = judged.basis.iter().filter_map(Basis::gap);
    gaps.map(|gap| (gap.span, gap.reason))
}

/// The text of a span between backticks, shortened.
fn quote(source: &Source, span: Span) -> String {
    let text = source.snippet(span).unwrap_or_default().trim_end();
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(QUOTED).collect();
    match characters.next() {
        Some(_) => format!("`{start}…`"),
        None => format!("`{start}`"),
    }
}
