//! Where a process keeps the arguments and the environment it was started with, and forgetting them.
#![expect(
    unsafe_code,
    reason = "the kernel's copy of the arguments is memory that no variable of ours holds"
)]

use std::fs;

/// The stretch of memory where this process was given its arguments and environment, as `proc_pid_stat(5)` tells it:
/// what `/proc/PID/cmdline` and `/proc/PID/environ` show.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Origins {
    start: usize,
    length: usize,
}

impl Origins {
    /// Where they are; `None` where the kernel does not say.
    pub(crate) fn find() -> Option<Self> {
        let text = fs::read_to_string("/proc/self/stat").ok()?;
        // The name of the program stands in brackets and may hold anything.
        let (_, rest) = text.rsplit_once(')')?;
        let field = |number: usize| {
            rest.split_ascii_whitespace()
                .nth(number.checked_sub(3)?)?
                .parse()
                .ok()
        };
        let (start, after): (usize, usize) = (field(48)?, field(51)?);
        let length = after.checked_sub(start)?;
        // A kernel that hides them says zero.
        (start != 0 && length < 16 << 20).then_some(Self { start, length })
    }

    /// Overwrites them with zeros. Only for a forked child that reads neither any more: its memory is its own copy.
    pub(crate) fn forget_in_child(self) {
        let start = std::ptr::with_exposed_provenance_mut::<u8>(self.start);
        // SAFETY: the kernel has mapped this stretch of the first stack for the life of the process and it may be
        // written. No reference of ours points into it: arguments and environment were copied before the fork.
        unsafe { std::ptr::write_bytes(start, 0, self.length) };
    }
}
