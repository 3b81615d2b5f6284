//! A unified diff of one file, and its exact application.

#[cfg(test)]
mod tests;

/// Lines before and after the stated one in which a hunk is looked for.
const NEARBY: usize = 500;

/// Bytes that are compared in such lines, of all diffs of a patch together.
pub(super) const COMPARED: usize = 64 * 1024 * 1024;

/// A unified diff of one file.
#[derive(Clone, Debug)]
pub(super) struct Hunks<'a>(Vec<Hunk<'a>>);

#[derive(Clone, Debug, Default)]
struct Hunk<'a> {
    /// Lines before it in the old text.
    before: usize,
    lines: Vec<(Mark, Line<'a>)>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mark {
    Kept,
    Removed,
    Added,
}

/// A line, and whether a newline ends it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Line<'a> {
    text: &'a str,
    is_ended: bool,
}

/// Why a diff is none, or does not fit.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub(super) enum HunkError {
    #[error("line {line} of the diff: {why}")]
    Malformed { line: usize, why: &'static str },
    #[error("hunk {hunk} does not match the file: its lines are not at line {line}, and not near it")]
    NoMatch { hunk: usize, line: usize },
    #[error("hunk {hunk} does not match the file at line {line}, and matches in several places near it")]
    Ambiguous { hunk: usize, line: usize },
    #[error(
        "hunk {hunk} does not match the file at line {line}, and it takes too long to look for it near there"
    )]
    TooLong { hunk: usize, line: usize },
    #[error("hunk {hunk} leaves a line without its newline inside of the file")]
    Unended { hunk: usize },
}

impl<'a> Hunks<'a> {
    /// Reads a diff. Lines before the first hunk are headers (`---`, `+++`, `diff`, `index`).
    pub(super) fn parse(diff: &'a str) -> Result<Self, HunkError> {
        let mut hunks: Vec<Hunk<'a>> = Vec::new();
        let (mut old, mut new) = (0_usize, 0_usize);
        for (number, line) in diff.split_terminator('\n').enumerate() {
            let wrong = |why| HunkError::Malformed {
                line: number.saturating_add(1),
                why,
            };
            if let Some(marked) = line.strip_prefix('\\') {
                let last = hunks.last_mut().and_then(|hunk| hunk.lines.last_mut());
                let (_, last) = last.ok_or_else(|| wrong("it marks no line"))?;
                if !marked.starts_with(' ') || !last.is_ended {
                    return Err(wrong("it is not `\\ No newline at end of file`"));
                }
                last.is_ended = false;
                continue;
            }
            if old == 0 && new == 0 {
                if let Some(header) = line.strip_prefix("@@ -") {
                    let (hunk, counts) = header_of(header).ok_or_else(|| wrong("a hunk begins otherwise"))?;
                    (old, new) = counts;
                    hunks.push(hunk);
                } else if !line.is_empty() && (!hunks.is_empty() || !is_file_header(line)) {
                    return Err(wrong(
                        "a hunk begins with `@@ -`, and has as many lines as that says",
                    ));
                }
                continue;
            }
            let hunk = hunks.last_mut().ok_or_else(|| wrong("no hunk has begun"))?;
            let (mark, text) = match line.chars().next() {
                // Tools that strip blanks at the end of lines leave nothing of an empty line.
                None => (Mark::Kept, ""),
                Some(' ') => (Mark::Kept, line.get(1..).unwrap_or_default()),
                Some('-') => (Mark::Removed, line.get(1..).unwrap_or_default()),
                Some('+') => (Mark::Added, line.get(1..).unwrap_or_default()),
                Some(_) => return Err(wrong("a line of a hunk begins with ` `, `-`, `+` or `\\`")),
            };
            let counted = match mark {
                Mark::Kept => old.checked_sub(1).zip(new.checked_sub(1)),
                Mark::Removed => old.checked_sub(1).zip(Some(new)),
                Mark::Added => Some(old).zip(new.checked_sub(1)),
            };
            (old, new) = counted.ok_or_else(|| wrong("the hunk has more lines than it says"))?;
            hunk.lines.push((mark, Line { text, is_ended: true }));
        }
        let end = diff.split_terminator('\n').count();
        let wrong = |why| Err(HunkError::Malformed { line: end, why });
        match (hunks.is_empty(), old == 0 && new == 0) {
            (true, _) => wrong("there is no hunk in it"),
            (_, false) => wrong("the last hunk has fewer lines than it says"),
            _ => Ok(Self(hunks)),
        }
    }

    /// The text that the diff makes of another.
    ///
    /// The old lines of a hunk are those of the file, byte for byte, at the stated line (moved as the hunk before it
    /// was), or else in exactly one place at most [`NEARBY`] lines from there and after the
    /// hunk before. A hunk without old lines is put where it says. What is compared near the stated line is taken from
    /// what is left of [`COMPARED`].
    pub(super) fn apply(&self, text: &str, left: &mut usize) -> Result<String, HunkError> {
        let lines: Vec<Line<'_>> = lines(text).collect();
        let mut made: Vec<Line<'_>> = Vec::with_capacity(lines.len());
        let mut at = 0_usize;
        let mut moved = 0_isize;
        for (index, hunk) in self.0.iter().enumerate() {
            let number = index.saturating_add(1);
            let old: Vec<Line<'_>> = hunk.side(Mark::Added).collect();
            let found = hunk.find(&old, (&lines, at), moved, number, left)?;
            moved = found.cast_signed().saturating_sub(hunk.before.cast_signed());
            // Its last line may have been looked at as the last of all.
            let looked = made.len().saturating_sub(1);
            made.extend(lines.get(at..found).unwrap_or_default());
            made.extend(hunk.side(Mark::Removed));
            at = found.saturating_add(old.len());
            let end = made.len().saturating_sub(usize::from(at >= lines.len()));
            if made
                .get(looked..end)
                .is_some_and(|made| made.iter().any(|line| !line.is_ended))
            {
                return Err(HunkError::Unended { hunk: number });
            }
        }
        made.extend(lines.get(at..).unwrap_or_default());
        let mut result = String::with_capacity(text.len());
        for line in made {
            result.push_str(line.text);
            if line.is_ended {
                result.push('\n');
            }
        }
        Ok(result)
    }
}

impl<'a> Hunk<'a> {
    /// Its lines but those of one mark.
    fn side(&self, without: Mark) -> impl Iterator<Item = Line<'a>> {
        let lines = self.lines.iter();
        lines
            .filter(move |(mark, _)| *mark != without)
            .map(|(_, line)| *line)
    }

    /// The line, counted from 0, that the old lines begin at, at or after one of the file's. What is compared near the stated
    /// line is taken from what is left.
    fn find(
        &self,
        old: &[Line<'_>],
        (lines, from): (&[Line<'_>], usize),
        moved: isize,
        hunk: usize,
        left: &mut usize,
    ) -> Result<usize, HunkError> {
        let line = self.before.saturating_add(1);
        let stated = self.before.saturating_add_signed(moved);
        let at_place = |at: usize| at.checked_add(old.len()).and_then(|end| lines.get(at..end));
        if stated >= from && at_place(stated).is_some_and(|found| found == old) {
            return Ok(stated);
        }
        if old.is_empty() {
            return Err(HunkError::NoMatch { hunk, line });
        }
        let near = stated.saturating_sub(NEARBY).max(from)..stated.saturating_add(NEARBY).min(lines.len());
        let mut only = None;
        for at in near {
            let Some(found) = at_place(at) else { break };
            let too_long = || HunkError::TooLong { hunk, line };
            if is_same(found, old, left).ok_or_else(too_long)? && only.replace(at).is_some() {
                return Err(HunkError::Ambiguous { hunk, line });
            }
        }
        only.ok_or(HunkError::NoMatch { hunk, line })
    }
}

/// Whether these are the same lines; `None` where more would be compared than is left.
fn is_same(one: &[Line<'_>], other: &[Line<'_>], left: &mut usize) -> Option<bool> {
    for (one, other) in one.iter().zip(other) {
        let is_long = one.text.len() == other.text.len();
        let compared = if is_long { one.text.len() } else { 0 };
        *left = left.checked_sub(compared.saturating_add(1))?;
        if one != other {
            return Some(false);
        }
    }
    Some(true)
}

fn is_file_header(line: &str) -> bool {
    ["--- ", "+++ ", "diff ", "index "]
        .iter()
        .any(|start| line.starts_with(start))
}

/// Of what follows `@@ -`: the hunk, and the numbers of its old and new lines.
fn header_of<'a>(header: &str) -> Option<(Hunk<'a>, (usize, usize))> {
    let (ranges, _) = header.split_once(" @@")?;
    let (old, new) = ranges.split_once(" +")?;
    let range = |text: &str| -> Option<(usize, usize)> {
        let (start, count) = text.split_once(',').unwrap_or((text, "1"));
        let number = |digits: &str| {
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| digits.parse().ok()).flatten()
        };
        Some((number(start)?, number(count)?))
    };
    let (start, old) = range(old)?;
    let (_, new) = range(new)?;
    // A range without lines names the line before it.
    let before = if old == 0 { start } else { start.checked_sub(1)? };
    let lines = Vec::new();
    (old > 0 || new > 0).then_some((Hunk { before, lines }, (old, new)))
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.split_inclusive('\n')
        .map(|line| match line.strip_suffix('\n') {
            Some(text) => Line { text, is_ended: true },
            None => Line {
                text: line,
                is_ended: false,
            },
        })
}
