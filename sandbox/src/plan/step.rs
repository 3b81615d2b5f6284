//! One step that confines a process: data to print, and to take in the child.

use std::ffi::CString;
use std::fmt;

use crate::Limits;
use crate::bpf::Instruction;

/// One step. The child takes them in order; the first that fails ends the launch.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Becomes itself in the new user namespace: one user, one group, no others.
    MapIds {
        /// The user, inside as outside.
        user: u32,
        /// The group, inside as outside.
        group: u32,
    },
    /// Cuts the mounts off from the host's, so that nothing spreads either way.
    Separate,
    /// Takes a copy of what is mounted at a path, and keeps it for [`Step::Attach`].
    Take {
        /// What is copied, with all that is mounted below it.
        path: CString,
        /// Where the copy is kept.
        slot: usize,
        /// Whether it may be written.
        access: TreeAccess,
    },
    /// Opens the file of a stream once more, on a read-only mount that stands nowhere.
    TakeStream {
        /// Which of the three streams.
        stream: usize,
        /// Where its file stands.
        path: CString,
        /// Whether the stream may be left as it is where there is no such file any more, or it cannot be opened.
        presence: Presence,
    },
    /// Makes everything read-only, and set-user-id bits without effect.
    SealRoot,
    /// Mounts an empty file system in memory.
    Cover {
        /// Where.
        path: CString,
        /// Its options as tmpfs(5) reads them.
        options: CString,
    },
    /// Makes a directory to mount on, inside a cover.
    MakeDirectory(CString),
    /// Makes a file to mount on, inside a cover.
    MakeFile(CString),
    /// Makes a symbolic link inside a cover.
    MakeLink {
        /// What it says.
        target: CString,
        /// Where it stands.
        path: CString,
    },
    /// Makes what hides things unreadable.
    Blanks,
    /// Mounts what was taken.
    Attach {
        /// Where the copy is kept.
        slot: usize,
        /// Where it is mounted.
        path: CString,
    },
    /// Makes a directory one that cannot be moved away, with what is protected in it.
    Pin(CString),
    /// Makes a path read-only inside something writable.
    Protect(CString),
    /// Puts something empty and unreadable over a path.
    Hide {
        /// What is hidden.
        path: CString,
        /// What is put over it.
        with: Blank,
        /// Whether the path may have gone in the meantime.
        presence: Presence,
    },
    /// Makes a cover read-only.
    Seal(CString),
    /// Mounts the terminals of this view alone.
    Terminals(CString),
    /// Mounts the processes of this view alone.
    Processes,
    /// Bounds the number of processes of this view.
    BoundProcesses(u64),
    /// Makes a network namespace.
    Network,
    /// Switches the own loopback on.
    Loopback,
    /// Opens the sockets that the proxy outside serves.
    OpenProxy,
    /// Forgets the arguments and the environment of who launched.
    Forget,
    /// Enters the working directory.
    Enter(CString),
    /// Sets the bounds of the process.
    Bound(Limits),
    /// Gives all privileges up.
    DropPrivileges,
    /// Says that no program gives privileges any more.
    NoNewPrivileges,
    /// Says to the kernel which files may be touched.
    Restrict(Files),
    /// Says to the kernel which calls are refused.
    Filter(Filter),
    /// Has calls told to the observer.
    Observe(Filter),
}

impl Step {
    /// Whether it is about the network: to make one takes as long as all mounts together, and neither needs the other.
    pub(crate) fn is_about_network(&self) -> bool {
        matches!(self, Self::Network | Self::Loopback | Self::OpenProxy)
    }
}

/// Whether what is taken may be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum TreeAccess {
    /// As it is, but without devices and set-user-id bits.
    Write,
    /// Read-only.
    Read,
    /// A device.
    Device,
}

/// What is put over something hidden.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Blank {
    /// An empty directory that nobody may list.
    Directory,
    /// An empty file that nobody may read.
    File,
}

/// Whether a path has to be there still.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Presence {
    /// It has to be: the launch fails without it.
    Needed,
    /// It may have gone: what is not there is hidden.
    Vanishing,
}

/// What Landlock is told.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Files {
    /// The rights that are refused where no rule grants them.
    pub(crate) handled: u64,
    /// The rights over TCP that are refused where no rule grants them.
    pub(crate) network: u64,
    /// What is kept inside: signals, abstract sockets.
    pub(crate) scoped: u64,
    /// Where which rights are granted.
    pub(crate) rules: Vec<FileRule>,
    /// The rights that are granted over what the first three descriptors lead to.
    pub(crate) streams: [u64; 3],
}

/// What is granted below a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct FileRule {
    /// The file, or the directory with all below it.
    pub(crate) path: CString,
    /// The rights.
    pub(crate) access: u64,
    /// In words.
    pub(crate) word: &'static str,
    /// Whether the path may have gone in the meantime.
    pub(crate) presence: Presence,
}

/// A compiled filter over system calls.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Filter {
    /// What it does, in words.
    pub(crate) word: &'static str,
    /// The program.
    pub(crate) program: Vec<Instruction>,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |path: &CString| path.to_string_lossy().into_owned();
        match self {
            Self::MapIds { user, group } => {
                write!(formatter, "map user {user} and group {group} to themselves")
            }
            Self::Separate => formatter.write_str("cut the mounts off from the host's"),
            Self::Take { path, access, .. } => {
                let access = match access {
                    TreeAccess::Write => "writable",
                    TreeAccess::Read => "readable",
                    TreeAccess::Device => "device",
                };
                write!(formatter, "take {} ({access})", shown(path))
            }
            Self::TakeStream { stream, path, .. } => {
                write!(formatter, "take {} (readable) for stream {stream}", shown(path))
            }
            Self::SealRoot => formatter.write_str("make / read-only, with all that is mounted below it"),
            Self::Cover { path, options } => {
                write!(
                    formatter,
                    "cover {} with an empty file system ({})",
                    shown(path),
                    shown(options)
                )
            }
            Self::MakeDirectory(path) => write!(formatter, "make directory {}", shown(path)),
            Self::MakeFile(path) => write!(formatter, "make file {}", shown(path)),
            Self::MakeLink { target, path } => {
                write!(formatter, "make link {} to {}", shown(path), shown(target))
            }
            Self::Blanks => formatter.write_str("make what hides things unreadable"),
            Self::Attach { path, .. } => write!(formatter, "attach {}", shown(path)),
            Self::Pin(path) => write!(formatter, "pin {}", shown(path)),
            Self::Protect(path) => write!(formatter, "protect {}", shown(path)),
            Self::Hide { path, .. } => write!(formatter, "hide {}", shown(path)),
            Self::Seal(path) => write!(formatter, "seal {}", shown(path)),
            Self::Terminals(path) => write!(formatter, "mount own terminals at {}", shown(path)),
            Self::Processes => formatter.write_str("mount own processes at /proc"),
            Self::BoundProcesses(most) => write!(formatter, "bound the processes to {most}"),
            Self::Network => formatter.write_str("make an own network"),
            Self::Loopback => formatter.write_str("switch the own loopback on"),
            Self::OpenProxy => formatter.write_str("open the way to the proxy"),
            Self::Forget => formatter.write_str("forget the launcher's arguments and environment"),
            Self::Enter(path) => write!(formatter, "enter {}", shown(path)),
            Self::Bound(limits) => write!(formatter, "bound {limits}"),
            Self::DropPrivileges => formatter.write_str("give all privileges up"),
            Self::NoNewPrivileges => formatter.write_str("gain no privileges any more"),
            Self::Restrict(files) => {
                let lines = files
                    .rules
                    .iter()
                    .map(|rule| format!("{} {}", rule.word, shown(&rule.path)));
                write!(
                    formatter,
                    "restrict files: {}",
                    lines.collect::<Vec<_>>().join(", ")
                )
            }
            Self::Filter(filter) | Self::Observe(filter) => formatter.write_str(filter.word),
        }
    }
}
