//! What is wrong with the input is told with its place, and never passes for an allow.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use insta::assert_snapshot;

use crate::project::{CommandOutput, Project, finish};

/// A check of `ls` with this policy.
fn with_policy(policy: &[u8]) -> CommandOutput {
    let project = Project::new().with("broken.codexpolicy", policy);
    project.run(&["check", "-r", "broken.codexpolicy", "--shell", "ls"])
}

#[test]
fn every_unreadable_policy_is_named() {
    let project = Project::new();
    assert_snapshot!(project.run(&["check", "-r", "absent.codexpolicy", "-r", ".", "--shell", "ls"]), @r#"
    -- stderr
    error[EP1001]: the policy file `absent.codexpolicy` cannot be read: No such file or directory (os error 2)
     --> absent.codexpolicy:1:1
      |
    1 |
      | ^
      |
      = help: name a file that exists and that you may read

    error[EP1001]: the policy file `.` cannot be read: is a directory
     --> .:1:1
      |
    1 |
      | ^
      |
      = help: name a file that exists and that you may read
    -- status 1
    "#);
}

#[test]
fn a_policy_that_is_not_text() {
    assert_snapshot!(with_policy(b"# fine\nprefix_rule(pattern = [\"\xff\"])\n"), @r#"
    -- stderr
    error[EP1001]: the policy file `broken.codexpolicy` is not UTF-8
     --> broken.codexpolicy:2:25
      |
    2 | prefix_rule(pattern = ["�"])
      |                         ^ this byte
      |
      = help: save the file as UTF-8
    -- status 1
    "#);
}

#[test]
fn a_policy_that_is_not_starlark() {
    assert_snapshot!(with_policy(b"prefix_rule(pattern = [\"ls\")\n"), @r#"
    -- stderr
    error[EP1002]: unexpected symbol ')', expected symbol ']'
     --> broken.codexpolicy:1:28
      |
    1 | prefix_rule(pattern = ["ls")
      |                            ^
    -- status 1
    "#);
}

#[test]
fn a_decision_that_is_none() {
    assert_snapshot!(with_policy(b"prefix_rule(pattern = [\"ls\"], decision = \"perhaps\")\n"), @r#"
    -- stderr
    error[EP1008]: `perhaps` is not a decision
     --> broken.codexpolicy:1:42
      |
    1 | prefix_rule(pattern = ["ls"], decision = "perhaps")
      |                                          ^^^^^^^^^
      |
      = help: a decision is `allow`, `prompt` or `forbidden`
    -- status 1
    "#);
}

#[test]
fn an_example_that_fails() {
    let policy =
        b"prefix_rule(\n    pattern = [\"git\", \"log\"],\n    match = [\"git log\", \"git push\"],\n)\n";
    assert_snapshot!(with_policy(policy), @r#"
    -- stderr
    error[EP1013]: the rule does not match `git push`, which it should
     --> broken.codexpolicy:3:25
      |
    1 | / prefix_rule(
    2 | |     pattern = ["git", "log"],
    3 | |     match = ["git log", "git push"],
      | |                         ^^^^^^^^^^ this is not matched
    4 | | )
      | |_- by `["git", "log"]`
    -- status 1
    "#);
}

#[test]
fn a_pattern_without_tokens() {
    assert_snapshot!(with_policy(b"prefix_rule(pattern = [])\n"), @r#"
    -- stderr
    error[EP1009]: the pattern has no words
     --> broken.codexpolicy:1:23
      |
    1 | prefix_rule(pattern = [])
      |                       ^^
    -- status 1
    "#);
}

#[test]
fn an_example_with_broken_quotes() {
    assert_snapshot!(with_policy(b"prefix_rule(pattern = [\"ls\"], match = [\"ls 'a\"])\n"), @r#"
    -- stderr
    error[EP1011]: the quotes of the example `ls 'a` do not close
     --> broken.codexpolicy:1:40
      |
    1 | prefix_rule(pattern = ["ls"], match = ["ls 'a"])
      |                                        ^^^^^^^
    -- status 1
    "#);
}

#[test]
fn an_endless_policy() {
    let policy = b"def f():\n    for a in range(1000000000):\n        pass\nf()\n";
    let output = with_policy(policy);
    assert_eq!(output.status, 1, "{output}");
}

#[test]
fn several_errors_in_several_files() {
    let project = Project::new()
        .with(
            "one.codexpolicy",
            "prefix_rule(pattern = [])\nprefix_rule(pattern = [\"a\"], decision = \"x\")\n",
        )
        .with("two.codexpolicy", "prefix_rule(pattern = [])\n");
    let files = ["-r", "one.codexpolicy", "-r", "two.codexpolicy"];
    assert_snapshot!(project.run(&[&["check", "--format", "concise"], &files[..], &["--shell", "ls"]].concat()), @r#"
    -- stderr
    one.codexpolicy:1:23: EP1009 the pattern has no words
    one.codexpolicy:2:41: EP1008 `x` is not a decision -> a decision is `allow`, `prompt` or `forbidden`
    two.codexpolicy:1:23: EP1009 the pattern has no words
    -- status 1
    "#);
}

#[test]
fn arguments_that_are_not_utf_8() {
    let project = Project::new();
    let bad = OsString::from_vec(b"ls \xff".to_vec());
    let mut words = project.command(&["check", "--", "echo"]);
    words.arg(&bad);
    assert_snapshot!(finish(words, b"", &project.work()), @r#"
    -- stderr
    error[EP4006]: argument 2 is not UTF-8: byte 4
     --> argument 2:1:4
      |
    1 | ls �
      |    ^ this byte
      |
      = help: a command that is not UTF-8 cannot be judged; give it as text
    -- status 2
    "#);
    let mut text = project.command(&["check", "--shell"]);
    text.arg(&bad);
    assert_snapshot!(finish(text, b"", &project.work()), @r#"
    -- stderr
    error[EP4006]: --shell is not UTF-8: byte 4
     --> --shell:1:4
      |
    1 | ls �
      |    ^ this byte
      |
      = help: a command that is not UTF-8 cannot be judged; give it as text
    -- status 2
    "#);
}

#[test]
fn a_megabyte_of_script_asks_in_a_screenful() {
    let project = Project::new();
    let script = "ls;".repeat(350_000);
    let request = serde_json::json!({ "command": script }).to_string();
    let output = project.run_on(&["check", "--stdin"], request.as_bytes());
    assert_eq!(output.status, 0);
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(answer["decision"], "prompt");
    assert_eq!(answer["gaps"][0]["code"], "EP0101");

    // One argument of a process holds 128 KiB at most.
    let script = "ls;".repeat(40_000);
    assert_snapshot!(project.run(&["check", "--format", "concise", "--shell", &script]), @r#"
    -- stdout
    command:1:1: EP0101 prompt: `ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;ls;…`: the script is longer than the parser's limit -> write it so that every word that runs can be read, or have a person say yes
    -- status 10
    "#);
    let output = project.run(&["check", "--format", "human", "--shell", &script]);
    assert!(output.stdout.len() < 20_000, "{} bytes", output.stdout.len());
}

#[test]
fn a_nul_in_a_text_is_a_gap() {
    let project = Project::new();
    let output = project.run_on(&["check", "--stdin"], br#"{"command": "ls \u0000 -l"}"#);
    let answer: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!(answer["decision"], "prompt", "{output}");
    let gaps = answer["gaps"].as_array().unwrap();
    let nul = gaps.iter().find(|gap| gap["code"] == "EP0107").unwrap();
    assert_eq!(nul["span"], serde_json::json!([3, 4]), "{output}");
}

#[test]
fn wrong_usage() {
    let project = Project::new();
    for arguments in [
        &["check"][..],
        &[],
        &["check", "--"],
        &["check", "ls"],
        &["check", "--stdin", "--", "ls"],
        &["check", "--shell", "ls", "--", "ls"],
        &["check", "--shell", "ls", "--format", "xml"],
        &["check", "--shell", "ls", "--approval", "always"],
        &["judge", "--shell", "ls"],
    ] {
        let output = project.run(arguments);
        assert_eq!(output.status, 2, "{arguments:?}: {output}");
        assert_eq!(output.stdout, "", "{arguments:?}");
        assert_ne!(output.stderr, "", "{arguments:?}");
    }
    assert_snapshot!(project.run(&["check", "--workspace", "/", "--shell", "ls"]), @r#"
    -- stderr
    error[EP4005]: the workspace `/` is the root, the home directory or above it
     |
     = help: name a directory that holds the project and nothing else of the user's
    -- status 2
    "#);
}
