//! A command's first three descriptors, and how each is handed on so that it does not lead past the mounts.
//!
//! Whoever has a descriptor opens what it leads to once more by `/proc/self/fd`, with the mount that it was opened on:
//! the host's, where nothing is read-only.

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};

use landlock::{AccessFs, BitFlags};
use rustix::fs::{
    Access, AtFlags, CWD, FileType, OFlags, Stat, accessat, fcntl_getfl, fstat, major, minor, stat,
};

use crate::launch::LaunchError;
use crate::plan::{Presence, Step, TreeAccess, c_path};

/// Where the command finds the terminal that it was started on: its own `/dev/pts` has no number for it.
const TERMINAL: &str = "/dev/console";

/// The first three descriptors.
#[derive(Debug)]
pub(crate) struct Streams {
    /// Their numbers in the launcher.
    pub(crate) numbers: [RawFd; 3],
    /// Devices that are opened in the command's own view instead.
    pub(crate) devices: [Option<Device>; 3],
    /// Landlock's rights over what each leads to, by any name.
    pub(crate) rights: [u64; 3],
    /// Files that are read, by the place of the stream.
    read: Vec<(usize, CString, Presence)>,
    /// The terminal, if one of them is.
    terminal: Option<PathBuf>,
}

/// A device without a state of its own.
#[derive(Debug)]
pub(crate) struct Device {
    /// Where every view has it.
    pub(crate) path: CString,
    /// How it was opened.
    pub(crate) flags: OFlags,
}

/// What keeps a command to its profile.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Walls {
    /// Mounts and rules.
    Mounts,
    /// Rules alone, which hold by whatever way something is opened.
    Rules,
    /// Nothing.
    Nothing,
}

impl Walls {
    /// Those that these steps make.
    pub(crate) fn of(outer: &[Step], inner: &[Step]) -> Self {
        if outer.contains(&Step::Separate) {
            Self::Mounts
        } else if inner.iter().any(|step| matches!(step, Step::Restrict(_))) {
            Self::Rules
        } else {
            Self::Nothing
        }
    }
}

/// The names of the three.
const NAMES: [&str; 3] = ["standard input", "standard output", "standard error"];

impl Streams {
    /// Looks at the three.
    ///
    /// # Errors
    /// [`LaunchError::Stream`] for a directory and for what is not open for reading or writing.
    pub(crate) fn look(streams: [BorrowedFd<'_>; 3], walls: Walls) -> Result<Self, LaunchError> {
        let mut looked = Self {
            numbers: streams.map(|stream| stream.as_raw_fd()),
            devices: [None, None, None],
            rights: [0; 3],
            read: Vec::new(),
            terminal: None,
        };
        if walls == Walls::Nothing {
            return Ok(looked);
        }
        for (place, (stream, name)) in streams.into_iter().zip(NAMES).enumerate() {
            looked.look_at(place, stream, name, walls)?;
        }
        Ok(looked)
    }

    fn look_at(
        &mut self,
        place: usize,
        stream: BorrowedFd<'_>,
        name: &'static str,
        walls: Walls,
    ) -> Result<(), LaunchError> {
        // What is closed leads nowhere.
        let (Ok(found), Ok(flags)) = (fstat(stream), fcntl_getfl(stream)) else {
            return Ok(());
        };
        let refused = |why| Err(LaunchError::Stream { name, why });
        if flags.contains(OFlags::PATH) {
            return refused("is neither read nor written");
        }
        let kind = FileType::from_raw_mode(found.st_mode);
        if kind == FileType::Directory {
            return refused("is a directory, which leads to what is hidden and protected");
        }
        let mode = flags & OFlags::RWMODE;
        if let Some(rights) = self.rights.get_mut(place) {
            *rights = rights_over(kind, mode).bits();
        }
        if walls != Walls::Mounts {
            return Ok(());
        }
        let own = PathBuf::from(format!("/proc/self/fd/{}", stream.as_raw_fd()));
        match kind {
            // A file without a name is nobody's but of those who have it open.
            FileType::RegularFile if mode == OFlags::RDONLY && found.st_nlink > 0 => {
                let presence = if can_be_changed(&own, &found) {
                    Presence::Needed
                } else {
                    Presence::Vanishing
                };
                let path = std::fs::read_link(&own).unwrap_or(own);
                self.read.push((place, c_path(&path)?, presence));
            }
            FileType::CharacterDevice => {
                if let Some(path) = stateless(&found) {
                    let flags = flags & (OFlags::RWMODE | OFlags::APPEND | OFlags::NONBLOCK);
                    if let Some(device) = self.devices.get_mut(place) {
                        let path = c_path(Path::new(path))?;
                        *device = Some(Device { path, flags });
                    }
                } else if self.terminal.is_none() && rustix::termios::isatty(stream) {
                    self.terminal = std::fs::read_link(&own).ok().filter(|path| {
                        stat(path)
                            .is_ok_and(|there| (there.st_dev, there.st_ino) == (found.st_dev, found.st_ino))
                    });
                }
            }
            FileType::RegularFile
            | FileType::Directory
            | FileType::Symlink
            | FileType::Fifo
            | FileType::Socket
            | FileType::BlockDevice
            | FileType::Unknown => {}
        }
        Ok(())
    }

    /// Puts the steps that they need among those that make the view, and says how many slots there are more.
    ///
    /// # Errors
    /// [`LaunchError::Path`] for a terminal whose path holds a null.
    pub(crate) fn join(&self, steps: &mut Vec<Step>, slots: usize) -> Result<usize, LaunchError> {
        let mut more = 0;
        let place_of = |steps: &[Step], is: fn(&Step) -> bool| steps.iter().position(is);
        if let Some(terminal) = &self.terminal
            && let Some(place) = place_of(steps, |step| matches!(step, Step::Terminals(_)))
        {
            let path = c_path(Path::new(TERMINAL))?;
            let attached = Step::Attach {
                slot: slots,
                path: path.clone(),
            };
            steps.splice(place..place, [Step::MakeFile(path), attached]);
            if let Some(place) = place_of(steps, |step| *step == Step::Separate) {
                let taken = Step::Take {
                    path: c_path(terminal)?,
                    slot: slots,
                    access: TreeAccess::Device,
                };
                steps.insert(place.saturating_add(1), taken);
                more = 1;
            }
        }
        if let Some(place) = place_of(steps, |step| *step == Step::Separate) {
            let next = place.saturating_add(1);
            let read = self.read.iter().map(|(stream, path, presence)| Step::TakeStream {
                stream: *stream,
                path: path.clone(),
                presence: *presence,
            });
            steps.splice(next..next, read);
        }
        Ok(more)
    }
}

/// What a descriptor lets do already, asked for by a name of the same file: `/dev/stdout` is such a name.
fn rights_over(kind: FileType, mode: OFlags) -> BitFlags<AccessFs> {
    let mut rights = BitFlags::empty();
    if mode != OFlags::WRONLY {
        rights |= AccessFs::ReadFile;
    }
    if mode != OFlags::RDONLY {
        rights |= AccessFs::WriteFile | AccessFs::Truncate;
    }
    if kind == FileType::CharacterDevice {
        rights |= AccessFs::IoctlDev;
    }
    rights
}

/// Whether this process could write a file, or change its mode and times, if it had it from elsewhere.
fn can_be_changed(own: &Path, found: &Stat) -> bool {
    let user = rustix::process::geteuid();
    let is_writable = accessat(CWD, own, Access::WRITE_OK, AtFlags::EACCESS).is_ok();
    user.is_root() || user.as_raw() == found.st_uid || is_writable
}

/// The name of a device that is the same wherever it is opened.
fn stateless(found: &Stat) -> Option<&'static str> {
    let path = match (major(found.st_rdev), minor(found.st_rdev)) {
        (1, 3) => "/dev/null",
        (1, 5) => "/dev/zero",
        (1, 7) => "/dev/full",
        (1, 8) => "/dev/random",
        (1, 9) => "/dev/urandom",
        _ => return None,
    };
    // A view has those that the host has.
    Path::new(path).exists().then_some(path)
}

/// The three of a command.
pub(crate) fn given<'a>(command: &'a crate::Command, null: &'a impl AsFd) -> [BorrowedFd<'a>; 3] {
    let own = [
        rustix::stdio::stdin(),
        rustix::stdio::stdout(),
        rustix::stdio::stderr(),
    ];
    let mut streams = own;
    let wired = [&command.input, &command.output, &command.errors];
    for (stream, wired) in streams.iter_mut().zip(wired) {
        match wired {
            crate::Stream::Inherit => {}
            crate::Stream::Null => *stream = null.as_fd(),
            crate::Stream::Given(given) => *stream = given.as_fd(),
        }
    }
    streams
}

/// A file that is read by the command through a mount of its own.
#[derive(Debug)]
pub(crate) struct ReadFile {
    /// What the command is given.
    pub(crate) file: OwnedFd,
    /// What its launcher was given.
    pub(crate) original: OwnedFd,
}
