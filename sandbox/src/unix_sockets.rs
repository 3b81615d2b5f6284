//! Which unix sockets with a path can be reached, by what the kernel lists of them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Component, Path, PathBuf};

/// Bytes of the kernel's list that are read; a line has about 100.
const TEXT: u64 = 16 << 20;

/// Sockets that are told of.
const SOCKETS: usize = 10_000;

/// Bytes of a path, by the kernel's `struct sockaddr_un`.
const PATH: usize = 108;

/// The flag of a socket that takes connections, `__SO_ACCEPTCON`.
const LISTENING: u32 = 1 << 16;

/// The type of a socket that takes messages from anyone.
const DATAGRAM: u32 = 2;

/// The state of a socket that has no peer.
const UNCONNECTED: u32 = 1;

/// The sockets that a command could reach outside of what it may write.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct UnixSockets {
    /// Their real paths, in order, each once. Each was a socket when it was looked at.
    pub paths: Vec<PathBuf>,
    /// There may be more: the list was longer than what is read of it.
    pub cut: bool,
}

impl UnixSockets {
    /// Looks at what this process's network namespace lists. Not seen are sockets of other network namespaces, those
    /// bound by a relative path, those that were renamed or linked since, and those that are made later.
    ///
    /// # Errors
    ///
    /// `/proc/net/unix` cannot be read.
    pub fn read(writable: &[PathBuf]) -> io::Result<Self> {
        let mut text = Vec::new();
        let bytes = File::open("/proc/net/unix")?.take(TEXT).read_to_end(&mut text)?;
        let listed = listening(&text);
        let cut = u64::try_from(bytes).unwrap_or(u64::MAX) >= TEXT || listed.len() >= SOCKETS;
        let real: BTreeSet<PathBuf> = listed
            .into_iter()
            .filter_map(|path| path.canonicalize().ok())
            // What a list says may be forged by who names a socket; what is no socket is left alone.
            .filter(|path| {
                path.symlink_metadata()
                    .is_ok_and(|about| about.file_type().is_socket())
            })
            .collect();
        let paths = outside(real.into_iter().collect(), writable);
        Ok(Self { paths, cut })
    }
}

/// The absolute paths in the text of `/proc/net/unix` that something can be sent to: sockets that take connections,
/// could yet do so, or take datagrams. In order, each once, at most 10,000.
///
/// The kernel writes a path as it is, line breaks included: a line that does not look like the start of an entry
/// belongs to the path before. A path may be made to look like an entry of its own, so what comes of this is to be
/// looked at before it is used.
pub fn listening(text: &[u8]) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open: Option<Vec<u8>> = None;
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    for line in text.split(|&byte| byte == b'\n') {
        if let Some(entry) = Entry::of(line) {
            found.extend(open.take().as_deref().and_then(whole));
            if found.len() >= SOCKETS {
                return found.into_iter().collect();
            }
            open = entry.reachable().then(|| entry.path.to_vec());
        } else if let Some(path) = &mut open
            && path.len() <= PATH
        {
            path.push(b'\n');
            path.extend_from_slice(line);
        }
    }
    found.extend(open.as_deref().and_then(whole));
    found.into_iter().collect()
}

/// Those that do not lie in something writable. A path with `..` in it counts as outside.
pub fn outside(sockets: Vec<PathBuf>, writable: &[PathBuf]) -> Vec<PathBuf> {
    let is_plain = |path: &Path| path.components().all(|part| part != Component::ParentDir);
    let is_inside = |path: &Path| is_plain(path) && writable.iter().any(|root| path.starts_with(root));
    sockets.into_iter().filter(|path| !is_inside(path)).collect()
}

/// A path from the end of an entry, where it is one of ours: absolute, and no longer than a path can be.
fn whole(path: &[u8]) -> Option<PathBuf> {
    let is_path = path.first() == Some(&b'/') && path.len() <= PATH;
    is_path.then(|| PathBuf::from(OsStr::from_bytes(path)))
}

/// One line: `Num: RefCount Protocol Flags Type St Inode Path`, all but the inode in hexadecimal.
struct Entry<'a> {
    flags: u32,
    kind: u32,
    state: u32,
    path: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The entry that starts with this line, if one does.
    fn of(line: &'a [u8]) -> Option<Self> {
        let mut rest = line;
        let number = word(&mut rest)?.strip_suffix(b":")?;
        hexadecimal(number, 16)?;
        let mut field = || hexadecimal(word(&mut rest)?, 8);
        let (_references, _protocol, flags) = (field()?, field()?, field()?);
        let (kind, state) = (field()?, field()?);
        let inode = word(&mut rest)?;
        let is_number = inode.len() <= 20 && inode.iter().all(u8::is_ascii_digit);
        // One space stands before the path; further ones are the path's.
        is_number.then_some(Self {
            flags,
            kind,
            state,
            path: rest.get(1..).unwrap_or_default(),
        })
    }

    /// Whether something outside can send to it, or soon could. What is connected has its listener's path.
    const fn reachable(&self) -> bool {
        self.flags & LISTENING != 0 || self.kind == DATAGRAM || self.state == UNCONNECTED
    }
}

/// Takes the next word off a line, with the spaces before it.
fn word<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let start = rest.iter().position(|&byte| byte != b' ')?;
    let text = rest.get(start..)?;
    let end = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    let (word, after) = text.split_at_checked(end)?;
    *rest = after;
    Some(word)
}

/// The number that up to so many hexadecimal digits stand for; its upper bits are of no interest.
fn hexadecimal(digits: &[u8], most: usize) -> Option<u32> {
    if digits.is_empty() || digits.len() > most {
        return None;
    }
    digits.iter().try_fold(0_u32, |sum, &digit| {
        let value = char::from(digit).to_digit(16)?;
        Some((sum << 4) | value)
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use super::*;

    const HEAD: &[u8] = b"Num       RefCount Protocol Flags    Type St Inode Path\n";

    fn of(entries: &[&[u8]]) -> Vec<String> {
        let text = [HEAD, &entries.concat()].concat();
        listening(&text)
            .iter()
            .map(|path| path.display().to_string())
            .collect()
    }

    #[test]
    fn what_can_be_reached_is_found() {
        let cases: &[(&str, &[u8], &[&str])] = &[
            (
                "listening",
                b"0000000000000000: 00000002 00000000 00010000 0001 01 9157 /run/a\n",
                &["/run/a"],
            ),
            (
                "with a pointer",
                b"ffff9a3c41e0b400: 00000002 00000000 00010000 0005 01 1 /run/a\n",
                &["/run/a"],
            ),
            (
                "datagrams",
                b"0000000000000000: 00000003 00000000 00000000 0002 01 11 /dev/log\n",
                &["/dev/log"],
            ),
            (
                "bound, not listening yet",
                b"0000000000000000: 00000002 00000000 00000000 0001 01 1 /a\n",
                &["/a"],
            ),
            (
                "connected",
                b"0000000000000000: 00000003 00000000 00000000 0001 03 17 /run/a\n",
                &[],
            ),
            (
                "without a name",
                b"0000000000000000: 00000003 00000000 00010000 0001 01 17\n",
                &[],
            ),
            (
                "abstract",
                b"0000000000000000: 00000002 00000000 00010000 0001 01 17 @/tmp/.X11\n",
                &[],
            ),
            (
                "relative",
                b"0000000000000000: 00000002 00000000 00010000 0001 01 17 ./a.sock\n",
                &[],
            ),
            (
                "spaces",
                b"0000000000000000: 00000002 00000000 00010000 0001 01 17 /a  b \n",
                &["/a  b "],
            ),
            (
                "line break",
                b"0000000000000000: 00000002 00000000 00010000 0001 01 17 /a\nb c\n",
                &["/a\nb c"],
            ),
            (
                "inode in a column",
                b"0: 2 0 00010000 0001 01     7 /a\n",
                &["/a"],
            ),
            ("no last line break", b"0: 2 0 00010000 0001 01 7 /a", &["/a"]),
            ("broken", b"0: 2 0 0001x000 0001 01 7 /a\n", &[]),
            ("only the head", b"", &[]),
        ];
        for (name, entry, expected) in cases {
            assert_eq!(of(&[entry]), *expected, "{name}");
        }
    }

    #[test]
    fn each_path_stands_once_and_a_line_break_does_not_swallow_what_follows() {
        let a = b"0: 2 0 00010000 0001 01 7 /a\n";
        let broken = b"0: 2 0 00010000 0001 01 7 /x\n\n0: 1 2 zz\n";
        assert_eq!(of(&[a, broken, a]), ["/a", "/x\n\n0: 1 2 zz"]);
        let forged = b"0: 2 0 00010000 0001 01 7 /x\n0: 2 0 00010000 0001 01 7 /etc/passwd\n";
        assert_eq!(of(&[forged, a]), ["/a", "/etc/passwd", "/x"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_kept() {
        let text = [
            HEAD,
            b"0: 2 0 00010000 0001 01 7 /a\xff\x01\n0: 2 0 00010000 0001 01 7 /b\n",
        ]
        .concat();
        assert_eq!(
            listening(&text).first().unwrap().as_os_str().as_bytes(),
            b"/a\xff\x01"
        );
    }

    #[test]
    fn what_is_too_long_is_left_out() {
        let longest = format!("/{}", "a".repeat(PATH - 1));
        let entry = |path: &str| format!("0: 2 0 00010000 0001 01 7 {path}\n0: 3 0 0 1 3 7\n");
        assert_eq!(of(&[entry(&longest).as_bytes()]), [longest.as_str()]);
        assert!(of(&[entry(&format!("{longest}a")).as_bytes()]).is_empty());
        let many = format!("0: 2 0 00010000 0001 01 7 /a\n{}", "b\n".repeat(100_000));
        assert!(of(&[many.as_bytes()]).is_empty());
        let sockets: String = (0..SOCKETS + 9)
            .map(|number| entry(&format!("/{number}")))
            .collect();
        assert_eq!(of(&[sockets.as_bytes()]).len(), SOCKETS);
    }

    #[test]
    fn what_lies_in_something_writable_is_inside() {
        let cases = [
            ("/work/a.sock", false),
            ("/work", false),
            ("/work2/a.sock", true),
            ("/work/../etc/a", true),
            ("/run/docker.sock", true),
        ];
        for (path, is_outside) in cases {
            let found = outside(
                vec![PathBuf::from(path)],
                &[PathBuf::from("/work"), PathBuf::from("/tmp")],
            );
            assert_eq!(!found.is_empty(), is_outside, "{path}");
        }
    }

    #[test]
    fn the_kernel_lists_what_is_bound_here() {
        let scratch = tempfile::tempdir().unwrap();
        let root = scratch.path().canonicalize().unwrap();
        let listener = UnixListener::bind(root.join("a b")).unwrap();
        let datagrams = UnixDatagram::bind(root.join("line\nbreak")).unwrap();
        let stale = UnixListener::bind(root.join("stale")).unwrap();
        std::fs::remove_file(root.join("stale")).unwrap();
        std::fs::write(root.join("stale"), "no socket").unwrap();
        let seen = UnixSockets::read(&[]).unwrap();
        let here: Vec<&PathBuf> = seen.paths.iter().filter(|path| path.starts_with(&root)).collect();
        assert_eq!(here, [&root.join("a b"), &root.join("line\nbreak")]);
        assert!(
            UnixSockets::read(std::slice::from_ref(&root))
                .unwrap()
                .paths
                .iter()
                .all(|path| !path.starts_with(&root))
        );
        drop((listener, datagrams, stale));
    }
}
