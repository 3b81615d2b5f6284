//! What a program has run, read as scripts and commands whose places lie in the script around them.

use diagnostics::Span;
use shell_parser::{Dialect, Environment, Gap, Input, Limits, Place, Segment, WorkingDirectory};

use crate::knowledge::shell::Shell;
use crate::path::lexical;
use crate::{Context, Nested, Ran, SegmentVerdict};

/// Something to open.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Text {
    content: Content,
    wrapper: Box<str>,
    /// Where it runs, seen from where the segment does that runs it.
    directory: WorkingDirectory,
    /// Where it stands in the script around it.
    pub(super) place: Spot,
}

/// What is opened.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Content {
    /// What a shell will read.
    Script { text: Box<str>, dialect: Dialect },
    /// Words that no shell reads again.
    Command(Box<Segment>),
}

/// How places in an inner text lie in the outer one.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Spot {
    /// The inner text stands there letter by letter, between two quote characters.
    Verbatim(Span),
    /// It is spelled in another way, so every place in it is the whole word.
    Whole(Span),
}

/// What a reading says is run.
pub(super) fn text(segment: &Segment, nested: &Nested) -> Option<Text> {
    let (content, place) = match &nested.ran {
        Ran::Script { dialect, text } => {
            let script = text.value.exact()?;
            // A text put together of several words may by chance be as long as one.
            let is_word = segment.argv.iter().any(|argument| argument == text);
            let place = if is_word {
                Spot::new(text.span, script)
            } else {
                Spot::Whole(text.span)
            };
            let content = Content::Script {
                text: script.into(),
                dialect: *dialect,
            };
            (content, place)
        }
        Ran::Command { argv, settings } => {
            let spans = argv.iter().map(|argument| argument.span);
            let span = spans
                .chain(settings.iter().map(|setting| setting.span))
                .reduce(Span::to)?;
            let inner = Segment {
                argv: argv.clone(),
                assignments: settings.clone(),
                redirects: Vec::new(),
                input: match &segment.input {
                    // The stages of the pipe are numbered for the segment itself.
                    Input::Inherited | Input::Pipe(_) | Input::Stage(_) | Input::Found(_) => Input::Inherited,
                    Input::Text(_) | Input::File => segment.input.clone(),
                },
                place: Place::Nested(nested.wrapper.clone()),
                background: segment.background,
                directory: WorkingDirectory::Start,
                span,
            };
            (Content::Command(Box::new(inner)), Spot::Whole(span))
        }
    };
    Some(Text {
        content,
        wrapper: nested.wrapper.clone(),
        directory: nested.directory.clone(),
        place,
    })
}

/// The segments and gaps of what is run, as parts of the script that holds it.
pub(super) fn open(text: &Text, outer: &Segment, context: &Context) -> (Vec<Segment>, Vec<Gap>) {
    let directory = from_outer(&outer.directory, &text.directory);
    let (script, dialect) = match &text.content {
        Content::Command(inner) => {
            let mut inner = Segment::clone(inner);
            inner.directory = directory;
            return (vec![inner], Vec::new());
        }
        Content::Script { text, dialect } => (text, *dialect),
    };
    let script = shell_parser::parse(script, dialect, &Limits::default());
    let environment = if keeps_home(outer) {
        context.shell()
    } else {
        Environment::default()
    };
    let mut segments = shell_parser::segments_in(&script, &environment);
    for segment in &mut segments {
        text.place.lay_out(segment);
        segment.place = Place::Nested(text.wrapper.clone());
        segment.background |= outer.background;
        segment.directory = from_outer(&directory, &segment.directory);
    }
    let gaps = script.gaps.into_iter().map(|gap| Gap {
        span: text.place.map(gap.span),
        reason: gap.reason,
    });
    (segments, gaps.collect())
}

/// Whether a shell that a segment starts has the same home: it is started by the script itself, and not by a program
/// that may run it for somebody else, elsewhere, or in another environment.
fn keeps_home(outer: &Segment) -> bool {
    let is_shell = outer
        .argv
        .first()
        .and_then(|program| program.value.exact())
        .is_some_and(|program| Shell::named(program).is_some());
    let sets = outer.assignments.iter().any(|setting| &*setting.name == "HOME");
    is_shell && !sets && !matches!(outer.place, Place::Nested(_))
}

/// Numbers the pipes between segments of one text by the places that those segments got in the whole list.
pub(super) fn renumber_pipes(segments: &mut [SegmentVerdict], places: &[usize]) {
    for place in places {
        match segments.get_mut(*place).map(|found| &mut found.segment.input) {
            Some(Input::Pipe(from)) => {
                *from = from
                    .iter()
                    .filter_map(|index| places.get(*index).copied())
                    .collect();
            }
            Some(Input::Stage(from)) => {
                if let Some(place) = places.get(*from) {
                    *from = *place;
                }
            }
            Some(Input::Inherited | Input::Found(_) | Input::Text(_) | Input::File) | None => {}
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
        (WorkingDirectory::OneOf(few), _) => one_of(few.iter().map(|outer| from_outer(outer, inner))),
        (_, WorkingDirectory::OneOf(few)) => one_of(few.iter().map(|inner| from_outer(outer, inner))),
        (WorkingDirectory::Moved(outer), WorkingDirectory::Moved(path)) => {
            WorkingDirectory::Moved(lexical(&format!("{outer}/{path}")).into())
        }
        (WorkingDirectory::Unknown, WorkingDirectory::Moved(_)) | (_, WorkingDirectory::Unknown) => {
            WorkingDirectory::Unknown
        }
    }
}

/// Any of these; one that is not known makes all of them so.
fn one_of(directories: impl Iterator<Item = WorkingDirectory>) -> WorkingDirectory {
    directories
        .reduce(|one, other| one.or(&other))
        .unwrap_or(WorkingDirectory::Unknown)
}
