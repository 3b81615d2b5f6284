//! Characters that shells, terminals and people read in different ways.

use diagnostics::Span;

use crate::{Gap, GapReason};

/// The gaps that the bare characters of a text make, before anything is parsed.
///
/// bash asks `isblank` of each byte, so what it takes for a blank depends on the locale; the grammar takes other
/// characters for blanks than bash does; terminals act on controls; people do not see bidi marks.
pub(crate) fn character_gaps(text: &str) -> Vec<Gap> {
    if text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'))
    {
        return Vec::new();
    }
    text.char_indices()
        .filter_map(|(offset, character)| {
            let reason = reason(character)?;
            Some(Gap {
                span: Span::of(offset, offset.saturating_add(character.len_utf8())),
                reason,
            })
        })
        .collect()
}

/// Why a character is not to stand in a script.
pub(crate) fn reason(character: char) -> Option<GapReason> {
    match character {
        '\n' | '\t' | ' '..='~' => None,
        '\0' => Some(GapReason::Nul),
        _ if character.is_control() || character.is_whitespace() => Some(GapReason::Character),
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => Some(GapReason::Character),
        _ => None,
    }
}
