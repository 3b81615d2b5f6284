//! What a process says where a signal would end it without a word.
#![expect(unsafe_code, reason = "handlers belong to the whole process")]

use std::mem::MaybeUninit;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

/// What is said in place of a death by a signal.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LastWords {
    /// For standard output.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub stderr: Vec<u8>,
    /// The status that is exited with.
    pub status: u8,
}

/// Null where there is nothing to say, or it has been said.
static WORDS: AtomicPtr<LastWords> = AtomicPtr::new(ptr::null_mut());

impl LastWords {
    /// Has every signal that would end or stop this process end it so, for as long as it lives: a crash, memory or time of
    /// the processor that is used up, a request to end. The two that nobody can catch do as ever, and one that is ignored
    /// stays ignored. No other program that is started from here has anything of it.
    pub fn prepare(self) {
        WORDS.store(Box::into_raw(Box::new(self)), Ordering::Release);
        for number in (1..=libc::SIGSYS).chain(libc::SIGRTMIN()..=libc::SIGRTMAX()) {
            if ends(number) {
                handle(number);
            }
        }
    }

    /// From here on nothing is said any more, because the answer is being given. The status stays.
    pub fn withdraw() {
        // It stays where it is: a handler may be reading it.
        WORDS.store(ptr::null_mut(), Ordering::Release);
    }
}

/// Has a file that grows beyond the limit of this process (`RLIMIT_FSIZE`) be an error of the write, as a full disk is,
/// in place of the death that `SIGXFSZ` is. Confined commands get the signal back.
pub fn outlive_file_limits() {
    let mut action = nothing();
    action.sa_sigaction = libc::SIG_IGN;
    set(libc::SIGXFSZ, &action);
}

/// Whether a signal ends or stops a process that has said nothing of it, and can be caught.
fn ends(number: i32) -> bool {
    !matches!(
        number,
        libc::SIGKILL | libc::SIGSTOP | libc::SIGCHLD | libc::SIGCONT | libc::SIGURG | libc::SIGWINCH
    )
}

fn handle(number: i32) {
    let mut action = nothing();
    action.sa_sigaction = say as extern "C" fn(i32) as libc::sighandler_t;
    // A stack that is used up has no room for a handler.
    action.sa_flags = libc::SA_ONSTACK;
    // SAFETY: the call writes the set that it is given.
    unsafe { libc::sigfillset(&raw mut action.sa_mask) };
    let before = set(number, &action);
    if before.sa_sigaction == libc::SIG_IGN {
        set(number, &before);
    }
}

/// The default action, with no flags and an empty mask.
fn nothing() -> libc::sigaction {
    // SAFETY: an action of zeros is a valid one.
    unsafe { std::mem::zeroed() }
}

/// Sets an action, and says which was there before. Those that the C library keeps for itself fail, and need not be set.
fn set(number: i32, action: &libc::sigaction) -> libc::sigaction {
    let mut before = MaybeUninit::zeroed();
    // SAFETY: `action` is live, and the old one is written to `before`.
    unsafe { libc::sigaction(number, &raw const *action, before.as_mut_ptr()) };
    // SAFETY: an action of zeros is a valid one, and the call above has written another if it has not failed.
    unsafe { before.assume_init() }
}

/// The handler. It allocates nothing and takes no lock.
extern "C" fn say(_number: i32) {
    // Only one thread and one signal says it.
    let words = WORDS.swap(ptr::null_mut(), Ordering::AcqRel);
    // SAFETY: it is null, or was made by `prepare` and is never freed nor written to.
    let status = match unsafe { words.as_ref() } {
        None => 2,
        Some(words) => {
            write(libc::STDOUT_FILENO, &words.stdout);
            write(libc::STDERR_FILENO, &words.stderr);
            words.status
        }
    };
    // SAFETY: _exit(2) ends the process, and nothing of it is run any more.
    unsafe { libc::_exit(i32::from(status)) }
}

fn write(descriptor: i32, bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        // SAFETY: the bytes are live.
        let written = unsafe { libc::write(descriptor, rest.as_ptr().cast(), rest.len()) };
        match usize::try_from(written).ok().and_then(|count| rest.get(count..)) {
            Some(behind) if written > 0 => rest = behind,
            // The status says it, too.
            Some(_) | None => return,
        }
    }
}
