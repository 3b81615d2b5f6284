//! The file that a run's report is written to: opened before the command begins, so that it cannot put a link there.

use std::fs::File;
use std::io;
use std::path::Path;

use diagnostics::render::to_json;
use gatekeeper::report::RunReport;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

/// In what time a reader goes on reading.
const PATIENCE: Timespec = Timespec {
    tv_sec: 30,
    tv_nsec: 0,
};

/// An empty file that waits for its report.
#[derive(Debug)]
pub(crate) struct ReportFile(File);

impl ReportFile {
    /// Opens the file, and makes it where there is none. A link is not followed, for an earlier command may have made
    /// it, and a pipe that nobody reads is not waited for; `/dev/fd/3` and its like are what they lead to.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let mut flags = OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::CLOEXEC | OFlags::NONBLOCK;
        if !path.starts_with("/dev") {
            flags |= OFlags::NOFOLLOW;
        }
        let file = openat(CWD, path, flags, Mode::from_raw_mode(0o666))?;
        Ok(Self(file.into()))
    }

    /// Writes the report, on one line. Who reads it from a pipe may take its time, but has to go on reading.
    pub(crate) fn write(self, report: &RunReport) -> io::Result<()> {
        let mut text = to_json(report);
        text.push('\n');
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            match rustix::io::write(&self.0, rest) {
                Ok(count) => rest = rest.get(count..).unwrap_or_default(),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => self.wait_for_reader()?,
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }

    fn wait_for_reader(&self) -> io::Result<()> {
        match poll(&mut [PollFd::new(&self.0, PollFlags::OUT)], Some(&PATIENCE)) {
            Ok(0) => Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "its reader has stopped reading",
            )),
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(other) => Err(other.into()),
        }
    }
}
