//! The whole way from text to verdict, beside the bare parse of the same texts.
//!
//! The promise is a ratio: a verdict takes at most three times as long as the parse of the same text.

use divan::{Bencher, black_box};
use gatekeeper::{Command, Context, Defaults, Dialect, Directory, Gatekeeper};
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

#[divan::bench]
fn short_tree_sitter(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| SHORT.iter().for_each(|text| tree(text)));
}

#[divan::bench]
fn short_verdict(bencher: Bencher<'_, '_>) {
    let Ok(gatekeeper) = Gatekeeper::open(&[], Defaults::BuiltIn) else {
        return;
    };
    bencher.bench_local(|| SHORT.iter().for_each(|text| judge(&gatekeeper, text)));
}

/// What is known of three programs, read from the compiled text: less than a millisecond.
#[divan::bench]
fn knowledge_of_three_programs(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| {
        if let Ok(gatekeeper) = Gatekeeper::open(&[], Defaults::BuiltIn) {
            judge(&gatekeeper, "git log; find .; tar tf x");
        }
    });
}

#[divan::bench]
fn long_tree_sitter(bencher: Bencher<'_, '_>) {
    let text = long();
    bencher.bench_local(|| tree(&text));
}

#[divan::bench]
fn long_verdict(bencher: Bencher<'_, '_>) {
    let Ok(gatekeeper) = Gatekeeper::open(&[], Defaults::BuiltIn) else {
        return;
    };
    let text = long();
    bencher.bench_local(|| judge(&gatekeeper, &text));
}

fn tree(text: &str) {
    let mut parser = Parser::new();
    if parser
        .set_language(&Language::from(tree_sitter_bash::LANGUAGE))
        .is_ok()
    {
        black_box(parser.parse(black_box(text), None));
    }
}

/// As where people work: a command line knows its directory.
fn judge(gatekeeper: &Gatekeeper, text: &str) {
    let context = Context {
        workspace: Some("/home/user/repo".into()),
        cwd: Directory::Known("/home/user/repo".into()),
        home: Some("/home/user".into()),
        ..Context::default()
    };
    let command = Command::of_text(black_box(text), Dialect::Bash);
    drop(black_box(gatekeeper.judge(command, &context)));
}
