//! The example of an agent's oracle does what a host's author reads in it.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot start its example has failed"
)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sandbox::{Host, Tier};

/// The example: `cargo test --workspace` builds it beside this test, with the features that the whole workspace has. Where
/// only this test is built, it is built here.
fn oracle() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let example = test.ancestors().nth(2).unwrap().join("examples/oracle");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap());
    let built = cargo
        .args([
            "build",
            "--quiet",
            "--offline",
            "--workspace",
            "--example",
            "oracle",
        ])
        .status();
    assert!(built.unwrap().success());
    example
}

/// What it writes, asked for these commands and given these answers, without the questions.
fn told(oracle: &Path, workspace: &Path, commands: &[&str], answers: &str) -> String {
    let mut child = Command::new(oracle)
        .args(commands)
        .current_dir(workspace)
        .env("HOME", workspace.with_file_name("home"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_judges_asks_remembers_and_runs() {
    if Host::look().tier() != Tier::Full {
        // The example runs commands in the whole sandbox and in nothing less.
        std::io::stderr()
            .write_all(b"skipped: this host does not reach tier full\n")
            .unwrap();
        return;
    }
    let oracle = oracle();
    let root = tempfile::Builder::new()
        .prefix("oracle")
        .tempdir_in("/var/tmp")
        .unwrap();
    let workspace = root.path().join("work");
    std::fs::create_dir_all(workspace.join(".git")).unwrap();
    std::fs::write(workspace.join("note"), "x\n").unwrap();
    let allowed = told(&oracle, &workspace, &["cat note"], "");
    assert_eq!(allowed, "x\ncat note: Exited(0)\n");
    let refused = told(&oracle, &workspace, &["rm -rf note"], "no\n");
    assert!(refused.contains("[once/session/no]"), "{refused}");
    assert!(refused.ends_with("rm -rf note: the answer was no\n"), "{refused}");
    assert!(workspace.join("note").exists());
    let twice = ["rm -rf note", "echo y > note", "rm -rf note"];
    let remembered = told(&oracle, &workspace, &twice, "session\n");
    assert_eq!(remembered.matches("[once/session/no]").count(), 1, "{remembered}");
    assert_eq!(
        remembered.matches("rm -rf note: Exited(0)").count(),
        2,
        "{remembered}"
    );
    let forbidden = told(
        &oracle,
        &workspace,
        &["echo 'prefix_rule()' > .execpolicy/x.codexpolicy"],
        "session\n",
    );
    assert!(forbidden.contains("forbidden"), "{forbidden}");
}
