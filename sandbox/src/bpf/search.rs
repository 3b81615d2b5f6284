//! Picking what is done about a call by its number, in few instructions.

use super::{AT_LEAST, EQUAL, Instruction, JUMP, answer, instruction, jump};

/// Halves the calls, which are in order, until one is left, and lets go on what is none of them.
pub(crate) fn search(calls: &[(u32, Vec<Instruction>)]) -> Vec<Instruction> {
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
pub(crate) fn only(number: u32, told: &[Instruction]) -> Vec<Instruction> {
    let mut program = skip_if(EQUAL, number, false, told.len());
    program.extend_from_slice(told);
    program
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
    use super::*;
    use crate::bpf::{NUMBER, load, run};

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
}
