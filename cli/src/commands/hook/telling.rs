//! Writing an answer, in a time that is known: whoever does not read it does not hold the hook up.

use std::io;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, write as written};

/// How long a stream is waited for that takes nothing. What is late blocks by its status.
const PATIENCE: Timespec = Timespec {
    tv_sec: 1,
    tv_nsec: 0,
};

/// Bytes that a pipe which takes any takes without a wait: `PIPE_BUF` of Linux, pipe(7).
const AT_ONCE: usize = 4096;

/// Writes all bytes. Not by the streams of the standard library: they take a descriptor that cannot be written for one
/// that is closed on purpose, and say that all is well.
pub(super) fn write(stream: impl AsFd, bytes: &[u8]) -> io::Result<()> {
    for mut rest in bytes.chunks(AT_ONCE) {
        while !rest.is_empty() {
            let mut streams = [PollFd::new(&stream, PollFlags::OUT)];
            match poll(&mut streams, Some(&PATIENCE)) {
                Ok(0) => return Err(io::Error::other("nobody reads the answer")),
                Err(Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            match written(&stream, rest) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(())
}
