//! Reading a log: line after line, from the oldest file to the newest, whatever stands in them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::{LONGEST_LINE, older, path_of};

/// Bytes of a line that are read; more are passed over.
const MOST: usize = 2 * LONGEST_LINE;

/// Files of a log that are looked for.
const FILES: u32 = 1000;

/// Why a log cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the log `{}` cannot be read: {source}", path.display())]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What the kernel said.
    #[source]
    pub source: io::Error,
}

/// A line of a log.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// The file's place among those that are read.
    pub file: usize,
    /// The line's number in its file, from 1.
    pub number: u64,
    /// What stands there, without its newline; `None` where it is longer than is read.
    pub bytes: Option<Vec<u8>>,
}

/// The lines of several files, one file after the other. Blank lines are passed over.
#[derive(Debug)]
pub struct Lines {
    files: std::vec::IntoIter<PathBuf>,
    current: Option<(PathBuf, BufReader<File>)>,
    /// The current file's place, and the line's number in it.
    place: (usize, u64),
}

/// The files of a log, the oldest first: of a directory those that are there, of a file itself.
pub fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let numbers = (1..FILES).take_while(|number| older(path, *number).exists());
    let mut files: Vec<PathBuf> = numbers.map(|number| older(path, number)).collect();
    files.reverse();
    let newest = path_of(path);
    if newest.exists() || files.is_empty() {
        files.push(newest);
    }
    files
}

impl Lines {
    /// The lines of these files, in this order.
    pub fn of(files: Vec<PathBuf>) -> Self {
        Self {
            files: files.into_iter(),
            current: None,
            place: (0, 0),
        }
    }

    fn next_line(&mut self) -> Result<Option<Line>, ReadError> {
        loop {
            let Some((path, reader)) = &mut self.current else {
                let Some(path) = self.files.next() else {
                    return Ok(None);
                };
                let opened = File::open(&path).map_err(|source| ReadError {
                    path: path.clone(),
                    source,
                })?;
                self.current = Some((path, BufReader::with_capacity(256 * 1024, opened)));
                continue;
            };
            let line = read(reader).map_err(|source| ReadError {
                path: path.clone(),
                source,
            })?;
            let Some(bytes) = line else {
                self.current = None;
                self.place = (self.place.0.saturating_add(1), 0);
                continue;
            };
            self.place.1 = self.place.1.saturating_add(1);
            if bytes.as_ref().is_some_and(|bytes| bytes.trim_ascii().is_empty()) {
                continue;
            }
            return Ok(Some(Line {
                file: self.place.0,
                number: self.place.1,
                bytes,
            }));
        }
    }
}

impl Iterator for Lines {
    type Item = Result<Line, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.next_line().transpose();
        if matches!(line, Some(Err(_))) {
            // What cannot be read once is not tried for ever.
            self.current = None;
            self.files = Vec::new().into_iter();
        }
        line
    }
}

/// One line; `None` at the end, `Some(None)` where it is too long.
#[expect(
    clippy::option_option,
    reason = "the end is not the same as a line that is too long"
)]
fn read(reader: &mut BufReader<File>) -> io::Result<Option<Option<Vec<u8>>>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    if reader.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        return Ok(Some(Some(bytes)));
    }
    if bytes.len() < MOST {
        return Ok(Some(Some(bytes)));
    }
    reader.skip_until(b'\n')?;
    Ok(Some(None))
}
