//! Words that nobody would choose: keys and tokens whose issuer is not known.

use std::ops::Range;

use super::text::Text;

/// Bytes of one word that are looked at.
const LONGEST: usize = 4096;

/// What the digest of something public is announced by.
const DIGESTS: &[&[u8]] = &[
    b"sha1:", b"sha1-", b"sha224:", b"sha256:", b"sha256-", b"sha384:", b"sha384-", b"sha512:", b"sha512-",
    b"md5:", b"blake3:", b"h1:", b"SHA256:",
];

pub(super) fn find(text: &Text<'_>, found: &mut Vec<Range<usize>>) {
    let mut place = 0;
    while place < text.len() {
        let end = text.end_of(place, is_part);
        if end > place {
            if !is_digest(text, place) {
                find_in_word(text, place..end, found);
            }
            place = end;
        } else {
            place = place.saturating_add(1);
        }
    }
}

/// A part of a path or of a name with dashes is looked at by itself, and base64 as a whole.
fn find_in_word(text: &Text<'_>, word: Range<usize>, found: &mut Vec<Range<usize>>) {
    if word.len() < 20 {
        return;
    }
    if is_base64(text.slice(word.clone())) {
        found.push(word);
        return;
    }
    let mut place = word.start;
    while place < word.end {
        let end = text.end_of(place, |byte| byte.is_ascii_alphanumeric());
        if is_random(text.slice(place..end.min(place.saturating_add(LONGEST)))) {
            found.push(place..end);
        }
        place = end.max(place.saturating_add(1));
    }
}

fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-')
}

/// Whether what stands in front says that a digest follows; the mark may be part of the word.
fn is_digest(text: &Text<'_>, place: usize) -> bool {
    DIGESTS.iter().any(|mark| {
        let start = place.saturating_sub(mark.len());
        text.slice(start..place) == *mark || text.starts_with(place, mark)
    })
}

/// Letters of one case with digits among them, or of both, in no order that a word has.
fn is_random(part: &[u8]) -> bool {
    let kinds = Kinds::of(part);
    if part.len() < 20 || kinds.digits == 0 {
        return false;
    }
    if part.iter().all(u8::is_ascii_hexdigit) {
        return is_hexadecimal_key(part);
    }
    let is_mixed = kinds.lower > 0 && kinds.upper > 0;
    let least_digits = if is_mixed { 2 } else { 4 };
    // A word of a language changes its kind once in a while: `MyTestCase2`.
    kinds.digits >= least_digits
        && kinds.changes.saturating_mul(10) >= part.len().saturating_mul(3)
        && entropy(part) >= 3.4
}

/// Digits of a key. 40 and fewer are the name of something in git, and nobody writes a digest in capitals and small
/// letters.
fn is_hexadecimal_key(part: &[u8]) -> bool {
    part.len() > 40 && entropy(part) >= 3.0 || part.len() == 32 && entropy(part) >= 3.0
}

/// Base64 with its own signs, which a path has too: then it has to look random throughout.
fn is_base64(word: &[u8]) -> bool {
    let word = word.get(..LONGEST).unwrap_or(word);
    let kinds = Kinds::of(word);
    let signs = word
        .iter()
        .filter(|byte| matches!(byte, b'/' | b'+' | b'='))
        .count();
    let slashes = word.split(|byte| *byte == b'/').count().saturating_sub(1);
    word.len() >= 32
        && signs > 0
        && slashes.saturating_mul(15) <= word.len()
        && !word.starts_with(b"/")
        && kinds.lower > 0
        && kinds.upper >= 4
        && kinds.digits > 0
        && kinds.changes.saturating_mul(10) >= word.len().saturating_mul(4)
        && entropy(word) >= 4.0
}

/// Of how many kinds the characters are, and how often the kind changes.
#[derive(Default)]
struct Kinds {
    lower: usize,
    upper: usize,
    digits: usize,
    changes: usize,
}

impl Kinds {
    fn of(word: &[u8]) -> Self {
        let mut kinds = Self::default();
        let mut last = None;
        for byte in word {
            let kind = match byte {
                b'a'..=b'z' => &mut kinds.lower,
                b'A'..=b'Z' => &mut kinds.upper,
                b'0'..=b'9' => &mut kinds.digits,
                _ => &mut 0,
            };
            *kind = kind.saturating_add(1);
            let class = (
                byte.is_ascii_lowercase(),
                byte.is_ascii_uppercase(),
                byte.is_ascii_digit(),
            );
            if last.is_some_and(|last| last != class) {
                kinds.changes = kinds.changes.saturating_add(1);
            }
            last = Some(class);
        }
        kinds
    }
}

/// Bits of information in a character, by how often each stands in the word.
fn entropy(word: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in word {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count = count.saturating_add(1);
        }
    }
    let length = f64::from(u32::try_from(word.len()).unwrap_or(u32::MAX));
    let shares = counts.iter().filter(|count| **count > 0);
    let bits = shares.map(|count| {
        let share = f64::from(*count) / length;
        -share * share.log2()
    });
    bits.sum()
}
