//! The program in the kernel that picks the calls to be told.

use super::call::{Act, Call, Flags, watched};
use crate::bpf::{
    ANY_BIT, ARCHITECTURE, EQUAL, Instruction, NATIVE, NUMBER, answer, jump, load, only, search,
};

/// Which calls an observer is told of.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Watch {
    /// Those that would change something, and connections.
    #[default]
    Writes,
    /// Those, and every open for reading: a program that does little else takes about twice as long.
    Reads,
}

/// Any of these in an open's flags may change something. `O_TMPFILE` is what the kernel calls so less `O_DIRECTORY`.
const CHANGES: i32 =
    libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC | (libc::O_TMPFILE & !libc::O_DIRECTORY);

impl Watch {
    /// What it does, in words.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Writes => "have changes and connections told to an observer",
            Self::Reads => "have changes, connections and reading told to an observer",
        }
    }

    /// The program. A call of a foreign architecture, and whatever is not watched, is let go on: refusing is another
    /// filter's, whose refusal is stronger than our notification.
    ///
    /// Only numbers and the architecture are looked at before a call is let go on unseen, by the instructions that the
    /// kernel evaluates ahead when it makes its table of calls that are always allowed: these cost nothing at all.
    pub(crate) fn program(self) -> Vec<Instruction> {
        let mut calls: Vec<(u32, Vec<Instruction>)> = watched()
            .filter_map(|call| Some((u32::try_from(call.number).ok()?, self.told(call))))
            .collect();
        // An open is more frequent than all the others together.
        let often = |number: &u32| i64::from(*number) == libc::SYS_openat;
        calls.sort_by_key(|(number, _)| (!often(number), *number));
        let (first, others) = match calls.split_first() {
            Some(((number, told), others)) => (only(*number, told), others),
            None => (Vec::new(), calls.as_slice()),
        };
        let mut program = vec![
            load(ARCHITECTURE),
            jump(EQUAL, NATIVE, 1, 0),
            answer(libc::SECCOMP_RET_ALLOW),
            load(NUMBER),
        ];
        program.extend(first);
        program.extend(search(others));
        program
    }

    /// What is done about a call once it is known to be this one. Ends with an answer.
    fn told(self, call: &Call) -> Vec<Instruction> {
        let tell = answer(libc::SECCOMP_RET_USER_NOTIF);
        match (self, call.act) {
            (
                Self::Writes,
                Act::Open {
                    flags: Flags::Argument(position),
                    ..
                },
            ) => vec![
                load(argument(position)),
                jump(ANY_BIT, CHANGES.cast_unsigned(), 1, 0),
                answer(libc::SECCOMP_RET_ALLOW),
                tell,
            ],
            _ => vec![tell],
        }
    }
}

/// Where the arguments begin in `struct seccomp_data`.
const ARGUMENTS: usize = 16;

/// The lower half of an argument; both architectures have it first. The kernel reads no more of an open's flags.
fn argument(position: usize) -> u32 {
    u32::try_from(ARGUMENTS + 8 * position).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::bpf::run;

    fn tells(watch: Watch, architecture: u32, number: i64, arguments: [u64; 6]) -> bool {
        let number = u32::try_from(number).unwrap();
        match run(&watch.program(), architecture, number, arguments).0 {
            libc::SECCOMP_RET_USER_NOTIF => true,
            libc::SECCOMP_RET_ALLOW => false,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn every_watched_call_is_told_and_no_other() {
        let watched: Vec<i64> = watched().map(|call| call.number).collect();
        // All flags set: an open that may change something.
        let arguments = [u64::MAX; 6];
        for number in 0..700 {
            let told = tells(Watch::Writes, NATIVE, number, arguments);
            assert_eq!(told, watched.contains(&number), "{number}");
            assert!(!tells(Watch::Writes, NATIVE ^ 1, number, arguments), "{number}");
            assert!(
                !tells(Watch::Reads, NATIVE, number | 0x4000_0000, arguments),
                "{number} of x32"
            );
        }
    }

    #[test]
    fn an_open_is_told_by_its_flags() {
        let read = libc::O_CLOEXEC | libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_NONBLOCK;
        let cases = [
            ("for reading", read, false),
            ("a directory", libc::O_DIRECTORY, false),
            ("for writing", libc::O_WRONLY, true),
            ("for both", libc::O_RDWR | read, true),
            ("making it", libc::O_CREAT, true),
            ("emptying it", libc::O_TRUNC, true),
            ("without a name", libc::O_TMPFILE, true),
        ];
        for (name, flags, changes) in cases {
            // What stands in the upper half is no flag.
            let flags = u64::from(flags.cast_unsigned()) | 0xFFFF_FFFF_0000_0000;
            let arguments = [0, 0, flags, 0, 0, 0];
            assert_eq!(
                tells(Watch::Writes, NATIVE, libc::SYS_openat, arguments),
                changes,
                "{name}"
            );
            assert!(
                tells(Watch::Reads, NATIVE, libc::SYS_openat, arguments),
                "{name}, all opens"
            );
        }
        let pointed = [0; 6];
        assert!(tells(Watch::Writes, NATIVE, libc::SYS_openat2, pointed));
    }

    #[test]
    fn a_program_is_short() {
        for watch in [Watch::Writes, Watch::Reads] {
            let program = watch.program();
            let steps = |number: i64| {
                let number = u32::try_from(number).unwrap();
                run(&program, NATIVE, number, [u64::MAX; 6]).1
            };
            let most = (0..700).map(steps).max().unwrap();
            let open = steps(libc::SYS_openat);
            writeln!(
                std::io::stderr(),
                "{watch:?}: {} instructions, {open} for an open, at most {most}",
                program.len()
            )
            .unwrap();
            assert!(program.len() <= 160 && most <= 16 && open <= 8);
        }
    }
}
