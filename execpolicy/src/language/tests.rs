//! Policies and what comes of loading them.

use diagnostics::Source;

use super::{LoadCode, Loaded, PolicyFile, load};
use crate::Layer;

fn loaded(text: &str) -> Loaded {
    let packs = |name: &str| match name {
        "//git.codexpolicy" => Some(Source::new(
            "git.codexpolicy",
            "def git(sub):\n    prefix_rule(['git', sub])\nREADS = ['log', 'diff']\n",
        )),
        "//self.codexpolicy" => Some(Source::new(
            "self.codexpolicy",
            "load('//self.codexpolicy', 'x')\nx = 1\n",
        )),
        _ => None,
    };
    let file = PolicyFile {
        source: Source::new("test.rules", text),
        layer: Layer::new("user"),
    };
    load(&[file], &packs)
}

/// Where each error stands: code, line and column.
fn errors(text: &str) -> Vec<String> {
    let found = loaded(text).broken;
    let shown = found.iter().map(|one| {
        let label = one.labels.first().expect("every error has a place");
        let place = label.source.position(label.span.start());
        format!("{} {}:{} {}", one.code, place.line, place.column, one.message)
    });
    shown.collect()
}

fn patterns(text: &str) -> Vec<String> {
    let loaded = loaded(text);
    assert_eq!(loaded.broken, vec![], "{text}");
    let rules = loaded.policy.rules().iter();
    rules
        .map(|rule| format!("{} {}", rule.decision, rule.pattern))
        .collect()
}

#[test]
fn smoke() {
    assert_eq!(
        patterns("prefix_rule(['git', ['a', 'b']])"),
        [r#"allow ["git", ["a", "b"]]"#]
    );
}
