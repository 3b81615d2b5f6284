//! What a process does about signals, as the kernel tells of it (`proc_pid_status(5)`).

use std::fs;

/// Whether a process ignores a signal.
pub(crate) fn ignores(process: &str, number: u32) -> bool {
    is_in("SigIgn:", process, number)
}

/// Whether a process has a handler for a signal.
pub(crate) fn catches(process: &str, number: u32) -> bool {
    is_in("SigCgt:", process, number)
}

/// The first signal is the lowest bit of a set.
fn is_in(set: &str, process: &str, number: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix(set));
    let mask = u64::from_str_radix(mask.unwrap().trim(), 16).unwrap();
    mask & (1 << (number - 1)) != 0
}
