//! A file in the place of another one, which stays whose it was and what it was.

use std::ffi::CStr;
use std::fs::{File, Permissions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Gid, Uid, XattrFlags, fchown, fgetxattr, flistxattr, fsetxattr};
use rustix::io::Errno;

/// Bytes of a list of attributes, or of one of them, that Linux has at most.
const LONGEST_ATTRIBUTE: usize = 64 * 1024;

/// Puts this in the place of what a file holds: who reads it meanwhile, or after a crash, sees the one or the other. Its
/// owner, group, mode, access list and the attributes of its user stay; where there is none yet, it gets this mode.
///
/// # Errors
/// What the system says, also where the new file could not be what the old one was. The old one is then left alone.
pub(super) fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("/"));
    let mut new = tempfile::NamedTempFile::new_in(directory)?;
    new.write_all(bytes)?;
    match File::open(path) {
        Ok(old) => copy(&old, new.as_file())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            new.as_file().set_permissions(Permissions::from_mode(mode))?;
        }
        Err(error) => return Err(error),
    }
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    File::open(directory)?.sync_all()
}

/// Makes a file whose and what another one is.
fn copy(old: &File, new: &File) -> io::Result<()> {
    let (was, is) = (old.metadata()?, new.metadata()?);
    if (was.uid(), was.gid()) != (is.uid(), is.gid()) {
        fchown(
            new,
            Some(Uid::from_raw(was.uid())),
            Some(Gid::from_raw(was.gid())),
        )?;
    }
    // A new owner takes bits off it.
    new.set_permissions(Permissions::from_mode(was.mode() & 0o7777))?;
    let mut names = vec![0; LONGEST_ATTRIBUTE];
    let length = match flistxattr(old.as_fd(), names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::NOTSUP) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let names = names.get(..length).unwrap_or_default();
    for name in names.split_inclusive(|byte| *byte == 0) {
        let name = CStr::from_bytes_with_nul(name).map_err(io::Error::other)?;
        // The others are the system's own.
        let is_kept = ["user.", "system.posix_acl_"]
            .iter()
            .any(|begin| name.to_bytes().starts_with(begin.as_bytes()));
        if is_kept {
            let mut value = vec![0; LONGEST_ATTRIBUTE];
            let length = fgetxattr(old.as_fd(), name, value.as_mut_slice())?;
            let value = value.get(..length).unwrap_or_default();
            fsetxattr(new.as_fd(), name, value, XattrFlags::empty())?;
        }
    }
    Ok(())
}
