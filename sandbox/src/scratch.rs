//! A directory for a command's temporary files, where it cannot have a `/tmp` of its own.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// How often another name is tried.
const TRIES: u32 = 1000;

/// Tells the directories of one process apart.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// A new directory that only its user may enter. Dropping it removes it with all that is in it.
#[derive(Debug)]
pub(crate) struct ScratchDirectory {
    path: PathBuf,
}

impl ScratchDirectory {
    /// Makes one below `/tmp`.
    ///
    /// # Errors
    /// Where nothing can be made there.
    pub(crate) fn make() -> io::Result<Self> {
        for _ in 0..TRIES {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = PathBuf::from(format!("/tmp/execpolicy-{}-{count}", std::process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self { path }),
                // Somebody has taken the name, perhaps to be in the way: it is not used.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ScratchDirectory {
    fn drop(&mut self) {
        // What cannot be removed is in the host's `/tmp`, which is emptied by the host.
        drop(fs::remove_dir_all(&self.path));
    }
}
