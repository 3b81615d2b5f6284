//! What all generators of a run came to, and the bounds that keep the property sharp enough to mean something.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use libtest_mimic::Failed;
use support::oracle::Tally;

/// What some scripts came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Run {
    /// In bash.
    pub bash: Tally,
    /// In dash: only scripts that the reader vouches for as dash's.
    pub dash: Tally,
    /// Scripts in which brush saw the same commands.
    pub compared: usize,
    /// What must not be.
    pub found: Vec<String>,
}

impl Run {
    /// Fails with what was found.
    pub(crate) fn findings(&self) -> Result<(), Failed> {
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(Failed::from(self.found.join("\n\n")))
        }
    }
}

/// The sums of each generator.
#[derive(Debug, Default)]
pub(crate) struct Totals(Mutex<BTreeMap<String, Run>>);

/// Fewer scripts than this say little of the whole.
const ENOUGH: usize = 1000;

impl Totals {
    /// Adds what one seed of a generator came to.
    pub(crate) fn add(&self, generator: &str, run: &Run) {
        let mut sums = self.sums();
        let sum = sums.entry(generator.to_owned()).or_default();
        sum.bash += run.bash;
        sum.dash += run.dash;
        sum.compared = sum.compared.saturating_add(run.compared);
    }

    /// The bounds that the sum of all generators misses: none where not each of them ran, or too few scripts.
    pub(crate) fn missed_bounds(&self, generators: &[&str]) -> Vec<String> {
        let complete = generators.iter().all(|name| self.sums().contains_key(*name));
        let Tally {
            scripts,
            executed,
            admitted: _,
            admitted_executed,
            words,
            exact,
        } = self.sum().bash;
        if !complete || scripts < ENOUGH {
            return Vec::new();
        }
        [
            (executed, scripts, 30, "scripts that execute something"),
            (admitted_executed, executed, 50, "of those, read without a gap"),
            (exact, words, 90, "of their words claimed to the byte"),
        ]
        .into_iter()
        .filter(|(part, whole, percent, _)| part.saturating_mul(100) < whole.saturating_mul(*percent))
        .map(|(part, whole, percent, what)| format!("{what}: {part} of {whole}, not {percent} %"))
        .collect()
    }

    fn sum(&self) -> Run {
        let mut whole = Run::default();
        for run in self.sums().values() {
            whole.bash += run.bash;
            whole.dash += run.dash;
            whole.compared = whole.compared.saturating_add(run.compared);
        }
        whole
    }

    fn sums(&self) -> MutexGuard<'_, BTreeMap<String, Run>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.sum();
        let sums = self.sums();
        let lines = sums.iter().map(|(name, run)| (name.as_str(), run));
        for (name, run) in lines.chain([("all", &whole)]) {
            let Tally {
                scripts,
                executed,
                admitted,
                admitted_executed,
                words,
                exact,
            } = run.bash;
            writeln!(
                formatter,
                "{name}: {scripts} scripts, {executed} executed something ({}), {admitted} admitted, \
                 {admitted_executed} of them executed something ({} of those that did), {exact} of {words} words \
                 exact ({}); dash ran {} of {} admitted; brush agreed on {}",
                percent(executed, scripts),
                percent(admitted_executed, executed),
                percent(exact, words),
                run.dash.executed,
                run.dash.scripts,
                run.compared,
            )?;
        }
        Ok(())
    }
}

fn percent(part: usize, whole: usize) -> String {
    let tenths = part.saturating_mul(1000).checked_div(whole).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
