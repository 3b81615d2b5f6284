//! Standard input, whose end is the end of everything.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio_util::sync::CancellationToken;

/// A stream that says when it has ended, or cannot be read any more.
#[derive(Debug)]
pub(crate) struct Watched<R> {
    stream: R,
    end: CancellationToken,
}

impl<R> Watched<R> {
    pub(crate) fn new(stream: R, end: CancellationToken) -> Self {
        Self { stream, end }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Watched<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        match &read {
            Poll::Ready(Ok(())) if buffer.filled().len() == before && buffer.remaining() > 0 => {
                self.end.cancel();
            }
            Poll::Ready(Err(_)) => self.end.cancel(),
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        read
    }
}
