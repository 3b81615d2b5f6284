//! Lines that wait to be written, in order, by a thread of their own.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Gone;
use crate::clock;
use crate::limits::{OUTBOX_BYTES as MOST, UNREAD};
use crate::stop::Stop;

/// How often somebody who waits for room looks whether the waiting was stopped.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Bytes that are written at once: who reads them slowly reads.
const PIECE: usize = 64 * 1024;

/// Lines that wait to be written.
#[derive(Debug)]
pub(super) struct Outbox {
    inner: Arc<Inner>,
    /// Given once the connection is over: nobody waits for room any more.
    gone: Stop,
    /// Who cannot be stopped waits for so long while nothing at all is read; then the connection is over.
    patience: Duration,
}

#[derive(Debug, Default)]
struct Inner {
    lines: Mutex<Lines>,
    /// Something has changed.
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Lines {
    waiting: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Whether the writer has lines in hand.
    is_writing: bool,
    /// Pieces that were written.
    written: u64,
    is_closed: bool,
}

impl Outbox {
    /// Writes to that stream. If it cannot be written, the outbox is closed and `gone` ordered.
    pub(super) fn start(stream: impl Write + Send + 'static, gone: Stop) -> io::Result<Self> {
        let inner = Arc::new(Inner::default());
        let (of_writer, of_outbox) = (inner.clone(), gone.clone());
        thread::Builder::new().name("writer".to_owned()).spawn(move || {
            of_writer.write_all(stream);
            of_writer.close();
            gone.order();
        })?;
        Ok(Self {
            inner,
            gone: of_outbox,
            patience: UNREAD,
        })
    }

    /// Adds a line. Waits while too much waits already. Without an order to stop, the wait ends at the latest when nothing
    /// was read for [`UNREAD`], and the connection with it: its reader may be who waits, and would not see that the client
    /// has gone.
    pub(super) fn push(&self, line: Vec<u8>, stop: Option<&Stop>) -> Result<(), Gone> {
        let mut lines = self.inner.lines();
        let (mut since, mut written) = (clock::moment(), lines.written);
        while lines.bytes > MOST && !lines.is_closed {
            if self.gone.is_ordered() || stop.is_some_and(Stop::is_ordered) {
                return Err(Gone);
            }
            if lines.written != written {
                (since, written) = (clock::moment(), lines.written);
            }
            if stop.is_none() && since.elapsed() >= self.patience {
                drop(lines);
                self.close();
                self.gone.order();
                return Err(Gone);
            }
            let (again, _) = self
                .inner
                .changed
                .wait_timeout(lines, LOOK_AGAIN)
                .unwrap_or_else(PoisonError::into_inner);
            lines = again;
        }
        self.add(lines, line)
    }

    /// Adds a line, unless too much waits already.
    pub(super) fn push_if_room(&self, line: Vec<u8>) -> Result<(), Gone> {
        let lines = self.inner.lines();
        if lines.bytes > MOST {
            return Err(Gone);
        }
        self.add(lines, line)
    }

    /// Nothing more is written.
    pub(super) fn close(&self) {
        self.inner.close();
    }

    /// Waits until nothing waits, but no longer than that.
    pub(super) fn flush(&self, patience: Duration) {
        let begun = clock::moment();
        let mut lines = self.inner.lines();
        while !lines.is_closed && (lines.is_writing || !lines.waiting.is_empty()) {
            let left = patience.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return;
            }
            let (again, _) = self
                .inner
                .changed
                .wait_timeout(lines, left)
                .unwrap_or_else(PoisonError::into_inner);
            lines = again;
        }
    }

    fn add(&self, mut lines: MutexGuard<'_, Lines>, line: Vec<u8>) -> Result<(), Gone> {
        if lines.is_closed {
            return Err(Gone);
        }
        lines.bytes = lines.bytes.saturating_add(line.len());
        lines.waiting.push_back(line);
        drop(lines);
        self.inner.changed.notify_all();
        Ok(())
    }
}

impl Inner {
    /// What is in it is whole at every moment.
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        let mut lines = self.lines();
        lines.is_closed = true;
        lines.is_writing = false;
        lines.waiting.clear();
        drop(lines);
        self.changed.notify_all();
    }

    /// Writes until it is closed or the stream fails.
    fn write_all(&self, mut stream: impl Write) {
        loop {
            let mut lines = self.lines();
            lines.is_writing = false;
            self.changed.notify_all();
            while lines.waiting.is_empty() && !lines.is_closed {
                lines = self.changed.wait(lines).unwrap_or_else(PoisonError::into_inner);
            }
            if lines.is_closed {
                return;
            }
            // Many small lines cost one call.
            let batch: Vec<u8> = lines.waiting.drain(..).flatten().collect();
            lines.bytes = 0;
            lines.is_writing = true;
            drop(lines);
            self.changed.notify_all();
            for piece in batch.chunks(PIECE) {
                if stream.write_all(piece).and_then(|()| stream.flush()).is_err() {
                    return;
                }
                let mut lines = self.lines();
                lines.written = lines.written.wrapping_add(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    use super::*;

    fn outbox(patience: Duration) -> (Outbox, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut outbox = Outbox::start(ours, Stop::new().unwrap()).unwrap();
        outbox.patience = patience;
        (outbox, theirs)
    }

    fn fill(outbox: &Outbox) {
        // The first is in the writer's hands, the second fills the box.
        for _ in 0..2 {
            outbox.push(vec![b'x'; 2 * MOST], None).unwrap();
            while outbox.inner.lines().bytes > MOST && !outbox.inner.lines().is_writing {
                thread::yield_now();
            }
        }
    }

    #[test]
    fn who_reads_nothing_at_all_is_gone() {
        let (outbox, client) = outbox(Duration::from_millis(300));
        fill(&outbox);
        assert_eq!(outbox.push(b"more".to_vec(), None), Err(Gone));
        assert!(outbox.gone.is_ordered());
        assert_eq!(outbox.push_if_room(b"more".to_vec()), Err(Gone));
        drop(client);
    }

    #[test]
    fn who_reads_slowly_is_not() {
        let (outbox, mut client) = outbox(Duration::from_millis(600));
        fill(&outbox);
        let reading = thread::spawn(move || {
            let mut piece = vec![0; 2 * PIECE];
            let mut read = 0;
            while read < 4 * MOST + 4 {
                thread::sleep(Duration::from_millis(8));
                read += client.read(&mut piece).unwrap();
            }
        });
        assert_eq!(outbox.push(b"more".to_vec(), None), Ok(()));
        reading.join().unwrap();
        assert!(!outbox.gone.is_ordered());
    }
}
