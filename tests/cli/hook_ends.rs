//! `hook` where the process has little to live on: a limit, a closed stream, a signal.

use std::process::Stdio;

use gatekeeper::hook::Agent;

use crate::answer_ends::until;
use crate::hook::blocks;
use crate::project::{CommandOutput, Project, finish};
use crate::signals::catches;

/// The last signal of Linux: handlers are set in the order of the numbers, so all are there once this one is caught.
const LAST: u32 = 64;

/// The hook as a shell starts it, after these words of it and with these redirections.
fn begun(project: &Project, agent: Agent, before: &str, redirects: &str, command: &str) -> CommandOutput {
    let script = format!("{before} exec \"$@\" {redirects}");
    let command_line = project.command_by(&["/bin/bash", "-c", &script, "-"], &["hook", agent.name()]);
    let input = agent.event_of(command, project.work().to_str().unwrap());
    finish(command_line, input.as_bytes(), project.root())
}

/// Whether exit status 2 is all that is left to say.
fn is_stopped(agent: Agent, output: &CommandOutput) -> bool {
    output.status == 2 && !output.stderr.trim().is_empty() || blocks(agent, output)
}

#[test]
fn a_limit_on_files_is_a_log_that_cannot_be_written() {
    let project = Project::new();
    for agent in Agent::ALL {
        let output = begun(&project, agent, "ulimit -f 0;", "", "git status");
        assert!(blocks(agent, &output), "{}: {output:?}", agent.name());
        let told = format!("{}{}", output.stdout, output.stderr);
        assert!(told.contains("cannot be logged"), "{told}");
    }
}

#[test]
fn a_command_dies_of_the_limit_on_files_as_ever() {
    let project = Project::to_run_in().with("a.codexpolicy", "prefix_rule(pattern = [\"grep\"])\n");
    let output = project.run(&[
        "run",
        "-r",
        "a.codexpolicy",
        "--confinement",
        "none",
        "--shell",
        "grep SigIgn /proc/self/status",
    ]);
    let ignored = output.stdout.trim().trim_start_matches("SigIgn:").trim();
    let ignored = u64::from_str_radix(ignored, 16).unwrap_or_else(|_| panic!("{output}"));
    // SIGXFSZ is 25, and the first signal is the lowest bit.
    assert_eq!(ignored >> 24 & 1, 0, "{output}");
}

#[test]
fn too_little_memory_is_no_death() {
    let project = Project::new();
    let version = |kilobytes: usize| {
        let script = format!("ulimit -v {kilobytes}; exec \"$@\"");
        let command = project.command_by(&["/bin/bash", "-c", &script, "-"], &["--version"]);
        finish(command, b"", project.root()).status
    };
    let least = (8_000..400_000)
        .step_by(2_000)
        .find(|kilobytes| version(*kilobytes) == 0);
    let least = least.unwrap();
    for more in (0..60_000).step_by(3_000) {
        for agent in [Agent::ClaudeCode, Agent::Cline] {
            let before = format!("ulimit -v {};", least + more);
            let output = begun(&project, agent, &before, "", "git status");
            let is_answer = output.status == 0
                && (output.stdout.contains(r#""permissionDecision":"allow""#)
                    || output.stdout == "{\"cancel\":false}\n");
            let name = agent.name();
            assert!(is_answer || blocks(agent, &output), "{more}: {name}: {output:?}");
        }
    }
}

#[test]
fn an_answer_that_nobody_can_hear_blocks_by_its_status() {
    let project = Project::new();
    for (name, redirects) in [
        ("closed", ">&-"),
        ("nowhere", ">/dev/null"),
        ("full", ">/dev/full"),
        ("read-only", "1</dev/zero"),
        ("a pipe without a reader", "> >(exec <&-; sleep 0.2)"),
    ] {
        for agent in Agent::ALL {
            let before = if name.starts_with('a') { "sleep 0.1;" } else { "" };
            let output = begun(&project, agent, before, redirects, "execpolicy trust");
            assert!(is_stopped(agent, &output), "{name}: {}: {output:?}", agent.name());
        }
    }
    // What says nothing loses nothing.
    let silent = begun(&project, Agent::Codex, "", ">&-", "git status");
    assert_eq!((silent.status, silent.stderr.as_str()), (0, ""));
}

#[test]
fn an_answer_that_nobody_takes_does_not_wait_for_ever() {
    let project = Project::new();
    // A pipe that is full, and stays so.
    let full = "head -c 65536 /dev/zero > pipe & sleep 0.3;";
    let before = format!("mkfifo pipe; exec 3<> pipe; {full}");
    let output = begun(&project, Agent::ClaudeCode, &before, ">&3", "execpolicy trust");
    assert_eq!(output.status, 2, "{output:?}");
    assert!(output.stderr.contains("nobody reads the answer"), "{output:?}");
}

#[test]
fn without_an_event_nothing_is_let_through() {
    let project = Project::new();
    for redirects in ["<&-", "</", "</dev/null"] {
        for agent in Agent::ALL {
            let output = begun(&project, agent, "", redirects, "git status");
            assert!(
                blocks(agent, &output),
                "{redirects}: {}: {output:?}",
                agent.name()
            );
        }
    }
}

#[test]
fn a_signal_is_that_agents_deny() {
    let project = Project::new();
    for signal in [
        "TERM", "ABRT", "HUP", "XCPU", "ALRM", "SEGV", "USR1", "TSTP", "RTMIN",
    ] {
        let waiting: Vec<_> = Agent::ALL
            .into_iter()
            .map(|agent| {
                let mut command = project.command(&["hook", agent.name()]);
                let child = command
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn();
                (agent, child.unwrap())
            })
            .collect();
        for (agent, child) in waiting {
            let number = child.id().to_string();
            until(|| catches(&number, LAST));
            let sent = std::process::Command::new("kill")
                .args(["-s", signal, &number])
                .status();
            assert!(sent.unwrap().success());
            let output = child.wait_with_output().unwrap();
            let output = CommandOutput {
                status: output.status.code().unwrap_or(-1),
                stdout: String::from_utf8(output.stdout).unwrap(),
                stderr: String::from_utf8(output.stderr).unwrap(),
            };
            assert!(blocks(agent, &output), "{signal}: {}: {output:?}", agent.name());
        }
    }
}
