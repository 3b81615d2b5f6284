//! The file that a run's report is written to: opened before the command begins, so that it cannot put a link there.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use diagnostics::render::to_json;
use gatekeeper::report::RunReport;
use rustix::fs::{CWD, Mode, OFlags, openat};

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

    /// Writes the report, on one line.
    pub(crate) fn write(mut self, report: &RunReport) -> io::Result<()> {
        let text = to_json(report);
        self.0.write_all(text.as_bytes())?;
        self.0.write_all(b"\n")
    }
}
