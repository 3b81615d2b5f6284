//! What comes with the program: knowledge of programs, and the rules that speak where no policy file does.

use diagnostics::Source;
use execpolicy::{BuiltIn, Layer, PolicySet};

/// `default.codexpolicy` and the packs it loads, compiled; a test keeps it what they say.
const COMPILED: &str = include_str!("../../policies/compiled.jsonl");

/// `policies/guard.codexpolicy`, compiled; a test keeps it what it says.
const GUARD: &str = include_str!("../../policies/guard.jsonl");

/// The rules that protect the gate itself.
const GUARD_FILE: (&str, &str) = (
    "policies/guard.codexpolicy",
    include_str!("../../policies/guard.codexpolicy"),
);

/// The layer of the rules that protect the gate itself.
const GUARD_LAYER: &str = "guard";

/// The policy files that are shipped, by name.
const FILES: &[(&str, &str)] = &[
    ("default.codexpolicy", include_str!("../../default.codexpolicy")),
    (
        "policies/programs/binaries.codexpolicy",
        include_str!("../../policies/programs/binaries.codexpolicy"),
    ),
    (
        "policies/programs/builds.codexpolicy",
        include_str!("../../policies/programs/builds.codexpolicy"),
    ),
    (
        "policies/programs/buildsystems.codexpolicy",
        include_str!("../../policies/programs/buildsystems.codexpolicy"),
    ),
    (
        "policies/programs/changes.codexpolicy",
        include_str!("../../policies/programs/changes.codexpolicy"),
    ),
    (
        "policies/programs/execpolicy.codexpolicy",
        include_str!("../../policies/programs/execpolicy.codexpolicy"),
    ),
    (
        "policies/programs/files.codexpolicy",
        include_str!("../../policies/programs/files.codexpolicy"),
    ),
    (
        "policies/programs/generators.codexpolicy",
        include_str!("../../policies/programs/generators.codexpolicy"),
    ),
    (
        "policies/programs/git.codexpolicy",
        include_str!("../../policies/programs/git.codexpolicy"),
    ),
    (
        "policies/programs/git-changes.codexpolicy",
        include_str!("../../policies/programs/git-changes.codexpolicy"),
    ),
    (
        "policies/programs/go.codexpolicy",
        include_str!("../../policies/programs/go.codexpolicy"),
    ),
    (
        "policies/programs/go-tools.codexpolicy",
        include_str!("../../policies/programs/go-tools.codexpolicy"),
    ),
    (
        "policies/programs/jvm.codexpolicy",
        include_str!("../../policies/programs/jvm.codexpolicy"),
    ),
    (
        "policies/programs/languages.codexpolicy",
        include_str!("../../policies/programs/languages.codexpolicy"),
    ),
    (
        "policies/programs/network.codexpolicy",
        include_str!("../../policies/programs/network.codexpolicy"),
    ),
    (
        "policies/programs/python.codexpolicy",
        include_str!("../../policies/programs/python.codexpolicy"),
    ),
    (
        "policies/programs/rust.codexpolicy",
        include_str!("../../policies/programs/rust.codexpolicy"),
    ),
    (
        "policies/programs/search.codexpolicy",
        include_str!("../../policies/programs/search.codexpolicy"),
    ),
    (
        "policies/programs/system.codexpolicy",
        include_str!("../../policies/programs/system.codexpolicy"),
    ),
    (
        "policies/programs/tasks.codexpolicy",
        include_str!("../../policies/programs/tasks.codexpolicy"),
    ),
    (
        "policies/programs/text.codexpolicy",
        include_str!("../../policies/programs/text.codexpolicy"),
    ),
    (
        "policies/programs/wrappers.codexpolicy",
        include_str!("../../policies/programs/wrappers.codexpolicy"),
    ),
];

/// The policy with the layer that protects the gate, and with what is known of programs, for those that it does not
/// describe itself.
pub(crate) fn completed(policy: PolicySet) -> PolicySet {
    let (name, text) = GUARD_FILE;
    policy
        .with_compiled_layer(GUARD, &[Source::new(name, text)], &Layer::new(GUARD_LAYER))
        .with_compiled_knowledge(COMPILED)
}

/// What answers where no policy file does.
pub(crate) fn fallback() -> BuiltIn {
    // The texts of the packs are only needed to show where one of their rules stands, and they hold knowledge alone.
    let files = FILES.first().map(|(name, text)| Source::new(*name, *text));
    BuiltIn::compiled(COMPILED, files.as_slice())
}

/// A pack that policy files may load: `//programs/git.codexpolicy`.
pub(crate) fn pack(name: &str) -> Option<Source> {
    let name = name.strip_prefix("//")?;
    let (name, text) = FILES
        .iter()
        .find(|(file, _)| file.strip_prefix("policies/") == Some(name))?;
    Some(Source::new(*name, *text))
}

#[cfg(test)]
mod tests {
    use execpolicy::{Layer, PolicyFile, compile, load};

    use super::*;

    /// Set to write the compiled policy anew.
    const UPDATE: &str = "UPDATE_COMPILED";

    #[test]
    fn the_compiled_policy_is_what_the_files_say() {
        is_compiled(FILES[0], COMPILED, "compiled.jsonl");
        is_compiled(GUARD_FILE, GUARD, "guard.jsonl");
    }

    fn is_compiled((name, text): (&str, &str), kept: &str, to: &str) {
        let file = PolicyFile {
            source: Source::new(name, text),
            layer: Layer::new("default"),
        };
        let loaded = load(&[file], &pack);
        assert!(loaded.broken.is_empty(), "{:#?}", loaded.broken);
        let compiled = compile(&loaded.programs, &loaded.policy).unwrap();
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(
                format!(concat!(env!("CARGO_MANIFEST_DIR"), "/../policies/{}"), to),
                compiled,
            )
            .unwrap();
        } else {
            assert!(compiled == kept, "set {UPDATE}=1 to compile the policy anew");
        }
    }

    #[test]
    fn every_compiled_rule_stands_where_it_says() {
        let fallback = fallback();
        assert!(!fallback.policy().rules().is_empty());
        for rule in fallback.policy().rules() {
            let call = rule.origin.source.snippet(rule.origin.span).unwrap();
            assert!(call.starts_with("ask("), "{call}");
        }
        assert!(!fallback.policy().effect_rules().is_empty());
        for rule in fallback.policy().effect_rules() {
            let call = rule.origin.source.snippet(rule.origin.span).unwrap();
            assert!(call.starts_with("path_rule("), "{call}");
        }
    }
}
