//! The working directory through `cd`: known, one of a few where the `cd` may have failed, or not known.

use super::Collector;
use crate::variables::HOME;
use crate::{Argument, Value, WorkingDirectory};

impl Collector {
    /// Follows a `cd` that was just pushed; `pushd` and `popd` lead anywhere.
    pub(super) fn follow_directory(&mut self, position: usize) {
        let Some(segment) = self.segments.get(position) else {
            return;
        };
        let exact = |argument: &Argument| argument.value.exact().map(str::to_owned);
        match segment.argv.first().and_then(exact).as_deref() {
            Some("cd") => {
                let arguments: Option<Vec<String>> = segment.argv.iter().skip(1).map(exact).collect();
                let home = self.surroundings.variables.value(HOME).and_then(Value::exact);
                let target = arguments.as_deref().and_then(|arguments| target(arguments, home));
                self.surroundings.directory = match target {
                    Some(target) => moved(&self.surroundings.directory, target),
                    None => WorkingDirectory::Unknown,
                };
            }
            Some("pushd" | "popd") => self.surroundings.directory = WorkingDirectory::Unknown,
            // A name that is only known when it runs may be one of them.
            None if !segment.argv.is_empty() => self.surroundings.directory = WorkingDirectory::Unknown,
            Some(_) | None => {}
        }
    }

    /// Says that it may as well be this directory.
    pub(super) fn or_in(&mut self, other: &WorkingDirectory) {
        self.surroundings.directory = other.or(&self.surroundings.directory);
    }
}

/// The directory that `cd` is told, without options that resolve links and without `-`; home where it is told none.
fn target<'a>(arguments: &'a [String], home: Option<&'a str>) -> Option<&'a str> {
    let rest = match arguments {
        [dashes, rest @ ..] if dashes == "--" => rest,
        all => all,
    };
    match rest {
        [] => home.filter(|home| home.starts_with('/')),
        [target] if !target.is_empty() && !target.starts_with('-') => Some(target),
        _ => None,
    }
}

/// `cd` follows `..` by name, not through links (bash manual, `cd`, option -L, the default).
fn moved(from: &WorkingDirectory, target: &str) -> WorkingDirectory {
    let base = match from {
        _ if target.starts_with('/') => "",
        WorkingDirectory::Start => "",
        WorkingDirectory::Moved(path) => path,
        WorkingDirectory::OneOf(few) => {
            let moved = few.iter().map(|from| moved(from, target));
            return moved
                .reduce(|one, other| one.or(&other))
                .unwrap_or(WorkingDirectory::Unknown);
        }
        WorkingDirectory::Unknown => return WorkingDirectory::Unknown,
    };
    let absolute = target.starts_with('/') || base.starts_with('/');
    let mut names: Vec<&str> = Vec::new();
    for name in base.split('/').chain(target.split('/')) {
        match (name, names.last()) {
            ("" | ".", _) => {}
            ("..", None) if absolute => {}
            ("..", Some(last)) if *last != ".." => {
                names.pop();
            }
            _ => names.push(name),
        }
    }
    let joined = names.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => WorkingDirectory::Moved(format!("/{joined}").into()),
        (false, true) => WorkingDirectory::Start,
        (false, false) => WorkingDirectory::Moved(joined.into()),
    }
}
