//! Taking one step, in the child. Nothing here allocates.

use std::ffi::CStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MoveMountFlags, OpenTreeFlags};
use rustix::net::{AddressFamily, SocketAddrV4, SocketFlags, SocketType};
use rustix::process::{DumpableBehavior, Resource, Rlimit};
use rustix::thread::CapabilitySet;

use super::channel::{self, Message};
use super::line::Line;
use super::memory::Origins;
use super::mount::{self, Reach};
use super::stream::take_stream;
use super::{landlock, seccomp};
use crate::Limits;
use crate::plan::{
    BLANK_DIRECTORY, BLANK_FILE, Blank, Files, HTTP_PORT, Presence, SOCKS_PORT, Step, TreeAccess,
};
use crate::streams::ReadFile;

/// What steps leave for later ones.
#[derive(Debug)]
pub(crate) struct State<'a> {
    /// Copies of mounts that were taken and not attached yet; as many places as the plan has slots.
    pub(crate) slots: &'a mut [Option<OwnedFd>],
    /// The numbers of the three streams.
    pub(crate) streams: [RawFd; 3],
    /// Those that were opened once more.
    pub(crate) read: &'a mut [Option<ReadFile>; 3],
    /// The way to the supervisor.
    pub(crate) channel: BorrowedFd<'a>,
    /// Where the process keeps what it was started with.
    pub(crate) origins: Option<Origins>,
}

/// Takes a step.
///
/// # Errors
/// What the kernel says to it.
pub(crate) fn take(step: &Step, state: &mut State<'_>) -> Result<(), Errno> {
    match step {
        Step::MapIds { user, group } => map_ids(*user, *group),
        Step::Separate => mount::make_private(c"/"),
        Step::Take { path, slot, access } => take_tree(path, *slot, *access, state),
        Step::TakeStream {
            stream,
            path,
            presence,
        } => take_stream(*stream, path, *presence, state),
        Step::SealRoot => {
            let sealed = mount::READ_ONLY | mount::NO_SET_ID | mount::NO_DEVICES;
            mount::set_attributes(CWD, c"/", sealed, Reach::Tree)
        }
        Step::Cover { path, options } => {
            let flags = MountFlags::NOSUID | MountFlags::NODEV;
            rustix::mount::mount(c"tmpfs", path.as_c_str(), c"tmpfs", flags, options.as_c_str())
        }
        Step::MakeDirectory(path) => existing(rustix::fs::mkdirat(CWD, path.as_c_str(), Mode::from(0o755))),
        Step::MakeFile(path) => {
            let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            rustix::fs::openat(CWD, path.as_c_str(), flags, Mode::from(0o644)).map(|_| ())
        }
        Step::MakeLink { target, path } => rustix::fs::symlinkat(target.as_c_str(), CWD, path.as_c_str()),
        Step::Blanks => {
            rustix::fs::chmod(BLANK_DIRECTORY, Mode::empty())?;
            rustix::fs::chmod(BLANK_FILE, Mode::empty())
        }
        Step::Attach { slot, path } => {
            let taken = state
                .slots
                .get_mut(*slot)
                .and_then(Option::take)
                .ok_or(Errno::BADF)?;
            attach(&taken, find(path)?)
        }
        Step::Pin(path) => {
            let place = find(path)?;
            attach(&copy(&place)?, place)
        }
        Step::Protect(path) => {
            let place = find(path)?;
            let tree = copy(&place)?;
            mount::set_attributes(&tree, c"", mount::READ_ONLY, Reach::Tree)?;
            attach(&tree, place)
        }
        Step::Hide { path, with, presence } => hide(path, *with, *presence),
        Step::Seal(path) => mount::set_attributes(CWD, path, mount::READ_ONLY, Reach::One),
        Step::Terminals(path) => {
            let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
            let options = c"newinstance,ptmxmode=0666,mode=0620";
            rustix::mount::mount(c"devpts", path.as_c_str(), c"devpts", flags, options)
        }
        Step::Processes => {
            let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
            rustix::mount::mount(c"proc", c"/proc", c"proc", flags, None::<&CStr>)
        }
        Step::BoundProcesses(most) => bound_processes(*most),
        Step::Network => super::network::make(),
        Step::Loopback => switch_on_loopback(),
        Step::OpenProxy => open_proxy(state.channel),
        Step::Forget => {
            if let Some(origins) = state.origins {
                origins.forget_in_child();
            }
            // Its memory is nobody's to read, until the command's exec.
            rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        }
        Step::Enter(path) => rustix::process::chdir(path.as_c_str()),
        Step::Bound(limits) => bound(*limits),
        Step::DropPrivileges => drop_privileges(),
        Step::NoNewPrivileges => rustix::thread::set_no_new_privs(true),
        Step::Restrict(files) => restrict(files),
        Step::Filter(filter) => seccomp::install(&filter.program),
        Step::Observe(filter) => observe(&filter.program, state.channel),
    }
}

fn existing(result: Result<(), Errno>) -> Result<(), Errno> {
    match result {
        Err(Errno::EXIST) => Ok(()),
        other => other,
    }
}

fn map_ids(user: u32, group: u32) -> Result<(), Errno> {
    write(c"/proc/self/setgroups", b"deny")?;
    write(c"/proc/self/uid_map", Line::new().map(user).bytes())?;
    write(c"/proc/self/gid_map", Line::new().map(group).bytes())
}

fn write(path: &CStr, bytes: &[u8]) -> Result<(), Errno> {
    let file = rustix::fs::openat(CWD, path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    match rustix::io::write(file, bytes)? {
        count if count == bytes.len() => Ok(()),
        _ => Err(Errno::IO),
    }
}

/// Opens a path in which no component is a symbolic link: who could put one there could have another place mounted.
pub(super) fn find(path: &CStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    rustix::fs::openat2(CWD, path, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)
}

pub(super) fn copy(place: &OwnedFd) -> Result<OwnedFd, Errno> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_RECURSIVE
        | OpenTreeFlags::AT_EMPTY_PATH;
    rustix::mount::open_tree(place, c"", flags)
}

fn attach(tree: &OwnedFd, place: OwnedFd) -> Result<(), Errno> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    rustix::mount::move_mount(tree, c"", place, c"", flags)
}

fn take_tree(path: &CStr, slot: usize, access: TreeAccess, state: &mut State<'_>) -> Result<(), Errno> {
    let tree = copy(&find(path)?)?;
    let attributes = match access {
        TreeAccess::Write => mount::NO_SET_ID | mount::NO_DEVICES,
        TreeAccess::Read => mount::NO_SET_ID | mount::NO_DEVICES | mount::READ_ONLY,
        // A device is read and written on a read-only mount as on any; its mode, owner and times are not changed.
        TreeAccess::Device => mount::NO_SET_ID | mount::READ_ONLY,
    };
    mount::set_attributes(&tree, c"", attributes, Reach::Tree)?;
    let place = state.slots.get_mut(slot).ok_or(Errno::BADF)?;
    *place = Some(tree);
    Ok(())
}

fn hide(path: &CStr, with: Blank, presence: Presence) -> Result<(), Errno> {
    let blank = match with {
        Blank::Directory => BLANK_DIRECTORY,
        Blank::File => BLANK_FILE,
    };
    let place = match find(path) {
        Err(Errno::NOENT) if presence == Presence::Vanishing => return Ok(()),
        other => other?,
    };
    attach(&copy(&find(blank)?)?, place)
}

/// Each process namespace has a bound of its own since Linux 6.14; before, the file speaks of the whole machine, and
/// who has no privilege over that is refused.
fn bound_processes(most: u64) -> Result<(), Errno> {
    write(c"/proc/sys/kernel/pid_max", Line::new().number(most).bytes())
}

fn switch_on_loopback() -> Result<(), Errno> {
    super::network::switch_on(c"lo")
}

/// Sockets belong to the network namespace that they were made in: the supervisor answers in this one without being in
/// it.
fn open_proxy(channel: BorrowedFd<'_>) -> Result<(), Errno> {
    let http = listen(HTTP_PORT)?;
    let socks = listen(SOCKS_PORT)?;
    channel::send(channel, Message::Proxy, &[http.as_fd(), socks.as_fd()])
}

fn listen(port: u16) -> Result<OwnedFd, Errno> {
    let socket = rustix::net::socket_with(
        AddressFamily::INET,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?;
    rustix::net::bind(&socket, &SocketAddrV4::new(std::net::Ipv4Addr::LOCALHOST, port))?;
    rustix::net::listen(&socket, 128)?;
    Ok(socket)
}

fn bound(limits: Limits) -> Result<(), Errno> {
    let bounds = [
        (Resource::Core, Some(0)),
        (Resource::Nproc, limits.processes),
        (Resource::Nofile, limits.open_files),
        (Resource::Fsize, limits.file_size),
        (Resource::As, limits.memory),
        (Resource::Cpu, limits.cpu_seconds),
    ];
    for (resource, bound) in bounds {
        let Some(bound) = bound else { continue };
        // What the caller is bound to already cannot be raised, and need not be.
        let most = rustix::process::getrlimit(resource).maximum;
        let bound = Some(most.map_or(bound, |most| bound.min(most)));
        let limit = Rlimit {
            current: bound,
            maximum: bound,
        };
        rustix::process::setrlimit(resource, limit)?;
    }
    Ok(())
}

/// What no program that is executed gets back: not by its set-user-id bit, not by being root's.
fn drop_privileges() -> Result<(), Errno> {
    const LAST: u32 = 63;
    for number in 0..=LAST {
        let capability = CapabilitySet::from_bits_retain(1_u64 << number);
        match rustix::thread::remove_capability_from_bounding_set(capability) {
            Ok(()) => {}
            // The kernel knows no more of them; or this process may not shrink the set, and has nothing to fear from it,
            // for no program gives privileges any more.
            Err(Errno::INVAL | Errno::PERM) => break,
            Err(other) => return Err(other),
        }
    }
    let nothing = rustix::thread::CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    rustix::thread::set_capabilities(None, nothing)
}

fn restrict(files: &Files) -> Result<(), Errno> {
    let rules = landlock::create(files.handled, files.network, files.scoped)?;
    for rule in &files.rules {
        let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let parent = match rustix::fs::openat(CWD, rule.path.as_c_str(), flags, Mode::empty()) {
            Err(Errno::NOENT) if rule.presence == Presence::Vanishing => continue,
            other => other?,
        };
        if rule.presence == Presence::Vanishing && is_link(&parent)? {
            continue;
        }
        landlock::grant(&rules, &parent, rule.access)?;
    }
    let own = [
        rustix::stdio::stdin(),
        rustix::stdio::stdout(),
        rustix::stdio::stderr(),
    ];
    for (stream, rights) in own.into_iter().zip(files.streams) {
        match landlock::grant(&rules, stream, rights & files.handled) {
            // No rights; a pipe or a socket, which no rule is about; or closed.
            Ok(()) | Err(Errno::NOMSG | Errno::BADFD | Errno::BADF) => {}
            Err(other) => return Err(other),
        }
    }
    landlock::restrict(&rules)
}

fn is_link(file: &OwnedFd) -> Result<bool, Errno> {
    let found = rustix::fs::statat(file, c"", AtFlags::EMPTY_PATH)?;
    Ok(FileType::from_raw_mode(found.st_mode) == FileType::Symlink)
}

fn observe(program: &[crate::bpf::Instruction], channel: BorrowedFd<'_>) -> Result<(), Errno> {
    match seccomp::install_told(program) {
        Ok(listener) => channel::send(channel, Message::Listener, &[listener.as_fd()]),
        // Another observer stands further out: there is one in a chain.
        Err(Errno::BUSY) => channel::send(channel, Message::NoListener, &[]),
        Err(other) => Err(other),
    }
}
