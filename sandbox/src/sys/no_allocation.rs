//! An allocator for tests that aborts a forked child which allocates before its exec.
#![expect(unsafe_code, reason = "an allocator is unsafe by its trait")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether this process is a child between fork and exec.
static IS_CHILD: AtomicBool = AtomicBool::new(false);

/// From here on this process may not allocate.
pub(super) fn forbid() {
    IS_CHILD.store(true, Ordering::Relaxed);
}

struct Watched;

#[global_allocator]
static WATCHED: Watched = Watched;

fn check() {
    if IS_CHILD.load(Ordering::Relaxed) {
        std::process::abort();
    }
}

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        check();
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        check();
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) };
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::{Command, Host, Limits, Namespaces, Network, Profile, Status, Stream, Tier, plan};

    /// Every step that there is, in both tiers, as who runs the tests.
    #[test]
    fn nothing_is_allocated_between_fork_and_exec() {
        let directory = tempfile::tempdir_in("/var/tmp").unwrap();
        let work = directory.path().to_owned();
        std::fs::create_dir(work.join("kept")).unwrap();
        std::fs::write(work.join("hidden"), "").unwrap();
        let full = Host::look();
        let poor = Host {
            namespaces: Namespaces::Absent {
                why: "for the test".to_owned(),
            },
            ..full.clone()
        };
        for host in [full, poor] {
            if host.tier() == Tier::None {
                eprintln!("skipped: this host confines nothing");
                continue;
            }
            let network = match host.tier() {
                Tier::Full => Network::Loopback,
                Tier::Landlock | Tier::None => Network::None,
            };
            let profile = Profile {
                writable: vec![work.clone()],
                protected: vec![work.join("kept")],
                hidden: vec![work.join("hidden"), PathBuf::from("/etc/hostname")],
                limits: Limits {
                    processes: Some(1000),
                    open_files: Some(100),
                    wall_seconds: Some(20),
                    ..Limits::default()
                },
                network,
                accepted: Tier::Landlock,
                ..Profile::default()
            };
            let running = plan(&profile, &host)
                .unwrap()
                .launch(Command {
                    program: PathBuf::from("/bin/sh"),
                    arguments: ["sh", "-c", "true & (true & true) & exit 3"]
                        .map(Into::into)
                        .to_vec(),
                    directory: work.clone(),
                    input: Stream::Null,
                    output: Stream::Null,
                    errors: Stream::Null,
                })
                .unwrap();
            running.signal(libc::SIGCONT);
            // The waiting process would have aborted too, and would not have told a status.
            assert_eq!(running.wait().status, Status::Exited(3), "{}", host.tier());
        }
    }
}
