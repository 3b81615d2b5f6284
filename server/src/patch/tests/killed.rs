//! Who is killed while applying a patch leaves the old tree or the new one to the next.

use std::process::{Command, Stdio};

use super::*;

/// Set for the copy of this test that is killed: the root and the number of the step.
const CHILD: &str = "EXECPOLICY_TEST_PATCHES";

#[test]
fn child_patches() {
    if let Some(told) = std::env::var_os(CHILD) {
        let told = told.into_string().unwrap();
        let (step, root) = told.split_once(' ').unwrap();
        let (_, changes) = everything();
        let root = Path::new(root);
        let mut plan = Plan::of(&changes, &root.canonicalize().unwrap().join("w")).unwrap();
        fault::set(Some((step.parse().unwrap(), Fault::Kills)));
        apply(&mut plan, &options(root)).unwrap();
    }
}

#[test]
fn a_process_that_is_killed_at_any_step_leaves_a_whole_tree() {
    let (other, changes) = everything();
    let before = other.holds();
    other.apply(&changes).unwrap();
    let after = other.holds();
    let (mut old, mut new) = (0, 0);
    for step in 0.. {
        let (ground, _) = everything();
        let status = Command::new(std::env::current_exe().unwrap())
            .args(["patch::tests::killed::child_patches", "--exact"])
            .env(CHILD, format!("{step} {}", ground.root.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        if status.success() {
            break;
        }
        assert!(recover(&ground.options()).is_empty(), "{step}");
        assert_eq!(ground.journals(), 0, "{step}");
        let holds = ground.holds();
        if holds == before {
            old += 1;
        } else {
            assert_eq!(holds, after, "{step}");
            new += 1;
        }
    }
    assert!(old > 30 && new > 5, "{old} {new}");
}

/// Whoever is killed while undoing what another had begun leaves it to the next.
#[test]
fn a_journal_whose_owner_lives_is_left_alone() {
    let ground = Ground::with(&[("a", "a\n")]);
    let mut plan = Plan::of(&[add("b", "")], &ground.tree()).unwrap();
    let journals = super::super::journal::Journals::open(&ground.root.path().join("state")).unwrap();
    let steps = plan.steps("patch_x").unwrap();
    let journal = journals.begin(&steps).unwrap();
    plan.take(&steps).unwrap();
    assert!(recover(&ground.options()).is_empty());
    assert!(ground.tree().join("b").exists());
    drop(journal);
    assert!(recover(&ground.options()).is_empty());
    assert!(!ground.tree().join("b").exists());
    assert_eq!(ground.journals(), 0);
}
