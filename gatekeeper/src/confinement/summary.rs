//! A confinement in a few lines, for people.

use std::path::PathBuf;

use diagnostics::visible;
use sandbox::{Network, Readable, Scratch};

use super::Confinement;

/// Paths that are named; of more, the number is told.
const MOST: usize = 4;

impl Confinement {
    /// What a command may touch in it, each kind on a line that is safe to show.
    pub fn summary(&self) -> Vec<String> {
        let profile = &self.profile;
        let network = match &profile.network {
            Network::None => "nothing".to_owned(),
            Network::Loopback => "itself".to_owned(),
            Network::Proxied => self.hosts.join(", "),
            Network::Full => "everything".to_owned(),
        };
        let scratch = match &profile.scratch {
            Scratch::Private => "an empty one of its own".to_owned(),
            Scratch::Directory(path) => path.display().to_string(),
            Scratch::Shared => "the host's".to_owned(),
        };
        let readable = match &profile.readable {
            Readable::Everything => "everything that is not hidden".to_owned(),
            Readable::Only(paths) => named(paths),
        };
        let lines = [
            ("Confinement", profile.name.clone()),
            ("  writes", named(&profile.writable)),
            ("  protected", named(&profile.protected)),
            ("  reads", readable),
            ("  hidden", named(&profile.hidden)),
            ("  connects to", network),
            ("  /tmp", scratch),
        ];
        let lines = lines.map(|(what, how)| format!("{what}: {}", visible(&how)));
        let unseen = self.unseen.iter();
        let unseen = unseen.map(|what| format!("  not looked at: {}", visible(what)));
        lines.into_iter().chain(unseen).collect()
    }
}

fn named(paths: &[PathBuf]) -> String {
    let shown: Vec<String> = paths
        .iter()
        .take(MOST)
        .map(|path| path.display().to_string())
        .collect();
    match (shown.is_empty(), paths.len().saturating_sub(MOST)) {
        (true, _) => "nothing".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
