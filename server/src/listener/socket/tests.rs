//! Where a socket may be made, and who can get to it.

use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};

use gatekeeper::confinement::Confinement;
use gatekeeper::sandbox::{self, Command, Host, Status, Stream, Tier};
use gatekeeper::{ConfinementName, Defaults, Gatekeeper, Surroundings};
use tempfile::TempDir;

use super::*;

fn directory(mode: u32) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), fs::Permissions::from_mode(mode)).unwrap();
    directory
}

#[test]
fn it_is_the_users_alone_and_goes_at_the_end() {
    let directory = directory(0o755);
    let path = directory.path().join("socket");
    let socket = Socket::make(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    assert!(UnixStream::connect(&path).is_ok());
    drop(socket);
    assert!(!path.exists());
}

#[test]
fn one_that_nobody_serves_on_is_replaced_and_nothing_else_is() {
    let directory = directory(0o700);
    let stale = directory.path().join("stale");
    drop(UnixListener::bind(&stale).unwrap());
    assert!(Socket::make(&stale).is_ok());

    let live = directory.path().join("live");
    let first = Socket::make(&live).unwrap();
    assert!(matches!(Socket::make(&live), Err(SocketError::Taken { .. })));
    assert!(UnixStream::connect(&live).is_ok());
    drop(first);

    let file = directory.path().join("file");
    fs::write(&file, "mine").unwrap();
    let link = directory.path().join("link");
    symlink(&stale, &link).unwrap();
    for other in [&file, &link] {
        assert!(matches!(Socket::make(other), Err(SocketError::Exists { .. })));
    }
    assert_eq!(fs::read(&file).unwrap(), b"mine");
}

#[test]
fn another_ones_socket_is_not_taken_away() {
    let directory = directory(0o700);
    let path = directory.path().join("socket");
    let first = Socket::make(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let second = Socket::make(&path).unwrap();
    drop(first);
    assert!(path.exists());
    drop(second);
    assert!(!path.exists());
}

#[test]
fn a_directory_that_others_may_write_is_refused() {
    for mode in [0o770, 0o702, 0o1777] {
        let directory = directory(mode);
        let made = Socket::make(&directory.path().join("socket"));
        assert!(matches!(made, Err(SocketError::Directory { .. })), "{mode:o}");
    }
    let root = Path::new("/");
    assert!(matches!(Socket::make(root), Err(SocketError::Place { .. })));
}

/// What of a socket somebody finds: 1 that they can connect, 2 that they see it.
const LOOK: &str = "socket(my $s, AF_UNIX, SOCK_STREAM, 0); \
    exit((connect($s, pack_sockaddr_un($ARGV[0])) ? 1 : 0) + (-S $ARGV[0] ? 2 : 0))";

fn finds(confinement: &Confinement, path: &Path, place: &Path) -> Status {
    let plan = sandbox::plan(&confinement.profile, &Host::look()).unwrap();
    let words = ["perl", "-MSocket", "-e", LOOK];
    let mut arguments: Vec<OsString> = words.map(Into::into).into();
    arguments.push(path.into());
    let running = plan.launch(Command {
        program: "/usr/bin/perl".into(),
        arguments,
        directory: place.to_owned(),
        input: Stream::Null,
        output: Stream::Null,
        errors: Stream::Inherit,
    });
    running.unwrap().wait().status
}

#[test]
fn a_confined_command_has_no_way_to_the_socket() {
    if Host::look().tier() != Tier::Full || !Path::new("/usr/bin/perl").exists() {
        let why = b"skipped: this host does not reach tier full, or has no perl\n";
        io::stderr().write_all(why).unwrap();
        return;
    }
    // Not in `/tmp`, of which a command has one of its own.
    let work = tempfile::tempdir_in("/var/tmp").unwrap();
    let work = work.path().canonicalize().unwrap();
    let elsewhere = directory(0o700);
    let run = tempfile::tempdir_in("/var/tmp").unwrap();
    for place in [&*work, elsewhere.path(), run.path()] {
        let path = place.join("socket");
        let socket = Socket::make(&path).unwrap();
        let mut surroundings = Surroundings {
            cwd: Some(work.to_str().unwrap().to_owned()),
            ..Surroundings::default()
        };
        let gatekeeper = Gatekeeper::open(&[], Defaults::BuiltIn).unwrap();
        let resolved = |surroundings: &Surroundings, profile: &str| {
            let context = surroundings.context().unwrap();
            gatekeeper
                .confinement(&ConfinementName::new(profile), &context, &[])
                .unwrap()
        };
        surroundings.store.push(socket.path().to_owned());
        for profile in ["read-only", "workspace-write", "workspace-commit"] {
            let mut confinement = resolved(&surroundings, profile);
            assert!(confinement.profile.hidden.contains(&PathBuf::from(socket.path())));
            assert_eq!(finds(&confinement, &path, &work), Status::Exited(0), "{profile}");
            // Whoever has the host's network has no way to it, either.
            confinement.profile.network = sandbox::Network::Full;
            assert_eq!(finds(&confinement, &path, &work), Status::Exited(0), "{profile}");
        }
        // And whoever is not confined has.
        let outside = std::process::Command::new("/usr/bin/perl")
            .args(["-MSocket", "-e", LOOK])
            .arg(&path)
            .status();
        assert_eq!(outside.unwrap().code(), Some(3));
        // What is judged may not write it.
        let context = surroundings.context().unwrap();
        let text = format!("echo x > {}", path.display());
        let judged = gatekeeper.judge(
            gatekeeper::Command::of_text(&text, gatekeeper::Dialect::Bash),
            &context,
        );
        assert_eq!(judged.verdict().decision(), gatekeeper::Decision::Forbidden);
    }
}
