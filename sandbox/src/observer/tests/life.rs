//! Observers of processes that are many, killed, or let nobody look at them.

use super::*;

#[test]
#[ignore = "a role that other tests have played"]
fn unreadable() {
    let Some(folder) = playing() else { return };
    rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable).unwrap();
    write(folder.join("out/file"), "").unwrap();
}

#[test]
fn memory_that_nobody_may_read_is_lost() {
    if geteuid().is_root() {
        return skipped("root reads the memory of every process");
    }
    let scene = Scene::new();
    let observed = scene.run(Watch::Writes, &mut role("life::unreadable", &scene.path("")));
    assert_eq!(observed.violations, []);
    assert!(observed.lost >= 1, "{observed:?}");
    assert_eq!(std::fs::read(scene.path("out/file")).unwrap(), b"");
}

/// Threads of the storm, and opens of each.
const THREADS: usize = 8;
const OPENS: usize = 1250;

#[test]
#[ignore = "a role that other tests have played"]
fn a_storm() {
    let Some(folder) = playing() else { return };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let out = folder.join("out");
            scope.spawn(move || {
                for open in 0..OPENS {
                    write(out.join(format!("{thread}-{open}")), "").unwrap();
                }
            });
        }
    });
}

#[test]
fn a_storm_is_answered_and_what_is_kept_is_bounded() {
    let scene = Scene::new();
    let observed = scene.run(Watch::Writes, &mut role("life::a_storm", &scene.path("")));
    let opens = u64::try_from(THREADS * OPENS).unwrap();
    assert_eq!(observed.violations.len(), Observed::MOST);
    let kept = u64::try_from(Observed::MOST).unwrap();
    assert_eq!(observed.further, opens - kept);
    assert!(observed.seen >= opens && observed.lost == 0, "{}", observed.seen);
    assert_eq!(
        std::fs::read_dir(scene.path("out")).unwrap().count() - 2,
        THREADS * OPENS
    );
}

#[test]
fn who_is_killed_while_it_waits_leaves_nothing() {
    let scene = Scene::new();
    let mut command = Command::new("/bin/sh");
    let (mut child, listener) = scene.start(Watch::Writes, command.args(["-c", "echo > ../out/file"]));
    // Nobody answers yet, so that it waits now or soon.
    let mut waits = [PollFd::new(&listener, PollFlags::IN)];
    poll(&mut waits, None).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let observer = Observer::start(listener, scene.rules()).unwrap();
    observer.ends_by_itself();
    assert_eq!(observer.finish(), Observed::default());
}

#[test]
fn who_is_killed_while_it_is_looked_at_is_not_believed() {
    let scene = Scene::new();
    let mut command = Command::new("/bin/sh");
    let (mut child, listener) = scene.start(Watch::Writes, command.args(["-c", "echo > ../out/file"]));
    let mut watcher = Watcher {
        listener: Listener::new(listener).unwrap(),
        rules: scene.rules(),
        view: None,
        known: HashSet::new(),
        observed: Observed::default(),
    };
    let notification = watcher.listener.receive().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    watcher.answer(&notification);
    assert!(!watcher.listener.waits(notification.id));
    assert_eq!(watcher.observed.violations, []);
}

#[test]
fn a_call_that_nobody_waits_for_any_more_keeps_nobody_waiting() {
    let scene = Scene::new();
    let mut command = Command::new("/bin/sh");
    // The second one lives on in the filter.
    let (mut child, listener) = scene.start(
        Watch::Writes,
        command.args(["-c", "sleep 20 & exec > ../out/file"]),
    );
    let mut waits = [PollFd::new(&listener, PollFlags::IN)];
    poll(&mut waits, None).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let mut listener = Listener::new(listener).unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(listener.receive().map(|_| ())));
    assert_eq!(
        ended.recv_timeout(Duration::from_secs(10)).unwrap(),
        Err(Errno::NOENT)
    );
}

#[test]
fn stopping_does_not_wait_for_who_lives_on() {
    let scene = Scene::new();
    let mut command = Command::new("/bin/sh");
    let (mut child, listener) = scene.start(Watch::Writes, command.args(["-c", "sleep 60"]));
    let observer = Observer::start(listener, scene.rules()).unwrap();
    assert_eq!(observer.finish().violations, []);
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_second_listener_is_refused() {
    let mut command = Command::new("/bin/true");
    under_listener(&mut command, Watch::Writes.program());
    let error = run_observed(&mut command, Watch::Writes.program()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(Errno::BUSY.raw_os_error()));
}
