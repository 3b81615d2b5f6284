//! Quoting: from the bytes between quotes, or between blanks, to the text that a program sees.
//!
//! Each reader decides from the bytes alone. Where they hold something that bash would act on and the tree did not
//! name, there is no text.

use super::word::{Brace, Scan};
use crate::{Body, GapReason, Part, Quoting, Spread, Word};

/// What stands before a run of text in a string.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum After {
    /// The opening quote or other text.
    Text,
    /// An expansion, which a line continuation could make longer.
    Expansion,
}

/// Reads unquoted text: escapes, patterns, tildes, braces.
///
/// bash takes line continuations out before it reads a word. One at the very beginning would join what stands before.
pub(super) fn unquoted(raw: &str, word: &mut Word, scan: &mut Scan) -> Result<(), GapReason> {
    if raw.contains(CONTINUATION) {
        if raw.starts_with(CONTINUATION) {
            return Err(GapReason::Adjacency);
        }
        return unquoted(&raw.replace(CONTINUATION, ""), word, scan);
    }
    let mut rest = raw;
    // A comma in brackets is a character of the class.
    scan.braces.uncertain |= raw.contains('[');
    let counts = scan.brace != Brace::Outside || raw.contains('{');
    while let Some(at) = first_brace(rest).filter(|_| counts) {
        let (before, after) = rest.split_at_checked(at).ok_or(GapReason::Skipped)?;
        let (mark, after) = after.split_at_checked(1).ok_or(GapReason::Skipped)?;
        plain(before, word, scan)?;
        scan.brace = match (scan.brace, mark) {
            (Brace::Outside, "{") => Brace::Open,
            (Brace::Open, ",") => Brace::Separated,
            (Brace::Separated, "}") => Brace::Expands,
            (brace, _) => brace,
        };
        scan.braces.marks.push(word.parts.len());
        word.parts.push(Part::Literal(mark.into()));
        scan.begun = true;
        scan.last = mark.chars().next();
        rest = after;
    }
    plain(rest, word, scan)
}

/// Where the first brace or comma stands that no backslash escapes.
fn first_brace(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let is_brace = !escaped && matches!(byte, b'{' | b'}' | b',');
        escaped = !escaped && byte == b'\\';
        is_brace
    })
}

/// `{1..3}`, which the grammar takes for one construct.
pub(super) fn sequence(raw: &str, word: &mut Word, scan: &mut Scan) {
    let inner = raw.strip_prefix('{').and_then(|raw| raw.strip_suffix('}'));
    for (text, is_mark) in [("{", true), (inner.unwrap_or_default(), false), ("}", true)] {
        let list = if is_mark {
            &mut scan.braces.marks
        } else {
            &mut scan.braces.ranges
        };
        list.push(word.parts.len());
        word.parts.push(Part::Literal(text.into()));
    }
}

/// Reads unquoted text between braces and commas.
fn plain(raw: &str, word: &mut Word, scan: &mut Scan) -> Result<(), GapReason> {
    let mut text = String::with_capacity(raw.len());
    let mut pattern = None;
    let mut characters = raw.char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\\' => match characters.next() {
                None => return Err(GapReason::Adjacency),
                Some((_, escaped)) => {
                    text.push(escaped);
                    scan.last = None;
                    scan.begun = true;
                    continue;
                }
            },
            ' ' | '\t' | '\n' | '|' | '&' | ';' | '(' | ')' | '<' | '>' | '`' | '$' | '\'' | '"' => {
                return Err(GapReason::Skipped);
            }
            // After a brace it is a tilde only where the brace expands.
            '~' if scan.brace != Brace::Outside && !matches!(scan.last, Some('=' | ':')) => {
                scan.braces.uncertain = true;
            }
            '~' if !scan.begun && is_home(raw.get(offset..).unwrap_or_default(), scan) => {
                // It is neither split nor globbed, as `"$HOME"` is not.
                scan.braces.uncertain = true;
                word.parts.push(Part::Parameter {
                    name: "HOME".into(),
                    quoting: Quoting::Quoted,
                });
                return after_tilde(raw.get(1..).unwrap_or_default(), word, scan);
            }
            '~' if !scan.begun || matches!(scan.last, Some('=' | ':')) => {
                // The rest of a pattern or brace list would be lost behind a tilde: any number of fields.
                scan.braces.uncertain = true;
                let rest = raw.get(offset..).unwrap_or_default();
                let split = pattern.is_some() || scan.brace != Brace::Outside;
                let spread = if split || rest.contains(['*', '?', '[']) {
                    Spread::Many
                } else {
                    Spread::One
                };
                if split {
                    scan.brace = Brace::Expands;
                }
                push_text(&mut text, word);
                word.parts.push(Part::Opaque {
                    text: rest.split('/').next().unwrap_or_default().into(),
                    body: Body::default(),
                    spread,
                });
                return match rest.find('/') {
                    Some(login) => after_tilde(rest.get(login..).unwrap_or_default(), word, scan),
                    None => Ok(()),
                };
            }
            '*' | '?' | '[' => pattern = Some(raw),
            '.' if scan.brace == Brace::Open && scan.last == Some('.') => scan.brace = Brace::Separated,
            _ => {}
        }
        text.push(character);
        scan.last = Some(character);
        scan.begun = true;
    }
    if text == raw && raw.contains("..") {
        scan.braces.ranges.push(word.parts.len());
    }
    match pattern {
        Some(raw) => word.parts.push(Part::Pattern(raw.into())),
        None => push_text(&mut text, word),
    }
    Ok(())
}

/// A backslash and the end of its line.
pub(super) const CONTINUATION: &str = "\\\n";

/// Whether a `~` stands for the home directory: alone, or before a slash.
fn is_home(rest: &str, scan: &Scan) -> bool {
    rest.starts_with("~/") || rest == "~" && scan.ends
}

/// What follows `~login`: ordinary text.
fn after_tilde(rest: &str, word: &mut Word, scan: &mut Scan) -> Result<(), GapReason> {
    scan.begun = true;
    scan.last = None;
    plain(rest, word, scan)
}

fn push_text(text: &mut String, word: &mut Word) {
    if !text.is_empty() {
        word.parts.push(Part::Literal(std::mem::take(text).into()));
    }
}

/// Reads text between single quotes.
pub(super) fn raw(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('\'')?.strip_suffix('\'')?;
    (!inner.contains('\'')).then_some(inner)
}

/// Reads a run of text in double quotes; `next` is the byte after the run.
pub(super) fn double(raw: &str, after: After, next: Option<u8>) -> Option<String> {
    let mut text = String::with_capacity(raw.len());
    // Whether a line continuation here would join an expansion or a `$` with what follows.
    let mut joins = after == After::Expansion;
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next()? {
                '\n' if joins => return None,
                '\n' => continue,
                escaped @ ('$' | '`' | '"' | '\\') => text.push(escaped),
                other => {
                    text.push('\\');
                    text.push(other);
                }
            },
            '`' | '"' => return None,
            '$' => {
                let following = characters.peek().copied().or(next.map(char::from));
                if following.is_some_and(|following| following == '\\' || expands_after_dollar(following)) {
                    return None;
                }
                text.push('$');
            }
            _ => text.push(character),
        }
        joins = false;
    }
    Some(text)
}

/// Whether `$` before this character begins an expansion.
pub(super) fn expands_after_dollar(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(
            character,
            '_' | '{' | '(' | '[' | '@' | '*' | '#' | '?' | '$' | '!' | '-' | '`'
        )
}

/// Reads `$'…'` with bash's escapes; `None` where its end is elsewhere, or it holds what is no text.
pub(super) fn ansi_c(text: &str) -> Option<String> {
    let inner = text.strip_prefix("$'")?.strip_suffix('\'')?;
    let mut bytes = Vec::with_capacity(inner.len());
    let mut characters = inner.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => return None,
            '\\' => escape(&mut characters, &mut bytes)?,
            _ => push_char(character, &mut bytes),
        }
    }
    if bytes.contains(&0) {
        return None;
    }
    String::from_utf8(bytes).ok()
}

fn push_char(character: char, bytes: &mut Vec<u8>) {
    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// One escape of `$'…'` (bash manual, 3.1.2.4). A backslash at the very end escapes the closing quote.
fn escape(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, bytes: &mut Vec<u8>) -> Option<()> {
    let escaped = characters.next()?;
    let byte = match escaped {
        'a' => 0x07,
        'b' => 0x08,
        'e' | 'E' => 0x1b,
        'f' => 0x0c,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 0x0b,
        '\\' | '\'' | '"' | '?' => u8::try_from(escaped).ok()?,
        '0'..='7' => {
            let mut value = escaped.to_digit(8)?;
            for _ in 0..2 {
                let Some(digit) = characters.peek().and_then(|next| next.to_digit(8)) else {
                    break;
                };
                value = value.saturating_mul(8).saturating_add(digit);
                characters.next();
            }
            u8::try_from(value & 0xff).ok()?
        }
        'x' => u8::try_from(hex(characters, 2)?).ok()?,
        // What becomes of a character that is not ASCII depends on the locale: in `C`, `\u00E9` stays.
        'u' => u8::try_from(hex(characters, 4)?).ok().filter(u8::is_ascii)?,
        'U' => u8::try_from(hex(characters, 8)?).ok().filter(u8::is_ascii)?,
        // `\c` and unknown escapes differ between versions; nobody who means well needs them.
        _ => return None,
    };
    bytes.push(byte);
    Some(())
}

fn hex(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize) -> Option<u32> {
    let mut value: Option<u32> = None;
    for _ in 0..most {
        let Some(digit) = characters.peek().and_then(|next| next.to_digit(16)) else {
            break;
        };
        value = Some(value.unwrap_or(0).checked_mul(16)?.checked_add(digit)?);
        characters.next();
    }
    value
}
