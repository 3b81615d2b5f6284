//! Instructions of classic BPF, as far as filters over system calls use them.

#[cfg(test)]
mod machine;
mod search;

#[cfg(test)]
pub(crate) use machine::run;
pub(crate) use search::{only, search};

/// One instruction of a filter over system calls, as `struct sock_filter` of the kernel has it.
#[repr(C)]
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Instruction {
    /// What is done.
    pub(crate) code: u16,
    /// How far to jump if so.
    pub(crate) yes: u8,
    /// How far to jump if not.
    pub(crate) no: u8,
    /// The operand.
    pub(crate) operand: u32,
}

/// The codes that are used, from `linux/bpf_common.h`.
pub(crate) const LOAD_WORD: u16 = 0x20;
pub(crate) const JUMP: u16 = 0x05;
pub(crate) const EQUAL: u16 = 0x15;
pub(crate) const AT_LEAST: u16 = 0x35;
pub(crate) const ANY_BIT: u16 = 0x45;
pub(crate) const ANSWER: u16 = 0x06;
/// Those that only the compiler of conditions uses.
#[cfg(test)]
pub(crate) const ABOVE: u16 = 0x25;
#[cfg(test)]
pub(crate) const MASK: u16 = 0x54;

/// Where `struct seccomp_data` has the call's number, and the architecture.
pub(crate) const NUMBER: u32 = 0;
pub(crate) const ARCHITECTURE: u32 = 4;

/// What a native call says it is, from `linux/audit.h`.
#[cfg(target_arch = "x86_64")]
pub(crate) const NATIVE: u32 = 0xC000_003E;
#[cfg(target_arch = "aarch64")]
pub(crate) const NATIVE: u32 = 0xC000_00B7;

pub(crate) const fn instruction(code: u16, operand: u32, yes: u8, no: u8) -> Instruction {
    Instruction {
        code,
        yes,
        no,
        operand,
    }
}

pub(crate) const fn load(offset: u32) -> Instruction {
    instruction(LOAD_WORD, offset, 0, 0)
}

/// Compares what was loaded, and leaves out as many instructions as it says if true or false.
pub(crate) const fn jump(code: u16, with: u32, if_true: u8, if_false: u8) -> Instruction {
    instruction(code, with, if_true, if_false)
}

pub(crate) const fn answer(action: u32) -> Instruction {
    instruction(ANSWER, action, 0, 0)
}
