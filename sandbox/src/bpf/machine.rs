//! Running a filter over system calls without a kernel.

use super::{ABOVE, ANSWER, ANY_BIT, AT_LEAST, EQUAL, Instruction, JUMP, LOAD_WORD, MASK};

/// What the program answers, and after how many instructions.
pub(crate) fn run(
    program: &[Instruction],
    architecture: u32,
    number: u32,
    arguments: [u64; 6],
) -> (u32, usize) {
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
            ABOVE => either(loaded > operand),
            ANY_BIT => either(loaded & operand != 0),
            MASK => loaded &= operand,
            ANSWER => return (operand, steps),
            other => panic!("no such code: {other}"),
        }
    }
    panic!("the program does not end");
}
