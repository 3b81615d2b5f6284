//! What policy says of wishes.

use execpolicy::{ConfinementName, Layer, PolicyFile, Protocol};

use super::*;
use crate::Defaults;
use crate::ground::{Ground, gatekeeper};

/// What is said of a wish, by its first letter.
fn word(wish: &Wish) -> char {
    match wish {
        Wish::Held(_) | Wish::Granted(_) => 'g',
        Wish::Open(_) => 'o',
        Wish::Refused(_) => 'r',
    }
}

#[test]
fn what_policy_says_of_paths() {
    let ground = Ground::new();
    let root = std::fs::canonicalize(ground.root.path()).unwrap();
    let shown = root.display();
    let policy = format!(
        "path_rule(access = ['write'], paths = ['{shown}/deep/er/key'], decision = 'forbidden')\n\
         path_rule(access = ['read'], paths = ['{shown}/secret/**'], decision = 'forbidden')\n\
         sandbox_profile(name = 'narrow', writable = ['$WORKSPACE/**'], readable = ['$WORKSPACE/**', '/usr/**'])\n"
    );
    let gatekeeper = gatekeeper(&policy);
    let home = root.join("home");
    for directory in [
        "deep/er",
        "secret/x",
        "out",
        "home/.ssh",
        "home/.local/state/execpolicy/threads",
    ] {
        std::fs::create_dir_all(root.join(directory)).unwrap();
    }
    for (name, profile, path, reads, writes) in [
        ("elsewhere", "workspace-write", "out", 'g', 'o'),
        ("elsewhere, and nothing is read", "narrow", "out", 'o', 'o'),
        ("the workspace", "workspace-write", "work", 'g', 'g'),
        ("the workspace, read-only", "read-only", "work", 'g', 'r'),
        ("protected", "workspace-write", "work/.git", 'g', 'r'),
        ("hidden", "workspace-write", "home/.ssh", 'r', 'r'),
        ("forbidden to read", "workspace-write", "secret", 'r', 'r'),
        (
            "below what is forbidden to read",
            "workspace-write",
            "secret/x",
            'r',
            'r',
        ),
        ("above what is forbidden", "workspace-write", "deep", 'g', 'r'),
        (
            "the gate's own",
            "workspace-write",
            "home/.local/state/execpolicy/threads",
            'r',
            'r',
        ),
        (
            "above it",
            "workspace-write",
            "home/.local/state/execpolicy",
            'g',
            'r',
        ),
        ("home", "workspace-write", "home", 'g', 'r'),
        (
            "above the workspace, and what is forbidden to read",
            "workspace-write",
            "",
            'r',
            'r',
        ),
        ("home, and nothing is read", "narrow", "home", 'r', 'r'),
    ] {
        let mut context = ground.context(Some(profile));
        context.home = home.to_str().map(Into::into);
        context.store = vec![
            home.join(".local/share/execpolicy").to_str().unwrap().into(),
            home.join(".local/state/execpolicy").to_str().unwrap().into(),
        ];
        let path = root.join(path);
        let path = path.components().collect::<PathBuf>();
        for (access, wanted) in [(false, reads), (true, writes)] {
            let wish = gatekeeper.path_wish(&path, access, &context, &ground.variables);
            assert_eq!(word(&wish), wanted, "{name}, writes: {access}: {wish:?}");
        }
    }
}

#[test]
fn what_policy_says_of_hosts() {
    let gatekeeper = gatekeeper(
        r#"
network_rule("api.example.org", "https", "allow")
network_rule("no.example.org", "http", "deny", justification = "it leaks")
network_rule("ask.example.org", "https", "prompt")
network_rule("10.0.0.7", "http", "allow")
network_rule("::ffff:10.0.0.8", "https", "deny")
network_rule("bücher.example", "https", "deny")
"#,
    );
    let https = Some(Protocol::Https);
    for (host, protocol, wanted) in [
        ("api.example.org", https, 'g'),
        ("API.example.org.", https, 'g'),
        ("api.example.org", Some(Protocol::Http), 'o'),
        ("api.example.org", None, 'o'),
        ("no.example.org", https, 'r'),
        ("No.Example.Org", None, 'r'),
        ("ask.example.org", https, 'o'),
        ("sub.no.example.org", https, 'o'),
        ("10.0.0.7", Some(Protocol::Http), 'g'),
        ("::ffff:10.0.0.7", Some(Protocol::Http), 'g'),
        ("10.0.0.7", https, 'o'),
        ("10.0.0.8", https, 'r'),
        ("169.254.169.254", https, 'r'),
        ("::ffff:169.254.169.254", https, 'r'),
        ("metadata.google.internal", https, 'r'),
        ("127.0.0.1", https, 'o'),
        ("xn--bcher-kva.example", https, 'o'),
        ("0.0.0.0", https, 'r'),
        ("localhost", https, 'o'),
    ] {
        let wish = gatekeeper.host_wish(&Host::parse(host).unwrap(), protocol);
        assert_eq!(word(&wish), wanted, "{host} {protocol:?}: {wish:?}");
    }
}

#[test]
fn a_policy_that_does_not_load_allows_no_host() {
    for (layer, wanted) in [("user", 'o'), ("system", 'r')] {
        let file = |layer: &str, text: &str| PolicyFile {
            source: diagnostics::Source::new(layer, text),
            layer: Layer::new(layer),
        };
        let files = [
            file("team", "network_rule('a.example', 'https', 'allow')"),
            file(layer, "network_rule("),
        ];
        let gatekeeper = Gatekeeper::of_layers(&files, Defaults::BuiltIn);
        let wish = gatekeeper.host_wish(&Host::parse("a.example").unwrap(), Some(Protocol::Https));
        assert_eq!(word(&wish), wanted, "{layer}: {wish:?}");
    }
    let name = ConfinementName::new("no-such");
    let ground = Ground::new();
    let mut context = ground.context(None);
    context.confinement = Some(name);
    let wish = ground
        .gatekeeper
        .path_wish(Path::new("/opt"), true, &context, &ground.variables);
    assert_eq!(word(&wish), 'r');
}

#[test]
fn what_a_rule_may_mean_by_an_address_is_asked_about() {
    let gatekeeper = gatekeeper(
        "network_rule('2130706433', 'https', 'deny')\nnetwork_rule('192.0.2.1', 'https', 'allow')",
    );
    for (host, wanted) in [("192.0.2.1", 'o'), ("127.0.0.1", 'o'), ("a.example", 'o')] {
        let wish = gatekeeper.host_wish(&Host::parse(host).unwrap(), Some(Protocol::Https));
        assert_eq!(word(&wish), wanted, "{host}: {wish:?}");
    }
}

#[test]
fn connections_that_are_forbidden_altogether_are_to_no_host() {
    let gatekeeper = gatekeeper(
        "effect_rule(effects = ['connect'], decision = 'forbidden')\nnetwork_rule('a.example', 'https', 'allow')",
    );
    let wish = gatekeeper.host_wish(&Host::parse("a.example").unwrap(), Some(Protocol::Https));
    assert_eq!(word(&wish), 'r');
}

#[test]
fn what_other_agents_did_is_hidden_in_every_profile() {
    let ground = Ground::new();
    let threads = ground.path("home/.local/state/execpolicy/threads");
    std::fs::create_dir_all(&threads).unwrap();
    let threads = std::fs::canonicalize(threads).unwrap();
    let own = gatekeeper("sandbox_profile(name = 'own', writable = ['$WORKSPACE/**'])");
    for profile in ["read-only", "workspace-write", "workspace-commit", "own"] {
        let mut context = ground.context(Some(profile));
        context.store = vec![threads.parent().unwrap().to_str().unwrap().into()];
        let name = ConfinementName::new(profile);
        let confinement = own.confinement(&name, &context, &ground.variables).unwrap();
        assert!(confinement.profile.hidden.contains(&threads), "{profile}");
    }
}
