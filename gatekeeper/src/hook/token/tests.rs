//! A yes holds for what it was given to, once.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::{Command, Defaults, Dialect, Gatekeeper};

fn judgement(text: &str) -> Judgement {
    let gatekeeper = Gatekeeper::open(&[], Defaults::BuiltIn).unwrap();
    gatekeeper.judge(Command::of_text(text, Dialect::Bash), &Context::default())
}

fn terms(judgement: &Judgement) -> TokenTerms<'_> {
    TokenTerms {
        judgement,
        directory: Path::new("/w"),
        confinement: Some("workspace-write"),
        policy: Digest::of_environment(&[]),
        path: Some(OsStr::new("/nowhere:/usr/bin:/bin")),
    }
}

fn error(result: Result<(), TokenError>) -> String {
    result.map_or_else(|error| error.to_string(), |()| "taken".to_owned())
}

const NOW: Duration = Duration::from_secs(1_800_000_000);

#[test]
fn a_yes_holds_once_for_what_it_was_given_to() {
    let place = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(&place.path().join("clearance")).unwrap();
    let now = UNIX_EPOCH + NOW;
    let asked = judgement("git push");
    let terms = terms(&asked);
    let token = tokens.issue(&terms, now).unwrap();
    let of = |terms: &TokenTerms<'_>, now: SystemTime| error(tokens.redeem(&token, terms, now));
    let other = judgement("git push ");
    let policy = Digest::of_environment(&[("A".into(), "1".into())]);
    let program = place.path().join("git");
    std::fs::write(&program, "").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let before = [place.path().as_os_str(), OsStr::new("/usr/bin")].join(OsStr::new(":"));
    for (name, changed) in [
        (
            "one byte",
            TokenTerms {
                judgement: &other,
                ..terms
            },
        ),
        (
            "the directory",
            TokenTerms {
                directory: Path::new("/w/x"),
                ..terms
            },
        ),
        (
            "the confinement",
            TokenTerms {
                confinement: Some("read-only"),
                ..terms
            },
        ),
        (
            "none",
            TokenTerms {
                confinement: None,
                ..terms
            },
        ),
        ("the policy", TokenTerms { policy, ..terms }),
        (
            "another program of that name",
            TokenTerms {
                path: Some(before.as_os_str()),
                ..terms
            },
        ),
    ] {
        assert_eq!(of(&changed, now), "it was given for something else", "{name}");
    }
    for at in 0..token.len() {
        let mut forged = token.clone().into_bytes();
        forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
        let forged = String::from_utf8(forged).unwrap();
        assert!(tokens.redeem(&forged, &terms, now).is_err(), "{at}");
    }
    assert_eq!(of(&terms, now + LIFE), "its time is over");
    assert_eq!(of(&terms, UNIX_EPOCH), "its time is over");
    // Another `PATH` that leads to the same programs is the same.
    let terms = TokenTerms {
        path: Some(OsStr::new("/usr/bin:/nowhere/else")),
        ..terms
    };
    assert_eq!(of(&terms, now + LIFE / 2), "taken");
    assert_eq!(of(&terms, now + LIFE / 2), "it was used before");
    let fresh = tokens.issue(&terms, now).unwrap();
    assert_eq!(error(tokens.redeem(&fresh, &terms, now)), "taken");
}

#[test]
fn another_users_key_makes_other_tokens_and_nobody_else_reads_it() {
    let place = tempfile::tempdir().unwrap();
    let [one, other] = ["a", "b"].map(|name| place.path().join(name));
    let asked = judgement("git push");
    let now = UNIX_EPOCH + NOW;
    let token = Tokens::open(&one).unwrap().issue(&terms(&asked), now).unwrap();
    let foreign = Tokens::open(&other).unwrap().redeem(&token, &terms(&asked), now);
    assert_eq!(error(foreign), "it was given for something else");
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&one), mode(&one.join("key"))), (0o700, 0o600));
    std::fs::set_permissions(&one, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert!(Tokens::open(&one).is_err() || mode(&one) == 0o700);
}

#[test]
fn of_many_who_take_one_yes_one_gets_it() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("clearance");
    let asked = judgement("git push");
    let now = UNIX_EPOCH + NOW;
    let token = Tokens::open(&directory)
        .unwrap()
        .issue(&terms(&asked), now)
        .unwrap();
    let given: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let tokens = Tokens::open(&directory).unwrap();
                    usize::from(tokens.redeem(&token, &terms(&asked), now).is_ok())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(given, 1);
}

#[test]
fn a_script_that_was_changed_since_is_another_command() {
    let place = tempfile::tempdir().unwrap();
    let tokens = Tokens::open(&place.path().join("clearance")).unwrap();
    let script = place.path().join("run.sh");
    for text in ["./run.sh x", "sh run.sh"] {
        std::fs::write(&script, "echo one").unwrap();
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        let asked = judgement(text);
        let terms = TokenTerms {
            directory: place.path(),
            ..terms(&asked)
        };
        let now = UNIX_EPOCH + NOW;
        let token = tokens.issue(&terms, now).unwrap();
        std::thread::sleep(Duration::from_millis(20));
        std::fs::write(&script, "echo two").unwrap();
        let second = error(tokens.redeem(&token, &terms, now));
        assert_eq!(second, "it was given for something else", "{text}");
        let token = tokens.issue(&terms, now).unwrap();
        assert_eq!(error(tokens.redeem(&token, &terms, now)), "taken", "{text}");
    }
}
