//! Lines of bounded length from a stream that nobody vouches for.

use std::io::{self, BufRead};

/// One line, without its newline.
#[derive(Debug, Eq, PartialEq)]
pub enum Line<'a> {
    /// All of it; any bytes.
    Whole(&'a [u8]),
    /// It was longer than the reader keeps.
    TooLong,
}

impl Line<'_> {
    /// Whether there is nothing on it.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.trim_ascii().is_empty(),
            Self::TooLong => false,
        }
    }
}

/// Reads line after line into one buffer.
#[derive(Debug)]
pub struct Reader<R> {
    stream: R,
    line: Vec<u8>,
    /// Bytes of one line that are kept.
    most: usize,
}

impl<R: BufRead> Reader<R> {
    /// Lines of at most `most` bytes each.
    pub fn new(stream: R, most: usize) -> Self {
        Self {
            stream,
            line: Vec::new(),
            most,
        }
    }

    /// The next line, or `None` at the end. A last line without newline is a line.
    ///
    /// # Errors
    /// What the stream says.
    pub fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.line.clear();
        let mut too_long = false;
        let mut any = false;
        loop {
            let available = match self.stream.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if available.is_empty() {
                break;
            }
            any = true;
            let mut pieces = available.splitn(2, |byte| *byte == b'\n');
            let piece = pieces.next().unwrap_or_default();
            let ended = pieces.next().is_some();
            too_long |= self.line.len().saturating_add(piece.len()) > self.most;
            if too_long {
                self.line = Vec::new();
            } else {
                self.line.extend_from_slice(piece);
            }
            let used = piece.len().saturating_add(usize::from(ended));
            self.stream.consume(used);
            if ended {
                break;
            }
        }
        Ok(match (any, too_long) {
            (false, _) => None,
            (true, true) => Some(Line::TooLong),
            (true, false) => Some(Line::Whole(&self.line)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn lines_of_all_kinds_whatever_the_buffer() {
        let long = "x".repeat(11);
        let most = "y".repeat(10);
        let text = format!("a\n\nb\r\n{long}\n{most}\n{long}{long}\nlast");
        for capacity in [1, 7, 4096] {
            let mut reader = Reader::new(BufReader::with_capacity(capacity, text.as_bytes()), 10);
            for want in ["a", "", "b\r"] {
                assert_eq!(reader.next_line().unwrap(), Some(Line::Whole(want.as_bytes())));
            }
            assert_eq!(reader.next_line().unwrap(), Some(Line::TooLong));
            assert_eq!(reader.next_line().unwrap(), Some(Line::Whole(most.as_bytes())));
            assert_eq!(reader.next_line().unwrap(), Some(Line::TooLong));
            assert_eq!(reader.next_line().unwrap(), Some(Line::Whole(b"last")));
            assert_eq!(reader.next_line().unwrap(), None);
        }
    }
}
