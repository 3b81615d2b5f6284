//! Findings as rustc shows them: the sources with the places underlined.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::excerpt::Excerpt;
use crate::{Diagnostic, Label, LabelRole, Severity, Source, Span, visible};

/// Whether the text may hold terminal colours. Nothing is looked up: who writes to a terminal says so.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Colours {
    /// Text alone.
    Plain,
    /// With ANSI colours.
    Ansi,
}

/// The findings one under another with an empty line between them, ending in a newline; empty for none.
///
/// Labels into one source share one excerpt, the primary label's source first: so a command is shown with its
/// deciding words underlined, and below it the policy line that decided.
pub fn human(findings: &[Diagnostic], colours: Colours) -> String {
    let renderer = match colours {
        Colours::Plain => Renderer::plain(),
        Colours::Ansi => Renderer::styled().hyperlink(false),
    }
    .decor_style(DecorStyle::Ascii);
    let shown: Vec<String> = findings
        .iter()
        .map(|finding| one(&renderer, finding) + "\n")
        .collect();
    shown.join("\n")
}

fn one(renderer: &Renderer, finding: &Diagnostic) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(visible(&finding.message))
        .id(finding.code.to_string());
    let mut group = Group::with_title(title);
    let mut places = Vec::new();
    for (source, labels) in by_source(&finding.labels) {
        let stand_in = stand_in(places.len());
        group = group.element(pictured(source, &labels).path(stand_in));
        places.push(place(source, &labels));
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    name_places(renderer.render(&[group]), &places)
}

/// What stands for the path of the source with this index until the picture is drawn. The renderer counts lines and
/// columns in the excerpt, where escapes widen a line; people want those of the source. No text that is shown holds
/// a word joiner, so nobody's text can look like this.
fn stand_in(index: usize) -> String {
    format!("\u{2060}{index}\u{2060}")
}

/// Puts `name:line:column` where the stand-ins and the excerpt's numbers are.
fn name_places(mut picture: String, places: &[String]) -> String {
    for (index, place) in places.iter().enumerate() {
        let stand_in = stand_in(index);
        if let Some(start) = picture.find(&stand_in) {
            let tail = start.saturating_add(stand_in.len());
            let numbers = picture.get(tail..).unwrap_or_default();
            let digits = |byte: &u8| byte.is_ascii_digit() || *byte == b':';
            let end = tail.saturating_add(numbers.bytes().take_while(digits).count());
            picture.replace_range(start..end, place);
        }
    }
    picture
}

/// `name:line:column` of the first primary label, or of the first.
fn place(source: &Source, labels: &[&Label]) -> String {
    let primary = labels.iter().find(|label| label.role == LabelRole::Primary);
    let start = primary.or(labels.first()).map_or(0, |label| label.span.start());
    let position = source.position(start);
    format!("{}:{}:{}", visible(source.name()), position.line, position.column)
}

/// Labels gathered by source, in the order in which the sources first occur.
fn by_source(labels: &[Label]) -> Vec<(&Source, Vec<&Label>)> {
    let mut gathered: Vec<(&Source, Vec<&Label>)> = Vec::new();
    for label in labels {
        match gathered.iter_mut().find(|(source, _)| **source == label.source) {
            Some((_, of_source)) => of_source.push(label),
            None => gathered.push((&label.source, vec![label])),
        }
    }
    gathered.sort_by_key(|(_, of_source)| of_source.iter().all(|label| label.role == LabelRole::Context));
    gathered
}

fn pictured<'a>(source: &'a Source, labels: &[&'a Label]) -> Snippet<'a, Annotation<'a>> {
    let spans: Vec<Span> = labels.iter().map(|label| label.span).collect();
    let excerpt = Excerpt::of(source, &spans);
    let annotations = labels.iter().zip(excerpt.marks).filter_map(|(label, mark)| {
        let kind = match label.role {
            LabelRole::Primary => AnnotationKind::Primary,
            LabelRole::Context => AnnotationKind::Context,
        };
        let text = (!label.text.is_empty()).then(|| visible(&label.text));
        Some(kind.span(mark?).label(text))
    });
    Snippet::source(excerpt.text)
        .line_start(excerpt.first_line)
        .annotations(annotations)
}
