//! What is wished for, thing by thing, in the one spelling of each.

use std::path::{Path, PathBuf};

use gatekeeper::Wish;
use gatekeeper::sandbox::proxy::{Host, HostError};

use super::desk::Desk;
use crate::protocol::{ErrorCode, ErrorObject, FileSystemPermissions, NetworkPermissions, Permissions};
use crate::thread::Thing;

/// Things of one wish.
const MOST: usize = 64;

/// Bytes of a tool's name.
const NAME: usize = 256;

/// What is wished for: things, and why others are none.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    pub(super) things: Vec<Thing>,
    /// A line each.
    pub(super) refused: Vec<String>,
}

impl Wishes {
    /// Those of a client. Paths are followed to where they lead, so that what is judged is what is given.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidParams`] where there are none, or too many.
    pub(super) fn of(permissions: &Permissions, cwd: &Path) -> Result<Self, ErrorObject> {
        let files = permissions.file_system.as_ref();
        let lists = files.map(|files| [(&files.read, false), (&files.write, true)]);
        let paths = lists.into_iter().flatten();
        let paths: Vec<(&PathBuf, bool)> = paths
            .flat_map(|(list, writes)| list.iter().map(move |path| (path, writes)))
            .collect();
        let network = permissions.network.as_ref();
        let hosts = network
            .map(|network| network.hosts.as_slice())
            .unwrap_or_default();
        let tools = permissions.tools.as_slice();
        let wrong = |why: String| ErrorObject::new(ErrorCode::InvalidParams, why);
        match [paths.len(), hosts.len(), tools.len()].iter().sum() {
            0_usize => return Err(wrong("nothing is asked for".to_owned())),
            1..=MOST => {}
            _ => return Err(wrong(format!("at most {MOST} things are asked for at once"))),
        }
        let mut wishes = Self::default();
        for (path, writes) in paths {
            wishes.add(real(path, cwd).map(if writes { Thing::Write } else { Thing::Read }));
        }
        for host in hosts {
            let named = host_of(host).map_err(|error| format!("`{}`: {error}", host.escape_debug()));
            wishes.add(named.map(|host| Thing::Host(host.to_string(), None)));
        }
        for tool in tools {
            let is_name = (1..=NAME).contains(&tool.len())
                && tool.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
            let named = is_name.then(|| Thing::Tool(tool.clone()));
            wishes.add(named.ok_or_else(|| {
                format!("a tool has a name of at most {NAME} letters of ASCII that can be printed")
            }));
        }
        Ok(wishes)
    }

    fn add(&mut self, thing: Result<Thing, String>) {
        match thing {
            Ok(thing) if self.things.contains(&thing) => {}
            Ok(thing) => self.things.push(thing),
            Err(why) => self.refused.push(why),
        }
    }
}

/// What policy says of a thing.
pub(super) fn judge(thing: &Thing, desk: &Desk) -> Wish {
    let variables = &desk.server.options.variables;
    match thing {
        Thing::Read(path) => desk.policy().path_wish(path, false, &desk.context, variables),
        Thing::Write(path) => desk.policy().path_wish(path, true, &desk.context, variables),
        Thing::Host(host, _) => match Host::parse(host) {
            Ok(host) => desk.policy().host_wish(&host, None),
            Err(error) => Wish::Refused(error.to_string()),
        },
        Thing::Tool(name) => Wish::Open(format!("to use the tool `{name}`")),
    }
}

/// Things as they are told.
pub(super) fn told(things: &[Thing]) -> Permissions {
    let mut files = FileSystemPermissions::default();
    let mut hosts = Vec::new();
    let mut tools = Vec::new();
    for thing in things {
        match thing {
            Thing::Read(path) => files.read.push(path.clone()),
            Thing::Write(path) => files.write.push(path.clone()),
            Thing::Host(host, _) => hosts.push(host.clone()),
            Thing::Tool(name) => tools.push(name.clone()),
        }
    }
    Permissions {
        file_system: (files != FileSystemPermissions::default()).then_some(files),
        network: (!hosts.is_empty()).then_some(NetworkPermissions { hosts }),
        tools,
    }
}

/// A host in its one spelling: an address of IPv6 may stand in brackets, a port may not be said.
pub(super) fn host_of(text: &str) -> Result<Host, HostError> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match bracketed {
        Some(address) if address.contains(':') => Host::parse(address),
        Some(_) => Err(HostError::Brackets),
        None => Host::parse(text),
    }
}

/// Where a path really leads.
fn real(path: &Path, cwd: &Path) -> Result<PathBuf, String> {
    let path = cwd.join(path);
    let shown = path.to_string_lossy();
    let shown = shown.escape_debug();
    std::fs::canonicalize(&path).map_err(|error| {
        format!("`{shown}` cannot be found ({error}); ask for the directory that is to hold it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_spelling_or_none() {
        for (text, host) in [
            ("API.Example.org.", Some("api.example.org")),
            ("[::1]", Some("::1")),
            ("[::ffff:10.0.0.1]", Some("10.0.0.1")),
            ("::FFFF:10.0.0.1", Some("10.0.0.1")),
            ("xn--bcher-kva.example", Some("xn--bcher-kva.example")),
            ("bücher.example", None),
            ("[example.org]", None),
            ("[10.0.0.1]", None),
            ("example.org:443", None),
            ("[::1]:443", None),
            ("2130706433", None),
            ("0x7f.1", None),
            ("https://example.org", None),
            ("user@example.org", None),
            ("*.example.org", None),
            ("", None),
        ] {
            let parsed = host_of(text).map(|host| host.to_string()).ok();
            assert_eq!(parsed.as_deref(), host, "{text}");
        }
    }

    #[test]
    fn wishes_are_bounded_and_in_one_spelling() {
        let root = tempfile::tempdir().unwrap();
        let cwd = std::fs::canonicalize(root.path()).unwrap();
        std::fs::create_dir(cwd.join("a")).unwrap();
        std::os::unix::fs::symlink("a", cwd.join("link")).unwrap();
        let wish = |read: &[&str], hosts: &[&str], tools: &[&str]| {
            let permissions = Permissions {
                file_system: Some(FileSystemPermissions {
                    read: read.iter().map(Into::into).collect(),
                    write: Vec::new(),
                }),
                network: Some(NetworkPermissions {
                    hosts: hosts.iter().map(ToString::to_string).collect(),
                }),
                tools: tools.iter().map(ToString::to_string).collect(),
            };
            Wishes::of(&permissions, &cwd)
        };
        let wishes = wish(
            &["link", "a/../a", "/no/such"],
            &["A.example", "a.example."],
            &["t", "\u{1b}[2J", ""],
        );
        let wishes = wishes.unwrap();
        let wanted = [
            Thing::Read(cwd.join("a")),
            Thing::Host("a.example".to_owned(), None),
            Thing::Tool("t".to_owned()),
        ];
        assert_eq!(wishes.things, wanted);
        assert_eq!(wishes.refused.len(), 3, "{:?}", wishes.refused);
        assert!(wish(&[], &[], &[]).is_err());
        let many: Vec<String> = (0..=MOST).map(|number| format!("t{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(wish(&[], &[], &many).is_err());
        assert!(wish(&[], &[], &many[1..]).is_ok());
        assert!(wish(&[&"x/".repeat(5000)], &[], &[]).unwrap().things.is_empty());
    }
}
