//! Short texts that are made without allocating: numbers for the kernel's files, and paths of descriptors.

use std::ffi::CStr;
use std::os::fd::RawFd;

use rustix::io::Errno;

/// A short line of digits, made without allocating.
pub(super) struct Line {
    bytes: [u8; 32],
    length: usize,
}

impl Line {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self {
            bytes: [0; 32],
            length: 0,
        }
    }

    /// The path of a descriptor.
    pub(super) fn descriptor(number: RawFd) -> Self {
        let mut line = Self::new();
        for byte in b"/proc/self/fd/" {
            line.push(*byte);
        }
        line.number(u64::try_from(number).unwrap_or(0))
    }

    /// The line as the kernel takes a path.
    pub(super) fn path(&self) -> Result<&CStr, Errno> {
        CStr::from_bytes_until_nul(&self.bytes).map_err(|_| Errno::NAMETOOLONG)
    }

    /// What it says.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length = self.length.saturating_add(1);
        }
    }

    /// The digits of a number.
    pub(super) fn number(mut self, number: u64) -> Self {
        let mut divisor = 10_000_000_000_000_000_000_u64;
        let mut begun = false;
        while divisor > 0 {
            let digit = u8::try_from((number / divisor) % 10).unwrap_or(0);
            begun |= digit != 0 || divisor == 1;
            if begun {
                self.push(digit.saturating_add(b'0'));
            }
            divisor /= 10;
        }
        self
    }

    /// `N N 1`: this number is itself, and no other is anything.
    pub(super) fn map(self, number: u32) -> Self {
        let mut line = self.number(number.into());
        line.push(b' ');
        let mut line = line.number(number.into());
        line.push(b' ');
        line.push(b'1');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_digits() {
        for number in [0, 1, 9, 10, 1000, 4_194_304, u64::from(u32::MAX), u64::MAX] {
            assert_eq!(Line::new().number(number).bytes(), number.to_string().as_bytes());
        }
        assert_eq!(Line::new().map(1000).bytes(), b"1000 1000 1");
        assert_eq!(Line::descriptor(i32::MAX).path(), Ok(c"/proc/self/fd/2147483647"));
    }
}
