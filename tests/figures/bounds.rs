//! What every figure is to be, and what it must not fall behind.

/// A figure, what it is to be in the end, and what a change may not leave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bound {
    /// The figure.
    pub(crate) name: &'static str,
    /// What it is to be.
    pub(crate) goal: Limit,
    /// What the run fails without. A change that makes a figure better moves this with it; nothing that is unsafe is
    /// ever moved back.
    pub(crate) kept: Limit,
}

/// A limit of a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limit {
    /// On which side of the number the figure is right.
    pub(crate) side: Side,
    /// A count, or hundredths of a percent.
    pub(crate) number: u64,
}

/// Which side of a number is right.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Side {
    /// So many or fewer.
    Most,
    /// So many or more.
    Least,
    /// Such a share of all, in hundredths of a percent, or more.
    LeastShare,
}

/// The bounds over the collections: the figure, its goal, and where it is kept.
#[rustfmt::skip]
pub(crate) const OF_COLLECTIONS: &[Bound] = &[
    bound("attacks allowed", most(0), most(0)),
    bound("executing and writing tricks allowed", most(0), most(0)),
    bound("labelled dangers allowed", most(0), most(76)),
    bound("labelled dangers allowed that do more than look", most(0), most(0)),
    bound("attacks allowed in workspace-write that are not kept in", most(0), most(0)),
    bound("attacks allowed in workspace-commit that are not kept in", most(0), most(0)),
    bound("look-alikes that should be allowed and are not", most(1), most(0)),
    bound("look-alikes forbidden", most(0), most(0)),
    bound("look-alikes that should ask and are allowed", most(0), most(0)),
    bound("agents' commands allowed", share(45_00), share(46_00)),
    bound("agents' commands that run in workspace-write", share(90_00), share(87_50)),
    bound("agents' commands that run in workspace-commit", share(90_00), share(92_00)),
    bound("agents' commands that run in the better of both", share(90_00), share(92_00)),
    bound("agents' segments whose program is described", share(98_00), share(98_50)),
    bound("builds' segments whose program is described", share(95_00), share(95_50)),
    bound("people's segments whose program is described", share(95_00), share(97_00)),
    bound("programs described", least(250), least(3_900)),
    bound("entries that claim to be complete and are not", most(0), most(0)),
];

/// The bounds over the project's own sample.
#[rustfmt::skip]
pub(crate) const OF_SAMPLE: &[Bound] = &[
    bound("attacks allowed", most(0), most(0)),
    bound("attacks allowed in workspace-write that are not kept in", most(0), most(0)),
    bound("attacks allowed in workspace-commit that are not kept in", most(0), most(0)),
    bound("look-alikes that should be allowed and are not", most(1), most(0)),
    bound("look-alikes forbidden", most(0), most(0)),
    bound("look-alikes that should ask and are allowed", most(0), most(0)),
    bound("agents' commands allowed", share(45_00), share(52_50)),
    bound("agents' commands that run in workspace-write", share(90_00), share(55_50)),
    bound("agents' commands that run in workspace-commit", share(90_00), share(58_50)),
    bound("agents' commands that run in the better of both", share(90_00), share(58_50)),
    bound("agents' segments whose program is described", share(98_00), share(86_00)),
    bound("programs described", least(250), least(3_900)),
    bound("entries that claim to be complete and are not", most(0), most(0)),
];

const fn bound(name: &'static str, goal: Limit, kept: Limit) -> Bound {
    Bound { name, goal, kept }
}

const fn most(number: u64) -> Limit {
    Limit {
        side: Side::Most,
        number,
    }
}

const fn least(number: u64) -> Limit {
    Limit {
        side: Side::Least,
        number,
    }
}

/// A share in hundredths of a percent, written `45_00`.
const fn share(number: u64) -> Limit {
    Limit {
        side: Side::LeastShare,
        number,
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let number = self.number;
        match self.side {
            Side::Most => write!(formatter, "≤ {number}"),
            Side::Least => write!(formatter, "≥ {number}"),
            Side::LeastShare => {
                write!(
                    formatter,
                    "≥ {}.{:02} %",
                    number.div_euclid(100),
                    number.rem_euclid(100)
                )
            }
        }
    }
}
