//! Text of strangers, made safe to show.

use std::borrow::Cow;

/// The text with every character that a terminal would act on, or that a person cannot see, written as an escape:
/// controls (newline and tab included), bidi marks, zero-width characters, byte order marks, and blanks that are not the
/// one of ASCII.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => shown.push_str("\\n"),
            '\t' => shown.push_str("\\t"),
            '\r' => shown.push_str("\\r"),
            _ if is_hidden(character) => shown.extend(character.escape_unicode()),
            _ => shown.push(character),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character is acted on by terminals or is not seen by people.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00a0}' | '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{1680}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}'
            | '\u{2800}' | '\u{3000}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_that_no_shell_takes_for_one_is_seen() {
        for (name, text, wanted) in [
            ("of ASCII", "a b", "a b"),
            ("that does not break", "a\u{a0}b", "a\\u{a0}b"),
            ("em", "a\u{2003}b", "a\\u{2003}b"),
            ("ideographic", "a\u{3000}b", "a\\u{3000}b"),
            ("of braille", "a\u{2800}b", "a\\u{2800}b"),
            ("return", "a\r", "a\\r"),
        ] {
            assert_eq!(visible(text), wanted, "{name}");
        }
    }
}
