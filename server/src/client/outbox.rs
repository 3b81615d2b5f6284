//! Lines that wait to be written, in order, by a thread of their own.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Gone;
use crate::clock;
use crate::limits::OUTBOX_BYTES as MOST;
use crate::stop::Stop;

/// How often somebody who waits for room looks whether the waiting was stopped.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Lines that wait to be written.
#[derive(Debug)]
pub(super) struct Outbox {
    inner: Arc<Inner>,
    /// Given once the connection is over: nobody waits for room any more.
    gone: Stop,
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
        })
    }

    /// Adds a line. Waits while too much waits already.
    pub(super) fn push(&self, line: Vec<u8>, stop: Option<&Stop>) -> Result<(), Gone> {
        let mut lines = self.inner.lines();
        while lines.bytes > MOST && !lines.is_closed {
            if self.gone.is_ordered() || stop.is_some_and(Stop::is_ordered) {
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
            if stream.write_all(&batch).and_then(|()| stream.flush()).is_err() {
                return;
            }
        }
    }
}
