//! How deep a policy text nests and how long its numbers are, measured before the parser, which goes as deep as the text does, sees it.

use super::bounds::Bound;

/// How much deeper an `elif` makes the tree than the `if` it belongs to stands.
const ELIF: &str = "elif";

/// Where a text nests deeper than [`Bound::Nesting`] or has a number longer than [`Bound::Digits`], if it does.
///
/// Counted without understanding, and never too low: every word and sign of an expression since the last comma or
/// bracket may be one level, brackets that are open add up, a column of indentation is a level, and so is every
/// `elif`, since each stands inside the one before.
pub(super) fn too_much(text: &str) -> Option<(Bound, usize)> {
    let limit = Bound::Nesting.limit();
    let mut levels = vec![0_usize];
    let mut elifs = 0_usize;
    let mut at_line_start = true;
    let bytes = text.as_bytes();
    let mut place = 0_usize;
    while let Some(byte) = bytes.get(place).copied() {
        let start = place;
        place = place.saturating_add(1);
        match byte {
            b'\n' if levels.len() == 1 => {
                levels = vec![0];
                at_line_start = true;
                continue;
            }
            b' ' | b'\t' if at_line_start && levels.len() == 1 => deepen(&mut levels),
            b' ' | b'\t' | b'\r' | b'\n' | b'\\' => {}
            b'#' => place = line_end(bytes, place),
            b'"' | b'\'' => {
                deepen(&mut levels);
                place = string_end(bytes, start, byte);
                at_line_start = false;
            }
            b'(' | b'[' | b'{' => {
                deepen(&mut levels);
                levels.push(1);
                at_line_start = false;
            }
            b')' | b']' | b'}' => {
                if levels.len() > 1 {
                    levels.pop();
                }
            }
            b',' | b';' if levels.len() > 1 => restart(&mut levels),
            _ if is_word(byte) => {
                while bytes.get(place).copied().is_some_and(is_word) {
                    place = place.saturating_add(1);
                }
                // The parser reads a number in a time that grows with the square of its length.
                if byte.is_ascii_digit() && place.saturating_sub(start) > Bound::Digits.limit() {
                    return Some((Bound::Digits, start));
                }
                if text.get(start..place) == Some(ELIF) {
                    elifs = elifs.saturating_add(1);
                }
                deepen(&mut levels);
                at_line_start = false;
            }
            _ => {
                deepen(&mut levels);
                at_line_start = false;
            }
        }
        let depth: usize = levels.iter().sum();
        if depth > limit.saturating_mul(2) || levels.len() > limit / 4 || elifs > limit {
            return Some((Bound::Nesting, start));
        }
    }
    None
}

/// One level more where the text stands.
fn deepen(levels: &mut [usize]) {
    if let Some(level) = levels.last_mut() {
        *level = level.saturating_add(1);
    }
}

/// A comma begins a new expression in the same bracket.
fn restart(levels: &mut [usize]) {
    if let Some(level) = levels.last_mut() {
        *level = 1;
    }
}

/// Letters, digits and what else goes on a name; every byte of a character that is not ASCII too.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The end of a comment.
fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or(&[]);
    let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
    from.saturating_add(length)
}

/// The end of a string that begins here, past its closing quotes; a string of one line ends with its line.
fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let at = |place: usize| bytes.get(place).copied();
    let triple = at(start.saturating_add(1)) == Some(quote) && at(start.saturating_add(2)) == Some(quote);
    let mut place = start.saturating_add(if triple { 3 } else { 1 });
    while let Some(byte) = at(place) {
        match byte {
            b'\\' => place = place.saturating_add(2),
            b'\n' if !triple => return place,
            _ if byte == quote => {
                if !triple {
                    return place.saturating_add(1);
                }
                if at(place.saturating_add(1)) == Some(quote) && at(place.saturating_add(2)) == Some(quote) {
                    return place.saturating_add(3);
                }
                place = place.saturating_add(1);
            }
            _ => place = place.saturating_add(1),
        }
    }
    place
}
