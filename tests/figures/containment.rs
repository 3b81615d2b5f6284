//! Attacks that are allowed inside a confinement, and whether all they do stays there.

use execpolicy::{Decision, Effect, EffectKind, Executed, SegmentVerdict, Value, Verdict};
use libtest_mimic::Failed;
use shell_parser::WorkingDirectory;
use support::corpora::Corpora;

use crate::figure::{Figure, Measured, Missed, shortened};
use crate::judging::Judge;
use crate::places::{Places, Touch};
use crate::rows::{Row, rows};

/// The profiles, and what their figures are called.
const PROFILES: &[(&str, &str)] = &[
    (
        "workspace-write",
        "attacks allowed in workspace-write that are not kept in",
    ),
    (
        "workspace-commit",
        "attacks allowed in workspace-commit that are not kept in",
    ),
];

/// What one effect of an allowed row is, by the text of the profile.
enum Kept {
    /// Nothing of note.
    Harmless,
    /// It stays inside, as is said.
    In(String),
    /// It does not, as is said.
    Out(String),
}

/// The attacks that are allowed in each profile, each with the reason why it does no harm, or with the harm.
pub(crate) fn figures(corpora: &Corpora) -> Result<Vec<Figure>, Failed> {
    let Some(rows) = rows(corpora, "attacks")? else {
        return Ok(Vec::new());
    };
    PROFILES
        .iter()
        .map(|(profile, name)| figure(&rows, profile, name))
        .collect()
}

fn figure(rows: &[Row], profile: &'static str, name: &'static str) -> Result<Figure, Failed> {
    let places = Places::new(profile, "/w/repo", "/home/user")?;
    let judged = Judge::of_team()?.confined(profile).judge(rows, |row, judgement| {
        checked(row, judgement.verdict(), profile, &places)
    });
    let mut decisions = [0_usize; 3];
    let mut notes = Vec::new();
    let mut missed: Vec<Missed> = Vec::new();
    for judged in judged {
        let [allowed, asked, forbidden] = &mut decisions;
        let count = match judged.decision {
            Decision::Allow => allowed,
            Decision::Prompt => asked,
            Decision::Forbidden => forbidden,
        };
        *count = count.saturating_add(1);
        if judged.decision != Decision::Allow {
            continue;
        }
        let Missed { id, command, .. } = &judged.missed;
        match judged.told {
            Ok(inside) => notes.push(format!("  {id}  {}\n      {inside}", shortened(command))),
            Err(outside) => missed.push(Missed {
                reason: outside,
                ..judged.missed
            }),
        }
    }
    let [allowed, asked, forbidden] = decisions;
    notes.insert(
        0,
        format!("  {forbidden} are forbidden, {asked} ask, {allowed} are allowed; those that stay inside, and why:"),
    );
    let count = Measured::Of(missed.len() as u64, rows.len() as u64);
    Ok(Figure::new(name, count, missed).with_notes(notes))
}

/// Why all that a row does stays inside, or what does not.
fn checked(row: &Row, verdict: &Verdict, profile: &str, places: &Places) -> Result<String, String> {
    let mut inside: Vec<String> = Vec::new();
    for one in verdict.segments() {
        for effect in &one.effects {
            match kept(effect, one, row, places) {
                Kept::Harmless => {}
                Kept::In(why) => inside.push(why),
                Kept::Out(why) => return Err(why),
            }
        }
    }
    let leans = match verdict.confinement() {
        Some(name) if name.as_str() == profile => format!("leans on {profile}"),
        Some(name) => return Err(format!("it runs in {name}")),
        None => "leans on nothing".to_owned(),
    };
    inside.sort();
    inside.dedup();
    if inside.is_empty() {
        inside.push("only lists, reads what nobody guards, and shows".to_owned());
    }
    Ok(format!("{leans}: {}", inside.join("; ")))
}

fn kept(effect: &Effect, one: &SegmentVerdict, row: &Row, places: &Places) -> Kept {
    match &effect.kind {
        EffectKind::List(_) | EffectKind::Execute(Executed::Startup(_)) => Kept::Harmless,
        EffectKind::Read(path) => touched(path, Touch::Read, one, row, places),
        EffectKind::Write(path) | EffectKind::Delete(path) | EffectKind::DeleteAll(path) => {
            touched(path, Touch::Write, one, row, places)
        }
        EffectKind::Execute(_) | EffectKind::Configured(_) | EffectKind::Unknown(_) => {
            let open = [Touch::Write, Touch::Read]
                .into_iter()
                .find_map(|touch| places.open_to_anything(&row.workspace, &row.home, touch));
            match open {
                Some(path) => Kept::Out(format!("what is not known may touch {path}, which is guarded")),
                None => Kept::In(
                    "what is not known writes only in the work tree and /tmp, sees nothing hidden, connects to nothing"
                        .to_owned(),
                ),
            }
        }
        EffectKind::Setting { name, .. } => Kept::In(format!("sets {name} for what runs inside")),
        EffectKind::Connect(_) => Kept::Out("connects".to_owned()),
        EffectKind::Escalate => Kept::Out("takes more rights".to_owned()),
        EffectKind::Signal => Kept::Out("signals others".to_owned()),
        EffectKind::Overwrite => Kept::Out("rewrites what others have".to_owned()),
        EffectKind::Configure => Kept::Out("configures something that lasts".to_owned()),
    }
}

/// What is said of a path that is touched. Where it is not known to the byte, the profile decides when it is.
fn touched(path: &Value, touch: Touch, one: &SegmentVerdict, row: &Row, places: &Places) -> Kept {
    let texts: Vec<&str> = match path {
        Value::Exact(text) => vec![text],
        Value::OneOf(texts) => texts.iter().map(|text| &**text).collect(),
        Value::One { .. } | Value::Glob(_) | Value::Found(_) | Value::Many => Vec::new(),
    };
    let word = match touch {
        Touch::Write => "changes",
        Touch::Read => "reads",
    };
    if texts.is_empty() {
        return match touch {
            Touch::Write => Kept::In("changes what the profile lets it, and nothing else".to_owned()),
            Touch::Read => Kept::In("reads what the profile does not hide".to_owned()),
        };
    }
    let mut told = Vec::new();
    for text in texts {
        if touch == Touch::Write && matches!(text, "/dev/null" | "/dev/stdout" | "/dev/stderr") {
            continue;
        }
        let Some(may_be) = absolute(text, one, row) else {
            told.push(format!("{word} {text} where nobody knows, inside the profile"));
            continue;
        };
        for place in may_be {
            match places.objection(&place, touch) {
                Some(objection) => return Kept::Out(format!("{word} {place}, which {objection}")),
                None if touch == Touch::Write => told.push(format!("{word} {place}")),
                None => {}
            }
        }
    }
    if told.is_empty() {
        Kept::Harmless
    } else {
        Kept::In(told.join(", "))
    }
}

/// The paths from the root that one may be, dots resolved; `None` where the segment may run anywhere.
fn absolute(path: &str, one: &SegmentVerdict, row: &Row) -> Option<Vec<String>> {
    if path.starts_with('/') {
        return Some(vec![without_dots(path)]);
    }
    let from: Option<Vec<String>> = match &one.segment.directory {
        WorkingDirectory::OneOf(few) => few.iter().map(|one| root(one, row)).collect(),
        known @ (WorkingDirectory::Start | WorkingDirectory::Moved(_) | WorkingDirectory::Unknown) => {
            root(known, row).map(|root| vec![root])
        }
    };
    let places = from?
        .into_iter()
        .map(|from| without_dots(&format!("{from}/{path}")));
    Some(places.collect())
}

/// One directory, from the root.
fn root(directory: &WorkingDirectory, row: &Row) -> Option<String> {
    match directory {
        WorkingDirectory::Start => Some(row.workspace.clone()),
        WorkingDirectory::Moved(to) if to.starts_with('/') => Some(to.to_string()),
        WorkingDirectory::Moved(to) => Some(format!("{}/{to}", row.workspace)),
        WorkingDirectory::OneOf(_) | WorkingDirectory::Unknown => None,
    }
}

fn without_dots(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}
