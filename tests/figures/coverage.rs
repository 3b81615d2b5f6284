//! How much of what is typed runs programs that are described.

use std::collections::{BTreeMap, BTreeSet};

use execpolicy::{EffectKind, Knowledge, UnknownEffect, Verdict};
use libtest_mimic::Failed;
use support::corpora::Corpora;
use support::repository;

use crate::figure::{Figure, Measured};
use crate::judging::Judge;
use crate::manuals;
use crate::rows::rows;

/// How many programs that are not described are named.
const NAMED: usize = 60;

/// The collections, and what their figures are called.
const COLLECTIONS: &[(&str, &str)] = &[
    ("agent_commands", "agents' segments whose program is described"),
    ("ci_build_commands", "builds' segments whose program is described"),
    ("human_oneliners", "people's segments whose program is described"),
];

/// The shares of segments, the number of programs, and the options that entries leave out.
pub(crate) fn figures(corpora: &Corpora) -> Result<Vec<Figure>, Failed> {
    let mut figures = Vec::new();
    for (collection, name) in COLLECTIONS {
        if let Some(rows) = rows(corpora, collection)? {
            let judged = Judge::by_defaults()?.judge(&rows, |row, judgement| {
                (row.weight, programs(judgement.verdict()))
            });
            figures.push(described(name, judged.into_iter().map(|judged| judged.told)));
        }
    }
    let compiled = repository::file("policies/compiled.jsonl").map_err(|error| error.to_string())?;
    let knowledge = Knowledge::compiled(compiled.text.leak());
    let programs: BTreeSet<&str> = knowledge.names().filter(|name| !name.contains(' ')).collect();
    let count = Measured::Count(programs.len() as u64);
    figures.push(Figure::new("programs described", count, Vec::new()));
    figures.push(left_out(&knowledge));
    Ok(figures)
}

/// The segments' programs; `None` for one that is described.
fn programs(verdict: &Verdict) -> Vec<Option<String>> {
    let unknown = EffectKind::Unknown(UnknownEffect::Program);
    let segments = verdict.segments().iter().filter_map(|one| {
        let program = one.segment.argv.first()?;
        let is_unknown = one.effects.iter().any(|effect| effect.kind == unknown);
        let path = program.value.exact().unwrap_or("(known when it runs)");
        Some(is_unknown.then(|| path.rsplit('/').next().unwrap_or_default().to_owned()))
    });
    segments.collect()
}

/// The share of described segments, each as often as its row was issued.
fn described(name: &'static str, rows: impl Iterator<Item = (u64, Vec<Option<String>>)>) -> Figure {
    let (mut part, mut whole) = (0_u64, 0_u64);
    let mut unknown: BTreeMap<String, u64> = BTreeMap::new();
    for (weight, program) in
        rows.flat_map(|(weight, programs)| programs.into_iter().map(move |program| (weight, program)))
    {
        whole = whole.saturating_add(weight);
        match program {
            None => part = part.saturating_add(weight),
            Some(program) => {
                let sum = unknown.entry(program).or_default();
                *sum = sum.saturating_add(weight);
            }
        }
    }
    let mut unknown: Vec<(String, u64)> = unknown.into_iter().collect();
    unknown.sort_by_key(|(_, sum)| std::cmp::Reverse(*sum));
    let named = unknown.iter().take(NAMED);
    let named: Vec<String> = named
        .map(|(program, sum)| format!("{}:{sum}", diagnostics::visible(program)))
        .collect();
    let note = format!("  not described: {}", named.join(" "));
    Figure::new(name, Measured::Of(part, whole), Vec::new()).with_notes(vec![note])
}

/// The options that the manuals on this machine list and entries do not describe.
fn left_out(knowledge: &Knowledge) -> Figure {
    let mut notes = Vec::new();
    let (mut broken, mut asked) = (0, 0_u64);
    for found in manuals::left_out(knowledge) {
        asked = asked.saturating_add(1);
        broken += u64::from(found.is_broken_promise);
        if !found.options.is_empty() {
            let (left, all) = (found.options.len(), found.all);
            notes.push(format!(
                "  {}: {left} of {all} options are not described: {}",
                found.name,
                found.options.join(" ")
            ));
        }
    }
    notes.push(format!("  {asked} manuals of this machine were read"));
    let name = "entries that claim to be complete and are not";
    Figure::new(name, Measured::Count(broken), Vec::new()).with_notes(notes)
}
