//! A verdict and its segments as the lines that chapters hold.

use diagnostics::visible;
use execpolicy::{About, Basis, Certainty, EffectMatch, Origin, SegmentVerdict, Token, Told, Verdict};
use shell_parser::{FileRedirect, Input, Place, RedirectMode, Segment, Value, WorkingDirectory};

/// The most segments that are shown.
const LINES: usize = 12;

/// The longest command text that is shown whole.
const WIDTH: usize = 44;

/// The decision, and a line for each segment: number, decision, text, what decided. Gaps that touch no segment
/// and policy files that do not load follow.
pub fn shown_verdict(text: &str, verdict: &Verdict) -> String {
    let rows: Vec<[String; 3]> = verdict
        .segments()
        .iter()
        .take(LINES)
        .map(|one| [one.decision.to_string(), shown_text(text, one), shown_bases(one)])
        .collect();
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    };
    let (first, second) = (width(0), width(1));
    let confinement = verdict.confinement().map(|name| format!(" in {name}"));
    let mut lines = vec![format!(
        "{}{}",
        verdict.decision(),
        confinement.unwrap_or_default()
    )];
    for (number, [decision, text, bases]) in (1..).zip(&rows) {
        lines.push(format!("  {number} {decision:first$}  {text:second$}  {bases}"));
    }
    let more = verdict.segments().len().saturating_sub(LINES);
    if more > 0 {
        lines.push(format!("  and {more} more"));
    }
    for gap in verdict.gaps() {
        let listed = verdict
            .segments()
            .iter()
            .any(|one| one.basis.contains(&Basis::Gap(gap.clone())));
        let line = format!("  gap {}: {}", gap.reason.code(), gap.reason.message());
        if !listed && !lines.contains(&line) {
            lines.push(line);
        }
    }
    for file in verdict.broken() {
        let place = file
            .place()
            .map_or_else(String::new, |(name, place)| format!(" at {name}:{}", place.line));
        lines.push(format!(
            "  {} by a broken file of layer {}{place}",
            file.decision(),
            file.layer
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// A segment's text, its newlines and odd characters escaped, cut where it is long.
fn shown_text(text: &str, verdict: &SegmentVerdict) -> String {
    let text = match (&verdict.segment.place, verdict.segment.span.text(text)) {
        (Place::Nested(_), _) | (_, None) => shown_words(&verdict.segment),
        (_, Some(text)) => visible(text).into_owned(),
    };
    if text.chars().count() <= WIDTH {
        return text;
    }
    text.chars().take(WIDTH.saturating_sub(1)).chain(['…']).collect()
}

/// What made the decision: the bases that ask for it, the laxer ones left out.
fn shown_bases(verdict: &SegmentVerdict) -> String {
    let mut shown: Vec<String> = Vec::new();
    for told in verdict.told() {
        if told.basis.decision() != verdict.decision {
            continue;
        }
        let line = shown_told(&told);
        if !shown.contains(&line) {
            shown.push(line);
        }
    }
    shown.join("; ")
}

/// One reason, with the number of those that say the same.
fn shown_told(told: &Told<'_>) -> String {
    let shown = shown_basis(told.basis);
    match told.more {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// One reason.
pub fn shown_basis(basis: &Basis) -> String {
    match basis {
        Basis::Rule(found) => {
            let pattern = &found.rule.pattern;
            let rest: String = pattern
                .rest
                .iter()
                .map(|token| match token {
                    Token::Word(word) => format!(" {word}"),
                    Token::OneOf(words) => format!(" {}", words.join("|")),
                    Token::Matching(_) | Token::Any | Token::Rest(_) => format!(" {token}"),
                })
                .collect();
            let doubt = shown_doubt(found.certainty);
            let layer = shown_layer(&found.rule.origin);
            format!("{doubt}{layer}rule {}{rest}", pattern.program)
        }
        Basis::Knowledge { program, reason, .. } => format!("knowledge {program}: {reason}"),
        Basis::Default { reason, .. } => format!("default: {reason}"),
        Basis::Gap(gap) => format!("gap {}", gap.reason.code()),
        Basis::Effect(found) => shown_effect_rule(found),
        Basis::Confined { profile, .. } => format!("confined by {profile}"),
        Basis::WouldAsk => "would ask".to_owned(),
    }
}

/// A rule about an effect, by the first thing that it names.
fn shown_effect_rule(found: &EffectMatch) -> String {
    let doubt = shown_doubt(found.certainty);
    let layer = shown_layer(&found.rule.origin);
    let about = match &found.rule.about {
        About::Paths(paths) => {
            let path = paths.paths.first().map_or("", |path| path.as_str());
            let more = if paths.paths.len() > 1 { " …" } else { "" };
            format!("path rule {path}{more}")
        }
        About::Variables(variables) => {
            let name = variables.names.first().map_or("", |name| name.as_str());
            format!("env rule {name}")
        }
        About::Host(network) => format!("network rule {}", network.host),
        About::Effects(words) => {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            format!("effect rule {}", words.join("|"))
        }
    };
    format!("{doubt}{layer}{about}")
}

fn shown_doubt(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Maybe => "may match ",
        Certainty::Yes => "",
    }
}

/// Whose word a rule is; one of the chapter's own policy needs no layer.
fn shown_layer(origin: &Origin) -> String {
    match origin.layer.as_str() {
        "command line" => String::new(),
        layer => format!("{layer} "),
    }
}

/// A line for each segment: its words as they are known, redirects, and how it comes to run.
pub fn shown_segments(segments: &[Segment]) -> String {
    let mut shown = String::new();
    for (number, segment) in (1..).zip(segments) {
        let mut line = format!("{number} {}", shown_words(segment));
        for redirect in &segment.redirects {
            line.push_str(&shown_redirect(redirect));
        }
        let manner = shown_manner(segment);
        if !manner.is_empty() {
            line = format!("{line}  ({})", manner.join(", "));
        }
        shown.push_str(line.trim_end());
        shown.push('\n');
    }
    shown
}

/// Assignments and words.
fn shown_words(segment: &Segment) -> String {
    let settings = segment
        .assignments
        .iter()
        .map(|set| format!("{}={}", set.name, shown_value(&set.value)));
    let words = segment.argv.iter().map(|word| shown_value(&word.value));
    settings.chain(words).collect::<Vec<_>>().join(" ")
}

/// A word: bare where it is exact and plain.
fn shown_value(value: &Value) -> String {
    match value {
        Value::Exact(text) => shown_exact(text),
        Value::OneOf(texts) => {
            format!(
                "<{}>",
                texts
                    .iter()
                    .map(|text| shown_exact(text))
                    .collect::<Vec<_>>()
                    .join("|")
            )
        }
        Value::One { prefix, suffix } => format!("<{}…{}>", visible(prefix), visible(suffix)),
        Value::Glob(pattern) => format!("<glob {}>", visible(pattern)),
        Value::Found(found) => format!("<found {}>", visible(&found.roots.join(" "))),
        Value::Many => "<any words>".to_owned(),
    }
}

/// A known text: quoted where it is empty or holds anything odd.
fn shown_exact(text: &str) -> String {
    let plain = !text.is_empty()
        && text
            .chars()
            .all(|character| character.is_alphanumeric() || "-_./:=,@%+^".contains(character));
    if plain {
        text.to_owned()
    } else {
        format!("{text:?}")
    }
}

/// A redirect, with a leading blank.
fn shown_redirect(redirect: &FileRedirect) -> String {
    let sign = match redirect.mode {
        RedirectMode::Read => "<",
        RedirectMode::Write => ">",
        RedirectMode::Append => ">>",
        RedirectMode::Clobber => ">|",
        RedirectMode::ReadWrite => "<>",
        RedirectMode::WriteBoth => "&>",
        RedirectMode::AppendBoth => "&>>",
        RedirectMode::Duplicate | RedirectMode::Close => ">&",
        RedirectMode::Heredoc => "<<",
        RedirectMode::Herestring => "<<<",
    };
    format!("  {}{sign} {}", redirect.fd, shown_value(&redirect.target))
}

/// What is not ordinary about how a segment runs.
fn shown_manner(segment: &Segment) -> Vec<String> {
    let place = match &segment.place {
        Place::Direct => None,
        Place::Substitution => Some("substitution".to_owned()),
        Place::Subshell => Some("subshell".to_owned()),
        Place::Function => Some("function".to_owned()),
        Place::Nested(wrapper) => Some(format!("run by {wrapper}")),
        Place::Possible => Some("possibly".to_owned()),
    };
    let input = match &segment.input {
        Input::Inherited | Input::File => None,
        Input::Pipe(from) => {
            let numbers: Vec<String> = from
                .iter()
                .map(|index| index.saturating_add(1).to_string())
                .collect();
            Some(format!("reads {}", numbers.join(", ")))
        }
        Input::Stage(index) => Some(format!("reads {}", index.saturating_add(1))),
        Input::Found(found) => Some(format!(
            "reads the names below {}",
            visible(&found.roots.join(" "))
        )),
        Input::Text(value) => Some(format!("reads {}", shown_value(value))),
    };
    let directory = match &segment.directory {
        WorkingDirectory::Start => None,
        WorkingDirectory::Moved(path) => Some(format!("in {}", visible(path))),
        WorkingDirectory::OneOf(few) => {
            let names = few.iter().map(|one| match one {
                WorkingDirectory::Moved(path) => visible(path).into_owned(),
                WorkingDirectory::Start | WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => {
                    ".".to_owned()
                }
            });
            Some(format!("in {}", names.collect::<Vec<_>>().join(" or ")))
        }
        WorkingDirectory::Unknown => Some("in an unknown directory".to_owned()),
    };
    let background = segment.background.then(|| "background".to_owned());
    [place, input, directory, background]
        .into_iter()
        .flatten()
        .collect()
}
