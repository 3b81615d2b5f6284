//! The figures by which every change of policy, knowledge or judging is seen: a table, and the rows that miss it.
//!
//! Over the collections where they are, else over the project's own sample. A figure beyond its bound fails.

use std::fmt::Write as _;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use support::corpora::Corpora;

#[path = "figures/agents.rs"]
mod agents;
#[path = "figures/bounds.rs"]
mod bounds;
#[path = "figures/containment.rs"]
mod containment;
#[path = "figures/coverage.rs"]
mod coverage;
#[path = "figures/failing.rs"]
mod failing;
#[path = "figures/figure.rs"]
mod figure;
#[path = "figures/judging.rs"]
mod judging;
#[path = "figures/look_alikes.rs"]
mod look_alikes;
mod manuals;
#[path = "figures/places.rs"]
mod places;
#[path = "figures/rows.rs"]
mod rows;
#[path = "figures/safety.rs"]
mod safety;

use bounds::{Bound, OF_COLLECTIONS, OF_SAMPLE};
use figure::Figure;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trial = Trial::test("every figure keeps its bound", every_figure_keeps_its_bound);
    libtest_mimic::run(&arguments, vec![trial]).exit_code()
}

/// Prints the report, and fails with the figures that are beyond their bounds.
#[expect(clippy::print_stdout, reason = "the report is the point of the test")]
fn every_figure_keeps_its_bound() -> Result<(), Failed> {
    let (corpora, bounds, over) = match Corpora::find() {
        Ok(corpora) => {
            let folder = corpora.folder().display().to_string();
            (corpora, OF_COLLECTIONS, format!("the collections in {folder}"))
        }
        Err(reason) => (
            Corpora::sample(),
            OF_SAMPLE,
            format!(
                "the project's own sample, tests/sample, since {reason}: it is small, and shows only that nothing broke"
            ),
        ),
    };
    let measures = [
        safety::figures,
        containment::figures,
        look_alikes::figures,
        agents::figures,
        coverage::figures,
    ];
    let mut figures = Vec::new();
    for measure in measures {
        figures.extend(measure(&corpora)?);
    }
    let all = std::env::var_os("EXECPOLICY_ROWS").is_some_and(|rows| rows == "all");
    let beyond = beyond(&figures, bounds);
    println!("\nFigures over {over}\n\n{}", table(&figures, bounds));
    for figure in &figures {
        let rows = figure.rows(all);
        if !rows.is_empty() {
            println!("## {}: {}\n{rows}", figure.name, figure.measured);
        }
    }
    if beyond.is_empty() {
        Ok(())
    } else {
        Err(Failed::from(format!("\n{}", beyond.join("\n"))))
    }
}

/// A line for each figure: what it is, what it is to be, what it may not fall behind.
fn table(figures: &[Figure], bounds: &[Bound]) -> String {
    let mut text = String::new();
    let mut line = |cells: [&str; 4]| {
        let [name, is, goal, kept] = cells;
        // Writing to a string cannot fail.
        let _written = writeln!(text, "{name:<58} {is:<26} {goal:<12} {kept}");
    };
    line(["figure", "is", "is to be", "kept at"]);
    for figure in figures {
        let is = figure.measured.to_string();
        match bound(figure, bounds) {
            Some(bound) => {
                let is_reached = figure.measured.keeps(bound.goal);
                let goal = format!("{}{}", bound.goal, if is_reached { " ✓" } else { "" });
                line([figure.name, &is, &goal, &bound.kept.to_string()]);
            }
            None => line([figure.name, &is, "", ""]),
        }
    }
    text
}

/// The figures that are worse than they may be.
fn beyond(figures: &[Figure], bounds: &[Bound]) -> Vec<String> {
    let beyond = figures.iter().filter_map(|figure| {
        let bound = bound(figure, bounds)?;
        let is_kept = figure.measured.keeps(bound.kept);
        (!is_kept).then(|| format!("{}: {}, and not {}", figure.name, figure.measured, bound.kept))
    });
    beyond.collect()
}

fn bound<'b>(figure: &Figure, bounds: &'b [Bound]) -> Option<&'b Bound> {
    bounds.iter().find(|bound| bound.name == figure.name)
}
