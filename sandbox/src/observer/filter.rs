//! The program in the kernel that picks the calls to be told.

use super::call::{Act, Call, Flags, watched};
use crate::bpf::{
    ANY_BIT, ARCHITECTURE, AT_LEAST, EQUAL, Instruction, JUMP, NATIVE, NUMBER, answer, instruction, jump,
    load,
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

/// Halves the calls, which are in order, until one is left, and lets go on what is none of them.
fn search(calls: &[(u32, Vec<Instruction>)]) -> Vec<Instruction> {
    if let [] | [_] = calls {
        let mut program = calls
            .first()
            .map_or_else(Vec::new, |(number, told)| only(*number, told));
        program.push(answer(libc::SECCOMP_RET_ALLOW));
        return program;
    }
    let (lower, upper) = calls.split_at(calls.len() / 2);
    let middle = upper.first().map_or(u32::MAX, |(number, _)| *number);
    let lower = search(lower);
    let mut program = skip_if(AT_LEAST, middle, true, lower.len());
    program.extend(lower);
    program.extend(search(upper));
    program
}

/// These instructions if the call is this one.
fn only(number: u32, told: &[Instruction]) -> Vec<Instruction> {
    let mut program = skip_if(EQUAL, number, false, told.len());
    program.extend_from_slice(told);
    program
}

/// Where the arguments begin in `struct seccomp_data`.
const ARGUMENTS: usize = 16;

/// The lower half of an argument; both architectures have it first. The kernel reads no more of an open's flags.
fn argument(position: usize) -> u32 {
    u32::try_from(ARGUMENTS + 8 * position).unwrap_or(u32::MAX)
}

/// Leaves out that many instructions if the comparison comes out so. A near jump has a byte for it, a far one is its own
/// instruction; the kernel refuses a program with a jump out of it.
fn skip_if(code: u16, with: u32, outcome: bool, instructions: usize) -> Vec<Instruction> {
    let (near, far) = (u8::try_from(instructions), u32::try_from(instructions));
    match (near, outcome) {
        (Ok(near), true) => vec![jump(code, with, near, 0)],
        (Ok(near), false) => vec![jump(code, with, 0, near)],
        (Err(_), outcome) => vec![
            jump(code, with, u8::from(!outcome), u8::from(outcome)),
            instruction(JUMP, far.unwrap_or(u32::MAX), 0, 0),
        ],
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::bpf::{ANSWER, LOAD_WORD};

    /// What the program answers, and after how many instructions.
    fn run(program: &[Instruction], architecture: u32, number: u32, arguments: [u64; 6]) -> (u32, usize) {
        let mut data = Vec::new();
        data.extend(number.to_le_bytes());
        data.extend(architecture.to_le_bytes());
        data.extend(0_u64.to_le_bytes());
        data.extend(arguments.iter().flat_map(|argument| argument.to_le_bytes()));
        let mut loaded = 0;
        let mut at = 0;
        for steps in 1..=program.len() {
            let Instruction {
                code,
                yes,
                no,
                operand,
            } = program[at];
            at += 1;
            let mut either = |condition: bool| at += usize::from(if condition { yes } else { no });
            match code {
                LOAD_WORD => {
                    let offset = usize::try_from(operand).unwrap();
                    loaded = u32::from_le_bytes(data[offset..offset + 4].try_into().unwrap());
                }
                JUMP => at += usize::try_from(operand).unwrap(),
                EQUAL => either(loaded == operand),
                AT_LEAST => either(loaded >= operand),
                ANY_BIT => either(loaded & operand != 0),
                ANSWER => return (operand, steps),
                other => panic!("no such code: {other}"),
            }
        }
        panic!("the program does not end");
    }

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
    fn a_jump_over_much_goes_as_far_as_one_over_little() {
        for (told, outcome, number) in [(3, false, 8), (3, true, 7), (300, false, 8), (300, true, 7)] {
            let mut program = vec![load(NUMBER)];
            program.extend(skip_if(EQUAL, 7, outcome, told));
            program.extend(vec![answer(libc::SECCOMP_RET_TRACE); told]);
            program.push(answer(libc::SECCOMP_RET_LOG));
            let (left_out, taken) = (
                run(&program, 0, number, [0; 6]),
                run(&program, 0, 15 - number, [0; 6]),
            );
            assert_eq!(left_out.0, libc::SECCOMP_RET_LOG, "{told} {outcome}");
            assert_eq!(taken.0, libc::SECCOMP_RET_TRACE, "{told} {outcome}");
        }
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
