//! Names of threads, turns and items.

use std::io;

use gatekeeper::random_name;

/// A name that nobody can guess and no other thing has: a kind and 128 random bits.
///
/// # Errors
/// Where the kernel gives no random bytes.
pub(crate) fn new_id(kind: &str) -> io::Result<String> {
    Ok(format!("{kind}_{}", random_name()?))
}

/// Whether this can be the name of a thread: `thread_` and 32 hexadecimal digits in lower case, and so a harmless part
/// of a path.
pub(crate) fn is_thread_id(text: &str) -> bool {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let digits = text.strip_prefix("thread_");
    digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(is_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_thread_is_a_harmless_part_of_a_path() {
        let id = new_id("thread").unwrap();
        assert!(is_thread_id(&id));
        for text in [
            "",
            "thread_",
            "../../../../../../../../../../../../etc",
            &id.to_uppercase(),
            &id.replace("thread_", "turn_"),
            &format!("{id}0"),
            &format!("{id}/"),
            &format!("../{id}"),
            "thread_../../../../../../../../../../",
            "thread_0123456789abcdef0123456789abcd\0f",
        ] {
            assert!(!is_thread_id(text), "{text}");
        }
    }
}
