//! Where a segment runs: known, one of a few, or not known.

/// How many directories are told apart; past that it may be anywhere.
const FEW: usize = 4;

/// Where a segment runs, as far as the script tells.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum WorkingDirectory {
    /// Where the script started.
    #[default]
    Start,
    /// There, after `cd`s with known targets: absolute, or relative to where the script started; normalised as
    /// `cd` does it, so a relative one may begin with `..`.
    Moved(Box<str>),
    /// In one of these few, each [`WorkingDirectory::Start`] or [`WorkingDirectory::Moved`]: after a `cd` that may
    /// have failed, or not have run.
    OneOf(Box<[WorkingDirectory]>),
    /// Anywhere: after a `cd` whose target is not known.
    Unknown,
}

impl WorkingDirectory {
    /// This one or the other; anywhere, where these are more than four.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        if self == other {
            return self.clone();
        }
        let mut few: Vec<Self> = Vec::new();
        for directory in [self, other] {
            match directory {
                Self::Unknown => return Self::Unknown,
                Self::OneOf(choices) => few.extend_from_slice(choices),
                Self::Start | Self::Moved(_) => few.push(directory.clone()),
            }
        }
        let mut told_apart: Vec<Self> = Vec::new();
        for directory in few {
            if !told_apart.contains(&directory) {
                told_apart.push(directory);
            }
        }
        if told_apart.len() > FEW {
            Self::Unknown
        } else {
            Self::OneOf(told_apart.into())
        }
    }

    /// The directories to choose from; none where it is certain or unknown.
    pub fn choices(&self) -> &[Self] {
        match self {
            Self::OneOf(few) => few,
            Self::Start | Self::Moved(_) | Self::Unknown => &[],
        }
    }
}
