//! What the grammar is given to read instead of escapes that it reads in another way than bash does.

use std::borrow::Cow;

/// A text of the same length in which escapes that the grammar takes apart are plain characters of a word.
///
/// The grammar passes over `\ ` as if it were a blank, ends `$'\\'` at a later quote, ends a word at a line
/// continuation and at the `$` of `$"…"`, and loses a `-` before a redirect; bash (manual, 3.1.2) takes each for a
/// part of the word that it stands in.
/// Only the shape of the tree comes from this text: what a node says is read from the script itself.
///
/// A backslash is taken together with the character after it, wherever it stands. Between single quotes, where it
/// is an ordinary character, that moves no quote, because a quote is never replaced; and what is replaced there, or
/// in a comment, is no structure to either reader.
pub(super) fn mask(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') && !text.contains("$\"") && !text.contains(" - ") {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut masked = bytes.to_vec();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let after = at.saturating_add(1);
        if *byte != b'\\' {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            let is_lost = *byte == b'-' && before == Some(&b' ') && precedes_redirect(text, after);
            // `$$"` is the shell's number before a string.
            if is_lost || *byte == b'$' && bytes.get(after) == Some(&b'"') && before != Some(&b'$') {
                masked.get_mut(at..after).unwrap_or_default().fill(FILLER);
            }
            at = after;
            continue;
        }
        let end = at.saturating_add(2);
        let is_part = match bytes.get(after) {
            Some(b' ' | b'\t' | b'\\') => true,
            Some(b'\n') => {
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                [before, bytes.get(end)]
                    .iter()
                    .all(|byte| byte.is_some_and(|byte| is_of_word(*byte)))
            }
            _ => false,
        };
        if is_part {
            masked.get_mut(at..end).unwrap_or_default().fill(FILLER);
        }
        at = end;
    }
    // Only pairs of ASCII characters were replaced, so this is text still.
    String::from_utf8(masked).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Whether a blank and a redirect follow: the grammar passes over a `-` that stands alone before one.
fn precedes_redirect(text: &str, at: usize) -> bool {
    let rest = text
        .get(at..)
        .and_then(|rest| rest.strip_prefix(' '))
        .unwrap_or_default();
    let rest = rest.trim_start_matches(' ');
    rest.trim_start_matches(|digit: char| digit.is_ascii_digit())
        .starts_with(['<', '>'])
        || rest.starts_with("&>")
}

/// A character that stands in words, in no name, and begins no construct of the grammar.
const FILLER: u8 = b'.';

/// Whether a character is part of a word where it stands bare, so that a continuation beside it joins words.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_./:=@%+,-#".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn only_what_bash_takes_into_a_word_is_replaced() {
        let rows = [
            ("nothing", "c0 a", "c0 a"),
            ("escaped blank", r"c0 \ a", "c0 ..a"),
            ("escaped tab", "c0 \\\t#", "c0 ..#"),
            ("escaped backslash before a quote", r"c0 $'\\'", "c0 $'..'"),
            ("escaped backslash before a blank", r"c0 \\ a", "c0 .. a"),
            ("escaped quote", r"c0 \' \ ", r"c0 \' .."),
            ("a backslash that ends a quoted text", r"c0 '\' a", r"c0 '\' a"),
            ("a continuation within a word", "c0 a\\\nb", "c0 a..b"),
            ("a continuation between words", "c0 a \\\nb", "c0 a \\\nb"),
            ("a continuation before a blank", "c0 a\\\n b", "c0 a\\\n b"),
            ("a backslash at the end", r"c0 a\", r"c0 a\"),
            (
                "a word before a redirect",
                "c0 - 2>&1 - <<A - x",
                "c0 . 2>&1 . <<A - x",
            ),
            ("a translated string", r#"c0 $"a""#, r#"c0 ."a""#),
            ("the shell's number before a string", r#"c0 $$"a""#, r#"c0 $$"a""#),
        ];
        for (name, text, masked) in rows {
            assert_eq!(mask(text), masked, "{name}");
        }
    }
}
