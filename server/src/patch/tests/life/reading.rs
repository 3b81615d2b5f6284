//! Patches of files that may not be read: whoever changes one learns what it holds, and whoever moves it takes it away from
//! its rule.

use super::*;

#[test]
fn what_may_not_be_read_is_neither_changed_nor_moved() {
    const TEXT: &str = "x\n";
    let rules = format!(
        "{RULES}{}",
        r#"
path_rule(access = ["read"], paths = ["$WORKSPACE/secret/**"], decision = "forbidden", justification = "it is secret")
path_rule(access = ["read"], paths = ["$WORKSPACE/private/**"], decision = "prompt", justification = "it is private")
path_rule(access = ["read"], paths = ["$WORKSPACE/free/**"], decision = "forbidden", justification = "it is secret")
"#
    );
    let wrong = DIFF.replace("-x", "-z");
    let delete = |path: &str, text: &str| FileChange {
        path: path.into(),
        kind: FileChangeKind::Delete {},
        diff: text.to_owned(),
    };
    let moved = |from: &str, to: &str| FileChange {
        path: from.into(),
        kind: FileChangeKind::Update {
            move_path: Some(to.into()),
        },
        diff: String::new(),
    };
    for sandbox in ["workspace-write", "none"] {
        for (name, change, is_asked, status) in [
            ("moved", moved("secret/x", "moved"), false, "declined"),
            (
                "moved from where all may be written",
                moved("free/x", "moved"),
                false,
                "declined",
            ),
            ("moved through a link", moved("way/x", "moved"), false, "declined"),
            ("changed", update("secret/x", DIFF), false, "declined"),
            ("guessed", update("secret/x", &wrong), false, "declined"),
            (
                "guessed to be taken away",
                delete("secret/x", "z\n"),
                false,
                "declined",
            ),
            ("not there", update("secret/y", DIFF), false, "declined"),
            (
                "moved, and asked about",
                moved("private/x", "moved"),
                true,
                "declined",
            ),
            (
                "changed, and asked about",
                update("private/x", DIFF),
                true,
                "declined",
            ),
            (
                "made",
                add("secret/new", "x\n"),
                sandbox == "none",
                if sandbox == "none" {
                    "declined"
                } else {
                    "completed"
                },
            ),
        ] {
            let mut peer = Peer::new(sandbox, "on-request");
            let root = peer.ground.root.path().to_owned();
            fs::write(root.join("team.codexpolicy"), &rules).unwrap();
            for directory in ["secret", "private", "free"] {
                fs::create_dir_all(root.join("w").join(directory)).unwrap();
                fs::write(root.join("w").join(directory).join("x"), TEXT).unwrap();
            }
            symlink("secret", root.join("w/way")).unwrap();
            let told = peer.apply(&[change], None, "decline");
            let name = format!("{name}, {sandbox}: {told:?}");
            assert_eq!(
                (told.asked.is_some(), told.status.as_str()),
                (is_asked, status),
                "{name}"
            );
            let is_told_what_it_holds = told.reason.contains("hunk")
                || told.reason.contains("no such file")
                || told.reason.contains("content");
            assert!(!is_told_what_it_holds, "{name}");
            assert!(!root.join("w/moved").exists(), "{name}");
        }
    }
}
