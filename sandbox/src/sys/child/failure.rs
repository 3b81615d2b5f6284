//! Why a child did not start its command, as it tells its supervisor.

use rustix::io::Errno;

/// The number that stands for the exec itself where a step is told.
pub(super) const EXEC: u32 = u32::MAX;

/// What the child writes when it could not start the command: a step's place in the plan, and the error.
pub(crate) const FAILURE: usize = 8;

/// A step's place, and why it was refused.
pub(super) type Failure = (u32, Errno);

/// A step's place and an error as they are written.
pub(super) fn failure_of(place: u32, error: i32) -> [u8; FAILURE] {
    ((u64::from(place) << 32) | u64::from(error.cast_unsigned())).to_le_bytes()
}

/// The place and the error that were written.
pub(crate) fn read_failure(failure: [u8; FAILURE]) -> (u32, i32) {
    let word = u64::from_le_bytes(failure);
    let low = u32::try_from(word & u64::from(u32::MAX)).unwrap_or(0);
    let high = u32::try_from(word >> 32).unwrap_or(EXEC);
    (high, low.cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_read_as_it_was_written() {
        for (place, error) in [(0, 1), (17, 30), (EXEC, 2), (3, -1)] {
            assert_eq!(read_failure(failure_of(place, error)), (place, error));
        }
    }
}
