//! Digests: whether something is still what it was, without keeping it.

use std::ffi::OsString;
use std::fmt;

use execpolicy::{BrokenFile, PolicyFile};

use crate::Defaults;

/// A digest by BLAKE3.
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of an environment; the order of the variables counts.
    pub fn of_environment(environment: &[(OsString, OsString)]) -> Self {
        let mut sum = Sum::new();
        for (name, value) in environment {
            sum.add(name.as_encoded_bytes());
            sum.add(value.as_encoded_bytes());
        }
        sum.end()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Of a text.
    pub fn of_text(text: &str) -> Self {
        let mut sum = Sum::new();
        sum.add(text.as_bytes());
        sum.end()
    }

    /// Of policy files in any order, of those that could not be read, and of what speaks where they do not.
    pub(crate) fn of_policy(files: &[PolicyFile], broken: &[BrokenFile], defaults: Defaults) -> Self {
        let read = files.iter().map(|file| {
            let mut sum = Sum::new();
            let standing = if file.layer.is_trusted() {
                ""
            } else {
                "not trusted"
            };
            for part in [
                file.layer.as_str(),
                standing,
                file.source.name(),
                file.source.text(),
            ] {
                sum.add(part.as_bytes());
            }
            sum.end().0
        });
        let unread = broken.iter().map(|file| {
            let mut sum = Sum::new();
            let why = file.findings.iter().map(|finding| &*finding.message);
            for part in [file.layer.as_str(), &file.file].into_iter().chain(why) {
                sum.add(part.as_bytes());
            }
            sum.add(b"not read");
            sum.end().0
        });
        let mut each: Vec<[u8; 32]> = read.chain(unread).collect();
        each.sort_unstable();
        let mut sum = Sum::new();
        sum.add(match defaults {
            Defaults::BuiltIn => b"built in",
            Defaults::None => b"none",
        });
        for digest in &each {
            sum.add(digest);
        }
        sum.end()
    }
}

/// As hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&blake3::Hash::from_bytes(self.0), formatter)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&blake3::Hash::from_bytes(self.0), formatter)
    }
}

/// Sums parts up, each with its length, so that no two lists of parts are one.
pub(crate) struct Sum(blake3::Hasher);

impl Sum {
    pub(crate) fn new() -> Self {
        Self(blake3::Hasher::new())
    }

    pub(crate) fn add(&mut self, part: &[u8]) {
        let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
        self.0.update(&length.to_le_bytes());
        self.0.update(part);
    }

    pub(crate) fn end(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use diagnostics::Source;
    use execpolicy::Layer;

    use super::*;

    #[test]
    fn parts_do_not_run_into_one_another() {
        let of = |given: &[(&str, &str)]| {
            let given: Vec<(OsString, OsString)> = given
                .iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect();
            Digest::of_environment(&given)
        };
        assert_eq!(of(&[("A", "1"), ("B", "2")]), of(&[("A", "1"), ("B", "2")]));
        for other in [
            &[("A", "1B"), ("", "2")][..],
            &[("A", "1")],
            &[("B", "2"), ("A", "1")],
            &[("A", "1"), ("B", "3")],
        ] {
            assert_ne!(of(&[("A", "1"), ("B", "2")]), of(other), "{other:?}");
        }
    }

    #[test]
    fn the_order_of_policy_files_does_not_count_and_their_text_does() {
        let file = |name: &str, text: &str| PolicyFile {
            source: Source::new(name, text),
            layer: Layer::new("command line"),
        };
        let of = |files: &[PolicyFile]| Digest::of_policy(files, &[], Defaults::BuiltIn);
        let both = of(&[file("a", "x"), file("b", "y")]);
        assert_eq!(both, of(&[file("b", "y"), file("a", "x")]));
        assert_ne!(both, of(&[file("a", "x"), file("b", "z")]));
        assert_ne!(both, of(&[file("a", "x")]));
        assert_ne!(of(&[]), Digest::of_policy(&[], &[], Defaults::None));
    }
}
