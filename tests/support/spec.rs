//! Markdown chapters as tests: prose, a policy, a command, the verdict.
//!
//! A chapter's `##` and `###` headings name its tests. Fenced blocks, by their first word:
//!
//! - `codexpolicy`: the policy for what follows, until the next such block; a `diagnostics` block right after it
//!   lists the findings it loads with; `codexpolicy layer=NAME` is a file of that layer, several in a row stand beside
//!   each other, and commands are judged whether they load or not;
//! - `links`: the symbolic links there are for what follows, until the next policy: `path -> target` a line, relative
//!   paths in the work tree, `?` for one that nobody can say;
//! - `confinement`: the profile that the caller runs commands in, until the next policy; the verdict names the one that
//!   the script gets;
//! - `directory`: where commands start, no work tree being known, until the next policy; `?` where nobody knows the
//!   directory either;
//! - `bash`: one command, judged to the byte without the last newline; `bash escaped` reads `\n \t \r \\ \xHH
//!   \u{HHHH}`, `bash repeat=N` repeats the text N times, `bash nest=N` puts it N times into itself
//!   in place of `@`;
//! - `argv`: one command as a JSON list of words;
//! - `verdict`, `segments`, `diagnostics`: what is expected of the command above; a `verdict` of one line holds the
//!   decision alone;
//! - `allowed`, `refused`: commands, one a line, that get an allow, or anything but;
//! - `open`: commands that are allowed today and should not be; one that is closed belongs in a `refused` block.
//!
//! Other blocks are prose. `UPDATE_SPEC=1` rewrites the expected blocks of every chapter that does not say
//! `<!-- no-bless -->`.

mod blocks;
mod outcome;
mod policy;
mod show;
mod trial;

pub use blocks::{Blessing, Block, Chapter};
pub use outcome::Outcome;
pub use policy::Policy;
pub use show::{shown_basis, shown_segments, shown_verdict};
pub use trial::{Case, Expectation, Input, Subject, Surroundings, cases};

use crate::repository;

/// The chapters that are tests: the specification, the manual's pages that show verdicts, the pages of codes.
///
/// # Errors
/// A file that cannot be read.
pub fn chapters() -> std::io::Result<Vec<Chapter>> {
    let mut files = repository::files("tests/spec", "md")?;
    files.push(repository::file("docs/policy-language.md")?);
    files.extend(repository::files("docs/diagnostics", "md")?);
    Ok(files.into_iter().map(Chapter::read).collect())
}
