//! Text as a shell word, quoted one way.

use crate::lower::is_reserved;

/// Writes a text bare where every shell and the grammar take it for itself, else quoted.
pub(crate) fn literal(word: &str, text: &mut String) {
    // `--name=value`; elsewhere `=` may be an assignment.
    let option = word.starts_with('-');
    let bare = !word.is_empty()
        && word
            .bytes()
            .all(|byte| is_plain(byte) || (option && byte == b'='));
    if bare && !is_keyword(word) {
        text.push_str(word);
    } else {
        quoted(word, text);
    }
}

/// Writes a text before a tilde, which acts behind a bare `=` or `:`: bare as a whole where it can be.
pub(super) fn literal_before_tilde(word: &str, text: &mut String) {
    let last = word.chars().next_back().map_or(0, char::len_utf8);
    let (before, last) = word
        .split_at_checked(word.len().saturating_sub(last))
        .unwrap_or_default();
    if word.bytes().all(|byte| is_plain(byte) || byte == b'=') {
        text.push_str(word);
    } else {
        quoted(before, text);
        text.push_str(last);
    }
}

/// Writes a text in double quotes.
pub(super) fn double_quoted(word: &str, text: &mut String) {
    text.push('"');
    for character in word.chars() {
        if matches!(character, '$' | '`' | '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text.push('"');
}

/// Writes a text in single quotes; the characters that these cannot hold stand in quotes of another kind.
///
/// `'` stands in double quotes, the whole text where it can, for a backslash is not certain everywhere; characters that no script should show
/// are escaped byte by byte, whatever the locale; `<<` is parted, so that it never looks like a here-document.
pub(super) fn quoted(word: &str, text: &mut String) {
    let acts = |character: char| {
        matches!(character, '$' | '`' | '"' | '\\') || crate::preflight::reason(character).is_some()
    };
    if word.contains('\'') && !word.contains(acts) && !word.contains("<<") {
        return double_quoted(word, text);
    }
    let mut open = Quotes::None;
    let mut before = '\0';
    for character in word.chars() {
        let quotes = Quotes::of(character);
        if quotes != open || (character == '<' && before == '<') {
            text.push_str(open.closing());
            text.push_str(quotes.opening());
        }
        if quotes == Quotes::Ansi {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                text.push_str("\\x");
                text.extend(
                    [byte >> 4, byte & 0xf].map(|half| char::from_digit(half.into(), 16).unwrap_or('0')),
                );
            }
        } else {
            text.push(character);
        }
        (open, before) = (quotes, character);
    }
    if word.is_empty() {
        text.push_str("''");
    }
    text.push_str(open.closing());
}

/// What a character stands in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Quotes {
    None,
    Single,
    Double,
    Ansi,
}

impl Quotes {
    fn of(character: char) -> Self {
        if character == '\'' {
            Self::Double
        } else if crate::preflight::reason(character).is_some() {
            Self::Ansi
        } else {
            Self::Single
        }
    }

    fn opening(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Single => "'",
            Self::Double => "\"",
            Self::Ansi => "$'",
        }
    }

    fn closing(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Single | Self::Ansi => "'",
            Self::Double => "\"",
        }
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_@%+:,./-".contains(&byte)
}

/// Words that are no program's name where they stand bare.
fn is_keyword(word: &str) -> bool {
    is_reserved(word) || matches!(word, "time" | "coproc")
}
