//! The system calls that are watched, and where their arguments say what they do.

use libc::c_long;

/// One of them. The filter is made of this table, and what it notifies is read by it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// Its number on this architecture.
    pub(super) number: c_long,
    pub(super) act: Act,
}

/// What a call does. Numbers are positions of arguments.
#[derive(Clone, Copy, Debug)]
pub(super) enum Act {
    Open {
        place: Place,
        flags: Flags,
    },
    /// Makes what no open makes. The mode tells devices, which only root makes.
    Make {
        place: Place,
        mode: Option<usize>,
    },
    Link {
        from: Place,
        to: Place,
    },
    Remove {
        place: Place,
        removed: Removed,
    },
    Rename {
        from: Place,
        to: Place,
        flags: Option<usize>,
    },
    Truncate {
        place: Place,
    },
    Change {
        place: Place,
        follow: Follow,
        right: Right,
    },
    Connect,
    /// Makes a file where the address is that of a unix socket.
    Bind,
}

/// Where a path stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The directory's descriptor. None: the working directory.
    pub(super) base: Option<usize>,
    pub(super) path: usize,
}

/// Where the flags of an open stand.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flags {
    Argument(usize),
    /// In a `struct open_how` that this argument points to.
    Pointed(usize),
    /// Nowhere: it is `creat`.
    Creat,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Removed {
    File,
    Directory,
    /// As `AT_REMOVEDIR` says.
    Told(usize),
}

/// Whether a link in the last component is followed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Follow {
    Always,
    Never,
    /// Unless `AT_SYMLINK_NOFOLLOW` says no.
    Told(usize),
}

/// What a change of attributes needs without any confinement.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Right {
    Owner,
    OwnerOrWrite,
    Write,
}

/// The call with that number.
pub(super) fn named(number: u32) -> Option<Act> {
    watched()
        .find(|call| call.number == c_long::from(number))
        .map(|call| call.act)
}

/// All of them, in no order.
pub(super) fn watched() -> impl Iterator<Item = &'static Call> {
    CALLS.iter().chain(OLDER)
}

/// Not in every version of the headers that are built against; the same on all architectures.
const SYS_FCHMODAT2: c_long = 452;
const SYS_SETXATTRAT: c_long = 463;
const SYS_REMOVEXATTRAT: c_long = 466;

/// In the headers of one architecture only, though both have it.
#[cfg(target_arch = "x86_64")]
const SYS_RENAMEAT: c_long = libc::SYS_renameat;
#[cfg(target_arch = "aarch64")]
const SYS_RENAMEAT: c_long = 38;

const fn path(path: usize) -> Place {
    Place { base: None, path }
}

const fn at(base: usize, path: usize) -> Place {
    Place {
        base: Some(base),
        path,
    }
}

const fn open(number: c_long, place: Place, flags: Flags) -> Call {
    Call {
        number,
        act: Act::Open { place, flags },
    }
}

const fn make(number: c_long, place: Place, mode: Option<usize>) -> Call {
    Call {
        number,
        act: Act::Make { place, mode },
    }
}

const fn link(number: c_long, from: Place, to: Place) -> Call {
    Call {
        number,
        act: Act::Link { from, to },
    }
}

const fn remove(number: c_long, place: Place, removed: Removed) -> Call {
    Call {
        number,
        act: Act::Remove { place, removed },
    }
}

const fn rename(number: c_long, from: Place, to: Place, flags: Option<usize>) -> Call {
    Call {
        number,
        act: Act::Rename { from, to, flags },
    }
}

const fn change(number: c_long, place: Place, follow: Follow, right: Right) -> Call {
    Call {
        number,
        act: Act::Change { place, follow, right },
    }
}

const CALLS: &[Call] = &[
    open(libc::SYS_openat, at(0, 1), Flags::Argument(2)),
    open(libc::SYS_openat2, at(0, 1), Flags::Pointed(2)),
    make(libc::SYS_mkdirat, at(0, 1), None),
    make(libc::SYS_mknodat, at(0, 1), Some(2)),
    make(libc::SYS_symlinkat, at(1, 2), None),
    link(libc::SYS_linkat, at(0, 1), at(2, 3)),
    remove(libc::SYS_unlinkat, at(0, 1), Removed::Told(2)),
    rename(SYS_RENAMEAT, at(0, 1), at(2, 3), None),
    rename(libc::SYS_renameat2, at(0, 1), at(2, 3), Some(4)),
    Call {
        number: libc::SYS_truncate,
        act: Act::Truncate { place: path(0) },
    },
    change(libc::SYS_fchmodat, at(0, 1), Follow::Always, Right::Owner),
    change(SYS_FCHMODAT2, at(0, 1), Follow::Told(3), Right::Owner),
    change(libc::SYS_fchownat, at(0, 1), Follow::Told(4), Right::Owner),
    change(
        libc::SYS_utimensat,
        at(0, 1),
        Follow::Told(3),
        Right::OwnerOrWrite,
    ),
    change(libc::SYS_setxattr, path(0), Follow::Always, Right::Write),
    change(libc::SYS_lsetxattr, path(0), Follow::Never, Right::Write),
    change(SYS_SETXATTRAT, at(0, 1), Follow::Told(2), Right::Write),
    change(libc::SYS_removexattr, path(0), Follow::Always, Right::Write),
    change(libc::SYS_lremovexattr, path(0), Follow::Never, Right::Write),
    change(SYS_REMOVEXATTRAT, at(0, 1), Follow::Told(2), Right::Write),
    Call {
        number: libc::SYS_connect,
        act: Act::Connect,
    },
    Call {
        number: libc::SYS_bind,
        act: Act::Bind,
    },
];

/// What newer architectures were not given any more.
#[cfg(target_arch = "x86_64")]
const OLDER: &[Call] = &[
    open(libc::SYS_open, path(0), Flags::Argument(1)),
    open(libc::SYS_creat, path(0), Flags::Creat),
    make(libc::SYS_mkdir, path(0), None),
    make(libc::SYS_mknod, path(0), Some(1)),
    make(libc::SYS_symlink, path(1), None),
    link(libc::SYS_link, path(0), path(1)),
    remove(libc::SYS_unlink, path(0), Removed::File),
    remove(libc::SYS_rmdir, path(0), Removed::Directory),
    rename(libc::SYS_rename, path(0), path(1), None),
    change(libc::SYS_chmod, path(0), Follow::Always, Right::Owner),
    change(libc::SYS_chown, path(0), Follow::Always, Right::Owner),
    change(libc::SYS_lchown, path(0), Follow::Never, Right::Owner),
    change(libc::SYS_utime, path(0), Follow::Always, Right::OwnerOrWrite),
    change(libc::SYS_utimes, path(0), Follow::Always, Right::OwnerOrWrite),
    change(libc::SYS_futimesat, at(0, 1), Follow::Always, Right::OwnerOrWrite),
];

#[cfg(not(target_arch = "x86_64"))]
const OLDER: &[Call] = &[];
