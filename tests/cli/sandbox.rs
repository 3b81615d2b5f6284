//! `sandbox`: what is kept of a profile's paths.

use std::fs;

use crate::project::{Project, finish};
use crate::run::confines;

const KEEPING: &str =
    r#"sandbox_profile("keeping", writable = ["$WORKSPACE/**"], protected = ["~/work/kept"])"#;

#[test]
fn what_is_protected_stays_so_however_the_home_directory_is_written() {
    if !confines() {
        return;
    }
    let project = Project::to_run_in().with("keeping.codexpolicy", KEEPING);
    fs::write(project.work().join("kept"), "").unwrap();
    let profile = ["sandbox", "-r", "keeping.codexpolicy", "--profile", "keeping"];
    for home in ["", "//./", "/work/.."] {
        let mut command = project.command(&[&profile[..], &["--dry-run", "--", "true"]].concat());
        command.env("HOME", format!("{}{home}", project.root().display()));
        let output = finish(command, b"", project.root());
        assert!(
            output.stdout.contains("protect $TEST/work/kept\n"),
            "{home}: {output}"
        );
    }
}
