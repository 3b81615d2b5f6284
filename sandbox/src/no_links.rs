//! Opening a path in which no component may be a symbolic link.

use std::path::{Component, Path};

use rustix::fd::OwnedFd;
use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
use rustix::io::{Errno, Result};

/// Opens a directory by its absolute path. A link anywhere in it is `ELOOP` or `ENOTDIR`, and so is what links would
/// lead to through `/proc`. With `PATH` among the flags no right to read the directory is needed.
///
/// # Errors
/// What openat2(2) says.
pub fn directory(path: &Path, flags: OFlags) -> Result<OwnedFd> {
    let flags = flags | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS) {
        // Filters of containers that do not know the call answer with either.
        Err(Errno::NOSYS | Errno::PERM) => by_component(path, flags),
        opened => opened,
    }
}

/// The same without the system call for it: each component is opened in the one before.
fn by_component(path: &Path, flags: OFlags) -> Result<OwnedFd> {
    let passing = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut components = path.components().peekable();
    if components.next() != Some(Component::RootDir) {
        return Err(Errno::INVAL);
    }
    let first = if components.peek().is_some() {
        passing
    } else {
        flags
    };
    let mut directory = openat(CWD, c"/", first, Mode::empty())?;
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else {
            return Err(Errno::INVAL);
        };
        let how = if components.peek().is_some() {
            passing
        } else {
            flags
        };
        directory = openat(&directory, name, how, Mode::empty())?;
    }
    Ok(directory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_anywhere_ends_the_way() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("real/inner")).unwrap();
        std::os::unix::fs::symlink("real", root.join("link")).unwrap();
        std::os::unix::fs::symlink("inner", root.join("real/last")).unwrap();
        std::fs::write(root.join("file"), "").unwrap();
        for (path, opens) in [
            ("", true),
            ("real", true),
            ("real/inner", true),
            ("link", false),
            ("link/inner", false),
            ("real/last", false),
            ("file", false),
            ("none", false),
        ] {
            let path = root.join(path);
            let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            assert_eq!(
                directory(&path, OFlags::RDONLY).is_ok(),
                opens,
                "{}",
                path.display()
            );
            assert_eq!(by_component(&path, flags).is_ok(), opens, "{}", path.display());
        }
        assert!(directory(Path::new("/"), OFlags::PATH).is_ok());
        assert!(by_component(Path::new("/"), OFlags::DIRECTORY).is_ok());
        assert_eq!(
            by_component(Path::new("a"), OFlags::DIRECTORY).unwrap_err(),
            Errno::INVAL
        );
    }
}
