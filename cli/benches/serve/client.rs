//! A client that asks one command after another, and compares each answer.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use crate::Outcome;
use crate::expected::Expected;

/// A client.
pub(crate) struct Client {
    stream: UnixStream,
    lines: BufReader<UnixStream>,
    /// The next request, which says what is asked.
    next: usize,
    line: String,
}

/// Waits until somebody serves there.
pub(crate) fn wait_for(socket: &Path) -> Outcome<()> {
    for _ in 0..500 {
        if UnixStream::connect(socket).is_ok() {
            return Ok(());
        }
        sleep(Duration::from_millis(20));
    }
    Err("the server does not come".into())
}

impl Client {
    /// A client that begins with another command than the one before.
    pub(crate) fn new(socket: &Path, number: usize) -> Outcome<Self> {
        let mut stream = UnixStream::connect(socket)?;
        let lines = BufReader::new(stream.try_clone()?);
        stream.write_all(b"{\"id\":0,\"method\":\"initialize\",\"params\":{\"clientInfo\":{\"name\":\"load\",\"version\":\"1\"}}}\n")?;
        let mut client = Self {
            stream,
            lines,
            next: number,
            line: String::new(),
        };
        client.read()?;
        Ok(client)
    }

    /// So many checks, of which so many are under way at a time.
    pub(crate) fn check_many(&mut self, expected: &Expected, count: usize, under_way: usize) -> Outcome<()> {
        let first = self.next;
        self.next = first.saturating_add(count);
        let mut asked = first;
        for number in first..self.next {
            let until = number.saturating_add(under_way).min(self.next);
            let mut requests = String::new();
            // Half of them at once, so that neither side waits for each.
            if asked == number || asked.saturating_add(under_way / 2) <= until {
                for number in asked..until {
                    requests.push_str(&expected.request(number));
                }
                asked = until;
            }
            self.stream.write_all(requests.as_bytes())?;
            self.read()?;
            assert_eq!(self.line, expected.answer(number), "the answer is another one");
        }
        Ok(())
    }

    fn read(&mut self) -> Outcome<()> {
        self.line.clear();
        self.lines.read_line(&mut self.line)?;
        Ok(())
    }
}
