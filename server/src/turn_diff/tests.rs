//! Diffs of work trees that commands and patches change.

mod ignored;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::*;
use crate::slots::Slots;

struct Ground {
    root: tempfile::TempDir,
    tree: WorkTree,
    diff: TurnDiff,
}

impl Ground {
    fn with(files: &[(&str, &str)]) -> Self {
        let ground = Self {
            root: tempfile::tempdir().unwrap(),
            tree: WorkTree::new(Slots::new(usize::MAX)),
            diff: TurnDiff::default(),
        };
        for (path, text) in files {
            ground.put(path, text);
        }
        ground
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.path().join(path)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn look(&self) -> Snapshot {
        self.tree.look(self.root.path())
    }

    fn command(&self, does: impl FnOnce(&Self)) -> bool {
        let before = self.look();
        does(self);
        self.diff.compared(&before, &self.look())
    }

    fn text(&self) -> String {
        self.diff.text(self.root.path(), MOST_ASKED, PATIENCE, || false)
    }
}

#[test]
fn what_commands_do_is_in_the_words_of_git() {
    type Does = fn(&Ground);
    for (name, does, wanted) in [
        ("nothing", (|_| {}) as Does, ""),
        (
            "changed",
            |g| g.put("a", "a\nB\n"),
            "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n a\n-b\n+B\n",
        ),
        (
            "same length, at once",
            |g| g.put("a", "x\nb\n"),
            "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1,2 @@\n-a\n+x\n b\n",
        ),
        (
            "made",
            |g| g.put("d/n", "n"),
            "diff --git a/d/n b/d/n\nnew file mode 100644\n--- /dev/null\n+++ b/d/n\n@@ -0,0 +1 @@\n+n\n\\ No newline at end of file\n",
        ),
        (
            "made empty",
            |g| g.put("n", ""),
            "diff --git a/n b/n\nnew file mode 100644\n",
        ),
        (
            "removed",
            |g| fs::remove_file(g.path("a")).unwrap(),
            "diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n",
        ),
        (
            "made a program",
            |g| fs::set_permissions(g.path("a"), fs::Permissions::from_mode(0o755)).unwrap(),
            "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n",
        ),
        ("written without a change", |g| g.put("a", "a\nb\n"), ""),
        (
            "bytes",
            |g| fs::write(g.path("a"), [0, 255]).unwrap(),
            "diff --git a/a b/a\nBinary files a/a and b/a differ\n",
        ),
        (
            "long",
            |g| g.put("n", &"x".repeat(300 * 1024)),
            "diff --git a/n b/n\nnew file mode 100644\nBinary files /dev/null and b/n differ\n# not kept: it is longer than 256 KiB\n",
        ),
        ("ignored", |g| g.put("out/x", "x"), ""),
        (
            "hidden",
            |g| g.put(".env", "x\n"),
            "diff --git a/.env b/.env\nnew file mode 100644\n--- /dev/null\n+++ b/.env\n@@ -0,0 +1 @@\n+x\n",
        ),
        ("of git", |g| g.put(".git/HEAD", "x"), ""),
        (
            "a link",
            |g| symlink("/etc/passwd", g.path("l")).unwrap(),
            "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc/passwd\n\\ No newline at end of file\n",
        ),
        (
            "a name with a quote",
            |g| g.put("\"\n", ""),
            "diff --git \"a/\\\"\\n\" \"b/\\\"\\n\"\nnew file mode 100644\n",
        ),
        (
            "from now on ignored",
            |g| g.put(".gitignore", "out\na\n"),
            "diff --git a/.gitignore b/.gitignore\n--- a/.gitignore\n+++ b/.gitignore\n@@ -1 +1,2 @@\n out\n+a\n",
        ),
    ] {
        let ground = Ground::with(&[("a", "a\nb\n"), (".gitignore", "out\n"), ("out/y", "y")]);
        fs::create_dir(ground.path(".git")).unwrap();
        assert_eq!(ground.command(does), !wanted.is_empty(), "{name}");
        assert_eq!(ground.text(), wanted, "{name}");
    }
}

#[test]
fn what_was_undone_is_not_in_it() {
    let ground = Ground::with(&[("a", "a\n")]);
    ground.command(|ground| {
        ground.put("a", "b\n");
        ground.put("n", "");
    });
    ground.command(|ground| {
        ground.put("a", "a\n");
        fs::remove_file(ground.path("n")).unwrap();
    });
    assert_eq!(ground.text(), "");
    // The baseline is what was there before the first of them, whoever touches it next.
    ground.diff.patched(
        &ground.path("a"),
        Content::of_bytes(b"z\n", 0o644),
        ground.tree.moment(),
    );
    assert_eq!(ground.text(), "");
    ground.command(|ground| ground.put("a", "c\n"));
    assert_eq!(
        ground.text(),
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+c\n"
    );
}

#[test]
fn of_two_commands_at_a_time_the_first_knows_what_was_before() {
    let ground = Ground::with(&[("a", "0\n"), ("b", "0\n")]);
    let first = ground.look();
    ground.put("a", "1\n");
    ground.put("b", "1\n");
    let second = ground.look();
    ground.put("a", "2\n");
    ground.put("b", "0\n");
    assert!(ground.diff.compared(&second, &ground.look()));
    ground.diff.compared(&first, &ground.look());
    assert_eq!(
        ground.text(),
        "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-0\n+2\n"
    );
}

#[test]
fn a_patch_outside_of_the_work_tree_is_shown_by_its_whole_path() {
    let ground = Ground::with(&[]);
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("x");
    fs::write(&path, "new\n").unwrap();
    ground.diff.patched(&path, Content::Nothing, ground.tree.moment());
    let shown = path.display();
    assert_eq!(
        ground.text(),
        format!(
            "diff --git a{shown} b{shown}\nnew file mode 100644\n--- /dev/null\n+++ b{shown}\n@@ -0,0 +1 @@\n+new\n"
        )
    );
}

fn tree() -> impl Strategy<Value = BTreeMap<&'static str, String>> {
    let names = prop::sample::select(&["a", "b c", "d/e", "d/f", "ü"][..]);
    prop::collection::btree_map(names, "([ab]{0,2}\n){0,4}[ab]?", 0..5)
}

fn has_git() -> bool {
    Command::new("git")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Applied by git to the old tree, the diff makes the new one.
    #[test]
    fn git_makes_the_new_tree_of_the_old_one(old in tree(), new in tree()) {
        if !has_git() {
            return Ok(());
        }
        let ground = Ground::with(&[]);
        let put = |ground: &Ground, tree: &BTreeMap<&str, String>| {
            for (path, text) in tree {
                ground.put(path, text);
            }
        };
        put(&ground, &old);
        ground.command(|ground| {
            for path in old.keys() {
                fs::remove_file(ground.path(path)).unwrap();
            }
            put(ground, &new);
        });
        let diff = ground.text();
        let other = Ground::with(&[]);
        put(&other, &old);
        if !diff.is_empty() {
            fs::write(other.path(".diff"), &diff).unwrap();
            let applied = Command::new("git")
                .args(["apply", "--whitespace=nowarn", ".diff"])
                .current_dir(other.root.path())
                .env("GIT_CEILING_DIRECTORIES", other.root.path().parent().unwrap())
                .output()
                .unwrap();
            prop_assert!(applied.status.success(), "{}\n{diff}", String::from_utf8_lossy(&applied.stderr));
        }
        for path in ["a", "b c", "d/e", "d/f", "ü"] {
            prop_assert_eq!(fs::read_to_string(other.path(path)).ok(), new.get(path).cloned(), "{}\n{}", path, diff);
        }
    }
}

#[test]
fn a_diff_is_bounded_in_length_and_in_time() {
    let ground = Ground::with(&[]);
    let lines = "line\n".repeat(1000);
    ground.command(|ground| {
        for name in ["a", "b", "c", "d"] {
            ground.put(name, &lines);
        }
    });
    let text = |most, patience, is_stopped: bool| {
        let root = ground.root.path();
        ground.diff.text(root, most, patience, || is_stopped)
    };
    let whole = text(MOST_ASKED, PATIENCE, false);
    let cut = text(whole.len() / 2 + 100, PATIENCE, false);
    assert!(cut.contains("+++ b/b") && !cut.contains("+++ b/c"), "{cut}");
    assert!(cut.ends_with("`turn/diff` may have more\n") && cut.len() < whole.len() / 2 + 200);
    for named in [
        text(MOST_ASKED, Duration::ZERO, false),
        text(MOST_ASKED, PATIENCE, true),
    ] {
        assert_eq!(named.lines().count(), 4, "{named}");
        assert!(named.contains("not looked at any more: b/d\n"), "{named}");
    }
}

#[test]
fn what_was_told_is_no_news() {
    let ground = Ground::with(&[]);
    assert!(!ground.diff.take_news());
    ground.command(|ground| ground.put("a", "x"));
    ground.command(|_| {});
    assert!(ground.diff.take_news() && !ground.diff.take_news());
}

#[test]
fn what_has_no_room_is_not_kept_and_its_place_comes_back() {
    let room = Slots::new(10);
    let mut ground = Ground::with(&[("a", "12345\n"), ("b", "12345\n"), ("c", "\n")]);
    ground.tree = WorkTree::new(room.clone());
    ground.command(|ground| {
        for name in ["a", "b", "c"] {
            ground.put(name, "x\n");
        }
    });
    let text = ground.text();
    // Which of the two comes first nobody knows.
    for (shown, times) in [
        ("-12345\n+x\n", 1),
        ("# not kept: the server keeps too much", 1),
        ("+++ b/c\n", 1),
    ] {
        assert_eq!(text.matches(shown).count(), times, "{shown}: {text}");
    }
    let patched = |bytes: &[u8]| Content::kept_of(bytes, 0o644, &room);
    assert!(matches!(patched(b"1234567"), Content::Unkept { .. }));
    drop(ground);
    assert!(matches!(patched(b"1234567890"), Content::Text { .. }));
}
