//! Brace expansion: one written word to the list of words that bash makes of it before anything else.
//!
//! Only well-formed lists and sequences are followed (bash manual, 3.5.1): braces that pair, a comma in each list,
//! plain numbers or letters of one case in each sequence. What else bash may make of braces stays unknown.

use crate::{Part, Quoting, Word};

/// How many words one word may become.
const FEW: usize = 128;

/// How deep lists nest.
const DEEP: usize = 8;

/// Where the unquoted braces and commas of a word stand: the indices of the parts that hold nothing else.
#[derive(Clone, Debug, Default)]
pub(super) struct Braces {
    /// The parts that are a bare `{`, `}` or `,`.
    pub(super) marks: Vec<usize>,
    /// The parts that are written without a quote or an escape and hold a `..`.
    pub(super) ranges: Vec<usize>,
    /// Whether something in the word could mean something else behind or before another piece: a tilde, a `$`.
    pub(super) uncertain: bool,
}

/// The words that bash makes of this one, in order; `None` where that is not certain.
pub(super) fn expand(word: &Word, braces: &Braces) -> Option<Vec<Word>> {
    let joins = |part: &Part| match part {
        Part::Literal(_) | Part::Pattern(_) | Part::Substitution { .. } | Part::Process { .. } => false,
        // `$x{a,b}` is `$xa $xb`.
        Part::Parameter { quoting, .. } | Part::Derived { quoting, .. } => *quoting == Quoting::Unquoted,
        Part::Array(_) | Part::Opaque { .. } => true,
    };
    if braces.uncertain || word.parts.iter().any(joins) {
        return None;
    }
    let mut reader = Reader {
        parts: &word.parts,
        braces,
        at: 0,
        depth: 0,
    };
    let lists = reader.run(Stop::End)?;
    let words = lists.into_iter().filter(|parts| !parts.is_empty());
    Some(
        words
            .map(|parts| Word {
                parts,
                span: word.span,
            })
            .collect(),
    )
}

/// A reading of the parts from left to right.
struct Reader<'a> {
    parts: &'a [Part],
    braces: &'a Braces,
    at: usize,
    /// How many lists are open.
    depth: usize,
}

/// What ends a run.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stop {
    /// The end of the word.
    End,
    /// A `,` or a `}`.
    Element,
}

type Lists = Vec<Vec<Part>>;

impl Reader<'_> {
    fn mark(&self) -> Option<char> {
        match self.parts.get(self.at)? {
            Part::Literal(text) if self.braces.marks.contains(&self.at) => text.chars().next(),
            _ => None,
        }
    }

    /// Pieces side by side: each list in them multiplies what stands before.
    fn run(&mut self, stop: Stop) -> Option<Lists> {
        let mut lists: Lists = vec![Vec::new()];
        while let Some(part) = self.parts.get(self.at) {
            match (self.mark(), stop) {
                (Some('{'), _) => {
                    self.at = self.at.saturating_add(1);
                    lists = product(&lists, &self.list()?)?;
                    continue;
                }
                (Some(_), Stop::Element) => return Some(lists),
                // A `}` without its `{` is text, and what bash makes of it depends on what stands before.
                (Some('}'), Stop::End) => return None,
                (Some(_) | None, _) => lists.iter_mut().for_each(|list| list.push(part.clone())),
            }
            self.at = self.at.saturating_add(1);
        }
        (stop == Stop::End).then_some(lists)
    }

    /// What stands between `{` and `}`: elements between commas, or a sequence.
    fn list(&mut self) -> Option<Lists> {
        let mut elements = Lists::new();
        let mut count: usize = 0;
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEEP {
            return None;
        }
        let range = self.at;
        loop {
            let mut element = self.run(Stop::Element)?;
            count = count.saturating_add(1);
            let closes = self.mark()? == '}';
            self.at = self.at.saturating_add(1);
            if closes {
                self.depth = self.depth.saturating_sub(1);
            }
            if closes && count == 1 {
                let is_range = self.braces.ranges.contains(&range);
                return sequence(self.parts.get(range).filter(|_| is_range)?, &element);
            }
            elements.append(&mut element);
            if elements.len() > FEW {
                return None;
            }
            if closes {
                return Some(elements);
            }
        }
    }
}

fn product(left: &Lists, right: &Lists) -> Option<Lists> {
    if left.len().saturating_mul(right.len()) > FEW {
        return None;
    }
    let join = |before: &Vec<Part>| {
        right
            .iter()
            .map(|after| before.iter().chain(after).cloned().collect())
            .collect::<Lists>()
    };
    Some(left.iter().flat_map(join).collect())
}

/// `1..5`, `05..1`, `a..e`, `1..9..2`.
fn sequence(range: &Part, element: &Lists) -> Option<Lists> {
    let Part::Literal(text) = range else {
        return None;
    };
    // The range is all that stands between the braces.
    if *element != [[range.clone()]] {
        return None;
    }
    let mut ends = text.split("..");
    let (first, last, step) = (ends.next()?, ends.next()?, ends.next());
    if ends.next().is_some() {
        return None;
    }
    let texts = match (letter(first), letter(last)) {
        (Some(first), Some(last)) if first.is_ascii_lowercase() == last.is_ascii_lowercase() => {
            let letters = steps(i64::from(first), i64::from(last), step)?;
            let letter = |number: i64| u8::try_from(number).ok().map(|byte| char::from(byte).to_string());
            letters.into_iter().map(letter).collect::<Option<Vec<String>>>()?
        }
        _ => numbers(first, last, step)?,
    };
    Some(
        texts
            .into_iter()
            .map(|text| vec![Part::Literal(text.into())])
            .collect(),
    )
}

fn letter(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => Some(*letter),
        _ => None,
    }
}

/// Numbers of one width where an end is written with a zero before it.
fn numbers(first: &str, last: &str, step: Option<&str>) -> Option<Vec<String>> {
    let padded = [first, last]
        .iter()
        .any(|end| end.trim_start_matches('-').starts_with('0') && end.trim_start_matches('-').len() > 1);
    let width = if padded { first.len().max(last.len()) } else { 0 };
    let numbers = steps(number(first)?, number(last)?, step)?;
    Some(
        numbers
            .into_iter()
            .map(|number| format!("{number:0width$}"))
            .collect(),
    )
}

/// Digits, maybe with a minus before them, few enough to count with.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}

/// From one end to the other; the sign of the step does not matter, and 0 counts as 1.
fn steps(first: i64, last: i64, step: Option<&str>) -> Option<Vec<i64>> {
    let width = match step {
        Some(step) => number(step)?.unsigned_abs().max(1),
        None => 1,
    };
    let count = first.abs_diff(last).checked_div(width)?.saturating_add(1);
    if usize::try_from(count).ok()? > FEW {
        return None;
    }
    let width = i64::try_from(width).ok()?;
    let signed = if first <= last {
        width
    } else {
        width.saturating_neg()
    };
    (0..count)
        .map(|index| first.checked_add(signed.checked_mul(i64::try_from(index).ok()?)?))
        .collect()
}
