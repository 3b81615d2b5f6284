//! Texts that a program hands to a shell, read as scripts whose places lie in the script around them.

use diagnostics::Span;
use shell_parser::{Dialect, Gap, Input, Limits, Place, Segment, WorkingDirectory};

use crate::path::lexical;
use crate::{NestedScript, SegmentVerdict};

/// A text to open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Text {
    /// What the shell will read.
    script: Box<str>,
    dialect: Dialect,
    wrapper: Box<str>,
    /// Where it stands in the script around it.
    pub(super) place: Spot,
}

/// How places in an inner text lie in the outer one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spot {
    /// The inner text stands there letter by letter, between two quote characters.
    Verbatim(Span),
    /// It is spelled in another way, so every place in it is the whole word.
    Whole(Span),
}

/// The text that a reading says is handed to a shell.
pub(super) fn text(segment: &Segment, nested: &NestedScript) -> Option<Text> {
    let argument = segment.argv.get(nested.argument)?;
    let script = argument.value.exact()?;
    Some(Text {
        script: script.into(),
        dialect: nested.dialect,
        wrapper: nested.wrapper.clone(),
        place: Spot::new(argument.span, script),
    })
}

/// The segments and gaps of the text, as parts of the script that holds it.
pub(super) fn open(text: &Text, outer: &Segment) -> (Vec<Segment>, Vec<Gap>) {
    let script = shell_parser::parse(&text.script, text.dialect, &Limits::default());
    let mut segments = shell_parser::segments(&script);
    for segment in &mut segments {
        text.place.lay_out(segment);
        segment.place = Place::Nested(text.wrapper.clone());
        segment.background |= outer.background;
        segment.directory = from_outer(&outer.directory, &segment.directory);
    }
    let gaps = script.gaps.into_iter().map(|gap| Gap {
        span: text.place.map(gap.span),
        reason: gap.reason,
    });
    (segments, gaps.collect())
}

/// Numbers the pipes between segments of one text by the places that those segments got in the whole list.
pub(super) fn renumber_pipes(segments: &mut [SegmentVerdict], places: &[usize]) {
    for place in places {
        if let Some(Input::Pipe(from)) = segments.get_mut(*place).map(|found| &mut found.segment.input) {
            *from = from
                .iter()
                .filter_map(|index| places.get(*index).copied())
                .collect();
        }
    }
}

impl Spot {
    /// Tells by its length whether a word is its text between two quote characters. A text with characters of more
    /// than one byte could be cut in one, so its place is the whole word.
    fn new(word: Span, text: &str) -> Self {
        if text.is_ascii() && word.len() == text.len().saturating_add(2) {
            Self::Verbatim(word)
        } else {
            Self::Whole(word)
        }
    }

    /// The whole word.
    pub(super) fn span(self) -> Span {
        match self {
            Self::Verbatim(word) | Self::Whole(word) => word,
        }
    }

    /// Where a stretch of the inner text lies in the outer one.
    fn map(self, inner: Span) -> Span {
        match self {
            Self::Verbatim(word) => {
                let start = word.start().saturating_add(1);
                let at = |offset: usize| start.saturating_add(offset).min(word.end());
                Span::of(at(inner.start()), at(inner.end()))
            }
            Self::Whole(word) => word,
        }
    }

    /// Moves every place of a segment into the outer text.
    fn lay_out(self, segment: &mut Segment) {
        segment.span = self.map(segment.span);
        for argument in &mut segment.argv {
            argument.span = self.map(argument.span);
        }
        for setting in &mut segment.assignments {
            setting.span = self.map(setting.span);
        }
        for redirect in &mut segment.redirects {
            redirect.span = self.map(redirect.span);
        }
    }
}

/// Where an inner segment runs, seen from where the outer script started.
pub(super) fn from_outer(outer: &WorkingDirectory, inner: &WorkingDirectory) -> WorkingDirectory {
    match (outer, inner) {
        (_, WorkingDirectory::Start) => outer.clone(),
        (_, WorkingDirectory::Moved(path)) if path.starts_with('/') => inner.clone(),
        (WorkingDirectory::Start, _) => inner.clone(),
        (WorkingDirectory::Moved(outer), WorkingDirectory::Moved(path)) => {
            WorkingDirectory::Moved(lexical(&format!("{outer}/{path}")).into())
        }
        (WorkingDirectory::Unknown, WorkingDirectory::Moved(_)) | (_, WorkingDirectory::Unknown) => {
            WorkingDirectory::Unknown
        }
    }
}
