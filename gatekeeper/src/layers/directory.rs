//! The policy files of one directory, read as they stood at one moment.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use diagnostics::{Diagnostic, Severity, Source, Span};
use execpolicy::LoadCode;
use rustix::fs::{Dir, Stat, fstat};

use super::way::{End, Way, WayError};
use crate::policy_file;

/// Files of one layer that are read; one more, and the directory is broken.
const MAX_FILES: usize = 128;
/// Names of one directory that are looked at.
const MAX_NAMES: usize = 10_000;
/// Bytes of all files of one layer.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// How often a directory is read that changes meanwhile.
const ATTEMPTS: usize = 4;

/// What stands in a directory.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The files, sorted by name.
    pub(super) files: Vec<Text>,
    /// What cannot be read: its path, which may be that of the directory itself, and why.
    pub(super) unread: Vec<(String, Diagnostic)>,
}

/// A file that was read.
#[derive(Debug)]
pub(super) struct Text {
    /// Its name in the directory.
    pub(super) name: String,
    /// Its path, and what it says.
    pub(super) source: Source,
}

/// Reads the policy files of a directory, which people know by this path; below it nothing is read. Past a bound, and
/// where somebody keeps changing it, it says so beside what it has read.
pub(super) fn read(way: &Way, path: &Path) -> Contents {
    for _ in 0..ATTEMPTS {
        match read_once(way, path) {
            Ok(Some(contents)) => return contents,
            Ok(None) => {}
            Err(error) => return Contents::unread(path, &error.to_string()),
        }
    }
    Contents::unread(path, "it is being changed while it is read")
}

impl Contents {
    /// Of a directory that cannot be read.
    pub(super) fn unread(path: &Path, why: &str) -> Self {
        let mut contents = Self::default();
        contents.leave_out(path, why);
        contents
    }

    fn leave_out(&mut self, path: &Path, why: &str) {
        let shown = path.to_string_lossy();
        let finding = Diagnostic::new(LoadCode::Unreadable.code(), Severity::Error, why)
            .at(&Source::new(&*shown, ""), Span::default(), "")
            .help("have it repaired or taken away by whoever it belongs to");
        self.unread.push((shown.into_owned(), finding));
    }
}

/// What stands there, unless it has changed meanwhile.
fn read_once(way: &Way, path: &Path) -> Result<Option<Contents>, WayError> {
    let (listed, before) = way.list()?;
    let mut contents = Contents::default();
    let mut names: Vec<OsString> = Vec::new();
    let entries = Dir::read_from(&listed).map_err(WayError::Refused)?;
    for (seen, entry) in entries.enumerate() {
        if seen >= MAX_NAMES {
            contents.leave_out(path, &format!("the directory holds more than {MAX_NAMES} names"));
            break;
        }
        let entry = entry.map_err(WayError::Refused)?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if is_policy(name) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    if names.len() > MAX_FILES {
        contents.leave_out(
            path,
            &format!("the directory holds more than {MAX_FILES} policy files"),
        );
        names.truncate(MAX_FILES);
    }
    let mut left = MAX_BYTES;
    for name in names {
        if read_file(way, path, &name, &mut left, &mut contents) == Stood::Changed {
            return Ok(None);
        }
    }
    let after = fstat(&listed).map_err(WayError::Refused)?;
    Ok((stamp(&before) == stamp(&after)).then_some(contents))
}

/// Whether something was left alone while it was read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stood {
    Still,
    Changed,
}

/// Reads one file, with so many bytes left for it and those behind it.
fn read_file(way: &Way, path: &Path, name: &OsStr, left: &mut u64, contents: &mut Contents) -> Stood {
    let path = path.join(name);
    let Some(name) = name.to_str() else {
        contents.leave_out(&path, "its name is not UTF-8");
        return Stood::Still;
    };
    let mut file = match way.to(Path::new(name)) {
        Ok(End::File(file)) => file,
        // Taken away since it was listed: the directory has changed, too.
        Err(WayError::Missing) => return Stood::Changed,
        Ok(End::Directory(_)) => {
            contents.leave_out(&path, "it is a directory");
            return Stood::Still;
        }
        Err(error) => {
            contents.leave_out(&path, &error.to_string());
            return Stood::Still;
        }
    };
    let bytes = match read_still(&mut file) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Stood::Changed,
        Err(error) => {
            contents.leave_out(&path, &format!("it cannot be read: {error}"));
            return Stood::Still;
        }
    };
    let Some(rest) = u64::try_from(bytes.len())
        .ok()
        .and_then(|read| left.checked_sub(read))
    else {
        contents.leave_out(
            &path,
            &format!("the files of its layer have more than {MAX_BYTES} bytes"),
        );
        return Stood::Still;
    };
    *left = rest;
    let shown = path.to_string_lossy();
    match policy_file::text(&shown, bytes) {
        Ok(source) => contents.files.push(Text {
            name: name.to_owned(),
            source,
        }),
        Err(finding) => contents.unread.push((shown.into_owned(), finding)),
    }
    Stood::Still
}

/// What a file says, unless it was written to meanwhile.
fn read_still(file: &mut File) -> std::io::Result<Option<Vec<u8>>> {
    let before = fstat(&*file)?;
    let bytes = policy_file::bytes(file)?;
    let after = fstat(&*file)?;
    Ok((stamp(&before) == stamp(&after)).then_some(bytes))
}

/// Whether a name is that of a policy file. Those that begin with a dot are an editor's own.
fn is_policy(name: &OsStr) -> bool {
    let name = name.as_bytes();
    let mut endings = [&b".codexpolicy"[..], b".rules"].into_iter();
    !name.starts_with(b".") && endings.any(|ending| name.ends_with(ending))
}

/// What changes with what is in a file or directory.
fn stamp(found: &Stat) -> impl PartialEq + use<> {
    (
        found.st_size,
        (found.st_mtime, found.st_mtime_nsec),
        (found.st_ctime, found.st_ctime_nsec),
    )
}
