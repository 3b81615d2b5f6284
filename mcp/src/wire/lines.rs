//! Lines of a stream, as long as a message may be.

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// Bytes of one message. A longer one is dropped as it comes.
pub(crate) const LONGEST: usize = 4 * 1024 * 1024;

/// What comes next.
#[derive(Debug)]
pub(crate) enum Line {
    /// A line, without its newline.
    Whole(Vec<u8>),
    /// The beginning of one that is too long. The rest is dropped.
    TooLong,
    /// The end. A line without a newline is none.
    End,
}

/// The lines of a stream.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    stream: BufReader<R>,
    /// What has come of a line. It stays when nobody waits any more, and whoever waits next goes on with it.
    begun: Vec<u8>,
    is_dropping: bool,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(crate) fn new(stream: R) -> Self {
        Self {
            stream: BufReader::new(stream),
            begun: Vec::new(),
            is_dropping: false,
        }
    }

    /// Waits for the next line. Whoever stops waiting loses nothing.
    pub(crate) async fn next(&mut self) -> Line {
        loop {
            let Ok(come) = self.stream.fill_buf().await else {
                return Line::End;
            };
            if come.is_empty() {
                return Line::End;
            }
            let newline = come.iter().position(|byte| *byte == b'\n');
            let part = come.get(..newline.unwrap_or(come.len())).unwrap_or_default();
            let taken = part.len().saturating_add(usize::from(newline.is_some()));
            let was_dropping = self.is_dropping;
            if !was_dropping {
                if self.begun.len().saturating_add(part.len()) > LONGEST {
                    self.begun = Vec::new();
                    self.is_dropping = true;
                } else {
                    self.begun.extend_from_slice(part);
                }
            }
            self.stream.consume(taken);
            let is_too_long = self.is_dropping;
            if newline.is_some() {
                self.is_dropping = false;
            }
            if is_too_long && !was_dropping {
                return Line::TooLong;
            }
            if newline.is_some() && !is_too_long {
                return Line::Whole(std::mem::take(&mut self.begun));
            }
        }
    }
}
