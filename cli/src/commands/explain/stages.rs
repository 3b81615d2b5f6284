//! The stages of one judgement as text.

use diagnostics::visible;
use gatekeeper::report::{
    BasisReport, BrokenFileReport, EffectReport, GapReport, Happening, PlaceReport, RedirectModeWord,
    SegmentReport, StandingWord, Whereabouts, WordReport,
};
use gatekeeper::{Amendment, Approval, Context, Decision, Directory, Judgement};

/// Everything up to the verdict, under headings; the findings follow below it.
pub(crate) fn of(judgement: &Judgement, context: &Context) -> String {
    let report = judgement.report();
    let mut lines = vec!["Command".to_owned()];
    let text = judgement.command().source().text();
    lines.extend(text.lines().map(|line| format!("  {}", visible(line))));
    lines.extend(surroundings(context));

    lines.push("\nSegments".to_owned());
    each(&mut lines, &report.segments, segment);
    lines.push("\nGaps".to_owned());
    lines.extend(report.gaps.iter().map(gap));
    none_where_empty(&mut lines, report.gaps.is_empty());
    if !report.broken_files.is_empty() {
        lines.push("\nBroken policy files".to_owned());
        lines.extend(report.broken_files.iter().flat_map(broken_file));
    }
    lines.push("\nMatches".to_owned());
    let mut judged = judgement.verdict().segments().iter();
    each(&mut lines, &report.segments, |segment| {
        let Some(judged) = judged.next() else {
            return Vec::new();
        };
        let told = judged.told();
        let told = told.iter().filter_map(|told| {
            let reason = segment.basis.get(told.place)?;
            let shown = basis(reason);
            let shown = match told.more {
                0 => shown,
                more => format!("{shown} (and {more} more)"),
            };
            Some(with_words(shown, text, span_of(reason)))
        });
        told.collect()
    });
    lines.push("\nEffects".to_owned());
    each(&mut lines, &report.segments, |segment| {
        let done = segment.effects.iter();
        done.flat_map(|done| {
            let what = with_words(effect(done), text, Some(done.span));
            std::iter::once(what).chain(spoken(done))
        })
        .collect()
    });
    lines.push("\nVerdict".to_owned());
    lines.push(format!("  {}", report.decision.word()));
    lines.push(match &report.confinement {
        Some(name) => format!("  in the confinement `{}`\n", visible(name)),
        None => "  without a confinement\n".to_owned(),
    });
    lines.extend(judgement.amendment().into_iter().map(proposal));
    if judgement.decision() == Decision::Prompt {
        let none = judgement.no_amendment();
        lines.extend(none.map(|why| format!("Proposal\n  none: {}\n", visible(&why.to_string()))));
    }
    lines.join("\n")
}

/// The rule that would answer the prompt.
fn proposal(amendment: &Amendment) -> String {
    format!(
        "Proposal\n  {}\n  would also allow: {}\n  would not allow: {}\n",
        visible(amendment.rule()),
        visible(amendment.example()),
        visible(amendment.near_miss())
    )
}

/// Lines for each segment, the first one with the segment's number.
fn each(
    lines: &mut Vec<String>,
    segments: &[SegmentReport],
    mut describe: impl FnMut(&SegmentReport) -> Vec<String>,
) {
    for (index, segment) in segments.iter().enumerate() {
        let mut described = describe(segment);
        if described.is_empty() {
            described.push("none".to_owned());
        }
        for (row, line) in described.iter().enumerate() {
            let number = index.saturating_add(1).to_string();
            let number = if row == 0 { number.as_str() } else { "" };
            lines.push(format!("  {number:>2} {line}"));
        }
    }
    none_where_empty(lines, segments.is_empty());
}

fn none_where_empty(lines: &mut Vec<String>, empty: bool) {
    if empty {
        lines.push("   none".to_owned());
    }
}

fn surroundings(context: &Context) -> Vec<String> {
    let unknown = |path: Option<&str>| visible(path.unwrap_or("not known")).into_owned();
    let cwd = match &context.cwd {
        Directory::Known(path) => Some(&**path),
        Directory::Unknown => None,
    };
    let approval = match context.approval {
        Approval::Untrusted => "untrusted",
        Approval::OnRequest => "on-request",
        Approval::Never => "never",
        Approval::Granular { .. } => "granular",
    };
    let confinement = context.confinement.as_ref().map_or("none", |name| name.as_str());
    vec![
        format!("  directory: {}", unknown(cwd)),
        format!("  workspace: {}", unknown(context.workspace.as_deref())),
        format!("  home: {}", unknown(context.home.as_deref())),
        format!("  approval: {approval}, confinement: {}", visible(confinement)),
    ]
}

fn segment(segment: &SegmentReport) -> Vec<String> {
    let mut lines = vec![visible(&segment.text).into_owned()];
    let words: Vec<String> = segment.words.iter().map(word).collect();
    lines.push(format!("words: {}", words.join(" ")));
    for assignment in &segment.assignments {
        lines.push(format!(
            "sets: {}={}",
            visible(&assignment.name),
            word(&assignment.value)
        ));
    }
    for redirect in &segment.redirects {
        lines.push(format!(
            "redirect: {}{} {}",
            redirect.fd,
            operator(redirect.mode),
            word(&redirect.target)
        ));
    }
    lines.extend(match &segment.place {
        PlaceReport::Direct => None,
        PlaceReport::Substitution => Some("place: a substitution".to_owned()),
        PlaceReport::Subshell => Some("place: a subshell".to_owned()),
        PlaceReport::Function => Some("place: a function".to_owned()),
        PlaceReport::Nested(program) => Some(format!("place: run by `{}`", visible(program))),
        PlaceReport::Possible => Some("place: inside a gap, so it may run or not".to_owned()),
    });
    lines.extend(match &segment.cwd {
        Whereabouts::Start => None,
        Whereabouts::Moved(path) => Some(format!("directory: {}", visible(path))),
        Whereabouts::Unknown => Some("directory: not known".to_owned()),
    });
    lines
}

fn operator(mode: RedirectModeWord) -> &'static str {
    match mode {
        RedirectModeWord::Read => "<",
        RedirectModeWord::Write => ">",
        RedirectModeWord::Append => ">>",
        RedirectModeWord::Clobber => ">|",
        RedirectModeWord::ReadWrite => "<>",
        RedirectModeWord::WriteBoth => "&>",
        RedirectModeWord::AppendBoth => "&>>",
        RedirectModeWord::Duplicate | RedirectModeWord::Close => ">&",
        RedirectModeWord::Heredoc => "<<",
        RedirectModeWord::Herestring => "<<<",
    }
}

fn gap(gap: &GapReport) -> String {
    let [start, end] = gap.span;
    format!("   {} {} (bytes {start} to {end})", gap.code, gap.reason)
}

/// A policy file that does not load, each of its mistakes on a line.
fn broken_file(broken: &BrokenFileReport) -> Vec<String> {
    let BrokenFileReport {
        file,
        layer,
        decision,
        ..
    } = broken;
    let first = format!(
        "   {} by {file} of layer `{layer}`, which does not load",
        decision.word()
    );
    let mistakes = broken.mistakes.iter().map(|found| {
        format!(
            "     {}:{}:{} {} {}",
            found.file, found.line, found.column, found.code, found.message
        )
    });
    std::iter::once(first)
        .chain(mistakes)
        .map(|line| visible(&line).into_owned())
        .collect()
}

fn basis(basis: &BasisReport) -> String {
    let (decision, why) = match basis {
        BasisReport::Rule {
            file,
            line,
            column,
            layer,
            decision,
            certain,
            justification,
            ..
        }
        | BasisReport::EffectRule {
            file,
            line,
            column,
            layer,
            decision,
            certain,
            justification,
            ..
        } => {
            let may = if *certain {
                ""
            } else {
                ", for some values of the unknown words"
            };
            let said = justification
                .as_deref()
                .map_or(String::new(), |said| format!(": {said}"));
            (
                *decision,
                format!("rule {file}:{line}:{column} of layer `{layer}`{may}{said}"),
            )
        }
        BasisReport::Knowledge {
            program,
            decision,
            reason,
            ..
        } => (*decision, format!("knowledge of `{program}`: {reason}")),
        BasisReport::Default { decision, reason, .. } => (*decision, format!("default: {reason}")),
        BasisReport::Gap {
            decision,
            reason,
            code,
            ..
        } => (*decision, format!("gap {code}: {reason}")),
        BasisReport::Confined { decision, profile } => (
            *decision,
            format!("the confinement `{profile}`, which keeps it in"),
        ),
        BasisReport::WouldAsk { decision } => (*decision, "nobody can be asked".to_owned()),
    };
    format!("{} by {}", decision.word(), visible(&why))
}

/// The line, with the words of the command that cause what it says.
fn with_words(line: String, command: &str, span: Option<[usize; 2]>) -> String {
    let words = span.and_then(|[start, end]| command.get(start..end));
    match words.filter(|words| !words.is_empty()) {
        Some(words) => format!("{line}, at {}", visible(words)),
        None => line,
    }
}

/// The bytes that a reason is about.
fn span_of(basis: &BasisReport) -> Option<[usize; 2]> {
    match basis {
        BasisReport::Rule { span, .. }
        | BasisReport::EffectRule { span, .. }
        | BasisReport::Knowledge { span, .. }
        | BasisReport::Default { span, .. }
        | BasisReport::Gap { span, .. } => Some(*span),
        BasisReport::Confined { .. } | BasisReport::WouldAsk { .. } => None,
    }
}

fn effect(effect: &EffectReport) -> String {
    let what = match &effect.happening {
        Happening::List { path } => format!("lists {}", word(path)),
        Happening::Read { path } => format!("reads {}", word(path)),
        Happening::Write { path } => format!("writes {}", word(path)),
        Happening::Delete { path } => format!("deletes {}", word(path)),
        Happening::DeleteAll { path } => format!("deletes {} with all that is below", word(path)),
        Happening::Connect { host } => format!("connects to {}", word(host)),
        Happening::Execute {
            argv,
            script,
            language,
            code,
            startup,
        } => {
            if let Some(file) = startup {
                return format!("reads its start-up file {} first", word(file));
            }
            let words = argv.iter().flatten().chain(script).chain(code).map(word);
            let words: Vec<String> = words.collect();
            let language = language
                .as_deref()
                .map_or(String::new(), |name| format!("{name}: "));
            format!("runs {}{}", visible(&language), words.join(" "))
        }
        Happening::Configured { path } => format!("runs what {} configures", word(path)),
        Happening::Escalate => "takes more rights".to_owned(),
        Happening::Signal => "signals another process".to_owned(),
        Happening::Configure => "configures something that lasts".to_owned(),
        Happening::Overwrite => "rewrites or removes what others have".to_owned(),
        Happening::Setting { name, value } => format!("sets {}={}", visible(name), word(value)),
        Happening::Unknown { reason } => format!("does something unknown: the {reason} is not known"),
    };
    match effect.standing {
        StandingWord::Ordinary => what,
        StandingWord::Extra => format!("{what} (beside what the program is for)"),
    }
}

/// Who speaks of an effect, each on a line. Rules that only may be met say the same: the first stands for all.
fn spoken(effect: &EffectReport) -> Vec<String> {
    let is_doubt = |said: &&BasisReport| matches!(said, BasisReport::EffectRule { certain: false, .. });
    let (doubts, sure): (Vec<&BasisReport>, Vec<&BasisReport>) = effect.basis.iter().partition(is_doubt);
    let line = |said: &BasisReport| format!("  {}", basis(said));
    let first = doubts.first().map(|said| match doubts.len() {
        1 => line(said),
        several => format!("{} (and {} more)", line(said), several.saturating_sub(1)),
    });
    let lines: Vec<String> = sure.into_iter().map(line).chain(first).collect();
    if lines.is_empty() {
        return vec!["  nothing speaks for it".to_owned()];
    }
    lines
}

/// A word as it is known: `…` stands for what is not.
fn word(word: &WordReport) -> String {
    let text = match word {
        WordReport::Exact(text) if text.is_empty() => "''".to_owned(),
        WordReport::Exact(text) if text.contains(char::is_whitespace) => format!("'{text}'"),
        WordReport::Exact(text) | WordReport::Glob(text) => text.clone(),
        WordReport::OneOf(texts) => format!("[{}]", texts.join("|")),
        WordReport::One { prefix, suffix } => format!("{prefix}…{suffix}"),
        WordReport::Found(roots) => format!("{}/…", roots.join("/…|")),
        WordReport::Many(_) => "……".to_owned(),
    };
    visible(&text).into_owned()
}
