//! How many words make a command.

/// A program, or the words behind which its commands stand.
pub(super) struct Row {
    /// These words.
    pub(super) lead: &'static str,
    /// The words of a command, these included.
    pub(super) words: usize,
    /// Two commands that stand there, told apart as a near miss.
    pub(super) siblings: [&'static str; 2],
}

/// Rows by what leads to a command; the longest that fits counts.
const ROWS: &[Row] = &[
    row("apt", 2, ["install", "remove"]),
    row("apt-get", 2, ["install", "remove"]),
    row("aws", 3, ["delete", "put"]),
    row("az", 3, ["delete", "create"]),
    row("brew", 2, ["install", "uninstall"]),
    row("bun", 2, ["publish", "add"]),
    row("bun run", 3, ["deploy", "release"]),
    row("bundle", 2, ["install", "update"]),
    row("cargo", 2, ["publish", "install"]),
    row("composer", 2, ["install", "update"]),
    row("conda", 2, ["install", "remove"]),
    row("dnf", 2, ["install", "remove"]),
    row("docker", 2, ["build", "push"]),
    row("docker compose", 3, ["up", "down"]),
    row("docker container", 3, ["stop", "rm"]),
    row("docker image", 3, ["push", "rm"]),
    row("docker volume", 3, ["create", "rm"]),
    row("dotnet", 2, ["publish", "restore"]),
    row("gcloud", 3, ["delete", "create"]),
    row("gem", 2, ["install", "push"]),
    row("gh", 3, ["delete", "create"]),
    row("git", 2, ["push", "reset"]),
    row("git remote", 3, ["add", "remove"]),
    row("git stash", 3, ["drop", "clear"]),
    row("git worktree", 3, ["add", "remove"]),
    row("glab", 3, ["delete", "create"]),
    row("go", 2, ["install", "generate"]),
    row("go mod", 3, ["tidy", "download"]),
    row("gradle", 2, ["publish", "clean"]),
    row("heroku", 2, ["restart", "destroy"]),
    row("helm", 2, ["install", "uninstall"]),
    row("just", 2, ["deploy", "release"]),
    row("kubectl", 2, ["apply", "delete"]),
    row("make", 2, ["deploy", "install"]),
    row("mix", 2, ["deps.get", "release"]),
    row("mvn", 2, ["deploy", "install"]),
    row("npm", 2, ["publish", "install"]),
    row("npm run", 3, ["deploy", "release"]),
    row("nx", 2, ["release", "migrate"]),
    row("pip", 2, ["install", "uninstall"]),
    row("pip3", 2, ["install", "uninstall"]),
    row("pnpm", 2, ["publish", "install"]),
    row("pnpm run", 3, ["deploy", "release"]),
    row("podman", 2, ["build", "push"]),
    row("podman compose", 3, ["up", "down"]),
    row("poetry", 2, ["publish", "install"]),
    row("rustup", 2, ["update", "install"]),
    row("systemctl", 2, ["restart", "stop"]),
    row("terraform", 2, ["apply", "destroy"]),
    row("uv", 2, ["publish", "sync"]),
    row("uv pip", 3, ["install", "uninstall"]),
    row("yarn", 2, ["publish", "install"]),
    row("yarn run", 3, ["deploy", "release"]),
];

const fn row(lead: &'static str, words: usize, siblings: [&'static str; 2]) -> Row {
    Row {
        lead,
        words,
        siblings,
    }
}

/// The row of the longest lead that these words begin with.
pub(super) fn row_of(words: &[&str]) -> Option<&'static Row> {
    let rows = ROWS.iter().filter(|row| begins_with(words, row.lead));
    rows.max_by_key(|row| row.words)
}

/// Whether words begin with these.
pub(super) fn begins_with(words: &[&str], lead: &str) -> bool {
    let mut words = words.iter();
    lead.split(' ').all(|word| words.next() == Some(&word))
}
