//! What a decision costs, and that the number of rules does not matter.

use diagnostics::Source;
use divan::Bencher;
use execpolicy::{Basis, Context, Decision, Layer, Loaded, PolicyFile, Unspoken, judge, load};
use shell_parser::{Script, script_of_argv};

fn main() {
    divan::main();
}

/// A policy of so many rules, the last of them about `git status`.
fn policy(rules: usize) -> Loaded {
    let others = (1..rules).map(|number| {
        format!(
            "prefix_rule(pattern = ['tool{number}', ['a', 'b']], decision = 'prompt', match = ['tool{number} a'])\n"
        )
    });
    let text = others.chain(["prefix_rule(pattern = ['git', 'status'], match = ['git status'])\n".into()]);
    let file = PolicyFile {
        source: Source::new("bench.rules", text.collect::<String>()),
        layer: Layer::new("bench"),
    };
    load(&[file], &|_: &str| None)
}

fn ask(unspoken: &Unspoken<'_>, _: &Context) -> Vec<Basis> {
    vec![Basis::Default {
        decision: Decision::Prompt,
        reason: "unmatched".into(),
        cause: unspoken.segment.span,
    }]
}

fn git_status() -> Script {
    script_of_argv(&["git", "status", "--short"]).1
}

#[divan::bench(args = [10, 100, 10_000])]
fn rule_hit(bencher: Bencher<'_, '_>, rules: usize) {
    let policy = policy(rules).policy;
    let script = git_status();
    let context = Context::default();
    bencher.bench_local(|| judge(&script, &policy, &context, &ask));
}

#[divan::bench(args = [1, 50, 1000])]
fn load_rules(bencher: Bencher<'_, '_>, rules: usize) {
    bencher.bench_local(|| policy(rules));
}
