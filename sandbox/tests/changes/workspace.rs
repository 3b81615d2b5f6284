//! A directory to change things in, and a short form of what is told of it.

use std::fs::{self, File, FileTimes, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use sandbox::{Bounds, Change, Changes, Snapshot};

/// A directory with some files in it.
pub(super) fn workspace() -> (tempfile::TempDir, PathBuf) {
    let scratch = tempfile::tempdir().unwrap();
    let root = scratch.path().canonicalize().unwrap().join("ws");
    for directory in ["src/deep", "docs", ".git/hooks"] {
        fs::create_dir_all(root.join(directory)).unwrap();
    }
    for file in [
        "a",
        "b",
        "src/main",
        "src/deep/one",
        "src/deep/two",
        ".git/config",
    ] {
        fs::write(root.join(file), "text").unwrap();
    }
    symlink("a", root.join("link")).unwrap();
    (scratch, root)
}

/// What is different in one root after something was done in it.
pub(super) fn after(root: &Path, work: impl FnOnce(&Path)) -> Changes {
    let before = Snapshot::take(&[root.to_owned()], Bounds::default());
    work(root);
    before.changes()
}

/// A report in short: `+` added, `~` changed in what, `-` deleted, `?` not looked at.
pub(super) fn short(found: &Changes, root: &Path) -> Vec<String> {
    let name = |path: &Path| match path.strip_prefix(root) {
        Ok(inner) if inner.as_os_str().is_empty() => ".".to_owned(),
        Ok(inner) => inner.to_string_lossy().into_owned(),
        Err(_) => path.to_string_lossy().into_owned(),
    };
    let added = found.added.iter().map(|change| match &change.renamed_from {
        Some(from) => format!("+{} <{}", name(&change.path), name(from)),
        None => format!("+{}", name(&change.path)),
    });
    let aspects = |change: &Change| {
        change
            .aspects
            .iter()
            .map(|aspect| aspect.name())
            .collect::<Vec<_>>()
            .join(",")
    };
    let changed = found
        .changed
        .iter()
        .map(|change| format!("~{} {}", name(&change.path), aspects(change)));
    let deleted = found
        .deleted
        .iter()
        .map(|change| format!("-{}", name(&change.path)));
    let missing = found
        .missing
        .iter()
        .map(|missing| format!("?{} {}", name(&missing.path), missing.why));
    added.chain(changed).chain(deleted).chain(missing).collect()
}

/// Writes other bytes of the same number to a file, and puts its time of modification back.
pub(super) fn tamper(path: &Path) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    let mut file = File::options().write(true).open(path).unwrap();
    file.write_all(b"evil").unwrap();
    file.set_times(FileTimes::new().set_modified(modified)).unwrap();
    assert_eq!(fs::metadata(path).unwrap().modified().unwrap(), modified);
}

pub(super) fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}
