//! The command line as it is typed.

mod allow;
mod answer;
mod deferred;
mod hook;
mod layers;
mod log;
mod mcp;
mod policy;
mod rules;
mod serve;
mod serving;

use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use layers::{PlaceArgs, StatusArgs};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use gatekeeper::sandbox::Tier;

pub(crate) use allow::AllowArgs;
pub(crate) use answer::AnswerArgs;
pub(crate) use deferred::Deferred;
pub(crate) use hook::{AgentArgs, AgentSettings, HookArgs, HookOptions, HookVerb, InstallArgs, UnaskedWord};
pub(crate) use log::{ReplayArgs, SuggestArgs};
pub(crate) use mcp::McpArgs;
pub(crate) use policy::{GivenArgs, PolicyArgs, StartArgs};
pub(crate) use rules::{ListArgs, RemoveArgs, RulesArgs, RulesVerb, UndoArgs};
pub(crate) use serve::ServeArgs;
pub(crate) use serving::ServingArgs;

/// Decides whether a shell command may run, and says why.
#[derive(Debug, Parser)]
#[command(name = "execpolicy", version, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Decides a command and runs nothing.
    #[command(after_help = STATUS, override_usage = "execpolicy check [OPTIONS] (--shell TEXT | --stdin | -- ARGV...)")]
    Check(Deferred<CheckArgs>),
    /// Decides a command and shows the whole way: segments, matches, effects, verdict.
    #[command(after_help = STATUS, override_usage = "execpolicy explain [OPTIONS] (--shell TEXT | -- ARGV...)")]
    Explain(Deferred<CheckArgs>),
    /// Decides a command, asks where its verdict is a prompt, and runs it confined.
    #[command(after_help = CLEARED_STATUS, override_usage = "execpolicy run [OPTIONS] (--shell TEXT | -- ARGV...)")]
    Run(Deferred<RunArgs>),
    /// Runs a command confined, without judging it: who types this has decided.
    #[command(after_help = RUN_STATUS, override_usage = "execpolicy sandbox [OPTIONS] -- ARGV...")]
    Sandbox(Deferred<SandboxArgs>),
    /// Answers an agent's hook: its event on standard input, the decision in its own words.
    #[command(after_help = HOOK_STATUS)]
    Hook(Deferred<HookArgs>),
    /// Answers an agent host over a wire: judges, asks, confines, runs, and tells.
    Serve(Deferred<ServeArgs>),
    /// Offers tools to check and to run commands, over the Model Context Protocol.
    Mcp(Deferred<McpArgs>),
    /// Stands between an agent and its client, and answers by policy what the agent asks the person.
    #[command(after_help = ANSWER_STATUS, override_usage = "execpolicy answer [OPTIONS] PROTOCOL -- AGENT...")]
    Answer(Deferred<AnswerArgs>),
    /// Allows commands that begin with these words, once and for all.
    #[command(override_usage = "execpolicy allow [OPTIONS] -- WORDS...")]
    Allow(Deferred<AllowArgs>),
    /// Lists rules, takes one out, takes the last change back, proposes some.
    Rules(Deferred<RulesArgs>),
    /// Vouches for the project's policy as it is now, so that what it loosens counts.
    Trust(Deferred<PlaceArgs>),
    /// Takes back what `trust` said of the project.
    Untrust(Deferred<PlaceArgs>),
    /// Shows which layers of policy there are, what they say, and what of it does not load.
    #[command(after_help = "Exit status: 0 if everything loads, 1 if not.")]
    Status(Deferred<StatusArgs>),
    /// Judges a log again and names each decision that another policy would change; runs nothing.
    #[command(after_help = "Exit status: 0, or 1 where the log or the policy cannot be read.")]
    Replay(Deferred<ReplayArgs>),
    /// Tries what this host enforces, and says what would make it more.
    #[command(after_help = "Exit status: 0 if everything is enforced, 1 if not.")]
    Doctor(Deferred<DoctorArgs>),
}

const HOOK_STATUS: &str = "\
Exit status: what the agent takes for the answer: 0, or 2 for a deny that is told on standard error.";

const ANSWER_STATUS: &str = "\
Exit status: the agent's own, or 128 and the number of the signal that ended it; 125 it could not be started,
127 it was not found.";

const RUN_STATUS: &str = "\
Exit status: the command's own, or 128 and the number of the signal that ended it; 124 its time was over,
125 it could not be confined, 127 it was not found.";

const CLEARED_STATUS: &str = "\
Exit status: the command's own, or 128 and the number of the signal that ended it; 124 its time was over,
125 it could not be judged or started, 126 it was refused, 127 it was not found.
With --dry-run: 0 allow, 10 prompt, 20 forbidden.";

const STATUS: &str = "\
Exit status: 0 allow, 10 prompt, 20 forbidden, 2 wrong usage, 1 failed (a policy that does not load).
With --stdin: 0 when every line has its verdict, 1 when one has none.";

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,

    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    #[command(flatten)]
    pub(crate) start: StartArgs,

    /// The user's home directory [default: $HOME]
    #[arg(long, value_name = "DIR")]
    pub(crate) home: Option<PathBuf>,

    /// Who may be asked
    #[arg(long, value_enum, default_value = "on-request")]
    pub(crate) approval: ApprovalWord,

    /// The sandbox profile that the caller will run the command in [default: none]
    #[arg(long, value_name = "NAME")]
    pub(crate) confinement: Option<String>,

    /// The shell that reads the text
    #[arg(long, value_enum, default_value = "bash")]
    pub(crate) dialect: DialectWord,

    /// Append the decision to the log
    #[arg(long)]
    pub(crate) log: bool,

    #[command(flatten)]
    pub(crate) subject: Subject,
}

/// What is asked about: exactly one of these.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct Subject {
    /// A text, as a shell would read it
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) shell: Option<OsString>,

    /// Requests on standard input, a JSON object a line; one JSON verdict a line out, in order
    #[arg(long)]
    pub(crate) stdin: bool,

    /// The words of one command, as they are
    #[arg(last = true, value_name = "ARGV")]
    pub(crate) argv: Vec<OsString>,
}

/// How to answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Format {
    /// For people: the command with the deciding words underlined
    Human,
    /// One line for each finding
    Concise,
    /// One JSON object
    Json,
}

/// Who may be asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ApprovalWord {
    /// A person; nothing leans on a confinement
    Untrusted,
    /// A person; what the confinement contains is not asked about
    OnRequest,
    /// Nobody: what would ask is forbidden
    Never,
}

/// The shell that reads a text.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum DialectWord {
    /// GNU bash
    Bash,
    /// POSIX sh
    Sh,
    /// zsh: only what every shell reads alike
    Zsh,
    /// Not known: only what every shell reads alike
    Unknown,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) policy: PolicyArgs,

    /// How a refusal is told on standard error [default: human]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,

    #[command(flatten)]
    pub(crate) start: StartArgs,

    /// Who may be asked
    #[arg(long, value_enum, default_value = "on-request")]
    pub(crate) approval: ApprovalWord,

    /// What the command is run in where its verdict asks for nothing else; `none` confines nothing
    #[arg(long, value_name = "NAME", default_value = "workspace-write")]
    pub(crate) confinement: String,

    /// A person's yes, as `execpolicy hook` gave it to an agent for this command
    #[arg(long, value_name = "TOKEN", hide = true, conflicts_with = "no_layers")]
    pub(crate) clearance: Option<String>,

    /// Write what was enforced, denied and changed to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// Say on stderr what was denied, and what would let it pass
    #[arg(long)]
    pub(crate) denials: bool,

    /// A program that assesses the risk for the person who is asked: JSON in, JSON out, in five seconds
    #[arg(long, value_name = "FILE")]
    pub(crate) risk_program: Option<PathBuf>,

    /// Show the verdict, the confinement and its steps, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) subject: RunSubject,
}

/// What is run: exactly one of these.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct RunSubject {
    /// A text, which bash reads without any start-up file
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) shell: Option<OsString>,

    /// The words of one command, as they are
    #[arg(last = true, value_name = "ARGV")]
    pub(crate) argv: Vec<OsString>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SandboxArgs {
    /// What the command may touch: `read-only`, `workspace-write`, `workspace-commit`, or one that a policy file describes
    #[arg(long, value_name = "NAME", default_value = "workspace-write")]
    pub(crate) profile: String,

    /// A policy file that describes profiles
    #[arg(short = 'r', long = "rules", value_name = "FILE")]
    pub(crate) rules: Vec<PathBuf>,

    /// Leave out the layers of the system, the user and the project, and the profiles that they describe
    #[arg(long)]
    pub(crate) no_layers: bool,

    /// The root of the work tree [default: the repository around the directory, else the directory]
    #[arg(long, value_name = "DIR")]
    pub(crate) workspace: Option<PathBuf>,

    /// One more file or directory that may be written
    #[arg(long, value_name = "PATH")]
    pub(crate) writable: Vec<PathBuf>,

    /// One more file or directory that stays to be seen where the profile shows something empty, such as below `/tmp`
    #[arg(long, value_name = "PATH")]
    pub(crate) readable: Vec<PathBuf>,

    /// One more file or directory that may not be read
    #[arg(long, value_name = "PATH")]
    pub(crate) hidden: Vec<PathBuf>,

    /// One more file or directory that may not be written although it lies in something writable
    #[arg(long, value_name = "PATH")]
    pub(crate) protected: Vec<PathBuf>,

    /// `none`, `loopback`, `full`, or hosts with commas between them
    #[arg(long, value_name = "NETWORK")]
    pub(crate) network: Option<String>,

    /// A variable that reaches the command, or one with its value
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<OsString>,

    /// A bound, such as `processes=500`, `open_files`, `file_size`, `memory`, `cpu_seconds`, `wall_seconds`
    #[arg(long, value_name = "NAME=NUMBER")]
    pub(crate) limit: Vec<String>,

    /// Run although the host keeps less than the profile says, down to this tier: `landlock`, `none`
    #[arg(long, value_name = "TIER", value_parser = tier)]
    pub(crate) accept_tier: Option<Tier>,

    /// Write what was enforced, denied and changed to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,

    /// Say on stderr what was denied, and what would let it pass
    #[arg(long)]
    pub(crate) denials: bool,

    /// Show the steps that would confine the command, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// The words of the command, as they are
    #[arg(last = true, value_name = "ARGV", required = true)]
    pub(crate) argv: Vec<OsString>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DoctorArgs {
    /// How to answer [default: human on a terminal, else json]
    #[arg(long, value_enum)]
    pub(crate) format: Option<Format>,
}

/// The profile of this name; `none` is none.
pub(crate) fn profile(name: &str) -> Option<&str> {
    Some(name).filter(|name| *name != "none")
}

fn tier(name: &str) -> Result<Tier, String> {
    Tier::named(name).ok_or_else(|| "the tiers are `full`, `landlock` and `none`".to_owned())
}
