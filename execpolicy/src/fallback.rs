//! The seam for what no rule speaks for.

mod built_in;
#[cfg(test)]
mod tests;

use shell_parser::Segment;

use crate::{Basis, Context, Effect, Profile};

pub use built_in::BuiltIn;

/// Decides what no layer's allow speaks for. A closure over [`Unspoken`] and [`Context`] is one.
pub trait Fallback {
    /// Answers for the program (where no allow speaks for it) and for each effect that is left. The answer is the
    /// join of the bases, so at least one is needed; an empty list counts as a prompt.
    fn rule_on(&self, unspoken: &Unspoken<'_>, context: &Context) -> Ruling;

    /// Whether a rule allows an effect, whichever program has it: then no confinement need keep it in.
    fn allows(&self, segment: &Segment, effect: &Effect, context: &Context) -> bool {
        let _ = (segment, effect, context);
        false
    }

    /// What speaks against effects of a segment that an allow of a layer would speak for: a path that is guarded,
    /// whoever reads it. Nothing, unless the fallback guards paths.
    fn objects_to(&self, segment: &Segment, effects: &[&Effect], context: &Context) -> Vec<Basis> {
        let _ = (segment, effects, context);
        Vec::new()
    }
}

/// What is left of a segment after the layers' allows.
#[derive(Clone, Copy, Debug)]
pub struct Unspoken<'a> {
    /// The segment.
    pub segment: &'a Segment,
    /// Whether an allow of a layer speaks for running the program with its ordinary effects.
    pub spoken_for: bool,
    /// The knowledge that described the segment, such as `git log`; `None` where nothing is known of the program.
    pub entry: Option<&'a str>,
    /// The effects that are left; all of them where nothing speaks for the program.
    pub effects: &'a [Effect],
    /// The profile that the script runs in, where it keeps all these effects in: then the answer is that of rules
    /// which surely match, and none is needed.
    pub confined: Option<&'a Profile>,
}

/// The fallback's answer.
pub type Ruling = Vec<Basis>;

impl<F: Fn(&Unspoken<'_>, &Context) -> Ruling> Fallback for F {
    fn rule_on(&self, unspoken: &Unspoken<'_>, context: &Context) -> Ruling {
        self(unspoken, context)
    }
}
