//! What a person types for an answer.

use std::fs::File;

use gatekeeper::{Answer, Scope};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{QueueSelector, tcflush};

/// Bytes of an answer that are read.
const LONGEST: usize = 64;

/// One line from the terminal, within so many seconds. `None` where none came.
///
/// An answer is one short line and nothing behind it: who pastes several lines did not mean the first of them for an
/// answer, and the rest shall not become somebody's next command.
pub(super) fn answer(terminal: &File, offered: &[Scope], patience: i64) -> Option<Answer> {
    if !has_more(terminal, patience) {
        return None;
    }
    let mut line = [0_u8; LONGEST];
    let length = rustix::io::read(terminal, &mut line).ok()?;
    let line = line.get(..length)?;
    let is_more = has_more(terminal, 0);
    if is_more {
        // What cannot be thrown away is still no answer.
        let _stays = tcflush(terminal, QueueSelector::IFlush);
    }
    let Some((b'\n' | b'\r', line)) = line.split_last() else {
        let _stays = tcflush(terminal, QueueSelector::IFlush);
        return None;
    };
    Some(match line.trim_ascii().to_ascii_lowercase().as_slice() {
        _ if is_more => Answer::No,
        b"y" | b"yes" => Answer::Yes(Scope::Once),
        b"a" | b"always" if offered.contains(&Scope::Rule) => Answer::Yes(Scope::Rule),
        _ => Answer::No,
    })
}

/// Whether something can be read within so many seconds.
fn has_more(terminal: &File, seconds: i64) -> bool {
    let patience = Timespec {
        tv_sec: seconds,
        tv_nsec: 0,
    };
    let came = poll(&mut [PollFd::new(terminal, PollFlags::IN)], Some(&patience));
    matches!(came, Ok(count) if count > 0)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use rustix::fs::{CWD, Mode, OFlags, openat};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    #[test]
    fn an_answer_is_one_line_in_time() {
        const ALWAYS: &[Scope] = &[Scope::Once, Scope::Rule];
        const ONCE: &[Scope] = &[Scope::Once];
        let (yes, always) = (Some(Answer::Yes(Scope::Once)), Some(Answer::Yes(Scope::Rule)));
        let no = Some(Answer::No);
        for (name, keys, offered, wanted) in [
            ("yes", "y\n", ALWAYS, yes),
            ("always", "a\n", ALWAYS, always),
            ("in full", " Always \n", ALWAYS, always),
            ("always where it is not offered", "a\n", ONCE, no),
            ("no", "n\n", ALWAYS, no),
            ("nothing", "\n", ALWAYS, no),
            ("another word", "yes please\n", ALWAYS, no),
            ("the end of the input", "\u{4}", ALWAYS, None),
            ("a key and the end of the input", "y\u{4}", ALWAYS, None),
            ("nobody", "", ALWAYS, None),
            ("a key without an end", "y", ALWAYS, None),
            ("several lines", "y\nrm -rf /\n", ALWAYS, no),
            ("several answers", "n\ny\n", ALWAYS, no),
            ("a long line", &"y".repeat(100), ALWAYS, None),
        ] {
            let (mut ours, theirs) = terminal();
            ours.write_all(keys.as_bytes()).unwrap();
            assert_eq!(answer(&theirs, offered, 1), wanted, "{name}");
            if wanted == no {
                assert!(!has_more(&theirs, 0), "{name}: something is left");
            }
        }
    }

    /// Both ends of a terminal: the one that types, and the one that reads.
    fn terminal() -> (File, File) {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = openat(CWD, &name, flags, Mode::empty()).unwrap();
        (ours.into(), theirs.into())
    }
}
