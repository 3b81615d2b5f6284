//! What reading costs: the bare parse, and the whole way from text to segments, on the same texts.

use divan::{Bencher, black_box};
use shell_parser::{Dialect, Limits, parse, segments};
use tree_sitter::{Language, Parser};

/// Commands of the length that people and agents type.
const SHORT: &[&str] = &[
    "git status",
    "ls -la src && cat README.md",
    "git log --oneline | head -5",
    "grep -rn 'fn main' --include='*.rs' . | head -20",
    "cd build && make -j4 2>&1 | tail -20",
    "for f in a b c; do echo \"$f\"; done",
    "cat <<'EOF' > notes.txt\none\ntwo\nEOF",
    "if [ -f Cargo.toml ]; then cargo test --workspace; fi",
];

fn main() {
    divan::main();
}

/// A script of about 10 KB: the short commands over and over.
fn long() -> String {
    let lines: Vec<&str> = SHORT.iter().copied().cycle().take(290).collect();
    lines.join("\n")
}

fn tree(text: &str) {
    let mut parser = Parser::new();
    if parser
        .set_language(&Language::from(tree_sitter_bash::LANGUAGE))
        .is_ok()
    {
        black_box(parser.parse(text, None));
    }
}

fn read(text: &str) {
    black_box(segments(&parse(text, Dialect::Bash, &Limits::default())));
}

#[divan::bench]
fn short_tree_sitter(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| SHORT.iter().for_each(|text| tree(black_box(text))));
}

#[divan::bench]
fn short_segments(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| SHORT.iter().for_each(|text| read(black_box(text))));
}

#[divan::bench]
fn long_tree_sitter(bencher: Bencher<'_, '_>) {
    let text = long();
    bencher.bench_local(|| tree(black_box(&text)));
}

#[divan::bench]
fn long_segments(bencher: Bencher<'_, '_>) {
    let text = long();
    bencher.bench_local(|| read(black_box(&text)));
}
