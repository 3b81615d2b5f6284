//! Many runs at once that lay and remove the same placeholders, some of them killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::few::{lay, names, workspace};

/// Says to a process of its own where to work, and its seed.
const PLACE: &str = "SANDBOX_TEST_PLACE";
const SEED: &str = "SANDBOX_TEST_SEED";

/// The seed of one that lays `a` and holds it until it is killed.
const HOLD: &str = "hold";

/// What a run protects: each time others of these.
const PROTECTED: [&str; 4] = [".git/hooks", ".git/config", ".settings", "sub/.settings/a/b"];

/// Where their placeholders stand.
const PLACES: [&str; 3] = [".git", ".settings", "sub/.settings"];

/// Lays one in a process of its own, and kills that while it holds it.
pub(crate) fn killed(root: &Path) {
    let mut child = process(root, HOLD);
    let begun = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(begun.map_while(Result::ok).any(|line| line.contains("begun")));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(names(root), ["a"]);
    assert_eq!(fs::metadata(root.join("a")).unwrap().mode() & 0o7777, 0o755);
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Lays, looks whether what is held stays, and removes, again and again.
fn work(root: &Path, seed: u64, rounds: u32) {
    let mut numbers = Numbers(seed);
    for round in 0..rounds {
        let wanted: Vec<&str> = PROTECTED
            .iter()
            .copied()
            .filter(|_| numbers.below(2) == 0)
            .collect();
        let held = lay(root, &wanted);
        let inode = |path: &Path| fs::symlink_metadata(path).map(|about| about.ino()).ok();
        let first: Vec<Option<u64>> = held.entries().iter().map(|one| inode(one.path())).collect();
        for name in &wanted {
            assert!(
                held.entries()
                    .iter()
                    .any(|one| root.join(name).starts_with(one.path())),
                "seed {seed} round {round}: {name} is not held: {:?}",
                held.spared()
            );
        }
        for _ in 0..=numbers.below(4) {
            std::thread::sleep(Duration::from_micros(numbers.below(500)));
            let now: Vec<Option<u64>> = held.entries().iter().map(|one| inode(one.path())).collect();
            assert!(
                now == first && !now.contains(&None),
                "seed {seed} round {round}: {first:?} {now:?}"
            );
        }
        drop(held);
    }
}

fn ground() -> (tempfile::TempDir, PathBuf) {
    let (scratch, root) = workspace();
    fs::create_dir(root.join("sub")).unwrap();
    (scratch, root)
}

fn process(root: &Path, seed: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "many::one_of_many", "--nocapture"])
        .env(PLACE, root)
        .env(SEED, seed)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// Runs again in processes of their own.
#[test]
fn one_of_many() {
    let Some(root) = std::env::var_os(PLACE).map(PathBuf::from) else {
        return;
    };
    let seed = std::env::var_os(SEED).unwrap().into_string().unwrap();
    if seed == HOLD {
        // What the user wants for new files must not keep other users' runs from holding it.
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
        let _held = lay(&root, &["a"]);
        println!("begun");
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    println!("begun");
    work(&root, seed.parse().unwrap(), 60);
}

#[test]
fn many_threads_never_lose_one_and_leave_nothing() {
    let (_scratch, root) = ground();
    std::thread::scope(|scope| {
        for seed in 0..50 {
            let root = &root;
            scope.spawn(move || work(root, seed, 40));
        }
    });
    assert_eq!(
        (names(&root), names(&root.join("sub"))),
        (vec!["sub".to_owned()], Vec::new())
    );
}

#[test]
fn many_processes_some_of_them_killed_leave_nothing_for_the_next() {
    let (_scratch, root) = ground();
    let mut children: Vec<(u64, Child)> = (0..50)
        .map(|seed| (seed, process(&root, &seed.to_string())))
        .collect();
    for (seed, child) in &mut children {
        if *seed % 3 == 0 {
            let begun = BufReader::new(child.stdout.as_mut().unwrap()).lines();
            assert!(begun.map_while(Result::ok).any(|line| line.contains("begun")));
            std::thread::sleep(Duration::from_millis(*seed % 7));
            child.kill().unwrap();
        }
    }
    for (seed, child) in children {
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success() || seed % 3 == 0,
            "seed {seed}: {}",
            output.status
        );
    }
    // What the killed ones left is only what they held, or were about to make.
    for name in names(&root) {
        let known =
            name == "sub" || name.starts_with(".execpolicy-placeholder-") || PLACES.contains(&name.as_str());
        assert!(known, "{name}");
    }
    drop(lay(
        &root,
        &[
            ".git/hooks",
            ".settings",
            ".another",
            "sub/.settings/a",
            "sub/.another",
        ],
    ));
    assert_eq!(
        (names(&root), names(&root.join("sub"))),
        (vec!["sub".to_owned()], Vec::new())
    );
}
