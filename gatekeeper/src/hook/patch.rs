//! Patches as agents write them: which files they touch.

use super::event::EventError;
use super::input::spellings;

/// What a patch begins with.
pub(super) const BEGINNING: &str = "*** Begin Patch";

/// Before the path of each file.
const HEADERS: [&str; 4] = [
    "*** Add File: ",
    "*** Update File: ",
    "*** Delete File: ",
    "*** Move to: ",
];

/// The files that a patch touches, in its order.
///
/// The format is the one of `apply_patch`: a line for each file between `*** Begin Patch` and `*** End Patch`. A line
/// that begins with three stars and is none of these makes the patch unreadable, so that no file goes unseen; a line of
/// content that looks like a header counts as one, so that more is judged than is written.
pub(crate) fn files(patch: &str) -> Result<Vec<String>, EventError> {
    let wrong = |why| Err(EventError::Patch { why });
    let mut files = Vec::new();
    let mut begun = false;
    for line in patch.lines() {
        let trimmed = line.trim();
        let file = HEADERS.iter().find_map(|header| trimmed.strip_prefix(header));
        match (file.map(str::trim), trimmed) {
            (Some(file), _) if !file.is_empty() => files.extend(spellings(file)),
            (None, BEGINNING) => begun = true,
            (None, "*** End Patch" | "*** End of File") => {}
            _ if line.starts_with("***") => return wrong("a line with three stars is not known"),
            _ => {}
        }
    }
    match (begun, files.is_empty()) {
        (false, _) => wrong("it does not begin"),
        (true, true) => wrong("it names no file"),
        (true, false) => Ok(files),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_patch_is_seen() {
        let of = |patch: &str| files(patch).map_err(|error| error.to_string());
        let patch = "*** Begin Patch\n*** Add File: a b.txt\n+x\n*** Update File: src/x.rs\n*** Move to: /etc/x\n@@\n-a\n+b\n*** Delete File: d\n*** End of File\n*** End Patch\n";
        assert_eq!(
            of(patch),
            Ok(["a b.txt", "src/x.rs", "/etc/x", "d"].map(String::from).to_vec())
        );
        for (patch, why) in [
            ("", "it does not begin"),
            ("*** Add File: x\n", "it does not begin"),
            ("*** Begin Patch\n*** End Patch", "it names no file"),
            (
                "*** Begin Patch\n*** Add File: \n",
                "a line with three stars is not known",
            ),
            (
                "*** Begin Patch\n*** Add File: x\n*** Copy to: /etc/x\n",
                "a line with three stars is not known",
            ),
        ] {
            assert_eq!(
                of(patch),
                Err(format!("the patch cannot be read: {why}")),
                "{patch:?}"
            );
        }
        // Content is not read as a header that is none.
        assert_eq!(
            of("*** Begin Patch\n*** Update File: x.md\n ***\n+*** y\n"),
            Ok(vec!["x.md".to_owned()])
        );
        // An added line that looks like a header stays one: more is judged than is written, never less.
        assert_eq!(
            of("*** Begin Patch\n*** Add File: x\n   *** Add File: y\n"),
            Ok(vec!["x".to_owned(), "y".to_owned()])
        );
    }
}
