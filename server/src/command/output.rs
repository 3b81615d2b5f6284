//! What a command writes: in pieces that cut no character in two, as much of it as is wanted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::protocol::OutputStream;

/// Bytes that are kept for the end of the item.
const KEPT: usize = 1024 * 1024;

/// What a command writes to its two streams, in the order in which it is read.
#[derive(Debug)]
pub struct Output {
    /// Bytes that may still be streamed.
    room: u64,
    dropped: u64,
    come: Arc<AtomicU64>,
    kept: Vec<u8>,
    /// The beginning of a character whose rest is not there yet, of each stream.
    begun: [Vec<u8>; 2],
}

/// Some of it, to be told at once.
#[derive(Debug, Eq, PartialEq)]
pub enum Piece {
    /// Whole characters.
    Text(String),
    /// Something else.
    Bytes(Vec<u8>),
}

impl Output {
    /// Of which at most so many bytes are streamed.
    pub fn new(cap: u64) -> Self {
        Self {
            room: cap,
            dropped: 0,
            come: Arc::default(),
            kept: Vec::new(),
            begun: [Vec::new(), Vec::new()],
        }
    }

    /// The same, which counts there how many bytes have come, told or not: for whoever looks meanwhile.
    #[must_use]
    pub fn counted_in(self, come: Arc<AtomicU64>) -> Self {
        Self { come, ..self }
    }

    /// Takes what was read from a stream.
    pub fn take(&mut self, stream: OutputStream, read: &[u8]) -> Option<Piece> {
        self.come.fetch_add(length(read), Ordering::Relaxed);
        let room = usize::try_from(self.room).unwrap_or(usize::MAX).min(read.len());
        let (within, beyond) = read.split_at_checked(room).unwrap_or((read, &[]));
        self.room = self.room.saturating_sub(length(within));
        self.dropped = self.dropped.saturating_add(length(beyond));
        let mut bytes = std::mem::take(self.begun(stream));
        bytes.extend_from_slice(within);
        let begun = bytes.split_off(bytes.len().saturating_sub(unfinished(&bytes)));
        if self.room == 0 {
            // Its rest will not come.
            self.dropped = self.dropped.saturating_add(length(&begun));
        } else {
            *self.begun(stream) = begun;
        }
        self.told(bytes)
    }

    /// A stream has ended: what it had begun stays so.
    pub fn end(&mut self, stream: OutputStream) -> Option<Piece> {
        let begun = std::mem::take(self.begun(stream));
        self.told(begun)
    }

    /// How many bytes were not told.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// What was told, as far as it is kept.
    pub fn kept(&self) -> String {
        String::from_utf8_lossy(&self.kept).into_owned()
    }

    fn told(&mut self, bytes: Vec<u8>) -> Option<Piece> {
        if bytes.is_empty() {
            return None;
        }
        let mut room = KEPT.saturating_sub(self.kept.len()).min(bytes.len());
        let is_inside = |place: usize| bytes.get(place).is_some_and(|byte| byte & 0xC0 == 0x80);
        while room > 0 && is_inside(room) {
            room = room.saturating_sub(1);
        }
        self.kept.extend_from_slice(bytes.get(..room).unwrap_or_default());
        Some(match String::from_utf8(bytes) {
            Ok(text) => Piece::Text(text),
            Err(error) => Piece::Bytes(error.into_bytes()),
        })
    }

    fn begun(&mut self, stream: OutputStream) -> &mut Vec<u8> {
        let [output, errors] = &mut self.begun;
        match stream {
            OutputStream::Stdout => output,
            OutputStream::Stderr => errors,
        }
    }
}

impl Piece {
    /// As text, or in base64: one of the two.
    pub fn written(self) -> (Option<String>, Option<String>) {
        match self {
            Self::Text(text) => (Some(text), None),
            Self::Bytes(bytes) => (None, Some(STANDARD.encode(bytes))),
        }
    }
}

/// How many bytes at the end are the beginning of a character: three at most.
fn unfinished(bytes: &[u8]) -> usize {
    for count in 1..=bytes.len().min(3) {
        let tail = bytes.get(bytes.len().saturating_sub(count)..).unwrap_or_default();
        match std::str::from_utf8(tail) {
            Err(error) if error.valid_up_to() == 0 && error.error_len().is_none() => return count,
            Ok(_) | Err(_) => {}
        }
    }
    0
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn no_character_is_cut() {
        use OutputStream::{Stderr, Stdout};
        for word in ["a", "é", "€", "𝄞", "aé€𝄞z"] {
            let mut output = Output::new(CAP);
            let mut all = String::new();
            for byte in word.as_bytes() {
                match output.take(Stdout, &[*byte]) {
                    Some(Piece::Text(piece)) => all.push_str(&piece),
                    Some(Piece::Bytes(bytes)) => panic!("{word}: {bytes:?}"),
                    None => {}
                }
                // What the other stream says meanwhile is told meanwhile.
                assert_eq!(output.take(Stderr, b"!"), Some(text("!")));
            }
            assert_eq!((all.as_str(), output.end(Stdout)), (word, None));
        }
    }

    const CAP: u64 = 1000;

    #[test]
    fn what_is_no_text_is_told_to_the_byte() {
        let bytes = |bytes: &[u8]| Some(Piece::Bytes(bytes.to_vec()));
        let mut output = Output::new(CAP);
        assert_eq!(
            output.take(OutputStream::Stdout, b"a\xff\x00b"),
            bytes(b"a\xff\x00b")
        );
        assert_eq!(output.take(OutputStream::Stdout, b"\xe2\x82"), None);
        assert_eq!(output.end(OutputStream::Stdout), bytes(b"\xe2\x82"));
        assert_eq!(output.take(OutputStream::Stdout, b"\xff\xe2\x82"), bytes(b"\xff"));
        assert_eq!(output.take(OutputStream::Stdout, b"\xac"), Some(text("€")));
        assert_eq!(
            output.take(OutputStream::Stdout, b"\x80\x80\x80\x80"),
            bytes(b"\x80\x80\x80\x80")
        );
        assert_eq!(
            Piece::Bytes(vec![0xff]).written(),
            (None, Some("/w==".to_owned()))
        );
        assert_eq!(output.dropped(), 0);
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let mut output = Output::new(5);
        assert_eq!(output.take(OutputStream::Stdout, b"abc"), Some(text("abc")));
        assert_eq!(
            output.take(OutputStream::Stderr, "é€".as_bytes()),
            Some(text("é"))
        );
        assert_eq!(
            (output.take(OutputStream::Stdout, b"xyz"), output.dropped()),
            (None, 6)
        );
        let mut output = Output::new(4);
        assert_eq!(
            output.take(OutputStream::Stdout, "ab€".as_bytes()),
            Some(text("ab"))
        );
        assert_eq!((output.dropped(), output.kept().as_str()), (3, "ab"));
        assert_eq!(output.end(OutputStream::Stdout), None);
        let mut output = Output::new(u64::MAX);
        let much = "€".repeat(KEPT / 2);
        assert_eq!(
            output.take(OutputStream::Stdout, much.as_bytes()),
            Some(text(&much))
        );
        assert_eq!(output.kept(), "€".repeat(KEPT / 3));
        let mut output = Output::new(0);
        assert_eq!(
            (output.take(OutputStream::Stdout, b"x"), output.dropped()),
            (None, 1)
        );
    }
}
