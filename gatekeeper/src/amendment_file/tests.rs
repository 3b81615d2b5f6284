//! Files that are changed, by many at once, by those who are killed, and where nothing can be written.

mod killed;
mod many;
mod refused;
mod trusted;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

/// Directories of a user and of a project.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            root: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(place.path("work")).unwrap();
        place
    }

    fn path(&self, below: &str) -> PathBuf {
        self.root.path().join(below)
    }

    fn context(&self) -> Context {
        context(self.root.path())
    }

    fn approved(&self, scope: RuleScope) -> AmendmentFile {
        AmendmentFile::approved(&self.context(), scope).unwrap()
    }

    fn user(&self) -> AmendmentFile {
        self.approved(RuleScope::User)
    }

    /// What a file holds, if there is one.
    fn text(&self, below: &str) -> Option<String> {
        fs::read_to_string(self.path(below)).ok()
    }

    fn put(&self, below: &str, text: &str) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn context(root: &Path) -> Context {
    let below = |name: &str| root.join(name).to_str().unwrap().into();
    Context {
        workspace: Some(below("work")),
        policy: vec![
            "/etc/execpolicy".into(),
            below("config/execpolicy"),
            below("work/.execpolicy"),
        ],
        store: vec![below("data/execpolicy"), below("state/execpolicy")],
        ..Context::default()
    }
}

fn rule(word: &str) -> String {
    format!("prefix_rule(pattern = [\"tool\", \"{word}\"], decision = \"allow\")")
}

const USER: &str = "config/execpolicy/approved.codexpolicy";
const PROJECT: &str = "work/.execpolicy/approved.codexpolicy";

#[test]
fn a_rule_is_added_once_and_a_file_is_made_for_the_first() {
    let place = Place::new();
    for (scope, file) in [(RuleScope::User, USER), (RuleScope::Project, PROJECT)] {
        let approved = place.approved(scope);
        let added = Addition::Added {
            path: place.path(file),
            counts: true,
        };
        assert_eq!(approved.add(&rule("a")).unwrap(), added);
        assert_eq!(approved.add(&rule("b")).unwrap(), added);
        let covered = approved.add(&rule("a")).unwrap();
        let Addition::AlreadyCovered(origin) = covered else {
            panic!("{covered:?}")
        };
        assert_eq!(origin.source.position(origin.span.start()).line, 2);
        let wanted = format!("{HEADING}{}\n{}\n", rule("a"), rule("b"));
        assert_eq!(place.text(file), Some(wanted));
        let directory = place.path(file).parent().unwrap().to_owned();
        assert_eq!(
            fs::read_dir(directory).unwrap().count(),
            1,
            "nothing lies beside it"
        );
    }
}

#[test]
fn every_change_is_taken_back_to_the_byte() {
    let place = Place::new();
    let mut held = vec![place.text(USER)];
    place.user().add(&rule("a")).unwrap();
    held.push(place.text(USER));
    let by_hand = "# mine\r\nprefix_rule( ['b'] ) # b\r\n\n# the end";
    place.put("config/execpolicy/mine.rules", by_hand);
    let mine = place.path("config/execpolicy/mine.rules");
    let mine = AmendmentFile::of_layer(mine, &place.context(), RuleScope::User).unwrap();
    mine.add(&rule("c")).unwrap();
    mine.remove(2).unwrap();
    assert_eq!(
        place.text("config/execpolicy/mine.rules").unwrap(),
        format!("# mine\r\n\n# the end\r\n{}\r\n", rule("c"))
    );
    place.user().add(&rule("d")).unwrap();
    held.push(place.text(USER));
    place.approved(RuleScope::Project).add(&rule("p")).unwrap();

    assert_eq!(undo(&place.context()).unwrap().path, place.path(PROJECT));
    assert_eq!(place.text(PROJECT), None);
    for wanted in [2, 1, 1, 1, 0] {
        assert_eq!(place.text(USER), held[wanted], "{wanted}");
        if wanted > 0 {
            undo(&place.context()).unwrap();
        }
    }
    assert_eq!(
        place.text("config/execpolicy/mine.rules").as_deref(),
        Some(by_hand)
    );
    let nothing = undo(&place.context());
    assert!(
        matches!(nothing, Err(AmendmentFileError::NothingToUndo)),
        "{nothing:?}"
    );
}

#[test]
fn what_others_changed_since_is_not_taken_back() {
    let place = Place::new();
    place.user().add(&rule("a")).unwrap();
    let changed = format!("{}# by hand\n", place.text(USER).unwrap());
    place.put(USER, &changed);
    let refused = undo(&place.context());
    assert!(
        matches!(refused, Err(AmendmentFileError::Changed { .. })),
        "{refused:?}"
    );
    assert_eq!(place.text(USER), Some(changed));
}

#[test]
fn what_was_noted_and_did_not_happen_is_passed_over() {
    let place = Place::new();
    place.user().add(&rule("a")).unwrap();
    let before = place.text(USER).unwrap();
    place.user().add(&rule("b")).unwrap();
    // As if the process had been killed between the note and the change.
    place.put(USER, &before);
    undo(&place.context()).unwrap();
    assert_eq!(place.text(USER), None);
}

#[test]
fn changes_of_other_projects_are_left_alone() {
    let place = Place::new();
    place.approved(RuleScope::Project).add(&rule("a")).unwrap();
    let mut elsewhere = place.context();
    elsewhere.workspace = Some(place.path("other").to_str().unwrap().into());
    elsewhere.policy[2] = place.path("other/.execpolicy").to_str().unwrap().into();
    assert!(undo(&elsewhere).is_err());
    assert!(undo(&place.context()).is_ok());
}

#[test]
fn the_mode_stays_and_a_link_stays_one() {
    let place = Place::new();
    place.put("dotfiles/approved", "# kept elsewhere\n");
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(place.path("dotfiles/approved"), mode).unwrap();
    fs::create_dir_all(place.path("config/execpolicy")).unwrap();
    symlink(place.path("dotfiles/approved"), place.path(USER)).unwrap();
    place.user().add(&rule("a")).unwrap();
    let text = place.text("dotfiles/approved").unwrap();
    assert_eq!(text, format!("# kept elsewhere\n{}\n", rule("a")));
    assert!(place.path(USER).symlink_metadata().unwrap().is_symlink());
    let found = fs::metadata(place.path("dotfiles/approved")).unwrap();
    assert_eq!(found.permissions().mode() & 0o7777, 0o640);
    undo(&place.context()).unwrap();
    assert_eq!(place.text(USER).as_deref(), Some("# kept elsewhere\n"));
}
