//! `^C` at a question of a process that ignores `SIGINT`, as it does when whoever started it ignored it.

use std::fs::{self, File};

use rustix::termios::{OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

/// `SIGINT` in a mask of `/proc/self/status`, where the first signal is the lowest bit.
const INTERRUPT: u64 = 1 << 1;

/// What the key types.
const KEY: u8 = 3;

/// While it lives, `^C` ends the line that is typed instead of sending a signal that nobody would notice.
#[derive(Debug)]
pub(super) struct InterruptKey<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> InterruptKey<'a> {
    /// Where the signal would end this process, and where the terminal cannot be set, nothing is changed.
    pub(super) fn as_text(terminal: &'a File) -> Option<Self> {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        if ignores_interrupts(&status) {
            Self::set(terminal)
        } else {
            None
        }
    }

    fn set(terminal: &'a File) -> Option<Self> {
        let before = tcgetattr(terminal).ok()?;
        let mut changed = before.clone();
        // The key means no signal any more, and ends a line as the one for that does.
        changed.special_codes[SpecialCodeIndex::VINTR] = 0;
        changed.special_codes[SpecialCodeIndex::VEOL] = KEY;
        tcsetattr(terminal, OptionalActions::Now, &changed).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for InterruptKey<'_> {
    fn drop(&mut self) {
        // A terminal that is gone has nothing to be restored.
        let _gone = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
    }
}

fn ignores_interrupts(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & INTERRUPT != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_says_which_signals_are_ignored() {
        for (name, status, ignores) in [
            (
                "interrupts",
                "Name:\tx\nSigIgn:\t0000000000001002\nSigCgt:\t0\n",
                true,
            ),
            ("others", "SigIgn:\t0000000000001001\n", false),
            ("caught ones", "SigIgn:\t0\nSigCgt:\t0000000000000002\n", false),
            ("nothing is said", "", false),
        ] {
            assert_eq!(ignores_interrupts(status), ignores, "{name}");
        }
    }
}
