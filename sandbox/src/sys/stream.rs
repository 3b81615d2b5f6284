//! Files that a command reads from its streams, opened once more on mounts of their own. Nothing here allocates.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, OwnedFd};

use rustix::fs::{CWD, Mode, OFlags, SeekFrom};
use rustix::io::Errno;

use super::fork;
use super::line::Line;
use super::mount::{self, Reach};
use super::step::{State, copy, find};
use crate::plan::Presence;
use crate::streams::ReadFile;

/// Opens a stream's file once more, at the same place in it. Where it was changed by somebody in the meantime, or cannot
/// be opened, that is an error unless the command could not change it either.
pub(super) fn take_stream(
    stream: usize,
    path: &CStr,
    presence: Presence,
    state: &mut State<'_>,
) -> Result<(), Errno> {
    let number = state.streams.get(stream).copied().ok_or(Errno::BADF)?;
    let original = fork::duplicate_above(number, 3)?;
    match read_only(path, &original) {
        Ok(file) => {
            let place = state.read.get_mut(stream).ok_or(Errno::BADF)?;
            *place = Some(ReadFile { file, original });
            Ok(())
        }
        Err(_) if presence == Presence::Vanishing => Ok(()),
        Err(error) => Err(error),
    }
}

fn read_only(path: &CStr, original: &OwnedFd) -> Result<OwnedFd, Errno> {
    let tree = copy(&find(path)?)?;
    let attributes = mount::NO_SET_ID | mount::NO_DEVICES | mount::READ_ONLY;
    mount::set_attributes(&tree, c"", attributes, Reach::Tree)?;
    let (there, given) = (rustix::fs::fstat(&tree)?, rustix::fs::fstat(original)?);
    if (there.st_dev, there.st_ino) != (given.st_dev, given.st_ino) {
        return Err(Errno::STALE);
    }
    let own = Line::descriptor(tree.as_raw_fd());
    let file = rustix::fs::openat(CWD, own.path()?, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    pass_place(original, &file);
    Ok(file)
}

/// Has one descriptor go on in a file where another is.
pub(super) fn pass_place(from: &OwnedFd, to: &OwnedFd) {
    // What has no place has none to pass on.
    if let Ok(place) = rustix::fs::seek(from, SeekFrom::Current(0)) {
        let _passed = rustix::fs::seek(to, SeekFrom::Start(place));
    }
}
