//! Landlock's three calls, as the child takes them. Which rights a kernel knows is the `landlock` crate's to say.
#![expect(unsafe_code, reason = "the calls are reached by number")]

use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::io::Errno;

use super::fork::{last_error, own};

/// `struct landlock_ruleset_attr` of the kernel, as of ABI 6. Older kernels take its first fields if the rest is zero.
#[repr(C)]
struct Attributes {
    files: u64,
    network: u64,
    scoped: u64,
}

/// `struct landlock_path_beneath_attr` of the kernel.
#[repr(C, packed)]
struct PathBeneath {
    access: u64,
    parent: i32,
}

/// The version of the interface that the kernel has; zero where it has none or it is switched off.
pub(crate) fn version() -> u32 {
    const VERSION: libc::c_uint = 1;
    let none = std::ptr::null::<Attributes>();
    // SAFETY: with this flag the kernel reads no memory and makes no descriptor.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, none, 0_usize, VERSION) };
    u32::try_from(version).unwrap_or(0)
}

/// A set of rules that refuses these rights where no rule grants them.
///
/// # Errors
/// `E2BIG` or `EINVAL` where the kernel does not know a right, `EOPNOTSUPP` where Landlock is switched off.
pub(crate) fn create(files: u64, network: u64, scoped: u64) -> Result<OwnedFd, Errno> {
    let attributes = Attributes {
        files,
        network,
        scoped,
    };
    let size = size_of::<Attributes>();
    // SAFETY: `attributes` lives through the call and is of the size that is told.
    let number = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, &raw const attributes, size, 0) };
    match i32::try_from(number) {
        // SAFETY: the kernel has just made this descriptor for us.
        Ok(number) if number >= 0 => Ok(unsafe { own(number) }),
        _ => Err(last_error()),
    }
}

/// Grants rights below what `parent` is a descriptor of.
///
/// # Errors
/// `EINVAL` where a right for directories is granted on a file, `EBADFD` for a link.
pub(crate) fn grant(rules: impl AsFd, parent: impl AsFd, access: u64) -> Result<(), Errno> {
    const PATH_BENEATH: libc::c_int = 1;
    let rule = PathBeneath {
        access,
        parent: parent.as_fd().as_raw_fd(),
    };
    let rules = rules.as_fd().as_raw_fd();
    // SAFETY: `rule` lives through the call and has the kernel's layout.
    match unsafe {
        libc::syscall(
            libc::SYS_landlock_add_rule,
            rules,
            PATH_BENEATH,
            &raw const rule,
            0,
        )
    } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}

/// Confines this thread by the rules, for good.
///
/// # Errors
/// `EPERM` without `no_new_privs`, `E2BIG` in the sixteenth layer.
pub(crate) fn restrict(rules: impl AsFd) -> Result<(), Errno> {
    let rules = rules.as_fd().as_raw_fd();
    // SAFETY: the call reads no memory of ours.
    match unsafe { libc::syscall(libc::SYS_landlock_restrict_self, rules, 0) } {
        0 => Ok(()),
        _ => Err(last_error()),
    }
}
