//! Trust, given and withdrawn.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::*;
use crate::{Layers, Places};

/// The project in this directory.
fn project(root: &Path) -> Project {
    let places = Places {
        workspace: Some(root.to_owned()),
        ..Places::default()
    };
    Layers::find(&places, &[]).project().unwrap().clone()
}

fn with_policy(root: &Path, name: &str) -> Project {
    let directory = root.join(name).join(".execpolicy");
    fs::create_dir_all(&directory).unwrap();
    fs::write(directory.join("a.rules"), name).unwrap();
    project(&root.join(name))
}

#[test]
fn trust_is_given_to_one_project_and_taken_back() {
    let root = tempfile::tempdir().unwrap();
    let store = TrustStore::at(root.path().join("data/execpolicy"));
    let (one, other) = (with_policy(root.path(), "one"), with_policy(root.path(), "other"));
    assert!(matches!(store.of(&one), Trust::Never));
    assert!(!store.untrust(one.root()).unwrap());
    store.trust(&one).unwrap();
    store.trust(&one).unwrap();
    assert!(matches!(store.of(&one), Trust::Given));
    assert!(matches!(store.of(&other), Trust::Never));
    store.trust(&other).unwrap();
    assert!(store.untrust(one.root()).unwrap());
    assert!(matches!(store.of(&one), Trust::Never));
    assert!(matches!(store.of(&other), Trust::Given));
}

#[test]
fn only_its_owner_reads_and_writes_the_store() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("data/execpolicy");
    let store = TrustStore::at(directory.clone());
    store.trust(&with_policy(root.path(), "one")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
    assert_eq!(mode(&directory), 0o700);
    for file in fs::read_dir(&directory).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[test]
fn a_store_that_others_may_have_written_says_nothing() {
    for spoiled in ["data/execpolicy", "data/execpolicy/trust.jsonl"] {
        let root = tempfile::tempdir().unwrap();
        let store = TrustStore::at(root.path().join("data/execpolicy"));
        let one = with_policy(root.path(), "one");
        store.trust(&one).unwrap();
        fs::set_permissions(root.path().join(spoiled), Permissions::from_mode(0o777)).unwrap();
        assert!(
            matches!(store.of(&one), Trust::Unknown(TrustError::Unusable { .. })),
            "{spoiled}"
        );
        assert!(store.trust(&one).is_err(), "{spoiled}");
    }
}

#[test]
fn a_damaged_store_says_nothing_and_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let directory = root.path().join("data/execpolicy");
    let store = TrustStore::at(directory.clone());
    let one = with_policy(root.path(), "one");
    store.trust(&one).unwrap();
    let file = directory.join("trust.jsonl");
    let mut text = fs::read_to_string(&file).unwrap();
    text.push_str("{}\n");
    fs::write(&file, &text).unwrap();
    assert!(matches!(
        store.of(&one),
        Trust::Unknown(TrustError::Damaged { line: 2, .. })
    ));
    assert!(matches!(
        store.trust(&one),
        Err(TrustError::Damaged { line: 2, .. })
    ));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_store_in_the_project_itself_is_not_believed() {
    let root = tempfile::tempdir().unwrap();
    let one = with_policy(root.path(), "one");
    let inside = TrustStore::at(root.path().join("one/data/execpolicy"));
    assert!(matches!(inside.trust(&one), Err(TrustError::Inside { .. })));
    std::os::unix::fs::symlink("one", root.path().join("link")).unwrap();
    let linked = TrustStore::at(root.path().join("link/data/execpolicy"));
    assert!(matches!(linked.trust(&one), Err(TrustError::Inside { .. })));
    assert!(!root.path().join("one/data").exists());
}

#[test]
fn an_unwritable_store_is_an_error_and_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let one = with_policy(root.path(), "one");
    let file = root.path().join("data");
    fs::write(&file, "").unwrap();
    let store = TrustStore::at(file.join("execpolicy"));
    assert!(matches!(store.trust(&one), Err(TrustError::Unusable { .. })));
    assert!(matches!(store.of(&one), Trust::Never));
}

#[test]
fn many_who_trust_at_once_lose_nothing() {
    let root = tempfile::tempdir().unwrap();
    let store = TrustStore::at(root.path().join("data/execpolicy"));
    let projects: Vec<Project> = (0..32)
        .map(|number| with_policy(root.path(), &format!("p{number}")))
        .collect();
    std::thread::scope(|scope| {
        for project in &projects {
            scope.spawn(|| store.trust(project).unwrap());
        }
    });
    for project in &projects {
        assert!(matches!(store.of(project), Trust::Given));
    }
}

#[test]
fn what_a_writer_adds_is_trusted_and_nothing_that_came_meanwhile() {
    let root = tempfile::tempdir().unwrap();
    let store = TrustStore::at(root.path().join("data/execpolicy"));
    let before = with_policy(root.path(), "one");
    let path = root.path().join("one/.execpolicy/a.rules");
    fs::write(&path, "new").unwrap();
    store.trust(&before.with_file("a.rules", "new")).unwrap();
    assert!(matches!(
        store.of(&project(&root.path().join("one"))),
        Trust::Given
    ));
    fs::write(&path, "other").unwrap();
    let Trust::Withdrawn { changed } = store.of(&project(&root.path().join("one"))) else {
        panic!("it is trusted");
    };
    assert_eq!(changed, ["a.rules"]);
}
