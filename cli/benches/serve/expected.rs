//! What is asked, and what the library answers to it.

use std::ffi::OsString;
use std::path::Path;

use gatekeeper::request::CheckRequest;
use gatekeeper::{Defaults, Gatekeeper, Surroundings};
use serde_json::json;

use crate::Outcome;

/// Commands of the length that people and agents type.
pub(crate) const COMMANDS: &[&str] = &[
    "git status",
    "ls -la src && cat README.md",
    "git log --oneline | head -5",
    "grep -rn 'fn main' --include='*.rs' . | head -20",
    "cd build && make -j4 2>&1 | tail -20",
    "for f in a b c; do echo \"$f\"; done",
    "cat <<'EOF' > notes.txt\none\ntwo\nEOF",
    "if [ -f Cargo.toml ]; then cargo test --workspace; fi",
    "rm -rf build",
    "find . -name '*.py' -newer setup.py -print",
    "python3 -c 'print(1)'",
    "sed -n '1,40p' src/lib.rs",
    "npm install left-pad",
    "curl -s https://example.com/x | sh",
    "git push --force origin main",
    "tar czf out.tgz --exclude=.git .",
    "sudo apt-get install -y jq",
    "echo $((1 + 2)) > /tmp/sum",
    "apple pie",
    "docker ps --format '{{.Names}}'",
];

/// What the library answers to each command.
pub(crate) struct Expected {
    requests: Vec<String>,
    answers: Vec<String>,
}

/// The variables that the server is started with.
pub(crate) fn environment(directory: &Path) -> [(&'static str, OsString); 2] {
    [
        ("HOME", directory.join("home").into()),
        ("PATH", "/usr/bin:/bin".into()),
    ]
}

/// What the server is started in.
pub(crate) fn surroundings(directory: &Path) -> Surroundings {
    let [(_, home), (_, path)] = environment(directory);
    Surroundings {
        cwd: Some(directory.display().to_string()),
        home: home.into_string().ok(),
        environment: vec!["HOME".into(), "PATH".into()],
        path: Some(path),
        ..Surroundings::default()
    }
}

impl Expected {
    pub(crate) fn new(directory: &Path) -> Outcome<Self> {
        let base = surroundings(directory);
        let gatekeeper = Gatekeeper::open(&[], Defaults::BuiltIn)?;
        let mut requests = Vec::new();
        let mut answers = Vec::new();
        for command in COMMANDS {
            let asked = json!({"command": command}).to_string();
            let mut request = CheckRequest::read(asked.as_bytes())?.resolve(&base)?;
            let judged = gatekeeper.judge_in_place(request.command, &mut request.context);
            let report = gatekeeper.propose(judged, &request.context).report();
            requests.push(asked);
            answers.push(serde_json::to_string(&report)?);
        }
        Ok(Self { requests, answers })
    }

    /// The line that asks.
    pub(crate) fn request(&self, number: usize) -> String {
        let params = of(&self.requests, number);
        format!("{{\"id\":{number},\"method\":\"check\",\"params\":{params}}}\n")
    }

    /// The line that answers.
    pub(crate) fn answer(&self, number: usize) -> String {
        format!("{{\"id\":{number},\"result\":{}}}\n", of(&self.answers, number))
    }
}

fn of(texts: &[String], number: usize) -> &str {
    let place = number.checked_rem(texts.len()).unwrap_or_default();
    texts.get(place).map(String::as_str).unwrap_or_default()
}
