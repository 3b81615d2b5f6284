//! What comes with the program: knowledge of programs, and the rules that speak where no policy file does.

use std::sync::{Arc, LazyLock};

use diagnostics::Source;
use execpolicy::{BuiltIn, Knowledge, Layer, PolicySet};

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
pub(crate) const GUARD_LAYER: &str = "guard";

/// Files by the names they have in the repository, with their texts.
macro_rules! shipped {
    ($($name:literal,)+) => { &[$(($name, include_str!(concat!("../../", $name)))),+] };
}

/// The policy files that are shipped: the default policy, the packs of rules, the knowledge of programs.
const FILES: &[(&str, &str)] = shipped![
    "default.codexpolicy",
    "policies/packs/agents.codexpolicy",
    "policies/packs/ci.codexpolicy",
    "policies/packs/cloud.codexpolicy",
    "policies/packs/containers.codexpolicy",
    "policies/packs/destructive.codexpolicy",
    "policies/packs/developer.codexpolicy",
    "policies/packs/devices.codexpolicy",
    "policies/packs/environment.codexpolicy",
    "policies/packs/fetching.codexpolicy",
    "policies/packs/go.codexpolicy",
    "policies/packs/hooks.codexpolicy",
    "policies/packs/infrastructure.codexpolicy",
    "policies/packs/installs.codexpolicy",
    "policies/packs/java.codexpolicy",
    "policies/packs/network.codexpolicy",
    "policies/packs/node.codexpolicy",
    "policies/packs/privilege.codexpolicy",
    "policies/packs/publishing.codexpolicy",
    "policies/packs/python.codexpolicy",
    "policies/packs/reader.codexpolicy",
    "policies/packs/recording.codexpolicy",
    "policies/packs/rust.codexpolicy",
    "policies/packs/secrets.codexpolicy",
    "policies/packs/startup.codexpolicy",
    "policies/programs.codexpolicy",
    "policies/programs/accounts.codexpolicy",
    "policies/programs/android.codexpolicy",
    "policies/programs/appliances.codexpolicy",
    "policies/programs/archives.codexpolicy",
    "policies/programs/assemblers.codexpolicy",
    "policies/programs/assessment.codexpolicy",
    "policies/programs/auditing.codexpolicy",
    "policies/programs/binaries.codexpolicy",
    "policies/programs/boards.codexpolicy",
    "policies/programs/build-toolchains.codexpolicy",
    "policies/programs/builds.codexpolicy",
    "policies/programs/buildsystems.codexpolicy",
    "policies/programs/bundles.codexpolicy",
    "policies/programs/changes.codexpolicy",
    "policies/programs/checkers.codexpolicy",
    "policies/programs/checksums.codexpolicy",
    "policies/programs/clients.codexpolicy",
    "policies/programs/cloud.codexpolicy",
    "policies/programs/clusters.codexpolicy",
    "policies/programs/comparison.codexpolicy",
    "policies/programs/compose.codexpolicy",
    "policies/programs/compositors.codexpolicy",
    "policies/programs/compression.codexpolicy",
    "policies/programs/consoles.codexpolicy",
    "policies/programs/coreutils.codexpolicy",
    "policies/programs/craft.codexpolicy",
    "policies/programs/daemons.codexpolicy",
    "policies/programs/databases.codexpolicy",
    "policies/programs/debian.codexpolicy",
    "policies/programs/dependencies.codexpolicy",
    "policies/programs/desks.codexpolicy",
    "policies/programs/desktop.codexpolicy",
    "policies/programs/development.codexpolicy",
    "policies/programs/disks.codexpolicy",
    "policies/programs/distribution-tools.codexpolicy",
    "policies/programs/distributions.codexpolicy",
    "policies/programs/docker.codexpolicy",
    "policies/programs/documents.codexpolicy",
    "policies/programs/drawings.codexpolicy",
    "policies/programs/editors.codexpolicy",
    "policies/programs/execpolicy.codexpolicy",
    "policies/programs/files.codexpolicy",
    "policies/programs/filters.codexpolicy",
    "policies/programs/finders.codexpolicy",
    "policies/programs/forges.codexpolicy",
    "policies/programs/generators.codexpolicy",
    "policies/programs/git-changes.codexpolicy",
    "policies/programs/git-plumbing.codexpolicy",
    "policies/programs/git.codexpolicy",
    "policies/programs/github-changes.codexpolicy",
    "policies/programs/github.codexpolicy",
    "policies/programs/go-tools.codexpolicy",
    "policies/programs/go.codexpolicy",
    "policies/programs/hardware.codexpolicy",
    "policies/programs/hosted.codexpolicy",
    "policies/programs/hosts.codexpolicy",
    "policies/programs/images.codexpolicy",
    "policies/programs/interfaces.codexpolicy",
    "policies/programs/jvm.codexpolicy",
    "policies/programs/keys.codexpolicy",
    "policies/programs/kubernetes.codexpolicy",
    "policies/programs/laboratory.codexpolicy",
    "policies/programs/languages.codexpolicy",
    "policies/programs/launchers.codexpolicy",
    "policies/programs/letters.codexpolicy",
    "policies/programs/linters.codexpolicy",
    "policies/programs/listeners.codexpolicy",
    "policies/programs/machine-parts.codexpolicy",
    "policies/programs/machine.codexpolicy",
    "policies/programs/macos.codexpolicy",
    "policies/programs/media.codexpolicy",
    "policies/programs/network.codexpolicy",
    "policies/programs/node-runtimes.codexpolicy",
    "policies/programs/node-tools.codexpolicy",
    "policies/programs/node.codexpolicy",
    "policies/programs/notebooks.codexpolicy",
    "policies/programs/package-commands.codexpolicy",
    "policies/programs/package-tools.codexpolicy",
    "policies/programs/packages.codexpolicy",
    "policies/programs/peripherals.codexpolicy",
    "policies/programs/perl.codexpolicy",
    "policies/programs/php.codexpolicy",
    "policies/programs/pictures.codexpolicy",
    "policies/programs/pip.codexpolicy",
    "policies/programs/pixmaps.codexpolicy",
    "policies/programs/players.codexpolicy",
    "policies/programs/podman.codexpolicy",
    "policies/programs/probes.codexpolicy",
    "policies/programs/processes.codexpolicy",
    "policies/programs/provisioning.codexpolicy",
    "policies/programs/python-docs.codexpolicy",
    "policies/programs/python-environments.codexpolicy",
    "policies/programs/python-modules.codexpolicy",
    "policies/programs/python-projects.codexpolicy",
    "policies/programs/python-tools.codexpolicy",
    "policies/programs/python.codexpolicy",
    "policies/programs/reckoning.codexpolicy",
    "policies/programs/renaming.codexpolicy",
    "policies/programs/robots.codexpolicy",
    "policies/programs/ruby.codexpolicy",
    "policies/programs/rust.codexpolicy",
    "policies/programs/scanners.codexpolicy",
    "policies/programs/search.codexpolicy",
    "policies/programs/searchers.codexpolicy",
    "policies/programs/selinux.codexpolicy",
    "policies/programs/servers.codexpolicy",
    "policies/programs/service-clients.codexpolicy",
    "policies/programs/services.codexpolicy",
    "policies/programs/shell-builtins.codexpolicy",
    "policies/programs/slurm.codexpolicy",
    "policies/programs/sound.codexpolicy",
    "policies/programs/standing-services.codexpolicy",
    "policies/programs/structured.codexpolicy",
    "policies/programs/system.codexpolicy",
    "policies/programs/tasks.codexpolicy",
    "policies/programs/terminal-texts.codexpolicy",
    "policies/programs/text.codexpolicy",
    "policies/programs/toolchains.codexpolicy",
    "policies/programs/transfers.codexpolicy",
    "policies/programs/typesetters.codexpolicy",
    "policies/programs/usage.codexpolicy",
    "policies/programs/uv.codexpolicy",
    "policies/programs/versions.codexpolicy",
    "policies/programs/virtual.codexpolicy",
    "policies/programs/web-services.codexpolicy",
    "policies/programs/wine.codexpolicy",
    "policies/programs/wrappers.codexpolicy",
    "policies/programs/x-windows.codexpolicy",
];

/// Where the files stand that hold knowledge alone.
const PROGRAMS: &str = "policies/programs/";

/// The policy with the layer that protects the gate, with what is known of programs, for those that it does not
/// describe itself, and with profiles that keep what the default policy guards.
pub(crate) fn completed(policy: PolicySet, fallback: &BuiltIn) -> PolicySet {
    let (name, text) = GUARD_FILE;
    policy
        .with_guarded(fallback.effect_rules())
        .with_compiled_layer(GUARD, &[Source::of_static(name, text)], &Layer::new(GUARD_LAYER))
        .with_compiled_knowledge(&KNOWLEDGE)
}

/// What is known of programs: what was read of it for one policy is there for the next one.
static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::compiled(COMPILED));

/// What answers where no policy file does; made once, for it is the same for every policy.
pub(crate) fn fallback() -> Arc<BuiltIn> {
    static FALLBACK: LazyLock<Arc<BuiltIn>> = LazyLock::new(|| Arc::new(read_fallback()));
    Arc::clone(&FALLBACK)
}

fn read_fallback() -> BuiltIn {
    // The texts are only needed to show where a rule stands.
    let files = FILES.iter().filter(|(name, _)| !name.starts_with(PROGRAMS));
    let files = files.map(|(name, text)| Source::of_static(name, text));
    BuiltIn::compiled(COMPILED, files.collect())
}

/// A pack that policy files may load: `//programs/git.codexpolicy`.
pub(crate) fn pack(name: &str) -> Option<Source> {
    let name = name.strip_prefix("//")?;
    let (name, text) = FILES
        .iter()
        .find(|(file, _)| file.strip_prefix("policies/") == Some(name))?;
    Some(Source::of_static(name, text))
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
    fn every_pack_loads_by_itself() {
        // Families of programs build on each other.
        for (name, text) in FILES.iter().filter(|(name, _)| !name.starts_with(PROGRAMS)) {
            let file = PolicyFile {
                source: Source::new(*name, *text),
                layer: Layer::new("team"),
            };
            let loaded = load(&[file], &pack);
            assert!(loaded.broken.is_empty(), "{name}: {:#?}", loaded.broken);
        }
    }

    #[test]
    fn every_compiled_rule_stands_where_it_says() {
        let fallback = fallback();
        assert!(!fallback.policy().rules().is_empty());
        for rule in fallback.policy().rules() {
            let call = rule.origin.source.snippet(rule.origin.span).unwrap();
            assert!(call.starts_with("prefix_rule("), "{call}");
        }
        assert!(!fallback.policy().effect_rules().is_empty());
        for rule in fallback.policy().effect_rules() {
            let call = rule.origin.source.snippet(rule.origin.span).unwrap();
            let is_rule = ["path_rule(", "env_rule(", "ask("]
                .iter()
                .any(|name| call.starts_with(name));
            assert!(is_rule, "{call}");
        }
    }
}
