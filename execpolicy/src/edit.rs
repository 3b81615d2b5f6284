//! A change of a text that can be taken back to the byte.

/// One stretch of a text replaced by another. What it replaces is part of it, so that it fits no other text than the
/// one it was made for, and its inverse brings that one back.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edit {
    /// Where the stretch begins, in bytes.
    pub at: usize,
    /// What stands there.
    pub removed: Box<str>,
    /// What is to stand there.
    pub inserted: Box<str>,
}

impl Edit {
    /// The text with the change. `None` where the stretch does not stand in it.
    pub fn apply(&self, text: &str) -> Option<String> {
        let (before, behind) = text.split_at_checked(self.at)?;
        let behind = behind.strip_prefix(&*self.removed)?;
        Some([before, &self.inserted, behind].concat())
    }

    /// The change that takes this one back.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            at: self.at,
            removed: self.inserted.clone(),
            inserted: self.removed.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_fits_its_text_only_and_can_be_taken_back() {
        for (name, at, removed, inserted, text, wanted) in [
            ("at the end", 2, "", "c", "ab", Some("abc")),
            ("in the middle", 1, "b", "xy", "abc", Some("axyc")),
            ("a removal", 0, "ab", "", "abc", Some("c")),
            ("another text", 1, "b", "x", "acc", None),
            ("past the end", 3, "", "x", "ab", None),
            ("in a character", 1, "", "x", "é", None),
        ] {
            let edit = Edit {
                at,
                removed: removed.into(),
                inserted: inserted.into(),
            };
            let changed = edit.apply(text);
            assert_eq!(changed.as_deref(), wanted, "{name}");
            let back = changed.and_then(|changed| edit.inverse().apply(&changed));
            assert_eq!(back.as_deref(), wanted.map(|_| text), "{name}");
        }
    }
}
