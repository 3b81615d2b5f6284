//! A text as a shell quotes it, without being read as a script: secrets stand in texts that nobody can read, too.

use std::ops::Range;

/// Bytes with the quote that each stands in.
#[derive(Debug)]
pub(super) struct Text<'t> {
    bytes: &'t [u8],
    /// For each byte the quote around it; 0 is none. A quote that ends one stands in it, one that begins one does not.
    quotes: Vec<u8>,
}

impl<'t> Text<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let mut quotes = Vec::with_capacity(bytes.len());
        let mut quote = 0;
        let mut is_escaped = false;
        for byte in bytes {
            quotes.push(quote);
            if is_escaped {
                is_escaped = false;
                continue;
            }
            match (quote, byte) {
                (0 | b'"', b'\\') => is_escaped = true,
                (0, b'\'' | b'"') => quote = *byte,
                (b'\'', b'\'') | (b'"', b'"') => quote = 0,
                (_, _) => {}
            }
        }
        Self { bytes, quotes }
    }

    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The byte there; 0 behind the end.
    pub(super) fn at(&self, place: usize) -> u8 {
        self.bytes.get(place).copied().unwrap_or_default()
    }

    /// The byte before; 0 at the beginning.
    pub(super) fn before(&self, place: usize) -> u8 {
        place.checked_sub(1).map_or(0, |before| self.at(before))
    }

    pub(super) fn slice(&self, range: Range<usize>) -> &'t [u8] {
        self.bytes.get(range).unwrap_or_default()
    }

    pub(super) fn starts_with(&self, place: usize, what: &[u8]) -> bool {
        self.bytes.get(place..).is_some_and(|rest| rest.starts_with(what))
    }

    fn quote(&self, place: usize) -> u8 {
        self.quotes.get(place).copied().unwrap_or_default()
    }

    /// The first place from `from` on whose byte is not of these.
    pub(super) fn end_of(&self, from: usize, is_part: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_part(*byte));
        from.saturating_add(length.unwrap_or(rest.len()))
    }

    /// How long the quote is that stands here inside a quoted text, so that it is one for whoever reads that text: the
    /// other quote, one with a backslash, or `'\''`. 0 is none.
    pub(super) fn inner_quote(&self, place: usize) -> usize {
        match (self.quote(place), self.at(place)) {
            (b'\'', b'\'') if self.starts_with(place, b"'\\''") => 4,
            (b'"', b'\\') if matches!(self.at(place.saturating_add(1)), b'"' | b'\'') => 2,
            (b'\'', b'"') | (b'"', b'\'') => 1,
            (0, b'\\') if matches!(self.at(place.saturating_add(1)), b'"' | b'\'') => 2,
            (_, _) => 0,
        }
    }

    /// The value that begins here. Outside of quotes it is a shell's word; inside it ends with the quotes that it begins
    /// with, else where a word of the quoted text may end. With `to_end` it is the rest of the quoted line.
    pub(super) fn value(&self, from: usize, to_end: bool) -> Range<usize> {
        let around = self.quote(from);
        if self.names_a_variable(from) {
            return from..from;
        }
        if around == 0 {
            let ends = |place: &usize| self.quote(*place) == 0 && self.ends_word(*place);
            let end = (from..self.len()).find(ends).unwrap_or(self.len());
            return from..end;
        }
        let opening = self.inner_quote(from);
        if opening > 0 {
            let start = from.saturating_add(opening);
            let quote = self.slice(from..start);
            let end = (start..self.len()).find(|place| self.starts_with(*place, quote));
            return start..end.unwrap_or(self.len());
        }
        let ends = |place: &usize| {
            let byte = self.at(*place);
            let closes = byte == around && (around == b'\'' || self.before(*place) != b'\\');
            closes
                || byte == b'\n'
                || (!to_end && (byte.is_ascii_whitespace() || matches!(byte, b'&' | b';' | b'|' | b')')))
                || self.inner_quote(*place) > 0
        };
        let end = (from..self.len()).find(ends).unwrap_or(self.len());
        from..end
    }

    /// Whether a variable or a substitution begins here, which the shell puts something in the place of.
    fn names_a_variable(&self, from: usize) -> bool {
        let is_quote = self.quote(from) == 0 && self.at(from) == b'"';
        let start = from.saturating_add(usize::from(is_quote));
        let is_literal = self.quote(start) == 0 && self.starts_with(start, b"$'");
        !is_literal && self.quote(start) != b'\'' && matches!(self.at(start), b'$' | b'`')
    }

    /// Whether an unquoted word ends here.
    fn ends_word(&self, place: usize) -> bool {
        let byte = self.at(place);
        let is_escaped = self.before(place) == b'\\';
        !is_escaped
            && (byte.is_ascii_whitespace() || matches!(byte, b';' | b'|' | b'&' | b'<' | b'>' | b'(' | b')'))
    }

    /// Whether what stands there only says where a secret is, or that there is none.
    pub(super) fn is_reference(&self, value: &Range<usize>) -> bool {
        let bytes = self.slice(value.clone());
        let bare = bytes.trim_ascii().strip_prefix(b"\"").unwrap_or(bytes);
        let bare = bare.strip_suffix(b"\"").unwrap_or(bare);
        let leads: [&[u8]; 5] = [b"env:", b"file:", b"@", b"{{", b"<"];
        let is_said = leads.iter().any(|lead| bare.starts_with(lead));
        bare.iter().all(|byte| matches!(byte, b'*' | b'.' | b'\'' | b'"'))
            || is_said
            || [
                &b"true"[..],
                b"false",
                b"null",
                b"none",
                b"yes",
                b"no",
                b"0",
                b"1",
            ]
            .contains(&bare)
    }
}
