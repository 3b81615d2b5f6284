//! The part of a source that a finding shows, made safe to show.

use std::borrow::Cow;
use std::ops::Range;

use crate::{Source, Span, visible};

/// How much of one underlined stretch is shown.
const LABEL_BYTES: usize = 2 * 1024;
/// How much of a line is shown before the first and after the last underlined byte.
const MARGIN_BYTES: usize = 1024;
/// How far apart underlined stretches of one source may lie; one that lies further on is not shown.
const WINDOW_BYTES: usize = 64 * 1024;

/// Whole lines of a source (parts of lines, where they are very long) with every hidden character written as an
/// escape, and where the underlined stretches have gone.
///
/// Newlines stay newlines. Tabs stay too: the renderer widens them.
#[derive(Debug)]
pub(super) struct Excerpt {
    /// What is shown.
    pub(super) text: String,
    /// The number of its first line in the source, from 1.
    pub(super) first_line: usize,
    /// The stretches in `text`, in the order they were asked for; `None` for one that is not shown.
    pub(super) marks: Vec<Option<Range<usize>>>,
}

impl Excerpt {
    /// The part of `source` that holds these spans. Spans outside the text are shown at its end.
    pub(super) fn of(source: &Source, spans: &[Span]) -> Self {
        let whole = source.text();
        let clipped: Vec<Range<usize>> = spans.iter().map(|span| clip(whole, *span)).collect();
        let first = clipped.iter().map(|mark| mark.start).min().unwrap_or(0);
        let limit = first.saturating_add(WINDOW_BYTES);
        let last = clipped
            .iter()
            .map(|mark| mark.end)
            .filter(|end| *end <= limit)
            .max()
            .unwrap_or(first);
        let (start, cut_before) = window_start(whole, first);
        let (end, cut_after) = window_end(whole, last);

        let mut shown = Shown::default();
        if cut_before {
            shown.text.push('…');
        }
        let mut bounds = Vec::new();
        for mark in &clipped {
            bounds.push(mark.start);
            bounds.push(mark.end);
        }
        shown.copy(whole, start..end, bounds);
        if cut_after {
            shown.text.push('…');
        }
        let marks = clipped
            .iter()
            .map(|mark| (mark.end <= last).then(|| shown.place(mark.start)..shown.place(mark.end)))
            .collect();
        Self {
            text: shown.text,
            first_line: source.position(start).line,
            marks,
        }
    }
}

/// Text that was copied with escapes, and where chosen offsets of the original have gone.
#[derive(Debug, Default)]
struct Shown {
    text: String,
    /// Offset in the original, offset in the copy; sorted.
    places: Vec<(usize, usize)>,
}

impl Shown {
    fn copy(&mut self, whole: &str, window: Range<usize>, mut bounds: Vec<usize>) {
        bounds.retain(|bound| window.contains(bound) || *bound == window.end);
        bounds.sort_unstable();
        bounds.dedup();
        let mut from = window.start;
        for bound in bounds {
            self.push(whole.get(from..bound).unwrap_or_default());
            self.places.push((bound, self.text.len()));
            from = bound;
        }
        self.push(whole.get(from..window.end).unwrap_or_default());
    }

    /// Copies a piece. A newline or tab is kept, everything else goes the way of [`visible`].
    fn push(&mut self, piece: &str) {
        let mut rest = piece;
        while let Some(at) = rest.find(['\n', '\t']) {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.text.push_str(&visible(before));
            let mut characters = after.chars();
            self.text.extend(characters.next());
            rest = characters.as_str();
        }
        match visible(rest) {
            Cow::Borrowed(text) => self.text.push_str(text),
            Cow::Owned(text) => self.text.push_str(&text),
        }
    }

    fn place(&self, offset: usize) -> usize {
        self.places
            .binary_search_by_key(&offset, |(original, _)| *original)
            .ok()
            .and_then(|found| self.places.get(found))
            .map_or(self.text.len(), |(_, copied)| *copied)
    }
}

/// The span inside the text, on character boundaries, and no longer than what is shown of one stretch.
fn clip(whole: &str, span: Span) -> Range<usize> {
    let start = floor(whole, span.start());
    let end = span.end().min(start.saturating_add(LABEL_BYTES));
    let end = floor(whole, end);
    start..end.max(start)
}

/// The last character boundary at or before an offset.
fn floor(whole: &str, offset: usize) -> usize {
    let mut boundary = offset.min(whole.len());
    while !whole.is_char_boundary(boundary) {
        boundary = boundary.saturating_sub(1);
    }
    boundary
}

/// The start of the line, or a place in it when the line is very long; and whether something was left out.
fn window_start(whole: &str, first: usize) -> (usize, bool) {
    let before = whole.get(..first).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let nearest = floor(whole, first.saturating_sub(MARGIN_BYTES));
    if line < nearest {
        (nearest, true)
    } else {
        (line, false)
    }
}

/// The end of the line, or a place in it when the line is very long; and whether something was left out.
fn window_end(whole: &str, last: usize) -> (usize, bool) {
    let after = whole.get(last..).unwrap_or_default();
    let line = after
        .find('\n')
        .map_or(whole.len(), |newline| last.saturating_add(newline));
    let furthest = floor(whole, last.saturating_add(MARGIN_BYTES));
    if furthest < line {
        (furthest, true)
    } else {
        (line, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, span: (u32, u32)) -> (String, String, usize) {
        let excerpt = Excerpt::of(&Source::new("command", text), &[Span::new(span.0, span.1)]);
        let mark = excerpt.marks[0].clone().unwrap();
        (
            excerpt.text.clone(),
            excerpt.text.get(mark).unwrap().to_owned(),
            excerpt.first_line,
        )
    }

    macro_rules! shows {
        ($($name:ident: $text:expr, $span:expr => $shown:expr, $mark:expr, $line:expr;)+) => {
            $(#[test] fn $name() {
                assert_eq!(marked($text, $span), ($shown.to_owned(), $mark.to_owned(), $line));
            })+
        };
    }

    shows! {
        a_line_of_many: "a\nrm x\nb", (2, 4) => "rm x", "rm", 2;
        several_lines: "a\nb\nc\nd", (2, 5) => "b\nc", "b\nc", 2;
        a_control_before_the_mark: "\u{1b}[2J rm", (5, 7) => "\\u{1b}[2J rm", "rm", 1;
        a_bidi_mark_inside: "a\u{202e}b", (0, 5) => "a\\u{202e}b", "a\\u{202e}b", 1;
        a_carriage_return: "ls\r\nrm", (0, 2) => "ls\\r", "ls", 1;
        a_tab: "\tls", (1, 3) => "\tls", "ls", 1;
        the_end: "ls", (2, 2) => "ls", "", 1;
        past_the_end: "ls", (7, 9) => "ls", "", 1;
        a_split_character: "é", (1, 2) => "é", "é", 1;
        nothing: "", (0, 0) => "", "", 1;
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_mark() {
        let text = format!("{}rm{}", "é".repeat(100_000), "x".repeat(100_000));
        let (shown, mark, _) = marked(&text, (200_000, 200_002));
        assert_eq!(mark, "rm");
        assert!(shown.len() < 4 * MARGIN_BYTES);
        assert!(shown.starts_with('…') && shown.ends_with('…'));
    }

    #[test]
    fn a_very_long_mark_is_cut() {
        let (shown, mark, _) = marked(&"x".repeat(1_000_000), (0, 1_000_000));
        assert_eq!(mark.len(), LABEL_BYTES);
        assert!(shown.len() < 2 * LABEL_BYTES);
    }
}
