//! What it costs to read a segment by knowledge, and to have that knowledge.
#![expect(missing_docs, reason = "a benchmark has no users")]
#![expect(clippy::expect_used, reason = "a benchmark may stop")]

use std::hint::black_box;

use execpolicy::{Context, Knowledge};
use shell_parser::{Dialect, Limits, Segment};

const COMPILED: &str = include_str!("../../policies/compiled.jsonl");

const COMMANDS: &[&str] = &[
    "ls -la src",
    "git log --oneline -5",
    "grep -rn --include='*.rs' 'fn main' src tests",
    "find . -name '*.py' -not -path './x/*' -type f",
    "sed -n '10,20p' src/main.rs",
    "apple x",
];

fn main() {
    divan::main();
}

fn segment(text: &str) -> Segment {
    let script = shell_parser::parse(text, Dialect::Bash, &Limits::default());
    shell_parser::segments(&script)
        .into_iter()
        .next()
        .expect("one command")
}

/// One segment, its knowledge read before.
#[divan::bench(args = COMMANDS)]
fn read(bencher: divan::Bencher<'_, '_>, command: &str) {
    let knowledge = Knowledge::compiled(COMPILED);
    let segment = segment(command);
    let context = Context::default();
    bencher.bench_local(|| black_box(knowledge.read(black_box(&segment), &context)));
}

/// From the compiled text: three programs' knowledge, and one segment of each.
#[divan::bench]
fn load_three_programs(bencher: divan::Bencher<'_, '_>) {
    let segments = ["git log --oneline", "head -5", "sed -n 1p x"].map(segment);
    let context = Context::default();
    bencher.bench_local(|| {
        let knowledge = Knowledge::compiled(black_box(COMPILED));
        for segment in &segments {
            black_box(knowledge.read(segment, &context));
        }
    });
}
