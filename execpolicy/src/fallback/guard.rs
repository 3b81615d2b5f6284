//! Whether a read may meet a file that holds secrets.

mod list;
mod names;

use std::cell::OnceCell;

use shell_parser::{Segment, Value, WorkingDirectory};

use crate::knowledge::path;
use crate::{Context, Directory};
use names::{Kind, Names, Place};

/// How a read meets a guarded file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Meeting {
    /// By its name.
    Named,
    /// The path, or the directory it is relative to, is only known when the command runs.
    Unresolved,
}

/// The guard of one segment's reads.
pub(super) struct Guard<'a> {
    segment: &'a Segment,
    context: &'a Context,
    // A segment may read many paths, and most read none: the directories are taken apart once, when needed.
    places: OnceCell<Places>,
}

/// What paths are judged against.
struct Places {
    root: Place,
    /// Where the segment runs; `None` is anywhere.
    directory: Option<Place>,
    home: Option<Vec<Box<str>>>,
    guards_root_user: bool,
}

impl<'a> Guard<'a> {
    pub(super) fn new(segment: &'a Segment, context: &'a Context) -> Self {
        Self {
            segment,
            context,
            places: OnceCell::new(),
        }
    }

    /// Whether reading this path may read a guarded file; `None` is no.
    ///
    /// Judged by the text: a path that is not known might be any. A directory that is read whole counts where it is
    /// guarded, inside a guarded one, the home directory or above it, or above a file of the system that is guarded;
    /// secrets deeper inside others are left to the confinement.
    pub(super) fn meeting(&self, value: &Value) -> Option<Meeting> {
        match value {
            Value::Exact(text) => self.meeting_of_text(text, Kind::Plain),
            Value::Glob(pattern) => self.meeting_of_text(pattern, Kind::Pattern),
            Value::OneOf(texts) => texts
                .iter()
                .find_map(|text| self.meeting_of_text(text, Kind::Plain)),
            Value::One { .. } | Value::Many => Some(Meeting::Unresolved),
        }
    }

    fn meeting_of_text(&self, text: &str, kind: Kind) -> Option<Meeting> {
        if text.len() > path::MAX_BYTES {
            return Some(Meeting::Unresolved);
        }
        let places = self
            .places
            .get_or_init(|| Places::new(self.segment, self.context));
        let place = if text.starts_with('/') {
            &places.root
        } else {
            match &places.directory {
                Some(place) => place,
                None => return Some(Meeting::Unresolved),
            }
        };
        // As written, and with `..` resolved by the text: either may be what the kernel finds.
        let written = Names::written(place, text, kind);
        let resolved = written.resolved();
        let is_named = |names: &Names<'_>| {
            names.are_guarded() || (places.guards_root_user && names.begin_below_root(&["root"]))
        };
        let holds_home = || places.home.as_deref().is_some_and(|home| resolved.hold(home));
        if is_named(&written) || is_named(&resolved) || resolved.hold_guarded() || holds_home() {
            Some(Meeting::Named)
        } else if written.follow_links_of_a_process() {
            Some(Meeting::Unresolved)
        } else {
            None
        }
    }
}

impl Places {
    fn new(segment: &Segment, context: &Context) -> Self {
        let directory = match (&segment.directory, &context.cwd) {
            (WorkingDirectory::Unknown, _) => None,
            (WorkingDirectory::Start, Directory::Unknown) => Some(String::new()),
            (WorkingDirectory::Start | WorkingDirectory::Moved(_), _) => path::directory(segment, context),
        };
        let home = context.home.as_deref();
        // Where the home is not known, whoever works below `/root` is at home there.
        let at_home = home.or(match &context.cwd {
            Directory::Known(start) => Some(start),
            Directory::Unknown => None,
        });
        Self {
            root: Place::new("/"),
            directory: directory.as_deref().map(Place::new),
            home: home.map(|home| Place::new(&path::join("/", home)).into_names()),
            guards_root_user: !at_home.is_some_and(|home| path::is_within(&path::join("/", home), "/root")),
        }
    }
}
