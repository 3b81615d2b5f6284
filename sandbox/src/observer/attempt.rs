//! What a call that waits is about to try, read from the memory of its thread.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use rustix::fs::Access;

use super::call::{Act, Flags, Follow, Place, Removed, named};
use super::ordinary::{Made, Ordinary};
use super::view::{Lost, Seen, View, base, bytes, text};
use crate::sys::notify::Notification;
use crate::{Operation, Target};

/// One thing that a call tries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Attempt {
    pub(super) operation: Operation,
    pub(super) target: Target,
    /// What it needs on the host. `None`: nothing but a network.
    pub(super) needs: Option<Ordinary>,
}

/// All that the call tries; it fails as a whole if one of it does. Empty where it tries nothing that has a name, or fails
/// for what it says.
pub(super) fn attempts(view: &View, notification: &Notification) -> Result<Vec<Attempt>, Lost> {
    let caller = Caller { view, notification };
    let Some(act) = named(notification.call) else {
        return Ok(Vec::new());
    };
    let tried = match act {
        Act::Open { place, flags } => caller.open(place, flags)?,
        Act::Make { place, mode } => {
            let device = mode.is_some_and(|mode| {
                let kind = caller.low(mode) & libc::S_IFMT;
                kind == libc::S_IFCHR || kind == libc::S_IFBLK
            });
            caller.one(place, false, Operation::Create, Ordinary::Make { device })?
        }
        Act::Link { from, to } => {
            let made = Ordinary::Make { device: false };
            return caller.pair(from, to, |_, to| vec![file(Operation::Link, to, made)]);
        }
        Act::Remove { place, removed } => {
            let directory = match removed {
                Removed::File => false,
                Removed::Directory => true,
                Removed::Told(flags) => caller.low(flags) & libc::AT_REMOVEDIR.cast_unsigned() != 0,
            };
            let taken = Ordinary::Take {
                directory: Some(directory),
                removed: true,
            };
            caller.one(place, false, Operation::Remove, taken)?
        }
        Act::Rename { from, to, flags } => return caller.rename(from, to, flags),
        Act::Truncate { place } => caller.one(place, true, Operation::Write, WRITTEN)?,
        Act::Change { place, follow, right } => {
            let follow = match follow {
                Follow::Always => true,
                Follow::Never => false,
                Follow::Told(flags) => caller.low(flags) & libc::AT_SYMLINK_NOFOLLOW.cast_unsigned() == 0,
            };
            match caller.itself(place)? {
                Some(seen) => Some(file(Operation::Attributes, seen, Ordinary::Change(right))),
                None => caller.one(place, follow, Operation::Attributes, Ordinary::Change(right))?,
            }
        }
        Act::Connect => caller.connect()?,
        Act::Bind => match caller.address()? {
            Some(address) => caller.socket(address, Operation::Create, Ordinary::Make { device: false })?,
            None => None,
        },
    };
    Ok(tried.into_iter().collect())
}

/// Opening what is there for writing.
const WRITTEN: Ordinary = Ordinary::Open {
    wanted: Access::WRITE_OK,
    made: Made::Never,
};

/// Opened for writing all day, by everybody, and harmless in every profile.
const NOTHING: &str = "/dev/null";

/// A thread that waits for its call.
struct Caller<'a> {
    view: &'a View,
    notification: &'a Notification,
}

/// Where a socket is told to go.
enum Address {
    Unix(Vec<u8>),
    Host(SocketAddr),
}

impl Caller<'_> {
    fn open(&self, place: Place, flags: Flags) -> Result<Option<Attempt>, Lost> {
        let flags = match flags {
            Flags::Argument(position) => self.low(position),
            Flags::Creat => (libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC).cast_unsigned(),
            Flags::Pointed(position) => match self.open_how(position)? {
                Some(flags) => flags,
                None => return Ok(None),
            },
        };
        let has = |flag: i32| flags & flag.cast_unsigned() == flag.cast_unsigned();
        if has(libc::O_PATH) {
            return Ok(None);
        }
        let access = flags & libc::O_ACCMODE.cast_unsigned();
        let changes = access != libc::O_RDONLY.cast_unsigned() || has(libc::O_TRUNC);
        if has(libc::O_TMPFILE) {
            return self.one(place, true, Operation::Write, Ordinary::Inside);
        }
        let create = has(libc::O_CREAT);
        let exclusive = has(libc::O_EXCL);
        let follow = !(has(libc::O_NOFOLLOW) || create && exclusive);
        let path = self.path(place)?.filter(|path| path.as_os_str() != NOTHING);
        let Some(seen) = self.leads(path, place, follow)? else {
            return Ok(None);
        };
        let operation = match (seen.there, create, changes) {
            (false, true, _) => Operation::Create,
            (_, _, true) => Operation::Write,
            (_, _, false) => Operation::Read,
        };
        let mut wanted = Access::EXISTS;
        wanted.set(Access::READ_OK, access != libc::O_WRONLY.cast_unsigned());
        wanted.set(Access::WRITE_OK, changes);
        let made = match (create, exclusive) {
            (false, _) => Made::Never,
            (true, false) => Made::Missing,
            (true, true) => Made::Always,
        };
        Ok(Some(file(operation, seen, Ordinary::Open { wanted, made })))
    }

    /// The flags of a `struct open_how`, unless it names another root.
    fn open_how(&self, position: usize) -> Result<Option<u32>, Lost> {
        let mut how = [0; 24];
        let thread = self.notification.thread;
        let Some(24) = bytes(thread, self.argument(position), &mut how)? else {
            return Ok(None);
        };
        let [f0, f1, f2, f3, _, _, _, _, _, _, _, _, _, _, _, _, resolve, ..] = how;
        let in_root = rustix::fs::ResolveFlags::IN_ROOT.bits();
        Ok((u64::from(resolve) & in_root == 0).then(|| u32::from_ne_bytes([f0, f1, f2, f3])))
    }

    fn rename(&self, from: Place, to: Place, flags: Option<usize>) -> Result<Vec<Attempt>, Lost> {
        let flags = flags.map_or(0, |position| self.low(position));
        let taken = Ordinary::Take {
            directory: None,
            removed: false,
        };
        let put = if flags & libc::RENAME_EXCHANGE == 0 {
            Ordinary::Put {
                replace: flags & libc::RENAME_NOREPLACE == 0,
            }
        } else {
            taken
        };
        self.pair(from, to, |from, to| {
            vec![
                file(Operation::Rename, from, taken),
                file(Operation::Rename, to, put),
            ]
        })
    }

    /// What two paths are tried on, if the first one is there.
    fn pair(
        &self,
        from: Place,
        to: Place,
        tried: impl FnOnce(Seen, Seen) -> Vec<Attempt>,
    ) -> Result<Vec<Attempt>, Lost> {
        let (Some(from), Some(to)) = (self.seen(from, false)?, self.seen(to, false)?) else {
            return Ok(Vec::new());
        };
        let there = from.there || rustix::fs::lstat(&from.path).is_ok();
        Ok(if there { tried(from, to) } else { Vec::new() })
    }

    fn one(
        &self,
        place: Place,
        follow: bool,
        operation: Operation,
        needs: Ordinary,
    ) -> Result<Option<Attempt>, Lost> {
        Ok(self.seen(place, follow)?.map(|seen| file(operation, seen, needs)))
    }

    /// Where the path of a place leads.
    fn seen(&self, place: Place, follow: bool) -> Result<Option<Seen>, Lost> {
        self.leads(self.path(place)?, place, follow)
    }

    fn leads(&self, path: Option<PathBuf>, place: Place, follow: bool) -> Result<Option<Seen>, Lost> {
        match path {
            Some(path) if path.as_os_str().is_empty() => Ok(None),
            Some(path) if path.is_absolute() => Ok(self.view.resolve(&path, follow)),
            Some(path) => {
                let base = self.base(place.base)?;
                Ok(base.and_then(|base| self.view.resolve(&base.join(path), follow)))
            }
            None => Ok(None),
        }
    }

    /// The descriptor of a place itself, which no path, or an empty one, means to calls that change attributes.
    fn itself(&self, place: Place) -> Result<Option<Seen>, Lost> {
        let none = |path: Option<PathBuf>| path.is_some_and(|path| path.as_os_str().is_empty());
        let own = place.base.is_some() && (self.argument(place.path) == 0 || none(self.path(place)?));
        if !own {
            return Ok(None);
        }
        let base = self.base(place.base)?;
        Ok(base.map(|path| Seen { path, there: true }))
    }

    /// The path of a place as it is written.
    fn path(&self, place: Place) -> Result<Option<PathBuf>, Lost> {
        let path = text(self.notification.thread, self.argument(place.path))?;
        Ok(path.map(|path| PathBuf::from(OsString::from_vec(path))))
    }

    fn base(&self, descriptor: Option<usize>) -> Result<Option<PathBuf>, Lost> {
        let descriptor = descriptor.map(|position| self.argument(position));
        base(self.notification.thread, descriptor)
    }

    fn connect(&self) -> Result<Option<Attempt>, Lost> {
        Ok(match self.address()? {
            // Asks which way a packet would take.
            Some(Address::Host(address)) if address.port() == 0 => None,
            Some(Address::Host(address)) => Some(Attempt {
                operation: Operation::Connect,
                target: Target::Host(address),
                needs: None,
            }),
            Some(unix) => self.socket(unix, Operation::Connect, Ordinary::Connect)?,
            None => None,
        })
    }

    /// What is tried on the file of a unix socket. One in the abstract has none.
    fn socket(
        &self,
        address: Address,
        operation: Operation,
        needs: Ordinary,
    ) -> Result<Option<Attempt>, Lost> {
        let Address::Unix(path) = address else {
            return Ok(None);
        };
        let path = PathBuf::from(OsString::from_vec(path));
        let path = match self.base(None)? {
            Some(base) => base.join(path),
            None if path.is_absolute() => path,
            None => return Ok(None),
        };
        let seen = self.view.resolve(&path, operation == Operation::Connect);
        Ok(seen.map(|seen| file(operation, seen, needs)))
    }

    /// The address of a `connect` or `bind`.
    fn address(&self) -> Result<Option<Address>, Lost> {
        let mut room = [0; size_of::<libc::sockaddr_un>()];
        let length = usize::try_from(self.low(2)).unwrap_or(0).min(room.len());
        let into = room.get_mut(..length).unwrap_or_default();
        let read = bytes(self.notification.thread, self.argument(1), into)?.unwrap_or(0);
        Ok(address(room.get(..read).unwrap_or_default()))
    }

    fn argument(&self, position: usize) -> u64 {
        self.notification.arguments.get(position).copied().unwrap_or(0)
    }

    /// The half of an argument that the kernel takes for an `int`.
    fn low(&self, position: usize) -> u32 {
        u32::try_from(self.argument(position) & u64::from(u32::MAX)).unwrap_or(0)
    }
}

fn file(operation: Operation, seen: Seen, needs: Ordinary) -> Attempt {
    Attempt {
        operation,
        target: Target::File(seen.path),
        needs: Some(needs),
    }
}

/// Reads a `struct sockaddr`. An address of nobody is one's own, as the kernel has it.
fn address(bytes: &[u8]) -> Option<Address> {
    let (family, rest) = bytes.split_first_chunk()?;
    match i32::from(u16::from_ne_bytes(*family)) {
        libc::AF_UNIX => {
            let path: Vec<u8> = rest.iter().copied().take_while(|byte| *byte != 0).collect();
            (!path.is_empty()).then_some(Address::Unix(path))
        }
        libc::AF_INET => {
            let (port, rest) = rest.split_first_chunk()?;
            let (address, _) = rest.split_first_chunk::<4>()?;
            Some(host(Ipv4Addr::from(*address).into(), *port))
        }
        libc::AF_INET6 => {
            let (port, rest) = rest.split_first_chunk()?;
            let (_flow, rest) = rest.split_first_chunk::<4>()?;
            let (address, _) = rest.split_first_chunk::<16>()?;
            Some(host(Ipv6Addr::from(*address).to_canonical(), *port))
        }
        _ => None,
    }
}

fn host(address: IpAddr, port: [u8; 2]) -> Address {
    let address = match address {
        IpAddr::V4(_) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => address,
    };
    Address::Host(SocketAddr::new(address, u16::from_be_bytes(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_by_its_family() {
        let family = |family: i32| u16::try_from(family).unwrap().to_ne_bytes().to_vec();
        let read = |family: Vec<u8>, rest: &[u8]| match address(&[family, rest.to_vec()].concat())? {
            Address::Unix(path) => Some(String::from_utf8(path).unwrap()),
            Address::Host(address) => Some(address.to_string()),
        };
        let v6 = [&[0, 80, 0, 0, 0, 0], Ipv6Addr::LOCALHOST.octets().as_slice()].concat();
        let mapped = Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped().octets();
        let mapped = [&[0, 80, 0, 0, 0, 0], mapped.as_slice()].concat();
        let cases: [(&str, i32, &[u8], Option<&str>); 9] = [
            ("a path", libc::AF_UNIX, b"/run/s\0rest", Some("/run/s")),
            ("a path without an end", libc::AF_UNIX, b"/run/s", Some("/run/s")),
            ("in the abstract", libc::AF_UNIX, b"\0name", None),
            (
                "IPv4",
                libc::AF_INET,
                &[1, 187, 192, 0, 2, 1, 0],
                Some("192.0.2.1:443"),
            ),
            (
                "of nobody",
                libc::AF_INET,
                &[0, 80, 0, 0, 0, 0],
                Some("127.0.0.1:80"),
            ),
            ("cut off", libc::AF_INET, &[0, 80, 0, 0], None),
            ("IPv6", libc::AF_INET6, &v6, Some("[::1]:80")),
            ("IPv4 as IPv6", libc::AF_INET6, &mapped, Some("192.0.2.1:80")),
            ("another family", libc::AF_NETLINK, &[0; 10], None),
        ];
        for (name, of, rest, expected) in cases {
            assert_eq!(read(family(of), rest).as_deref(), expected, "{name}");
        }
        assert!(address(&[1]).is_none());
    }
}
