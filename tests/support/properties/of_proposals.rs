//! The promise of a proposed rule, of any proposer, so that one with a defect can be shown to break it.

use execpolicy::{Basis, Decision, SegmentVerdict, Verdict};
use gatekeeper::{Command, Judgement};
use shell_parser::Dialect;

use crate::choices::Choices;
use crate::engine::Engine;
use crate::policies::DrawnPolicy;

/// A rule that would answer a prompt, with what is said of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proposal {
    /// The rule's words.
    pub prefix: Vec<String>,
    /// Its text.
    pub rule: String,
    /// A command that it is said to allow.
    pub example: String,
    /// A command that it is said not to allow.
    pub near_miss: String,
}

/// What is proposed for a judgement.
pub type Proposer = fn(&Judgement) -> Option<Proposal>;

/// A proposed rule answers the prompt it is proposed for, allows its example and not its near miss; none is proposed
/// for what runs other programs or says too little, nor where a rule of the policy has spoken.
pub fn a_proposal_is_what_it_says(bytes: &[u8]) {
    is_what_it_says(bytes, proposed);
}

/// As [`a_proposal_is_what_it_says`], of any proposer.
pub fn is_what_it_says(bytes: &[u8], propose: Proposer) {
    let mut choices = Choices::new(bytes);
    let policy = DrawnPolicy::draw(&mut choices).text();
    let text = script(&mut choices);
    let before = judged(&policy, &text);
    let Some(proposal) = propose(&before) else {
        return;
    };
    let shown = format!("{text:?} => {proposal:?} under\n{policy}");
    let asking: Vec<&SegmentVerdict> = asking(before.verdict()).collect();
    assert_eq!(before.decision(), Decision::Prompt, "{shown}");
    assert_eq!(asking.len(), 1, "{shown}");
    let words = asking.iter().flat_map(|one| &one.segment.argv);
    let words: Vec<&str> = words.map_while(|word| word.value.exact()).collect();
    assert!(words.starts_with(&strings(&proposal.prefix)), "{shown}");
    assert!(!says_too_little(&strings(&proposal.prefix)), "{shown}");
    assert!(
        asking.iter().all(|one| !one.basis.iter().any(is_of_policy)),
        "{shown}"
    );

    let amended = format!("{policy}{}\n", proposal.rule);
    let decides = |policy: &str, text: &str| judged(policy, text).decision();
    let after = judged(&amended, &text);
    assert_eq!(after.decision(), Decision::Allow, "{shown}");
    let count = |judgement: &Judgement| judgement.verdict().segments().len();
    assert_eq!(count(&after), count(&before), "{shown}");
    assert_ne!(decides(&policy, &proposal.example), Decision::Allow, "{shown}");
    assert_eq!(decides(&amended, &proposal.example), Decision::Allow, "{shown}");
    assert_ne!(decides(&amended, &proposal.near_miss), Decision::Allow, "{shown}");
}

/// What the product proposes.
fn proposed(judgement: &Judgement) -> Option<Proposal> {
    let found = judgement.amendment()?;
    Some(Proposal {
        prefix: found.prefix().iter().map(ToString::to_string).collect(),
        rule: found.rule().to_owned(),
        example: found.example().to_owned(),
        near_miss: found.near_miss().to_owned(),
    })
}

/// A judgement under this policy, with its proposal.
#[expect(
    clippy::expect_used,
    reason = "a drawn policy that does not load is a defect of the generator or of a proposal"
)]
fn judged(policy: &str, text: &str) -> Judgement {
    let engine = Engine::new(policy).expect("a drawn policy and a proposed rule load");
    engine.judge_command(Command::of_text(text, Dialect::Bash))
}

fn asking(verdict: &Verdict) -> impl Iterator<Item = &SegmentVerdict> {
    verdict
        .segments()
        .iter()
        .filter(|one| one.decision != Decision::Allow)
}

/// Whether the drawn policy says it.
fn is_of_policy(basis: &Basis) -> bool {
    let layer = match basis {
        Basis::Rule(found) => &found.rule.origin.layer,
        Basis::Effect(found) => &found.rule.origin.layer,
        Basis::Knowledge { .. }
        | Basis::Default { .. }
        | Basis::Gap(_)
        | Basis::Confined { .. }
        | Basis::WouldAsk => return false,
    };
    layer.as_str() != "default"
}

/// A short script of commands that may ask.
fn script(choices: &mut Choices<'_>) -> String {
    let mut text = choices.pick(BEFORE).to_owned();
    text.push_str(choices.pick(PROGRAMS));
    for _ in 0..choices.below(4) {
        text.push(' ');
        text.push_str(choices.pick(WORDS));
    }
    text.push_str(choices.pick(BEHIND));
    text
}

/// What stands before the command.
const BEFORE: &[&str] = &[
    "",
    "",
    "ls; ",
    "cd src && ",
    "A=1 ",
    "timeout 5 ",
    "sudo ",
    "cd /tmp && ",
    "env ",
    "bash -c ",
];

/// Programs that are known, that are not, and that run others.
const PROGRAMS: &[&str] = &[
    "mytool",
    "git",
    "cargo",
    "npm",
    "docker",
    "kubectl",
    "rm",
    "sudo",
    "bash",
    "sh",
    "python3",
    "node",
    "awk",
    "find",
    "xargs",
    "env",
    "npx",
    "make",
    "tee",
    "./run.sh",
    "/opt/x/bin/tool",
    "/tmp/x",
    "curl",
    "\"$x\"",
    "my-tool",
];

/// Words that make commands, and words that change what they do.
const WORDS: &[&str] = &[
    "push",
    "deploy",
    "run",
    "build",
    "-f",
    "--force",
    "x",
    "origin",
    "-rf",
    "stash",
    "drop",
    "compose",
    "up",
    "\"$x\"",
    "*",
    "-c",
    "-exec",
    "'a b'",
    "ls",
    "--output=f",
    "remote",
    "add",
    "a.b",
    "exec",
];

/// What stands behind the command.
const BEHIND: &[&str] = &[
    "",
    "",
    "",
    " | head",
    " > f",
    " > ~/.profile",
    "; mytool",
    " 2>&1",
    " < in",
    " && ls",
];

/// Whether words say too little of what a command does: shells, interpreters, wrappers, and what only the words behind
/// tell apart.
fn says_too_little(prefix: &[&str]) -> bool {
    const ALONE: &[&str] = &[
        "git",
        "npm",
        "docker",
        "kubectl",
        "cargo",
        "mytool",
        "my-tool",
        "/opt/x/bin/tool",
    ];
    const ALWAYS: &[&str] = &[
        "bash", "sh", "python3", "node", "awk", "find", "xargs", "env", "npx", "sudo", "timeout", "rm",
        "/tmp/x",
    ];
    match prefix {
        [] => true,
        [program] if ALONE.contains(program) => true,
        [program, ..] => ALWAYS.contains(program),
    }
}

fn strings(words: &[String]) -> Vec<&str> {
    words.iter().map(String::as_str).collect()
}
