//! Whether something would have passed without any confinement, by the user's own permissions on the host's files.

use std::path::Path;

use rustix::fs::{Access, AtFlags, CWD, FileType, Stat, accessat, lstat, stat};
use rustix::process::geteuid;

use super::call::Right;
use crate::Operation;

/// What an attempt needs. It is asked before the call goes on, and in the host's own view, where nothing is hidden.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ordinary {
    /// Opening: that it is there and may be opened so, or that it may be made.
    Open { wanted: Access, made: Made },
    /// Making a nameless file in this directory.
    Inside,
    /// Making what is not there. A device is made by root only.
    Make { device: bool },
    /// Taking a name away: of a directory, of anything else, or of either; a directory that is removed has to be empty.
    Take { directory: Option<bool>, removed: bool },
    /// Giving a name by moving; what had it goes, if it may.
    Put { replace: bool },
    /// Changing attributes.
    Change(Right),
    /// Connecting to a unix socket.
    Connect,
}

/// Whether an open makes what it opens.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Made {
    Never,
    /// If it is not there.
    Missing,
    /// And fails if it is there.
    Always,
}

impl Ordinary {
    /// What would have been done, if it would have been. An open that may create writes, or reads, what is there.
    pub(super) fn passes(self, operation: Operation, path: &Path) -> Option<Operation> {
        let passes = match self {
            Self::Open { wanted, made } => return open(path, wanted, made),
            Self::Inside => allowed(path, Access::WRITE_OK | Access::EXEC_OK),
            Self::Make { device } => {
                lstat(path).is_err() && may_name(path) && (!device || geteuid().is_root())
            }
            Self::Take { directory, removed } => {
                let Ok(stat) = lstat(path) else { return None };
                let found = kind(&stat) == FileType::Directory;
                directory.is_none_or(|wanted| wanted == found)
                    && !(found && removed && !empty(path))
                    && may_take(path, &stat)
            }
            Self::Put { replace } => match lstat(path) {
                Ok(stat) => replace && may_take(path, &stat),
                Err(_) => may_name(path),
            },
            Self::Change(right) => {
                let Ok(stat) = lstat(path) else { return None };
                let owns = geteuid().is_root() || geteuid().as_raw() == stat.st_uid;
                match right {
                    Right::Owner => owns,
                    Right::OwnerOrWrite => owns || allowed(path, Access::WRITE_OK),
                    Right::Write => allowed(path, Access::WRITE_OK),
                }
            }
            Self::Connect => {
                stat(path).is_ok_and(|stat| kind(&stat) == FileType::Socket)
                    && allowed(path, Access::WRITE_OK)
            }
        };
        passes.then_some(operation)
    }
}

fn open(path: &Path, wanted: Access, made: Made) -> Option<Operation> {
    let Ok(stat) = stat(path) else {
        let makes = made != Made::Never && lstat(path).is_err() && may_name(path);
        return makes.then_some(Operation::Create);
    };
    let write = wanted.contains(Access::WRITE_OK);
    // A directory is not opened for writing, and a socket not at all.
    let opens = match kind(&stat) {
        FileType::Directory => !write && made == Made::Never,
        FileType::Socket => false,
        FileType::RegularFile
        | FileType::Symlink
        | FileType::Fifo
        | FileType::CharacterDevice
        | FileType::BlockDevice
        | FileType::Unknown => made != Made::Always,
    };
    let operation = if write { Operation::Write } else { Operation::Read };
    (opens && allowed(path, wanted)).then_some(operation)
}

fn kind(stat: &Stat) -> FileType {
    FileType::from_raw_mode(stat.st_mode)
}

fn allowed(path: &Path, access: Access) -> bool {
    accessat(CWD, path, access, AtFlags::EACCESS).is_ok()
}

/// Whether a name may be given or taken in the directory that holds the path.
fn may_name(path: &Path) -> bool {
    path.parent()
        .is_some_and(|parent| allowed(parent, Access::WRITE_OK | Access::EXEC_OK))
}

/// Whether this name may be taken: from a sticky directory only by who owns the file or the directory.
fn may_take(path: &Path, file: &Stat) -> bool {
    let user = geteuid();
    let sticky = path
        .parent()
        .and_then(|parent| stat(parent).ok())
        .is_some_and(|parent| parent.st_mode & libc::S_ISVTX != 0 && user.as_raw() != parent.st_uid);
    may_name(path) && (!sticky || user.is_root() || user.as_raw() == file.st_uid)
}

fn empty(directory: &Path) -> bool {
    std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir, write};

    use super::*;

    #[test]
    fn what_would_fail_anyway_does_not_pass() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        write(top.join("file"), "").unwrap();
        create_dir(top.join("full")).unwrap();
        write(top.join("full/file"), "").unwrap();
        create_dir(top.join("empty")).unwrap();
        let opened = |wanted, made| Ordinary::Open { wanted, made };
        let take = |directory, removed| Ordinary::Take { directory, removed };
        let cases = [
            ("writing it", opened(Access::WRITE_OK, Made::Never), "file", true),
            (
                "writing nothing",
                opened(Access::WRITE_OK, Made::Never),
                "none",
                false,
            ),
            ("making it", opened(Access::WRITE_OK, Made::Missing), "none", true),
            (
                "making it in nothing",
                opened(Access::WRITE_OK, Made::Missing),
                "none/x",
                false,
            ),
            (
                "making it again",
                opened(Access::WRITE_OK, Made::Always),
                "file",
                false,
            ),
            (
                "writing a directory",
                opened(Access::WRITE_OK, Made::Never),
                "empty",
                false,
            ),
            (
                "reading a directory",
                opened(Access::READ_OK, Made::Never),
                "empty",
                true,
            ),
            ("a nameless one", Ordinary::Inside, "empty", true),
            ("a nameless one in nothing", Ordinary::Inside, "none", false),
            ("a new directory", Ordinary::Make { device: false }, "none", true),
            (
                "one that is there",
                Ordinary::Make { device: false },
                "empty",
                false,
            ),
            ("removing a file", take(Some(false), true), "file", true),
            ("removing nothing", take(Some(false), true), "none", false),
            ("a directory as a file", take(Some(false), true), "empty", false),
            ("a file as a directory", take(Some(true), true), "file", false),
            ("an empty directory", take(Some(true), true), "empty", true),
            ("a full directory", take(Some(true), true), "full", false),
            ("moving a full directory", take(None, false), "full", true),
            ("moving onto it", Ordinary::Put { replace: true }, "file", true),
            (
                "moving beside it",
                Ordinary::Put { replace: false },
                "file",
                false,
            ),
            ("one's own mode", Ordinary::Change(Right::Owner), "file", true),
            (
                "the mode of nothing",
                Ordinary::Change(Right::Owner),
                "none",
                false,
            ),
            ("a file for a socket", Ordinary::Connect, "file", false),
        ];
        for (name, ordinary, path, expected) in cases {
            let found = ordinary.passes(Operation::Write, &top.join(path));
            assert_eq!(found.is_some(), expected, "{name}");
        }
        let made = opened(Access::WRITE_OK, Made::Missing);
        let done = |path| made.passes(Operation::Create, &top.join(path));
        assert_eq!(done("file"), Some(Operation::Write));
        assert_eq!(done("none"), Some(Operation::Create));
    }
}
