//! What a sandbox that this process already runs in keeps, proved by looking.
//!
//! Where no namespaces can be had, because an outer sandbox refuses them, what that one keeps need not be kept again. It
//! counts only where it is seen: a mount that is read-only, a file that does not open, a network with nothing in it.

use std::fs::{self, File};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, StatVfsMountFlags, statvfs};

use crate::plan::BLANK_DIRECTORY;

/// The sandbox around this process.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Outer {
    /// Whether it is one of ours: nobody else mounts what hides things, read-only, below `/dev`.
    is_ours: bool,
    mounts: Vec<Mount>,
}

/// One line of `/proc/self/mountinfo`.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Mount {
    point: PathBuf,
    is_read_only: bool,
    kind: String,
}

impl Outer {
    /// Looks at what is around this process.
    pub(crate) fn look() -> Self {
        let blank = BLANK_DIRECTORY.to_str().map_or(Path::new(""), Path::new);
        let is_blank = fs::symlink_metadata(blank)
            .is_ok_and(|found| found.is_dir() && Mode::from(found.mode()).is_empty());
        Self {
            is_ours: is_blank && is_read_only(blank),
            mounts: mounts(&fs::read("/proc/self/mountinfo").unwrap_or_default()),
        }
    }

    /// Whether a path cannot be changed, nor moved away: something read-only is mounted on it or above it.
    pub(crate) fn protects(path: &Path) -> bool {
        path.exists() && is_read_only(path)
    }

    /// Whether a path cannot be read, and cannot be made readable.
    pub(crate) fn hides(path: &Path) -> bool {
        let Ok(found) = fs::symlink_metadata(path) else {
            return true;
        };
        let is_own = found.uid() == rustix::process::geteuid().as_raw();
        let opens = if found.is_dir() {
            fs::read_dir(path).is_ok()
        } else {
            File::open(path).is_ok()
        };
        !opens && (is_read_only(path) || !is_own)
    }

    /// Whether everything outside the writable paths, and outside what every command has of its own, is read-only.
    pub(crate) fn seals(&self, writable: &[PathBuf]) -> bool {
        let own = ["/tmp", "/dev", "/proc"].map(PathBuf::from);
        let is_meant = |point: &Path| writable.iter().chain(&own).any(|path| point.starts_with(path));
        !self.mounts.is_empty()
            && is_read_only(Path::new("/"))
            && self
                .mounts
                .iter()
                .all(|mount| mount.is_read_only || is_meant(&mount.point))
    }

    /// Whether `/tmp` is not the host's.
    pub(crate) fn has_own_scratch(&self) -> bool {
        let is_tmp = |mount: &&Mount| mount.point == Path::new("/tmp");
        self.is_ours
            && self
                .mounts
                .iter()
                .rfind(is_tmp)
                .is_some_and(|mount| mount.kind == "tmpfs")
    }

    /// Whether the network has nothing in it but its own loopback.
    pub(crate) fn has_own_network(&self) -> bool {
        let Ok(text) = fs::read_to_string("/proc/self/net/dev") else {
            return false;
        };
        // Two lines of heading.
        let mut names = text.lines().skip(2).filter_map(|line| line.split(':').next());
        self.is_ours && names.all(|name| name.trim() == "lo")
    }

    /// Whether sockets of other processes are out of reach, and the processes themselves.
    pub(crate) fn is_ours(&self) -> bool {
        self.is_ours
    }
}

fn is_read_only(path: &Path) -> bool {
    statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// The mounts of a text in the form of `proc_pid_mountinfo(5)`.
fn mounts(text: &[u8]) -> Vec<Mount> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.filter_map(mount).collect()
}

fn mount(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let point = unescaped(fields.nth(4)?);
    let options = fields.next()?;
    let mut rest = fields.skip_while(|field| *field != b"-").skip(1);
    let kind = String::from_utf8_lossy(rest.next()?).into_owned();
    let is_set = |options: &[u8]| options.split(|byte| *byte == b',').any(|option| option == b"ro");
    // The file system itself may be read-only too.
    let is_read_only = is_set(options) || rest.nth(1).is_some_and(is_set);
    Some(Mount {
        point: PathBuf::from(std::ffi::OsString::from_vec(point)),
        is_read_only,
        kind,
    })
}

/// A field in which blanks and backslashes stand as octal numbers.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, others)) = rest.split_first() {
        let number = others.get(..3).and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        if let (b'\\', Some(byte)) = (first, number) {
            bytes.push(byte);
            rest = others.get(3..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_read_as_the_kernel_writes_them() {
        let text = b"22 1 254:0 / / ro,relatime - ext4 /dev/vda rw,resuid=65534\n\
            30 22 0:5 / /a\\040b rw,nosuid shared:1 master:2 - tmpfs tmpfs rw\n\
            31 22 0:6 /x /y rw - ext4 /dev/vdb ro\nnonsense\n";
        let read = mounts(text);
        let expected = [
            ("/", true, "ext4"),
            ("/a b", false, "tmpfs"),
            ("/y", true, "ext4"),
        ];
        let expected = expected.map(|(point, is_read_only, kind)| Mount {
            point: PathBuf::from(point),
            is_read_only,
            kind: kind.to_owned(),
        });
        assert_eq!(read, expected);
    }
}
