//! Random bytes from the kernel: fit for keys, and for names that nobody guesses.

use std::io;

use rustix::io::retry_on_intr;
use rustix::rand::{GetRandomFlags, getrandom};

/// 128 random bits as 32 hexadecimal digits in lower case. No two are the same, and nobody guesses one.
///
/// # Errors
/// Where the kernel gives no random bytes. There is nothing else to make them of.
pub fn random_name() -> io::Result<String> {
    Ok(format!("{:032x}", u128::from_be_bytes(random_bytes()?)))
}

/// Random bytes, at most 256 of them. Waits for the kernel in the first moments after it has booted.
///
/// # Errors
/// As [`random_name`].
pub fn random_bytes<const N: usize>() -> io::Result<[u8; N]> {
    const { assert!(N <= 256, "the kernel may give fewer of more than these") }
    let mut bytes = [0; N];
    let given = retry_on_intr(|| getrandom(&mut bytes, GetRandomFlags::empty()))?;
    if given != N {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_given_and_no_two_names_are_the_same() {
        let bytes = random_bytes::<256>().unwrap();
        // Each half would be zeros once in 2^1024 runs.
        assert!(bytes.chunks(128).all(|half| half.iter().any(|byte| *byte != 0)));
        let name = random_name().unwrap();
        assert_eq!(name.len(), 32);
        assert!(name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        assert_ne!(name, random_name().unwrap());
    }
}
