//! Where restrictions are found, and which texts restrict.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use super::*;

#[test]
fn restrictions_are_found_where_an_agent_keeps_them() {
    let rules = OwnRules {
        files: &["~/.a/settings.json", "./.a/settings.json", "~/.a/rules/*.rules"],
        texts: &[],
        restricts: in_claude_settings,
    };
    for (name, text, wanted) in [
        ("home/.a/settings.json", "", false),
        ("home/.a/settings.json", "{}", false),
        ("home/.a/settings.json", "{", true),
        ("home/.a/settings.json", r#"{"permissions":{"deny":[]}}"#, false),
        (
            "home/.a/settings.json",
            r#"{"permissions":{"allow":["Bash(ls)"]}}"#,
            false,
        ),
        (
            "home/.a/settings.json",
            r#"{"permissions":{"deny":["WebFetch"]}}"#,
            false,
        ),
        (
            "home/.a/settings.json",
            r#"{"permissions":{"deny":["Read(.env)"]}}"#,
            true,
        ),
        (
            "home/.a/settings.json",
            r#"{"permissions":{"ask":["Edit(./notes/**)"]}}"#,
            true,
        ),
        (
            "home/.a/settings.json",
            r#"{"permissions":{"deny":["Bash(rm:*)"]}}"#,
            true,
        ),
        (
            "home/.a/settings.json",
            r#"{"permissions":{"ask":["Bash"]}}"#,
            true,
        ),
        (
            "work/.a/settings.json",
            r#"{"permissions":{"ask":["Bash"]}}"#,
            true,
        ),
        ("home/.a/rules/x.rules", "{", true),
        ("home/.a/rules/x.other", "{", false),
    ] {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        let project = root.path().join("work");
        for project in [project.clone(), project.join("a/b")] {
            let ground = SettingsGround {
                home: &root.path().join("home"),
                projects: &[project],
                variable: |_| None,
            };
            assert_eq!(rules.restrict(&ground), wanted, "{name}: {text}");
        }
    }
}

#[test]
fn the_main_checkout_of_a_linked_work_tree_counts() {
    let rules = OwnRules {
        files: &["./.a/settings.local.json"],
        texts: &[],
        restricts: in_claude_settings,
    };
    let root = tempfile::tempdir().unwrap();
    let main = root.path().join("main");
    let linked = root.path().join("linked");
    for directory in [
        main.join(".git/worktrees/linked"),
        main.join(".a"),
        linked.clone(),
    ] {
        fs::create_dir_all(directory).unwrap();
    }
    fs::write(
        linked.join(".git"),
        format!("gitdir: {}/.git/worktrees/linked\n", main.display()),
    )
    .unwrap();
    let restrict = || {
        rules.restrict(&SettingsGround {
            home: Path::new("/nowhere"),
            projects: &[linked.join("below")],
            variable: |_| None,
        })
    };
    assert!(!restrict());
    fs::write(
        main.join(".a/settings.local.json"),
        r#"{"permissions":{"deny":["Bash(rm:*)"]}}"#,
    )
    .unwrap();
    assert!(restrict());
}

#[test]
fn any_directory_on_the_way_counts() {
    let rules = OwnRules {
        files: &["~/x/*/rules/*.toml"],
        texts: &[],
        restricts: |text| holds(text, &["deny"]),
    };
    let home = tempfile::tempdir().unwrap();
    let restrict = || {
        rules.restrict(&SettingsGround {
            home: home.path(),
            projects: &[],
            variable: |_| None,
        })
    };
    assert!(!restrict());
    fs::create_dir_all(home.path().join("x/one/rules")).unwrap();
    fs::write(home.path().join("x/one/rules/a.toml"), "allow").unwrap();
    assert!(!restrict());
    fs::write(home.path().join("x/one/rules/b.toml"), "deny").unwrap();
    assert!(restrict());
}

#[test]
fn what_cannot_be_read_counts_as_a_restriction() {
    let rules = OwnRules {
        files: &["~/x"],
        texts: &[],
        restricts: |_| false,
    };
    let home = tempfile::tempdir().unwrap();
    let ground = SettingsGround {
        home: home.path(),
        projects: &[],
        variable: |_| None,
    };
    assert!(!rules.restrict(&ground));
    fs::create_dir(home.path().join("x")).unwrap();
    assert!(rules.restrict(&ground));
}

#[test]
fn a_project_that_is_not_known_may_restrict() {
    let rules = OwnRules {
        files: &["./x"],
        texts: &[],
        restricts: |_| false,
    };
    let ground = SettingsGround {
        home: Path::new("/nowhere"),
        projects: &[],
        variable: |_| None,
    };
    assert!(rules.restrict(&ground));
}

#[test]
fn rules_in_the_environment_count() {
    let rules = OwnRules {
        files: &[],
        texts: &["A", "B"],
        restricts: |text| in_json(text, &["deny"]),
    };
    let of = |variable| {
        rules.restrict(&SettingsGround {
            home: Path::new("/nowhere"),
            projects: &[],
            variable,
        })
    };
    assert!(!of(|_| None));
    assert!(!of(|name| (name == "A").then(|| r#"{"bash":"allow"}"#.into())));
    assert!(of(
        |name| (name == "B").then(|| r#"{"bash":{"rm *":"deny"}}"#.into())
    ));
    assert!(of(|name| (name == "B").then(|| "{".into())));
    assert!(of(
        |name| (name == "A").then(|| OsStr::from_bytes(&[0xff]).to_owned())
    ));
}

#[test]
fn commands_that_vs_code_asks_about_are_found() {
    for (text, wanted) in [
        ("", false),
        ("{ // mine\n\"editor.tabSize\": 4, \"x\": false, }", false),
        (r#"{"chat.tools.terminal.autoApprove":{"ls":true}}"#, false),
        (
            r#"{"chat.tools.terminal.autoApprove":{"ls":true,"rm":false}}"#,
            true,
        ),
        (
            r#"{"chat.tools.terminal.\u0061utoApprove":{"/^rm/":{"approve":false}}}"#,
            true,
        ),
        (r#"{"chat.tools.terminal.denyList":{"rm":true}}"#, true),
        (r#"{"chat.tools.terminal.denyList":{}}"#, false),
        ("{", true),
        ("[1]", true),
    ] {
        assert_eq!(in_terminal_settings(text), wanted, "{text}");
    }
}

#[test]
fn words_of_settings_are_found_however_they_are_written() {
    for (text, wanted) in [
        ("", false),
        (r#"{"a":"allow"}"#, false),
        (r#"{"a":{"rm *":"deny"}}"#, true),
        (r#"{"a":"\u0064eny"}"#, true),
        ("{\"a\":\"allow\" /* \"deny\" */}", false),
        ("{// x\n\"deny\":[],}", true),
        ("{", true),
    ] {
        assert_eq!(in_json(text, &["deny"]), wanted, "{text}");
    }
}
