//! The unix socket that many clients are served on.

mod socket;

use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;

use crate::options::Options;
use crate::service::Service;
use crate::signals;
use crate::stop::is_readable;
use socket::Socket;

/// How long a server that can take no connection waits before it tries again.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Why there is no socket to serve on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SocketError {
    /// The path is no path of a file, or its directory cannot be opened.
    #[error("`{}` can be no socket: {source}", path.display())]
    Place {
        /// What was given.
        path: PathBuf,
        /// What the kernel says.
        source: io::Error,
    },
    /// Others could put a socket of their own there.
    #[error("`{}` must belong to the user who serves, and nobody else may write it", directory.display())]
    Directory {
        /// Where the socket was to be.
        directory: PathBuf,
    },
    /// Whoever may write the work tree, as commands that other servers confine, could connect to it.
    #[error("`{}` lies in a work tree: put the socket where no command writes, as below $XDG_RUNTIME_DIR", directory.display())]
    WorkTree {
        /// Where the socket was to be.
        directory: PathBuf,
    },
    /// Another server is there.
    #[error("something serves on `{}` already", path.display())]
    Taken {
        /// What was given.
        path: PathBuf,
    },
    /// Something else is there.
    #[error("`{}` is there, and is no socket of this user that nobody serves on", path.display())]
    Exists {
        /// What was given.
        path: PathBuf,
    },
    /// The server cannot be started.
    #[error("it cannot be served: {0}")]
    Start(#[from] io::Error),
}

/// Serves everyone who connects to a unix socket, which is made, as the same user; until the process is told to
/// terminate. Then nothing that was started runs, and the socket is gone. `warn` is given what the person who started it
/// should see, one line each.
///
/// # Errors
/// [`SocketError`]. What goes wrong with one connection costs nobody else anything.
pub fn serve_socket(mut options: Options, path: &Path, warn: &dyn Fn(&str)) -> Result<(), SocketError> {
    let place = options.surroundings.context().map_err(io::Error::other)?;
    let workspace = place.workspace.map(|root| PathBuf::from(&*root));
    let socket = Socket::make_outside(path, workspace.as_deref())?;
    // No command that is judged or confined here may speak to us.
    options.surroundings.store.push(socket.path().to_owned());
    let service = Service::new(options)?;
    let stop = &service.server().stop;
    signals::order(stop)?;
    while let Some(stream) = socket.next(stop) {
        let peer = stream.and_then(|stream| Ok((socket_peercred(&stream)?, stream)));
        let stream = match peer {
            Ok((peer, stream)) if peer.uid == geteuid() => stream,
            Ok((peer, _)) => {
                warn(&format!(
                    "a connection of user {} was closed: it is not the one who serves",
                    peer.uid.as_raw()
                ));
                continue;
            }
            Err(error) => {
                warn(&format!("a connection cannot be taken: {error}"));
                sleep(TRY_AGAIN);
                continue;
            }
        };
        if let Err(error) = service.serve(stream) {
            warn(&format!("a connection cannot be served: {error}"));
        }
    }
    drop(socket);
    drop(service);
    Ok(())
}

/// Waits for the next connection of a listening socket.
fn wait_for(listener: &impl AsFd, stop: &impl AsFd) -> bool {
    let ready = is_readable(&[listener.as_fd(), stop.as_fd()], None);
    matches!(ready.as_slice(), [_, false])
}
