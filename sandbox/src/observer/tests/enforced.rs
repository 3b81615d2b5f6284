//! Commands that the kernel really keeps from what is told.

use landlock::{
    ABI, Access, AccessFs, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
};

use super::*;
use crate::sys::observed::before_exec;

/// What Landlock kept of it, if it could.
fn confined(scene: &Scene, script: &str) -> Option<Vec<String>> {
    let version = ABI::V3;
    let below = |path: &Path, access| PathBeneath::new(PathFd::new(path).unwrap(), access);
    let rules = Ruleset::default()
        .handle_access(AccessFs::from_all(version))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.add_rule(below(Path::new("/"), AccessFs::from_read(version))))
        .and_then(|rules| rules.add_rule(below(Path::new("/dev"), AccessFs::from_file(version))))
        .and_then(|rules| rules.add_rule(below(&scene.path("ws"), AccessFs::from_all(version))))
        .unwrap();
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    let mut rules = Some(rules);
    before_exec(&mut command, move || {
        let rules = rules.take().ok_or(Errno::INVAL)?;
        let status = rules.restrict_self().map_err(|_| Errno::NOSYS)?;
        let enforced = status.ruleset == RulesetStatus::FullyEnforced;
        Ok(enforced.then_some(()).ok_or(Errno::NOSYS)?)
    });
    command.current_dir(scene.path("ws")).stderr(Stdio::null());
    match run_observed(&mut command, Watch::Writes.program()) {
        Ok((mut child, listener)) => {
            let observer = Observer::start(listener, scene.rules()).unwrap();
            child.wait().unwrap();
            Some(scene.told(&observer.finish()))
        }
        Err(error) if error.raw_os_error() == Some(Errno::NOSYS.raw_os_error()) => {
            skipped("no Landlock that keeps all of it");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn what_is_told_did_not_happen_and_the_rest_did() {
    let scene = Scene::new();
    let script = "echo > file; echo > ../out/file; echo > ../out/new; rm -f ../out/other; mkdir ../out/d; echo > ../out/new; echo done > end";
    let Some(told) = confined(&scene, script) else {
        return;
    };
    assert_eq!(
        told,
        [
            "write out/file",
            "create out/new",
            "remove out/other",
            "create out/d"
        ]
    );
    let text = |path: &str| std::fs::read_to_string(scene.path(path)).unwrap();
    assert_eq!(text("ws/file"), "\n");
    assert_eq!(text("ws/end"), "done\n");
    assert_eq!(text("out/file"), "text\n");
    assert_eq!(text("out/other"), "text\n");
    assert!(!scene.path("out/new").exists() && !scene.path("out/d").exists());
}
