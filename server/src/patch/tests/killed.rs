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

/// A patch of which all steps are taken and whose server is dead.
fn dead() -> Ground {
    let (ground, changes) = everything();
    let mut plan = Plan::of(&changes, &ground.tree()).unwrap();
    let journals = super::super::journal::Journals::open(&ground.root.path().join("state")).unwrap();
    let steps = plan.steps("patch_x").unwrap();
    let journal = journals.begin(&steps).unwrap();
    plan.take(&steps).unwrap();
    drop(journal);
    ground
}

fn journal(ground: &Ground) -> PathBuf {
    let mut entries = fs::read_dir(ground.root.path().join("state/patches")).unwrap();
    entries.next().unwrap().unwrap().path()
}

#[test]
fn what_somebody_wrote_after_the_death_is_kept() {
    let ground = dead();
    ground.put("changed", "mine\n");
    ground.put("gone", "mine\n");
    ground.put("new", "mine\n");
    let told = recover(&ground.options());
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(ground.journals(), 0);
    let holds = ground.holds();
    let text = |path: &str| String::from_utf8(holds[path].1.clone().unwrap()).unwrap();
    for (path, wanted) in [
        ("changed", "mine\n"),
        ("changed.before-patch", "a\n"),
        ("gone", "mine\n"),
        ("gone.before-patch", "g\n"),
        ("new", "mine\n"),
        ("from", "f\n"),
        ("sub/moved", "m\n"),
    ] {
        assert_eq!(text(path), wanted, "{path}");
    }
    assert!(!holds.keys().any(|path| path.contains("patch_")), "{holds:?}");
}

#[test]
fn a_journal_that_somebody_else_may_have_written_is_left_alone() {
    type Does = fn(&Ground);
    for (name, does) in [
        (
            "others may write it",
            (|ground| {
                let mode = fs::Permissions::from_mode(0o620);
                fs::set_permissions(journal(ground), mode).unwrap();
            }) as Does,
        ),
        ("a link", |ground| {
            let (path, other) = (journal(ground), ground.root.path().join("other"));
            fs::rename(&path, &other).unwrap();
            symlink(other, path).unwrap();
        }),
        ("others may write the directory", |ground| {
            let mode = fs::Permissions::from_mode(0o770);
            fs::set_permissions(journal(ground).parent().unwrap(), mode).unwrap();
        }),
        ("the directory is a link", |ground| {
            let path = ground.root.path().join("state/patches");
            fs::rename(&path, ground.root.path().join("other")).unwrap();
            symlink("../other", path).unwrap();
        }),
    ] {
        let ground = dead();
        does(&ground);
        let before = ground.holds();
        assert_eq!(recover(&ground.options()).len(), 1, "{name}");
        assert_eq!(ground.holds(), before, "{name}");
        assert_eq!(ground.journals(), 1, "{name}");
        let is_directory = name.contains("directory");
        assert_eq!(ground.apply(&[add("other", "")]).is_err(), is_directory, "{name}");
    }
}

#[test]
fn a_journal_of_names_that_no_patch_has_is_left_alone() {
    for (key, name) in [
        ("aside", "../w/stays"),
        ("aside", "stays"),
        ("aside", ""),
        ("aside", ".patch_x/../stays"),
        ("aside", ".patch_x\0"),
        ("name", "../state/x"),
        ("name", ".."),
        ("name", "."),
        ("name", ""),
        ("directory", "w"),
        ("directory", "/w/../x"),
    ] {
        let ground = dead();
        let path = journal(&ground);
        let mut steps: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        steps["edits"][0][key] = name.into();
        fs::write(&path, steps.to_string()).unwrap();
        let before = ground.holds();
        assert_eq!(recover(&ground.options()).len(), 1, "{key} {name:?}");
        assert_eq!(ground.holds(), before, "{key} {name:?}");
        assert_eq!(ground.journals(), 1, "{key} {name:?}");
    }
}
