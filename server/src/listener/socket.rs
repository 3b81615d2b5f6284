//! A socket with a path: made so that nobody else ever has it, and taken away at the end.

#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Mode, fchmod, flock};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketFlags, SocketType, bind, listen, socket_with};
use rustix::process::geteuid;

use super::{SocketError, wait_for};
use crate::stop::Stop;

/// Connections that wait to be taken.
const BACKLOG: i32 = 128;

/// A socket with a path. Dropping it takes the path away.
#[derive(Debug)]
pub(super) struct Socket {
    listener: UnixListener,
    path: String,
    /// The directory, which is locked while a socket in it is made or taken away.
    directory: File,
    /// The device and the number of its file.
    identity: (u64, u64),
}

impl Socket {
    /// Makes it where no work tree is: neither this one nor any repository.
    pub(super) fn make_outside(path: &Path, workspace: Option<&Path>) -> Result<Self, SocketError> {
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = fs::canonicalize(directory.unwrap_or(Path::new(".")));
        // What is wrong with it is told when the socket is made.
        let directory = directory.unwrap_or_else(|_| path.to_owned());
        let workspace = workspace.and_then(|root| fs::canonicalize(root).ok());
        let is_repository = |above: &Path| above.join(".git").symlink_metadata().is_ok();
        if workspace.is_some_and(|root| directory.starts_with(root))
            || directory.ancestors().any(is_repository)
        {
            return Err(SocketError::WorkTree { directory });
        }
        Self::make(path)
    }

    /// Makes it, and listens. A socket that nobody listens on is replaced.
    pub(super) fn make(path: &Path) -> Result<Self, SocketError> {
        let wrong = |source: io::Error| SocketError::Place {
            path: path.to_owned(),
            source,
        };
        let (directory, name) = place(path).map_err(wrong)?;
        let opened = File::open(&directory).map_err(wrong)?;
        let about = opened.metadata().map_err(wrong)?;
        if about.uid() != geteuid().as_raw() || about.mode() & 0o022 != 0 {
            return Err(SocketError::Directory { directory });
        }
        // Two servers that find the same old socket would take away each other's new one.
        flock(&opened, FlockOperation::LockExclusive).map_err(|error| wrong(error.into()))?;
        let whole = directory.join(name);
        make_room(&whole)?;
        let text = whole.clone().into_os_string().into_string();
        let text = text.map_err(|_| wrong(io::Error::other("its path is not UTF-8")))?;
        let listener = listener(&whole).map_err(wrong)?;
        let about = fs::symlink_metadata(&whole).map_err(wrong)?;
        flock(&opened, FlockOperation::Unlock).map_err(|error| wrong(error.into()))?;
        Ok(Self {
            listener,
            path: text,
            directory: opened,
            identity: (about.dev(), about.ino()),
        })
    }

    /// Where it is, without symbolic links.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The next connection; `None` once the order is given.
    pub(super) fn next(&self, stop: &Stop) -> Option<io::Result<UnixStream>> {
        loop {
            if !wait_for(&self.listener, stop) {
                return None;
            }
            match self.listener.accept() {
                Ok((stream, _)) => return Some(stream.set_nonblocking(false).map(|()| stream)),
                // Whoever was there has gone again.
                Err(error) if is_passing(&error) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Without the lock it may be that somebody else's is taken away, who has found ours dead: which it is not yet.
        let _locked = flock(&self.directory, FlockOperation::LockExclusive);
        let found = fs::symlink_metadata(&self.path);
        if found.is_ok_and(|about| (about.dev(), about.ino()) == self.identity) {
            // What is gone already need not go.
            let _gone = fs::remove_file(&self.path);
        }
    }
}

/// The real directory of a path, and its last component.
fn place(path: &Path) -> io::Result<(PathBuf, OsString)> {
    let name = path.file_name().map(OsStr::to_os_string);
    let name = name.ok_or_else(|| io::Error::other("it names no file"))?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok((fs::canonicalize(directory.unwrap_or(Path::new(".")))?, name))
}

/// Takes away a socket of ours that nobody listens on.
fn make_room(path: &Path) -> Result<(), SocketError> {
    let exists = || SocketError::Exists {
        path: path.to_owned(),
    };
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(_) => return Err(exists()),
    };
    if !about.file_type().is_socket() || about.uid() != geteuid().as_raw() {
        return Err(exists());
    }
    match UnixStream::connect(path) {
        Ok(_) => Err(SocketError::Taken {
            path: path.to_owned(),
        }),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            fs::remove_file(path).map_err(|source| SocketError::Place {
                path: path.to_owned(),
                source,
            })
        }
        Err(_) => Err(exists()),
    }
}

/// A socket that listens at this path. Its file has its mode from the first moment: the kernel takes it from the socket
/// that is bound (`unix_bind_bsd`), less what the process masks.
fn listener(path: &Path) -> io::Result<UnixListener> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket: OwnedFd = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    fchmod(&socket, Mode::RUSR | Mode::WUSR)?;
    bind(&socket, &SocketAddrUnix::new(path)?)?;
    listen(&socket, BACKLOG)?;
    Ok(UnixListener::from(socket))
}

/// Whether an error of accept(2) is about a connection that is gone, or nothing at all.
fn is_passing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted
    )
}
