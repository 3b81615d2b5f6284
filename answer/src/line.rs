//! Lines of a stream: held back until they are whole where they may be a message, passed on as they come where not.

use memchr::memchr;

/// Bytes of a line that is held back. A longer one is passed on as it comes, and is not read.
pub const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// A stretch of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Piece<'a> {
    /// A line that may be a message, with its newline.
    Line(&'a [u8]),
    /// Part of something that is not read; it may end in the middle of a line.
    Unread(&'a [u8]),
    /// Part of a line that may have been a message and is not read: it is too long.
    TooLong(&'a [u8]),
}

/// Cuts a stream into lines, however it arrives.
#[derive(Debug)]
pub(crate) struct Lines {
    /// The beginning of a line that may be a message.
    held: Vec<u8>,
    /// Whether the line that goes on is passed on as it comes.
    is_passing: bool,
    longest: usize,
}

impl Default for Lines {
    fn default() -> Self {
        Self::up_to(LONGEST_LINE)
    }
}

impl Lines {
    /// Holds back lines of so many bytes.
    pub(crate) fn up_to(longest: usize) -> Self {
        Self {
            held: Vec::new(),
            is_passing: false,
            longest,
        }
    }

    /// Takes what has arrived, and gives all that is settled by it, in order. All bytes are given, each once, but those
    /// that are held back.
    pub(crate) fn feed(&mut self, chunk: &[u8], each: &mut dyn FnMut(Piece<'_>)) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let newline = memchr(b'\n', rest);
            let (part, after) = rest
                .split_at_checked(newline.map_or(rest.len(), |place| place.saturating_add(1)))
                .unwrap_or((rest, &[]));
            rest = after;
            self.take(part, newline.is_some(), each);
        }
    }

    /// What is held back when the stream ends: a line without an end is no message.
    pub(crate) fn end(&mut self, each: &mut dyn FnMut(Piece<'_>)) {
        self.is_passing = false;
        let held = std::mem::take(&mut self.held);
        if !held.is_empty() {
            each(Piece::Unread(&held));
        }
    }

    /// Takes a part of one line.
    fn take(&mut self, part: &[u8], is_end: bool, each: &mut dyn FnMut(Piece<'_>)) {
        if self.is_passing {
            self.is_passing = !is_end;
            return each(Piece::Unread(part));
        }
        if self.held.is_empty() && is_end && part.len() <= self.longest {
            return each(whole(part));
        }
        if self.held.len().saturating_add(part.len()) > self.longest {
            self.is_passing = !is_end;
            let held = std::mem::take(&mut self.held);
            if !held.is_empty() {
                each(Piece::TooLong(&held));
            }
            return each(Piece::TooLong(part));
        }
        self.held.extend_from_slice(part);
        if is_end {
            let held = std::mem::take(&mut self.held);
            each(whole(&held));
            // The room is used again, unless one line has made it a lot.
            if held.capacity() <= KEPT {
                self.held = held;
                self.held.clear();
            }
        } else if !may_be_message(&self.held) {
            self.is_passing = true;
            let held = std::mem::take(&mut self.held);
            each(Piece::Unread(&held));
        }
    }
}

/// Bytes that are kept for the next line.
const KEPT: usize = 64 * 1024;

fn whole(line: &[u8]) -> Piece<'_> {
    if may_be_message(line) {
        Piece::Line(line)
    } else {
        Piece::Unread(line)
    }
}

/// Whether a line that begins so may be an object: no message of either protocol is anything else.
fn may_be_message(start: &[u8]) -> bool {
    let first = start
        .iter()
        .find(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
    first.is_none_or(|byte| *byte == b'{')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(longest: usize, chunks: &[&str]) -> Vec<(&'static str, String)> {
        let mut lines = Lines::up_to(longest);
        let mut seen = Vec::new();
        let mut each = |piece: Piece<'_>| {
            let (name, bytes) = match piece {
                Piece::Line(bytes) => ("line", bytes),
                Piece::Unread(bytes) => ("unread", bytes),
                Piece::TooLong(bytes) => ("too long", bytes),
            };
            seen.push((name, String::from_utf8_lossy(bytes).into_owned()));
        };
        for chunk in chunks {
            lines.feed(chunk.as_bytes(), &mut each);
        }
        lines.end(&mut each);
        seen
    }

    #[test]
    fn lines_are_cut_however_they_arrive() {
        let said = |name, text: &str| (name, text.to_owned());
        for (chunks, seen) in [
            (
                &["{1}\n{2}\n"][..],
                vec![said("line", "{1}\n"), said("line", "{2}\n")],
            ),
            (&["{", "1", "}", "\n"], vec![said("line", "{1}\n")]),
            (&[" \t", "{1}\r\n"], vec![said("line", " \t{1}\r\n")]),
            (
                &["log", " {\n{1}\n"],
                vec![
                    said("unread", "log"),
                    said("unread", " {\n"),
                    said("line", "{1}\n"),
                ],
            ),
            (&["[{}]\n"], vec![said("unread", "[{}]\n")]),
            (&["{1"], vec![said("unread", "{1")]),
            (&["\n\n"], vec![said("line", "\n"), said("line", "\n")]),
            (
                &["{1234567}\n{1}\n"],
                vec![said("too long", "{1234567}\n"), said("line", "{1}\n")],
            ),
            (
                &["{123", "45678", "9}\n{1}\n"],
                vec![
                    said("too long", "{123"),
                    said("too long", "45678"),
                    said("unread", "9}\n"),
                    said("line", "{1}\n"),
                ],
            ),
        ] {
            assert_eq!(pieces(8, chunks), seen, "{chunks:?}");
        }
    }
}
