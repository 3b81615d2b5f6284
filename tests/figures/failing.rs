//! Commands that an answer does not help: their profile keeps from them what they are for.

use std::fmt;

use execpolicy::{EffectKind, SegmentVerdict, Verdict};

/// What a command is for that no profile of a workspace lets happen.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Failure {
    /// It talks to another machine, or to a service of this one.
    Network,
    /// It brings programs or libraries from elsewhere.
    Install,
    /// It publishes.
    Push,
    /// It changes the repository, which the profile protects.
    Repository,
}

/// Programs, with the words that follow them, options left out; `*` is whatever follows.
const FAILING: &[(Failure, &[&str])] = &[
    (Failure::Push, PUSHING),
    (Failure::Install, INSTALLING),
    (Failure::Network, CONNECTING),
];

#[rustfmt::skip]
const PUSHING: &[&str] = &[
    "git push", "npm publish", "pnpm publish", "yarn publish", "cargo publish", "docker push", "podman push",
    "gem push", "twine upload", "poetry publish", "uv publish", "helm push", "mvn deploy",
];

#[rustfmt::skip]
const INSTALLING: &[&str] = &[
    "npm install", "npm i", "npm ci", "npm add", "npm update", "pnpm install", "pnpm i", "pnpm add", "pnpm update",
    "yarn install", "yarn add", "yarn upgrade", "bun install", "bun add", "pip install", "pip3 install",
    "pip download", "pip3 download", "python -m pip install", "python3 -m pip install", "pipx install", "uv add",
    "uv sync", "uv pip install", "poetry install", "poetry add", "poetry update", "conda install", "conda create",
    "mamba install", "bundle install", "gem install", "composer install", "composer require", "cargo install",
    "cargo add", "cargo fetch", "cargo update", "rustup install", "rustup update", "rustup toolchain install",
    "rustup component add", "rustup target add", "go get", "go install", "go mod download", "mise install",
    "mise use", "mise upgrade", "asdf install", "brew install", "brew upgrade", "brew update", "apt install",
    "apt update", "apt upgrade", "apt-get install", "apt-get update", "apt-get upgrade", "apk add", "apk update",
    "dnf install", "yum install", "pacman -S", "dotnet restore", "dotnet add", "terraform init", "helm install",
];

#[rustfmt::skip]
const CONNECTING: &[&str] = &[
    "git fetch", "git pull", "git clone", "git ls-remote", "git remote update", "git submodule update", "curl *",
    "wget *", "ssh *", "scp *", "sftp *", "nc *", "ncat *", "telnet *", "ftp *", "ping *", "dig *", "nslookup *",
    "host *", "whois *", "traceroute *", "gh *", "glab *", "aws *", "az *", "gcloud *", "gsutil *", "kubectl *",
    "docker *", "podman *", "docker-compose *", "heroku *", "vercel *", "netlify *", "psql *", "mysql *",
    "redis-cli *", "mongosh *", "cargo search", "cargo login", "npm view", "npm audit", "npm outdated", "npm login",
    "pip index", "pip search",
];

/// What git does only where it may write into its own directory.
#[rustfmt::skip]
const IN_REPOSITORY: &[&str] = &[
    "add", "am", "apply", "bisect", "checkout", "cherry-pick", "clean", "commit", "config", "filter-branch", "gc",
    "init", "merge", "mv", "notes", "pack-refs", "prune", "rebase", "repack", "reset", "restore", "revert", "rm", "stash",
    "switch", "symbolic-ref", "tag", "update-index", "update-ref", "worktree",
];

/// Why an allowed command would fail in this profile; `None` is that nothing tells.
pub(crate) fn would_fail(verdict: &Verdict, profile: &str) -> Option<Failure> {
    let mut failures = verdict
        .segments()
        .iter()
        .filter_map(|one| of_segment(one, profile));
    failures.next()
}

fn of_segment(one: &SegmentVerdict, profile: &str) -> Option<Failure> {
    let argv: Vec<&str> = one
        .segment
        .argv
        .iter()
        .map(|word| word.value.exact().unwrap_or_default())
        .collect();
    let (path, arguments) = argv.split_first()?;
    let program = path.rsplit('/').next().unwrap_or_default();
    if matches!(
        arguments,
        ["--version" | "--help" | "-h" | "-V" | "version" | "help", ..]
    ) || arguments.last().is_some_and(|last| *last == "--help")
    {
        return None;
    }
    let listed = |commands: &[&str]| commands.iter().any(|command| begins(program, arguments, command));
    let named = FAILING
        .iter()
        .find(|(_, commands)| listed(commands))
        .map(|(failure, _)| *failure);
    let connects = || {
        let mut effects = one.effects.iter();
        let is_connection = effects.any(|effect| matches!(effect.kind, EffectKind::Connect(_)));
        is_connection.then_some(Failure::Network)
    };
    let changes = || {
        let keeps_out = profile == "workspace-write" && program == "git";
        let first = words(arguments).next()?;
        let writes = one
            .effects
            .iter()
            .any(|effect| !matches!(effect.kind, EffectKind::List(_) | EffectKind::Read(_)));
        (keeps_out && writes && IN_REPOSITORY.contains(&first)).then_some(Failure::Repository)
    };
    named.or_else(connects).or_else(changes)
}

/// Whether a command begins with these words.
fn begins(program: &str, arguments: &[&str], command: &str) -> bool {
    let mut wanted = command.split(' ');
    if wanted.next() != Some(program) {
        return false;
    }
    // What is spelled with an option is compared as it stands.
    if command.contains(" -") {
        let wanted: Vec<&str> = wanted.collect();
        return arguments.starts_with(&wanted);
    }
    let mut given = words(arguments);
    wanted.all(|word| match (word, given.next()) {
        ("*", _) => true,
        (word, given) => given == Some(word),
    })
}

/// The words that are no options; what `-C` and `--prefix` take is taken with them.
fn words<'a>(arguments: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let before = std::iter::once("").chain(arguments.iter().copied());
    arguments
        .iter()
        .copied()
        .zip(before)
        .filter(|(word, before)| !word.starts_with('-') && !matches!(*before, "-C" | "--prefix" | "-c"))
        .map(|(word, _)| word)
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Network => "no network",
            Self::Install => "installs",
            Self::Push => "publishes",
            Self::Repository => "the repository is protected",
        })
    }
}
