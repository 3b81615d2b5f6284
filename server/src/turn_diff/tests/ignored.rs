//! Ignore files: what they leave out, and what is there in their place.

use super::*;

fn pipe(ground: &Ground, path: &str) {
    fs::create_dir_all(ground.path(path).parent().unwrap()).unwrap();
    let status = Command::new("mkfifo").arg(ground.path(path)).status();
    assert!(status.unwrap().success());
}

fn endless(ground: &Ground, path: &str) {
    ground.put(path, "");
    let file = fs::File::options().write(true).open(ground.path(path));
    file.unwrap().set_len(1 << 42).unwrap();
}

fn outside(ground: &Ground) -> String {
    format!("gitdir: {}\n", ground.path("g").display())
}

#[test]
fn no_ignore_file_is_waited_for_or_read_without_end() {
    type Makes = fn(&Ground);
    for (name, makes) in [
        ("a pipe", (|ground| pipe(ground, "w/.gitignore")) as Makes),
        ("a pipe below", |ground| pipe(ground, "w/d/.gitignore")),
        ("a pipe above", |ground| pipe(ground, ".gitignore")),
        ("a pipe in a repository", |ground| {
            pipe(ground, "w/.git/info/exclude");
        }),
        ("a pipe for a repository", |ground| pipe(ground, "w/d/.git")),
        ("a pipe that a repository's place leads to", |ground| {
            pipe(ground, "g/commondir");
            ground.put("w/d/.git", &outside(ground));
        }),
        ("a pipe in a repository elsewhere", |ground| {
            pipe(ground, "g/info/exclude");
            ground.put("g/commondir", ".\n");
            ground.put("w/d/.git", &outside(ground));
        }),
        ("no end", |ground| endless(ground, "w/.gitignore")),
        ("no end of a repository's place", |ground| {
            endless(ground, "w/d/.git");
        }),
        ("a link to what has no end", |ground| {
            symlink("/dev/zero", ground.path("w/.gitignore")).unwrap();
        }),
        ("a link for a repository to what has no end", |ground| {
            symlink("/dev/zero", ground.path("w/d/.git")).unwrap();
        }),
    ] {
        let ground = Ground::with(&[("w/a", "a\n"), ("w/d/b", "b\n")]);
        let look = || ground.tree.look(&ground.path("w"));
        makes(&ground);
        let before = look();
        ground.put("w/d/b", "c\n");
        assert!(ground.diff.compared(&before, &look()), "{name}");
        assert!(ground.text().contains("+c\n"), "{name}: {}", ground.text());
    }
}

#[test]
fn ignore_files_count_as_for_git() {
    let ground = Ground::with(&[]);
    for (path, text) in [
        (".gitignore", "d/\nlog\n"),
        ("w/.git/info/exclude", "own\nkept\n"),
        ("w/.gitignore", "*.o\n/top\n!kept\n\r\n# x\n"),
        ("w/d/.gitignore", "!two.o\nhere\n"),
        ("beside/.git", "gitdir: ../w/.git/worktrees/beside\n"),
        ("w/.git/worktrees/beside/commondir", "../..\n"),
    ] {
        ground.put(path, text);
    }
    for (root, path, is_seen) in [
        ("w", "d/a", true),
        ("w", "log", true),
        ("w", "one.o", false),
        ("w", "d/one.o", false),
        ("w", "d/two.o", true),
        ("w", "top", false),
        ("w", "d/top", true),
        ("w", "own", false),
        ("w", "d/own", false),
        ("w", "kept", true),
        ("w", "d/here", false),
        ("w", "here", true),
        ("w", ".git/x", false),
        ("beside", "own", false),
        ("beside", "one.o", true),
        (".", "d/x", false),
        (".", "log", false),
        (".", "x", true),
    ] {
        let root = fs::canonicalize(ground.path(root)).unwrap();
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "x").unwrap();
        assert_eq!(ground.tree.look(&root).has(&path), is_seen, "{}", path.display());
    }
}
