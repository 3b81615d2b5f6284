//! What the shipped knowledge leaves out of the options that programs on this machine say they have.
//!
//! A test by itself, and a part of the figures.

use execpolicy::Knowledge;
use support::manuals::{Asked, ask};

/// Entries, and where their programs say what options they have.
const PROGRAMS: &[(&str, Asked)] = &[
    ("ls", Asked::Help(&["ls", "--help"])),
    ("cat", Asked::Help(&["cat", "--help"])),
    ("head", Asked::Help(&["head", "--help"])),
    ("sort", Asked::Help(&["sort", "--help"])),
    ("uniq", Asked::Help(&["uniq", "--help"])),
    ("grep", Asked::Help(&["grep", "--help"])),
    ("rg", Asked::Help(&["rg", "--help"])),
    ("find", Asked::Words(&["find", "--help"])),
    ("sed", Asked::Help(&["sed", "--help"])),
    ("gawk", Asked::Manual("gawk")),
    ("tar", Asked::Help(&["tar", "--help"])),
    ("env", Asked::Help(&["env", "--help"])),
    ("sudo", Asked::Help(&["sudo", "--help"])),
    ("xargs", Asked::Help(&["xargs", "--help"])),
    ("timeout", Asked::Help(&["timeout", "--help"])),
    ("nice", Asked::Help(&["nice", "--help"])),
    ("stdbuf", Asked::Help(&["stdbuf", "--help"])),
    ("setsid", Asked::Help(&["setsid", "--help"])),
    ("ionice", Asked::Help(&["ionice", "--help"])),
    ("watch", Asked::Help(&["watch", "--help"])),
    ("flock", Asked::Help(&["flock", "--help"])),
    ("python3", Asked::Help(&["python3", "--help"])),
    ("pip", Asked::Help(&["pip", "--help"])),
    ("pip list", Asked::Help(&["pip", "list", "--help"])),
    ("pip show", Asked::Help(&["pip", "show", "--help"])),
    ("pip freeze", Asked::Help(&["pip", "freeze", "--help"])),
    ("pip install", Asked::Help(&["pip", "install", "--help"])),
    ("node", Asked::Help(&["node", "--help"])),
    ("perl", Asked::Help(&["perl", "-h"])),
    ("make", Asked::Help(&["make", "--help"])),
    ("cargo", Asked::Help(&["cargo", "--help"])),
    ("cargo build", Asked::Help(&["cargo", "build", "--help"])),
    ("cargo check", Asked::Help(&["cargo", "check", "--help"])),
    ("cargo test", Asked::Help(&["cargo", "test", "--help"])),
    ("cargo run", Asked::Help(&["cargo", "run", "--help"])),
    ("cargo doc", Asked::Help(&["cargo", "doc", "--help"])),
    ("curl", Asked::Help(&["curl", "--help", "all"])),
    ("ssh", Asked::Manual("ssh")),
    ("rm", Asked::Help(&["rm", "--help"])),
    ("cp", Asked::Help(&["cp", "--help"])),
    ("mv", Asked::Help(&["mv", "--help"])),
    ("ln", Asked::Help(&["ln", "--help"])),
    ("mkdir", Asked::Help(&["mkdir", "--help"])),
    ("touch", Asked::Help(&["touch", "--help"])),
    ("tee", Asked::Help(&["tee", "--help"])),
    ("msgattrib", Asked::Help(&["msgattrib", "--help"])),
    ("msgunfmt", Asked::Help(&["msgunfmt", "--help"])),
    ("pgbench", Asked::Help(&["pgbench", "--help"])),
    ("dd", Asked::Keys(&["dd", "--help"])),
    ("jq", Asked::Help(&["jq", "--help"])),
    ("b2sum", Asked::Help(&["b2sum", "--help"])),
    ("base32", Asked::Help(&["base32", "--help"])),
    ("basenc", Asked::Help(&["basenc", "--help"])),
    ("cksum", Asked::Help(&["cksum", "--help"])),
    ("sum", Asked::Help(&["sum", "--help"])),
    ("fmt", Asked::Help(&["fmt", "--help"])),
    ("ptx", Asked::Help(&["ptx", "--help"])),
    ("join", Asked::Help(&["join", "--help"])),
    ("shuf", Asked::Help(&["shuf", "--help"])),
    ("mktemp", Asked::Help(&["mktemp", "--help"])),
    ("install", Asked::Help(&["install", "--help"])),
    ("truncate", Asked::Help(&["truncate", "--help"])),
    ("shred", Asked::Help(&["shred", "--help"])),
    ("split", Asked::Help(&["split", "--help"])),
    ("csplit", Asked::Help(&["csplit", "--help"])),
    ("chmod", Asked::Help(&["chmod", "--help"])),
    ("chown", Asked::Help(&["chown", "--help"])),
    ("column", Asked::Help(&["column", "--help"])),
    ("hexdump", Asked::Help(&["hexdump", "--help"])),
    ("iconv", Asked::Help(&["iconv", "--help"])),
    ("patch", Asked::Help(&["patch", "--help"])),
    ("sdiff", Asked::Help(&["sdiff", "--help"])),
    ("diff3", Asked::Help(&["diff3", "--help"])),
    ("zcat", Asked::Help(&["zcat", "--help"])),
    ("bc", Asked::Help(&["bc", "--help"])),
    ("pgrep", Asked::Help(&["pgrep", "--help"])),
    ("free", Asked::Help(&["free", "--help"])),
    ("vmstat", Asked::Help(&["vmstat", "--help"])),
    ("w", Asked::Help(&["w", "--help"])),
    ("pmap", Asked::Help(&["pmap", "--help"])),
    ("pstree", Asked::Help(&["pstree", "--help"])),
    ("who", Asked::Help(&["who", "--help"])),
    ("last", Asked::Help(&["last", "--help"])),
    ("ipcs", Asked::Help(&["ipcs", "--help"])),
    ("lsns", Asked::Help(&["lsns", "--help"])),
    ("dmesg", Asked::Help(&["dmesg", "--help"])),
    ("lscpu", Asked::Help(&["lscpu", "--help"])),
    ("lsmem", Asked::Help(&["lsmem", "--help"])),
    ("findmnt", Asked::Help(&["findmnt", "--help"])),
    ("lsblk", Asked::Help(&["lsblk", "--help"])),
    ("locale", Asked::Help(&["locale", "--help"])),
    ("lsb_release", Asked::Help(&["lsb_release", "--help"])),
    ("ss", Asked::Help(&["ss", "--help"])),
    ("netstat", Asked::Help(&["netstat", "--help"])),
    ("systemctl", Asked::Help(&["systemctl", "--help"])),
    ("journalctl", Asked::Help(&["journalctl", "--help"])),
    ("scp", Asked::Manual("scp")),
    ("wget", Asked::Help(&["wget", "--help"])),
    ("unshare", Asked::Help(&["unshare", "--help"])),
    ("setpriv", Asked::Help(&["setpriv", "--help"])),
    ("strace", Asked::Help(&["strace", "--help"])),
    ("script", Asked::Help(&["script", "--help"])),
    ("prlimit", Asked::Help(&["prlimit", "--help"])),
    ("nsenter", Asked::Help(&["nsenter", "--help"])),
    ("taskset", Asked::Help(&["taskset", "--help"])),
    ("logger", Asked::Help(&["logger", "--help"])),
    ("git add", Asked::Help(&["git", "add", "-h"])),
    ("git commit", Asked::Help(&["git", "commit", "-h"])),
    ("git push", Asked::Help(&["git", "push", "-h"])),
    ("git fetch", Asked::Help(&["git", "fetch", "-h"])),
    ("git pull", Asked::Help(&["git", "pull", "-h"])),
    ("git clone", Asked::Help(&["git", "clone", "-h"])),
    ("git checkout", Asked::Help(&["git", "checkout", "-h"])),
    ("git switch", Asked::Help(&["git", "switch", "-h"])),
    ("git restore", Asked::Help(&["git", "restore", "-h"])),
    ("git reset", Asked::Help(&["git", "reset", "-h"])),
    ("git clean", Asked::Help(&["git", "clean", "-h"])),
    ("git merge", Asked::Help(&["git", "merge", "-h"])),
    ("git rebase", Asked::Help(&["git", "rebase", "-h"])),
    ("git cherry-pick", Asked::Help(&["git", "cherry-pick", "-h"])),
    ("git revert", Asked::Help(&["git", "revert", "-h"])),
    ("git rm", Asked::Help(&["git", "rm", "-h"])),
    ("git mv", Asked::Help(&["git", "mv", "-h"])),
    ("git apply", Asked::Help(&["git", "apply", "-h"])),
    ("git am", Asked::Help(&["git", "am", "-h"])),
    ("git status", Asked::Manual("git-status")),
    ("git log", Asked::Manual("git-log")),
    ("git show", Asked::Manual("git-show")),
    ("git diff", Asked::Manual("git-diff")),
    ("git branch", Asked::Manual("git-branch")),
    ("git grep", Asked::Manual("git-grep")),
    ("git blame", Asked::Manual("git-blame")),
    ("git check-ignore", Asked::Help(&["git", "check-ignore", "-h"])),
    ("git cherry", Asked::Help(&["git", "cherry", "-h"])),
    ("git format-patch", Asked::Help(&["git", "format-patch", "-h"])),
    ("git range-diff", Asked::Help(&["git", "range-diff", "-h"])),
    ("git worktree add", Asked::Help(&["git", "worktree", "add", "-h"])),
    ("docker", Asked::Help(&["docker", "--help"])),
    ("docker ps", Asked::Help(&["docker", "ps", "--help"])),
    ("docker images", Asked::Help(&["docker", "images", "--help"])),
    ("docker logs", Asked::Help(&["docker", "logs", "--help"])),
    ("docker run", Asked::Help(&["docker", "run", "--help"])),
    ("docker exec", Asked::Help(&["docker", "exec", "--help"])),
    ("docker build", Asked::Help(&["docker", "build", "--help"])),
    ("psql", Asked::Help(&["psql", "--help"])),
    ("pg_dump", Asked::Help(&["pg_dump", "--help"])),
    ("pg_restore", Asked::Help(&["pg_restore", "--help"])),
    ("dpkg-buildflags", Asked::Help(&["dpkg-buildflags", "--help"])),
    ("dpkg-divert", Asked::Help(&["dpkg-divert", "--help"])),
    ("dpkg-vendor", Asked::Help(&["dpkg-vendor", "--help"])),
    ("fc-cache", Asked::Help(&["fc-cache", "--help"])),
    ("pg_config", Asked::Help(&["pg_config", "--help"])),
    ("dpkg", Asked::Help(&["dpkg", "--help"])),
    ("dpkg-query", Asked::Help(&["dpkg-query", "--help"])),
    ("dpkg-deb", Asked::Help(&["dpkg-deb", "--help"])),
    ("nm", Asked::Help(&["nm", "--help"])),
    ("objdump", Asked::Help(&["objdump", "--help"])),
    ("readelf", Asked::Help(&["readelf", "--help"])),
    ("size", Asked::Help(&["size", "--help"])),
    ("strings", Asked::Help(&["strings", "--help"])),
    ("addr2line", Asked::Help(&["addr2line", "--help"])),
    ("ar", Asked::Help(&["ar", "--help"])),
    ("strip", Asked::Help(&["strip", "--help"])),
    ("rustc", Asked::Help(&["rustc", "--help"])),
    ("cargo add", Asked::Help(&["cargo", "add", "--help"])),
    ("cargo clean", Asked::Help(&["cargo", "clean", "--help"])),
    ("cargo install", Asked::Help(&["cargo", "install", "--help"])),
    ("cargo remove", Asked::Help(&["cargo", "remove", "--help"])),
    ("cargo update", Asked::Help(&["cargo", "update", "--help"])),
    (
        "cargo nextest run",
        Asked::Help(&["cargo", "nextest", "run", "--help"]),
    ),
    ("rustfmt", Asked::Help(&["rustfmt", "--help"])),
];

/// What one entry leaves out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct LeftOut {
    /// The entry.
    pub(crate) name: &'static str,
    /// The options that the program says it has and the entry does not describe.
    pub(crate) options: Vec<String>,
    /// How many options the program says it has.
    pub(crate) all: usize,
    /// Whether the entry claims to describe all options of this very version, and does not.
    pub(crate) is_broken_promise: bool,
}

/// What every entry leaves out. A program that is not on this machine is skipped, one of another version than the
/// one described is counted and breaks no promise.
pub(crate) fn left_out(knowledge: &Knowledge) -> Vec<LeftOut> {
    let found = PROGRAMS.iter().filter_map(|(name, asked)| {
        let answer = ask(name, *asked)?;
        let entry = knowledge.entry(name);
        let is_left_out = |option: &&String| {
            // `-OO` is `-O` twice.
            let once: String = option.chars().take(2).collect();
            let is_repeated =
                !option.starts_with("--") && option.chars().skip(2).all(|next| once.ends_with(next));
            let named = if is_repeated { &once } else { option };
            entry.is_none_or(|entry| !entry.describes(named))
        };
        let options: Vec<String> = answer.options.iter().filter(is_left_out).cloned().collect();
        let is_claimed = entry.is_none_or(|entry| {
            let is_this_version = answer
                .version
                .is_some_and(|version| entry.source().contains(&version));
            entry.is_complete() && is_this_version
        });
        Some(LeftOut {
            name,
            is_broken_promise: is_claimed && !options.is_empty(),
            options,
            all: answer.options.len(),
        })
    });
    found.collect()
}

#[test]
fn every_option_of_a_complete_entry_is_described() {
    use support::repository;

    let compiled = repository::file("policies/compiled.jsonl").expect("the knowledge is readable");
    let knowledge = Knowledge::compiled(compiled.text.leak());
    let mut broken = Vec::new();
    for found in left_out(&knowledge) {
        let (left, all) = (found.options.len(), found.all);
        println!(
            "{}: {left} of {all} options are not described: {:?}",
            found.name, found.options
        );
        if found.is_broken_promise {
            broken.push(found);
        }
    }
    assert_eq!(broken, Vec::new());
}

#[test]
fn options_are_found_at_the_beginning_of_lines() {
    use std::collections::BTreeSet;
    use support::manuals::options;

    let text = "Usage: x [OPTION]\n  -a, --all[=WHEN]   says -b\n      --long=X\n  -C DIR, --dir=DIR\n     -4      Four\ntext -x\n";
    let expected = ["--all", "--dir", "--long", "-4", "-C", "-a"].map(str::to_owned);
    assert_eq!(options(text, Asked::Help(&[])), BTreeSet::from(expected));
    assert_eq!(
        options(
            "      -amin N -anewer FILE -cmin N\n      -exec COMMAND ;\n",
            Asked::Words(&[])
        ),
        BTreeSet::from(["-amin", "-anewer", "-cmin", "-exec"].map(str::to_owned))
    );
    assert_eq!(
        options("  if=FILE   read\n  a b=c\n", Asked::Keys(&[])),
        BTreeSet::from(["-if".to_owned()])
    );
}
