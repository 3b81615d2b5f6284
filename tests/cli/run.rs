//! `run`: what is allowed runs confined, what asks is asked, and what is refused never begins.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use gatekeeper::sandbox::{Host, Tier};
use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};

use crate::executable::write_executable;
use crate::project::{CommandOutput, Project, finish};

/// `tool` does what its last word says, in bash.
const TOOL: &str = "#!/bin/bash\neval \"${!#}\"\n";

pub(crate) const TEAM: &str = r#"prefix_rule(pattern = ["tool"])
prefix_rule(pattern = ["tool", "ask"], decision = "prompt", justification = "ask us first")
prefix_rule(pattern = ["tool", "never"], decision = "forbidden", justification = "never here")
"#;

/// A project with the tool beside it.
pub(crate) fn project() -> Project {
    let project = Project::to_run_in().with("team.codexpolicy", TEAM);
    let bin = project.root().join("bin");
    fs::create_dir(&bin).unwrap();
    write_executable(&bin.join("tool"), TOOL);
    project
}

pub(crate) fn path(project: &Project) -> String {
    format!("{}/bin:/usr/bin:/bin", project.root().display())
}

fn command(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(&[&["run", "-r", "team.codexpolicy"], arguments].concat());
    command.env("PATH", path(project));
    command
}

fn run(project: &Project, arguments: &[&str]) -> CommandOutput {
    finish(command(project, arguments), b"", project.root())
}

/// Whether this host confines; says so where it does not.
pub(crate) fn confines() -> bool {
    let confines = Host::look().tier() == Tier::Full;
    if !confines {
        eprintln!("skipped: this host does not reach tier full");
    }
    confines
}

#[test]
fn the_status_is_that_of_the_command_or_says_why_it_did_not_run() {
    let project = project();
    for (name, arguments, status) in [
        ("success", &["--", "tool", "exit 0"][..], 0),
        ("its own", &["--", "tool", "exit 7"], 7),
        ("a text's", &["--shell", "true && (exit 9)"], 9),
        ("a signal", &["--", "tool", "kill -TERM $$"], 143),
        (
            "not found, so nobody is asked",
            &["--", "no-such-program-here"],
            127,
        ),
        ("allowed and not found", &["-r", "missing", "--", "missing"], 127),
        ("forbidden", &["--", "tool", "never", "touch ran"], 126),
        ("nobody to ask", &["--", "tool", "ask", "touch ran"], 126),
        (
            "nobody may be asked",
            &["--approval", "never", "--", "tool", "ask", "touch ran"],
            126,
        ),
        (
            "a broken policy",
            &["-r", "absent", "--", "tool", "touch ran"],
            125,
        ),
        ("nothing to run", &[], 2),
        (
            "two things to run",
            &["--shell", "touch ran", "--", "tool", "touch ran"],
            2,
        ),
        ("no directory", &["--cwd", "absent", "--", "tool", "touch ran"], 2),
    ] {
        fs::write(
            project.work().join("missing"),
            "prefix_rule(pattern = [\"missing\"])\n",
        )
        .unwrap();
        let arguments = [&["--confinement", "none"], arguments].concat();
        let output = run(&project, &arguments);
        assert_eq!(output.status, status, "{name}: {output}");
        assert!(!project.work().join("ran").exists(), "{name}");
    }
    let unknown = run(
        &project,
        &["--confinement", "elsewhere", "--", "tool", "touch ran"],
    );
    assert_eq!(unknown.status, 125, "{unknown}");
}

#[test]
fn without_a_terminal_a_prompt_is_refused_at_once_with_what_to_do() {
    let project = project();
    assert_snapshot!(run(&project, &["--shell", "echo x && tool ask 'touch ran'"]), @r#"
    -- stderr
    warning[EP3002]: prompt: `tool ask 'touch ran'`: ask us first (matched by a rule of layer `command line`)
     --> command:1:11
      |
    1 | echo x && tool ask 'touch ran'
      |           ^^^^^^^^ prompt
      |
     ::: team.codexpolicy:2:1
      |
    2 | prefix_rule(pattern = ["tool", "ask"], decision = "prompt", justification = "ask us first")
      | ------------------------------------------------------------------------------------------- this rule asks
      |
      = help: a person must say yes to it
      = help: without it, the rest of the command is allowed

    error[EP3004]: refused: it needs a person's yes, and there is no terminal to ask at
     |
     = note: nothing was run
     = help: run something that is allowed instead, or have a person run it at a terminal
    -- status 126
    "#);
    let concise = ["--format", "concise", "--confinement", "none"];
    assert_snapshot!(run(&project, &[&concise[..], &["--", "mkdir", "ran"]].concat()), @r#"
    -- stderr
    command:1:7: EP3002 prompt: `mkdir ran`: writes to `ran` -> a person must say yes to it, or a rule of a policy file allow it
    EP3004 refused: it needs a person's yes, and there is no terminal to ask at (nothing was run) -> run something that is allowed instead, or have a person run it at a terminal; this rule of a policy file would allow it: prefix_rule(pattern = ["mkdir"], decision = "allow")
    -- status 126
    "#);
    assert!(!project.work().join("ran").exists());
}

#[test]
fn what_is_forbidden_says_by_which_rule() {
    assert_snapshot!(run(&project(), &["--", "tool", "never", "x"]), @r#"
    -- stderr
    error[EP3001]: forbidden: `tool never x`: never here (matched by a rule of layer `command line`)
     --> command:1:1
      |
    1 | tool never x
      | ^^^^^^^^^^ forbidden
      |
     ::: team.codexpolicy:3:1
      |
    3 | prefix_rule(pattern = ["tool", "never"], decision = "forbidden", justification = "never here")
      | ---------------------------------------------------------------------------------------------- this rule forbids it
      |
      = help: no approval lifts this: leave these words out, or have the rule changed
    -- status 126
    "#);
}

#[test]
fn what_leans_on_a_confinement_runs_in_it() {
    if !confines() {
        return;
    }
    let project = project();
    let script = "#!/bin/sh\necho x > inside\necho x > ../outside\necho x > .git/config\ntrue\n";
    write_executable(&project.work().join("build.sh"), script);
    let output = run(&project, &["--report", "report.json", "--", "./build.sh"]);
    assert_eq!(output.status, 0, "{output}");
    assert!(project.work().join("inside").exists());
    assert!(!project.root().join("outside").exists());
    assert!(!project.work().join(".git/config").exists());
    let report = fs::read_to_string(project.work().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["enforcement"]["tier"], "full");
    assert_eq!(report["outcome"]["exitCode"], 0);
    assert_eq!(report["changes"]["added"].as_array().map(Vec::len), Some(1));
    assert_eq!(report["violations"].as_array().map(Vec::len), Some(2));

    let alone = run(&project, &["--confinement", "none", "--", "./build.sh"]);
    assert_eq!(alone.status, 126, "it does not lean on nothing: {alone}");
}

#[test]
fn what_would_change_a_shells_meaning_does_not_reach_it() {
    let project = project().with("startup", "touch started; echo started\n");
    for confinement in ["none", "workspace-write"] {
        if confinement != "none" && !confines() {
            continue;
        }
        let arguments = ["--confinement", confinement, "--shell", "echo hello; pwd; cd -"];
        let mut command = command(&project, &arguments);
        command
            .env("BASH_ENV", project.work().join("startup"))
            .env("ENV", project.work().join("startup"))
            .env("BASH_FUNC_echo%%", "() { printf 'not echo\\n'; }")
            .env("SHELLOPTS", "xtrace")
            .env("PS4", "$(touch started)")
            .env("IFS", "l")
            .env("OLDPWD", "/")
            .env("PWD", "/elsewhere");
        let output = finish(command, b"", project.root());
        assert!(output.stdout.starts_with("hello\n$TEST/work\n"), "{output}");
        assert!(!output.stdout.contains("started") && !project.work().join("started").exists());
    }
    let dash = run(
        &project,
        &["--confinement", "none", "--shell", "-r team.codexpolicy"],
    );
    assert_eq!(dash.status, 126, "a text is no option: {dash}");
}

#[test]
fn nothing_waits_on_a_closed_stdin_or_a_reader_who_left() {
    let project = project();
    for (name, script, wanted) in [
        ("a prompt", "\"$0\" run -- rm -rf x <&-; echo $?", "126"),
        (
            "an allow",
            "\"$0\" run --confinement none -- cat <&-; echo $?",
            "0",
        ),
        (
            "a reader who left",
            "\"$0\" run --confinement none --shell 'yes' | head -n 1; echo ${PIPESTATUS[0]}",
            "141",
        ),
        (
            "no stdout",
            "\"$0\" run --confinement none -- true >&-; echo $?",
            "0",
        ),
    ] {
        let mut command = project.command_by(&["timeout", "60", "bash", "-c", script], &[]);
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(text.lines().last(), Some(wanted), "{name}: {text}");
    }
}

#[test]
fn output_is_streamed_whole() {
    let output = run(
        &project(),
        &[
            "--confinement",
            "none",
            "--",
            "tool",
            "head -c 100000 /dev/zero; echo to stderr >&2",
        ],
    );
    assert_eq!((output.stdout.len(), output.status), (100_000, 0));
    assert_eq!(output.stderr, "to stderr\n");
}

#[test]
fn a_signal_reaches_the_command() {
    let project = project();
    let arguments = ["--confinement", "none", "--", "tool", "echo ready; exec sleep 60"];
    let mut child = command(&project, &arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn a_report_is_not_written_through_a_link() {
    let project = project();
    fs::write(project.root().join("precious"), "kept").unwrap();
    symlink("../precious", project.work().join("report.json")).unwrap();
    let arguments = [
        "--report",
        "report.json",
        "--confinement",
        "none",
        "--",
        "tool",
        "touch ran",
    ];
    let output = run(&project, &arguments);
    assert_eq!(output.status, 125, "{output}");
    assert_eq!(
        fs::read_to_string(project.root().join("precious")).unwrap(),
        "kept"
    );
    assert!(!project.work().join("ran").exists());
}

#[test]
fn explain_shows_the_steps_that_a_dry_run_shows() {
    if !confines() {
        return;
    }
    let project = project();
    let steps = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        command.env("PATH", path(&project));
        let output = finish(command, b"", project.root());
        let lines: Vec<String> = output
            .stdout
            .lines()
            .skip_while(|line| *line != "Steps")
            .take_while(|line| !line.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        assert!(lines.iter().any(|line| line == "  execute"), "{output}");
        lines
    };
    let shared = ["-r", "team.codexpolicy", "--confinement", "workspace-write"];
    let explained = steps(
        &[
            &["explain", "--format", "human"],
            &shared[..],
            &["--", "tool", "exit 0"],
        ]
        .concat(),
    );
    let shown = steps(&[&["run", "--dry-run"], &shared[..], &["--", "tool", "exit 0"]].concat());
    assert_eq!(explained, shown);
}

#[test]
fn a_dry_run_shows_and_runs_nothing() {
    if !confines() {
        return;
    }
    let project = project();
    for (arguments, status, shown) in [
        (&["--", "tool", "touch ran"][..], 0, "make / read-only"),
        (
            &["--", "tool", "ask", "touch ran"],
            10,
            "Confinement: workspace-write",
        ),
        (&["--", "tool", "never", "touch ran"], 20, "never here"),
        (
            &["--confinement", "none", "--", "tool", "touch ran"],
            0,
            "Confinement: none",
        ),
    ] {
        let output = run(&project, &[&["--dry-run"], arguments].concat());
        assert_eq!(output.status, status, "{output}");
        assert!(output.stdout.contains(shown), "{shown}: {output}");
        assert!(!project.work().join("ran").exists());
    }
}

#[test]
fn nobody_who_is_judged_puts_another_program_in_the_place_of_the_gate() {
    let project = Project::to_run_in();
    let own = project.work().join("tools");
    fs::create_dir(&own).unwrap();
    let own = own.join("gate");
    write_executable(&own, fs::read(env!("CARGO_BIN_EXE_execpolicy")).unwrap());
    let by_own = |arguments: &[&str]| {
        let mut command = Command::new(&own);
        command
            .args(arguments)
            .current_dir(project.work())
            .env_clear()
            .env("HOME", project.root().join("home"))
            .env("PATH", "/usr/bin:/bin");
        finish(command, b"", project.root())
    };
    let replace = "cp /bin/true tools/gate";
    assert_eq!(by_own(&["check", "--no-layers", "--shell", replace]).status, 20);
    if confines() {
        for script in [
            "echo x > tools/gate",
            "rm -f tools/gate",
            "cp /bin/true tools/x && mv tools/x tools/gate",
            "chmod 0 tools/gate",
            "mv tools elsewhere",
        ] {
            let output = by_own(&["sandbox", "--no-layers", "--", "sh", "-c", script]);
            assert_ne!(output.status, 0, "{script}: {output}");
        }
    }
    assert_eq!(by_own(&["--version"]).status, 0);
}
