//! Rules that a person adds, lists, takes out and takes back.

use std::fs;

use insta::assert_snapshot;

use crate::project::{CommandOutput, Project};

const USER: &str = "home/.config/execpolicy/approved.codexpolicy";
const PROJECT: &str = "work/.execpolicy/approved.codexpolicy";

/// What these files of a project hold.
fn texts(project: &Project) -> [Option<String>; 2] {
    [USER, PROJECT].map(|file| fs::read_to_string(project.root().join(file)).ok())
}

fn people(project: &Project, arguments: &[&str]) -> CommandOutput {
    let at = arguments
        .iter()
        .position(|word| *word == "--")
        .unwrap_or(arguments.len());
    let mut words = arguments.to_vec();
    words.splice(at..at, ["--format", "human"]);
    project.run(&words)
}

/// The status of a check: 0 allow, 10 prompt, 20 forbidden.
fn checked(project: &Project, command: &str) -> i32 {
    project.run(&["check", "--shell", command]).status
}

#[test]
fn what_was_allowed_for_good_is_silent_until_it_is_taken_back() {
    let project = Project::with_layers();
    let by_hand = "# mine\nprefix_rule(['apple'])  # why not";
    fs::create_dir_all(project.root().join(USER).parent().unwrap()).unwrap();
    fs::write(project.root().join(USER), by_hand).unwrap();
    assert_eq!(checked(&project, "cargo test -p core"), 10);
    assert_snapshot!(people(&project, &["allow", "--", "cargo", "test"]), @r#"
    -- stdout
    prefix_rule(pattern = ["cargo", "test"], decision = "allow")
      also allows:     cargo test other
      does not allow:  cargo publish
    added to $TEST/home/.config/execpolicy/approved.codexpolicy; `execpolicy rules undo` takes it back
    -- status 0
    "#);
    for (command, status) in [
        ("cargo test -p core", 0),
        ("cargo test --workspace", 0),
        ("apple", 0),
        ("cargo run", 10),
        ("cargo test > ~/.profile", 10),
        ("cargo test; rm -rf ~", 10),
    ] {
        assert_eq!(checked(&project, command), status, "{command}");
    }
    assert_snapshot!(people(&project, &["allow", "--", "cargo", "test"]), @"
    -- stdout
    allow: `cargo test` (matched by a rule of layer `user`, $TEST/home/.config/execpolicy/approved.codexpolicy:3)
    -- status 0
    ");
    assert_snapshot!(people(&project, &["rules", "undo"]), @r#"
    -- stdout
    taken back in $TEST/home/.config/execpolicy/approved.codexpolicy
    - prefix_rule(pattern = ["cargo", "test"], decision = "allow")
    -- status 0
    "#);
    assert_eq!(texts(&project), [Some(by_hand.to_owned()), None]);
    assert_eq!(checked(&project, "cargo test -p core"), 10);
    assert_snapshot!(people(&project, &["rules", "undo"]), @"
    -- stderr
    error[EP4014]: no change is noted that could be taken back
    -- status 1
    ");
}

#[test]
fn rules_are_listed_where_they_stand_and_taken_out_there() {
    let project = Project::with_layers().with(
        "team.rules",
        "prefix_rule(\n    ['apple'],\n    'forbidden',\n)\n",
    );
    assert_eq!(project.run(&["allow", "--", "cargo", "publish"]).status, 0);
    assert_eq!(project.run(&["allow", "--", "npm", "run", "build"]).status, 0);
    assert_snapshot!(people(&project, &["rules", "list", "-r", "team.rules"]), @r#"
    -- stdout
    team.rules:1 (command line)
      prefix_rule( ['apple'], 'forbidden', )
    $TEST/home/.config/execpolicy/approved.codexpolicy:2 (user)
      prefix_rule(pattern = ["cargo", "publish"], decision = "allow")
    $TEST/home/.config/execpolicy/approved.codexpolicy:3 (user)
      prefix_rule(pattern = ["npm", "run", "build"], decision = "allow")
    -- stderr
    note[EP4021]: it is not known when rules were last used: the log `$TEST/home/.local/state/execpolicy/log.jsonl` cannot be read: No such file or directory (os error 2)
    -- status 0
    "#);
    assert_snapshot!(project.run(&["rules", "list"]), @r#"
    -- stdout
    {"schema":"execpolicy.rules.v1","rules":[{"layer":"user","file":"$TEST/home/.config/execpolicy/approved.codexpolicy","line":2,"text":"prefix_rule(pattern = [\"cargo\", \"publish\"], decision = \"allow\")","decision":"allow"},{"layer":"user","file":"$TEST/home/.config/execpolicy/approved.codexpolicy","line":3,"text":"prefix_rule(pattern = [\"npm\", \"run\", \"build\"], decision = \"allow\")","decision":"allow"}]}
    -- stderr
    note[EP4021]: it is not known when rules were last used: the log `$TEST/home/.local/state/execpolicy/log.jsonl` cannot be read: No such file or directory (os error 2)
    -- status 0
    "#);
    assert_snapshot!(people(&project, &["rules", "remove", "approved.codexpolicy:2"]), @r#"
    -- stdout
    removed in $TEST/home/.config/execpolicy/approved.codexpolicy
    - prefix_rule(pattern = ["cargo", "publish"], decision = "allow")
    -- status 0
    "#);
    assert_eq!(checked(&project, "cargo publish"), 10);
    assert_eq!(project.run(&["rules", "undo"]).status, 0);
    assert_eq!(checked(&project, "cargo publish"), 0);
}

/// A decision of the log that leans on these rules, as file and pattern.
fn decision(time: &str, rules: &[(&str, &str)]) -> String {
    let basis: Vec<String> = rules
        .iter()
        .map(|(file, pattern)| {
            format!(
                r#"{{"kind":"rule","decision":"allow","rule":{{"file":"{file}","line":99,"layer":"user","pattern":{pattern:?}}}}}"#
            )
        })
        .collect();
    let basis = basis.join(",");
    format!(r#"{{"record":"decision","time":"{time}","segments":[{{"basis":[{basis}]}}]}}"#)
}

#[test]
fn a_rule_is_listed_with_the_day_when_it_was_last_used() {
    let project = Project::with_layers();
    let rules = "prefix_rule(['apple'])\nprefix_rule([['fig', 'pear'], 'x'])\nprefix_rule(['plum'])\nnetwork_rule('x.org', 'https', 'allow')\n";
    project.put(USER, rules);
    let file = project.root().join(USER).display().to_string();
    let log = |name: &str, lines: &[String]| {
        project.put(
            &format!("home/.local/state/execpolicy/{name}"),
            lines.join("\n") + "\n",
        );
    };
    log(
        "log.jsonl",
        &[
            decision("2026-11-22T10:00:00.000Z", &[(&file, r#"["pear", "x"]"#)]),
            decision(
                "2026-11-21T10:00:00.000Z",
                &[(&file, r#"["fig", "x"]"#), ("other", r#"["plum"]"#)],
            ),
            "no record, with \"pattern\"".to_owned(),
        ],
    );
    log(
        "log.1.jsonl",
        &[decision(
            "2026-10-03T10:00:00.000Z",
            &[(&file, r#"["apple"]"#), (&file, r#"["fig", "x"]"#)],
        )],
    );
    assert_snapshot!(people(&project, &["rules", "list"]), @"
    -- stdout
    $TEST/home/.config/execpolicy/approved.codexpolicy:1 (user), last used 2026-10-03
      prefix_rule(['apple'])
    $TEST/home/.config/execpolicy/approved.codexpolicy:2 (user), last used 2026-11-22
      prefix_rule([['fig', 'pear'], 'x'])
    $TEST/home/.config/execpolicy/approved.codexpolicy:3 (user), never in the log
      prefix_rule(['plum'])
    $TEST/home/.config/execpolicy/approved.codexpolicy:4 (user)
      network_rule('x.org', 'https', 'allow')
    -- status 0
    ");
    assert_snapshot!(project.run(&["rules", "list"]), @r#"
    -- stdout
    {"schema":"execpolicy.rules.v1","rules":[{"layer":"user","file":"$TEST/home/.config/execpolicy/approved.codexpolicy","line":1,"text":"prefix_rule(['apple'])","decision":"allow","lastUsed":"2026-10-03T10:00:00.000Z"},{"layer":"user","file":"$TEST/home/.config/execpolicy/approved.codexpolicy","line":2,"text":"prefix_rule([['fig', 'pear'], 'x'])","decision":"allow","lastUsed":"2026-11-22T10:00:00.000Z"},{"layer":"user","file":"$TEST/home/.config/execpolicy/approved.codexpolicy","line":3,"text":"prefix_rule(['plum'])","decision":"allow"},{"layer":"user","file":"$TEST/home/.config/execpolicy/approved.codexpolicy","line":4,"text":"network_rule('x.org', 'https', 'allow')","decision":"allow"}]}
    -- status 0
    "#);
    // More than is looked at.
    let older = project.root().join("home/.local/state/execpolicy/log.2.jsonl");
    fs::File::create(older).unwrap().set_len(1 << 30).unwrap();
    let listed = people(&project, &["rules", "list"]);
    assert!(
        listed.stdout.contains(":3 (user), not in the newest of the log"),
        "{listed}"
    );
}

#[test]
fn a_run_is_a_use_of_its_rule() {
    let project = Project::with_layers();
    project.put(USER, "prefix_rule(['true', 'x'])\n");
    let listed = || people(&project, &["rules", "list"]);
    assert!(listed().stderr.contains("EP4021"), "{}", listed());
    let run = |words: &[&str]| project.run(&[&["run", "--confinement", "none", "--"], words].concat());
    assert_eq!(run(&["true"]).status, 0);
    assert!(listed().stdout.contains("never in the log"), "{}", listed());
    assert_eq!(run(&["true", "x"]).status, 0);
    project.put(USER, "\n# moved\nprefix_rule(['true', 'x'])\n");
    assert!(
        listed().stdout.contains(":3 (user), last used 20"),
        "{}",
        listed()
    );
}

#[test]
fn a_rule_of_the_project_counts_as_long_as_nobody_else_writes_there() {
    let project = Project::with_layers();
    assert_eq!(
        project.run(&["allow", "--project", "--", "cargo", "test"]).status,
        0
    );
    assert_eq!(checked(&project, "cargo test -p core"), 0);
    let by_hand = project.root().join("work/.execpolicy/more.rules");
    fs::write(&by_hand, "prefix_rule(['apple'])\n").unwrap();
    for command in ["cargo test -p core", "apple"] {
        assert_eq!(checked(&project, command), 10, "{command}");
    }
    let told = people(&project, &["allow", "--project", "--", "cargo", "publish"]);
    assert!(
        told.stdout.contains("counts once the project is trusted"),
        "{told}"
    );
    assert_eq!(checked(&project, "cargo publish"), 10);
    assert_eq!(project.run(&["rules", "undo"]).status, 0);
    fs::remove_file(by_hand).unwrap();
    assert_eq!(checked(&project, "cargo test -p core"), 0);
    assert_eq!(project.run(&["rules", "undo"]).status, 0);
    assert_eq!(texts(&project), [None, None]);
    assert_eq!(checked(&project, "cargo test -p core"), 10);
}

#[test]
fn what_cannot_be_changed_is_told_and_stays() {
    let project = Project::with_layers();
    assert_eq!(project.run(&["allow", "--", "cargo", "publish"]).status, 0);
    let before = texts(&project);
    for (arguments, status, told) in [
        (&["allow", "--", "bash", "x.sh"][..], 1, "say too little"),
        (&["allow", "--", "rm", "-rf"], 1, "no rule is written"),
        (&["allow", "--", "env", "tool"], 1, "say too little"),
        (&["allow", "--", "tool", "a b"], 1, "say too little"),
        (&["allow", "--", "/tmp/tool"], 1, "anybody may put one"),
        (&["allow", "--", "execpolicy", "trust"], 1, "a rule forbids it"),
        (&["allow", "--dry-run", "--", "npm", "publish"], 0, ""),
        (&["allow", "--", "git", "log"], 0, ""),
        (
            &["rules", "remove", "approved.codexpolicy:1"],
            1,
            "no rule stands in line 1",
        ),
        (
            &["rules", "remove", "approved.codexpolicy:99"],
            1,
            "no rule stands in line 99",
        ),
        (
            &["rules", "remove", "approved.codexpolicy"],
            2,
            "not a file, a colon and a line",
        ),
        (
            &["rules", "remove", "approved.codexpolicy:0"],
            2,
            "not a file, a colon and a line",
        ),
        (
            &["rules", "remove", "other.codexpolicy:1"],
            2,
            "no policy file is called",
        ),
        (
            &["rules", "remove", "/etc/execpolicy/x.rules:1"],
            2,
            "not a file of the user's",
        ),
        (
            &["rules", "remove", "../../../x.rules:1"],
            2,
            "not a file of the user's",
        ),
        (&["rules"], 2, ""),
        (&["rules", "--", "undo"], 2, ""),
        (&["allow", "--"], 2, ""),
    ] {
        let output = people(&project, arguments);
        let output = if status == 2 && told.is_empty() {
            project.run(arguments)
        } else {
            output
        };
        assert_eq!(output.status, status, "{arguments:?}: {output}");
        assert!(output.stderr.contains(told), "{arguments:?}: {output}");
        assert_eq!(texts(&project), before, "{arguments:?}");
    }
}

#[test]
fn a_broken_file_is_named_and_not_added_to() {
    let project = Project::with_layers();
    fs::create_dir_all(project.root().join(PROJECT).parent().unwrap()).unwrap();
    fs::write(project.root().join(PROJECT), "prefix_rule(\n").unwrap();
    let before = texts(&project);
    for arguments in [
        &["allow", "--project", "--", "cargo", "publish"][..],
        &["allow", "--", "cargo", "publish"],
        &["rules", "remove", "approved.codexpolicy:1"],
    ] {
        let output = people(&project, arguments);
        assert_eq!(output.status, 1, "{arguments:?}: {output}");
        assert!(
            output.stderr.contains("approved.codexpolicy"),
            "{arguments:?}: {output}"
        );
        assert_eq!(texts(&project), before, "{arguments:?}");
    }
}
