//! Where a socket may be made, and who can get to it.

use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};

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

#[test]
fn none_is_made_in_a_work_tree() {
    let tree = directory(0o700);
    let below = tree.path().join("below");
    fs::DirBuilder::new().mode(0o700).create(&below).unwrap();
    let made = |workspace| Socket::make_outside(&below.join("socket"), workspace);
    assert!(made(None).is_ok());
    assert!(matches!(
        made(Some(tree.path())),
        Err(SocketError::WorkTree { .. })
    ));
    fs::create_dir(tree.path().join(".git")).unwrap();
    assert!(matches!(made(None), Err(SocketError::WorkTree { .. })));
}

#[test]
fn what_the_gate_relies_on_stays_where_a_command_writes() {
    let work = tempfile::tempdir_in("/var/tmp").unwrap();
    let work = work.path().canonicalize().unwrap();
    let text = |path: &Path| Some(path.to_str().unwrap().to_owned());
    let surroundings = Surroundings {
        cwd: text(&work),
        state: text(&work.join("st/state")),
        ..Surroundings::default()
    };
    let store = work.join("st/state/execpolicy");
    fs::create_dir_all(&store).unwrap();
    let gatekeeper = Gatekeeper::open(&[], Defaults::BuiltIn).unwrap();
    let context = surroundings.context().unwrap();
    let confinement = gatekeeper.confinement(&ConfinementName::new("workspace-write"), &context, &[]);
    let profile = confinement.unwrap().profile;
    assert!(profile.protected.contains(&store), "{:?}", profile.protected);
    assert!(profile.pinned.contains(&store), "{:?}", profile.pinned);
}

/// What of a socket somebody finds: 1 that they can connect, 2 that they see it.
const LOOK: &str = "socket(my $s, AF_UNIX, SOCK_STREAM, 0); \
    exit((connect($s, pack_sockaddr_un($ARGV[0])) ? 1 : 0) + (-S $ARGV[0] ? 2 : 0))";

/// 1 where somebody can give a directory another name.
const MOVE: &str = "exit(rename($ARGV[0], $ARGV[1]) ? 1 : 0)";

fn finds(confinement: &Confinement, path: &Path, place: &Path) -> Status {
    runs(confinement, LOOK, &[path], place)
}

fn runs(confinement: &Confinement, script: &str, paths: &[&Path], place: &Path) -> Status {
    let plan = sandbox::plan(&confinement.profile, &Host::look()).unwrap();
    let words = ["perl", "-MSocket", "-e", script];
    let mut arguments: Vec<OsString> = words.map(Into::into).into();
    arguments.extend(paths.iter().map(Into::into));
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
    let below = work.join("run");
    fs::DirBuilder::new().mode(0o700).create(&below).unwrap();
    for place in [&*work, &*below, elsewhere.path(), run.path()] {
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
        // Nor is its directory moved, to where the socket would be seen.
        if place == below {
            let confinement = resolved(&surroundings, "workspace-write");
            let moved = [place, &work.join("moved")];
            assert_eq!(runs(&confinement, MOVE, &moved, &work), Status::Exited(0));
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
