//! Names of threads, turns and items.

use rustix::rand::{GetRandomFlags, getrandom};

/// A name that nobody can guess and no other thing has: a kind and 128 random bits.
///
/// # Errors
/// Where the kernel gives no random bytes, as in the first moments after it has booted.
pub(crate) fn new_id(kind: &str) -> rustix::io::Result<String> {
    let mut bytes = [0_u8; 16];
    getrandom(&mut bytes, GetRandomFlags::empty())?;
    Ok(format!("{kind}_{:032x}", u128::from_be_bytes(bytes)))
}
