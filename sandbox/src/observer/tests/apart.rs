//! Processes that see other users, processes and files than the observer does.

use super::*;

/// Runs what follows with its own users, processes and mounts, as root of them.
const APART: [&str; 7] = [
    "--kill-child",
    "--user",
    "--map-root-user",
    "--pid",
    "--fork",
    "--mount",
    "--mount-proc",
];

/// Whether the host lets a user have that.
fn apart() -> bool {
    let mut command = Command::new("unshare");
    let status = command.args(APART).arg("true").stderr(Stdio::null()).status();
    let lets = status.is_ok_and(|status| status.success());
    if !lets {
        skipped("`unshare` makes no namespaces here");
    }
    lets
}

#[test]
fn a_process_in_its_own_namespaces_is_read() {
    if !apart() {
        return;
    }
    let scene = Scene::new();
    let script = "echo > ../out/file; cd ../out; echo > other; sh -c 'echo > new'";
    let mut command = Command::new("unshare");
    let observed = scene.run(Watch::Writes, command.args(APART).args(["sh", "-c", script]));
    assert_eq!(observed.lost, 0);
    assert_eq!(
        scene.told(&observed),
        ["write out/file", "write out/other", "create out/new"]
    );
    assert!(observed.violations.iter().all(|found| found.process.name == "sh"));
}

#[test]
fn what_a_mount_covers_is_still_named_as_the_host_has_it() {
    if !apart() {
        return;
    }
    let scene = Scene::new();
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs -o mode=000 none hidden && mount -t tmpfs none ../out && ln -s ../ws/hidden ../out/l && echo && sleep 60";
    let mut child = command
        .args(APART)
        .args(["sh", "-c", script])
        .current_dir(scene.path("ws"))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = [0];
    let read = io::Read::read(child.stdout.as_mut().unwrap(), &mut ready).unwrap();
    assert_eq!(read, 1, "the script fails");
    let children = format!("/proc/{0}/task/{0}/children", child.id());
    let thread = std::fs::read_to_string(children).unwrap().trim().parse().unwrap();
    let view = View::of(thread).unwrap();
    let cases = [
        ("below what is covered", "ws/hidden/key", "ws/hidden/key", false),
        ("covered", "ws/hidden", "ws/hidden", true),
        ("by a link that only it sees", "out/l/key", "ws/hidden/key", false),
        ("what it does not see", "out/file", "out/file", false),
        ("not covered", "ws/file", "ws/file", true),
    ];
    for (name, path, leads, there) in cases {
        let seen = view.resolve(&scene.path(path), true).unwrap();
        assert_eq!((seen.path, seen.there), (scene.path(leads), there), "{name}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
