//! Placeholders that a confined command relies on.

use std::fs;
use std::path::Path;

use sandbox::{Command, Host, Profile, Running, Status, Stream, Taken, Tier, plan};

use super::few::{lay, names};
use super::ramfs;

#[test]
fn without_attributes_a_run_holds_what_another_has_laid() {
    ramfs::run("runs::without_attributes_a_run_holds_what_another_has_laid_there");
}

/// Runs again in a process of its own, in which the ramfs is mounted.
#[test]
fn without_attributes_a_run_holds_what_another_has_laid_there() {
    let Some(root) = ramfs::place().map(|place| place.canonicalize().unwrap()) else {
        return;
    };
    if Host::look().tier() != Tier::Full {
        println!("skipped: no view of its own for a command here");
        return;
    }
    let maker = lay(&root, &[".git"]);
    let running = start(
        &root,
        "until [ -e go ]; do sleep 0.02; done; mkdir .git || mkdir .git/x",
    );
    assert_eq!(maker.entries()[0].take_away(), Taken::Shared);
    drop(maker);
    fs::write(root.join("go"), "").unwrap();
    assert_eq!(running.wait().status, Status::Exited(1));
    // Nobody knows any more whose it was: it may be the user's own.
    assert_eq!(names(&root), [".git", "go"]);
    assert_eq!(names(&root.join(".git")), [""; 0]);
    assert_eq!(start(&root, "mkdir .git/x").wait().status, Status::Exited(1));
    assert_eq!(names(&root), [".git", "go"]);
}

/// Starts a command that may write but for `.git`.
fn start(root: &Path, script: &str) -> Running {
    let profile = Profile {
        name: "test".to_owned(),
        writable: vec![root.to_owned()],
        protected: vec![root.join(".git")],
        environment: vec![("PATH".into(), "/usr/bin:/bin".into())],
        ..Profile::default()
    };
    let command = Command {
        program: "/bin/sh".into(),
        arguments: ["sh", "-c", script].map(Into::into).to_vec(),
        directory: root.to_owned(),
        input: Stream::Null,
        output: Stream::Null,
        errors: Stream::Null,
    };
    plan(&profile, &Host::look()).unwrap().launch(command).unwrap()
}
