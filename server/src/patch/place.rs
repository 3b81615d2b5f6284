//! Where a path of a patch really lies: a directory that is held, and a name in it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use gatekeeper::sandbox::no_links;
use rustix::fs::{AtFlags, Mode, OFlags, fstat, mkdirat, openat, unlinkat};
use rustix::io::Errno;

/// What tells one file or directory from another: the device and the inode.
pub(super) type Identity = (u64, u64);

/// A place of a file: no link is on the way to it.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The real path of the nearest directory that is there.
    pub(super) base: PathBuf,
    /// The directories below it that are not, down to the file's.
    pub(super) missing: Vec<String>,
    /// The file's name.
    pub(super) name: String,
}

/// Directories that are held, by their real paths.
#[derive(Debug, Default)]
pub(super) struct Held(BTreeMap<PathBuf, Arc<OwnedFd>>);

impl Place {
    /// Finds where a path lies. Links on the way to the directory are followed; of the last name nothing is looked at.
    ///
    /// # Errors
    /// In words.
    pub(super) fn of(path: &Path, cwd: &Path) -> Result<Self, String> {
        let path = cwd.join(path);
        let wrong = |why: &str| Err(format!("`{}`: {why}", path.display()));
        let ends_in_name = matches!(path.components().next_back(), Some(Component::Normal(_)));
        let ends_in_slash = path
            .to_str()
            .is_none_or(|text| text.ends_with('/') || text.ends_with("/."));
        let (true, false, Some(name), Some(parent)) =
            (ends_in_name, ends_in_slash, path.file_name(), path.parent())
        else {
            return wrong("it is no path of a file");
        };
        let Some(name) = name.to_str() else {
            return wrong("it is not UTF-8");
        };
        let mut missing = Vec::new();
        let mut above = parent;
        let base = loop {
            match fs::canonicalize(above) {
                Ok(real) => break real,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return wrong(&error.to_string()),
            }
            if above.symlink_metadata().is_ok() {
                return wrong("a link on the way leads nowhere");
            }
            match (above.components().next_back(), above.parent()) {
                (Some(Component::Normal(name)), Some(next)) => {
                    missing.push(name.to_string_lossy().into_owned());
                    above = next;
                }
                _ => return wrong("a directory on the way is not there"),
            }
        };
        if base.to_str().is_none() {
            return wrong("it lies in a directory whose name is not UTF-8");
        }
        missing.reverse();
        Ok(Self {
            base,
            missing,
            name: name.to_owned(),
        })
    }

    /// The real path of its directory.
    pub(super) fn directory(&self) -> PathBuf {
        let mut directory = self.base.clone();
        directory.extend(&self.missing);
        directory
    }

    /// Its real path.
    pub(super) fn path(&self) -> PathBuf {
        self.directory().join(&self.name)
    }
}

impl Held {
    /// Takes hold of a directory by its real path; a link anywhere in it is an error.
    pub(super) fn hold(&mut self, path: &Path) -> io::Result<Arc<OwnedFd>> {
        if let Some(held) = self.0.get(path) {
            return Ok(held.clone());
        }
        let held = Arc::new(open(path)?);
        self.0.insert(path.to_owned(), held.clone());
        Ok(held)
    }

    /// Lets go of one.
    pub(super) fn release(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// One that is held.
    pub(super) fn get(&self, path: &Path) -> io::Result<Arc<OwnedFd>> {
        let held = self.0.get(path).cloned();
        held.ok_or_else(|| Errno::NOENT.into())
    }

    /// Makes a directory in one that is held, and takes hold of it.
    pub(super) fn make(&mut self, path: &Path) -> io::Result<()> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Errno::INVAL.into());
        };
        let parent = self.get(parent)?;
        mkdirat(&parent, name, Mode::from_raw_mode(0o777))?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = openat(&parent, name, flags, Mode::empty())?;
        self.0.insert(path.to_owned(), Arc::new(made));
        Ok(())
    }

    /// Removes a directory that was made, unless somebody has put something into it.
    pub(super) fn unmake(&mut self, path: &Path) -> io::Result<()> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(Errno::INVAL.into());
        };
        let Ok(parent) = self.get(parent) else {
            return Ok(());
        };
        self.0.remove(path);
        match unlinkat(&parent, name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT | Errno::NOTEMPTY | Errno::NOTDIR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Which they are.
    pub(super) fn identities(&self) -> io::Result<Vec<(PathBuf, Identity)>> {
        let each = self
            .0
            .iter()
            .map(|(path, held)| Ok((path.clone(), identity(held)?)));
        each.collect()
    }

    /// Whether each of them is still where it was found.
    pub(super) fn are_in_place(&self) -> bool {
        self.0.iter().all(|(path, held)| {
            let now = open(path).and_then(|now| identity(&now));
            matches!((now, identity(held)), (Ok(now), Ok(then)) if now == then)
        })
    }

    /// Whether there are these directories now where they were found.
    pub(super) fn are_there(directories: &[(PathBuf, Identity)]) -> bool {
        directories.iter().all(|(path, then)| {
            open(path)
                .and_then(|now| identity(&now))
                .is_ok_and(|now| now == *then)
        })
    }

    /// Brings the names in all of them to the disk.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.0
            .values()
            .try_for_each(|held| match rustix::fs::fsync(held) {
                // Some file systems have nothing to bring.
                Ok(()) | Err(Errno::INVAL | Errno::BADF) => Ok(()),
                Err(error) => Err(error.into()),
            })
    }
}

/// Which file or directory a descriptor is of.
pub(super) fn identity(held: &OwnedFd) -> io::Result<Identity> {
    let found = fstat(held)?;
    Ok((found.st_dev, found.st_ino))
}

/// One that cannot be read is held without that right.
fn open(path: &Path) -> io::Result<OwnedFd> {
    match no_links::directory(path, OFlags::RDONLY) {
        Err(Errno::ACCESS) => Ok(no_links::directory(path, OFlags::PATH)?),
        opened => Ok(opened?),
    }
}
