//! What a client writes, until it ends or an order does.

use std::io::{self, Read};
use std::os::fd::AsFd;

use crate::stop::{Stop, is_readable};

/// A stream that ends when one of two orders is given, also while it is waited for.
#[derive(Debug)]
pub(super) struct Input<R> {
    stream: R,
    ends: [Stop; 2],
}

impl<R> Input<R> {
    /// Reads that stream until one of these orders is given.
    pub(super) fn new(stream: R, ends: [Stop; 2]) -> Self {
        Self { stream, ends }
    }
}

impl<R: Read + AsFd> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let [one, other] = &self.ends;
        let ready = is_readable(&[one.as_fd(), other.as_fd(), self.stream.as_fd()], None);
        match ready.as_slice() {
            [false, false, _] => self.stream.read(buffer),
            _ => Ok(0),
        }
    }
}
