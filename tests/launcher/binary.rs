//! The binary under test, where every user can execute it.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Copied once, before anything is tried: a file that somebody has open for writing, and a process that is being forked
/// has, is not executed.
pub(crate) fn binary() -> Result<&'static Path, String> {
    static COPY: OnceLock<Result<(tempfile::TempDir, PathBuf), String>> = OnceLock::new();
    let copied = COPY.get_or_init(|| {
        let copy = || -> io::Result<(tempfile::TempDir, PathBuf)> {
            let root = tempfile::Builder::new().prefix("binary").tempdir_in("/var/tmp")?;
            fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755))?;
            let path = root.path().join("execpolicy");
            fs::copy(env!("CARGO_BIN_EXE_execpolicy"), &path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
            Ok((root, path))
        };
        copy().map_err(|error| error.to_string())
    });
    copied
        .as_ref()
        .map(|(_, path)| path.as_path())
        .map_err(Clone::clone)
}

/// Removes the copy at the end of the tests: what is static is never dropped.
pub(crate) fn remove() {
    if let Ok(path) = binary()
        && let Some(root) = path.parent()
    {
        drop(fs::remove_dir_all(root));
    }
}
