//! One name of a path beside one component of a pattern.

use super::place::Spelling;
use crate::Certainty;

/// A component with wildcards, taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Wildcards {
    atoms: Box<[Atom]>,
}

/// A part of a component.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Atom {
    /// `*`
    Many,
    /// `?`
    One,
    /// A character that stands for itself.
    Letter(char),
    /// `[a-z0-9]`, as ranges.
    Set(Box<[(char, char)]>),
    /// `[!a-z0-9]`, as the ranges that are not meant.
    NotSet(Box<[(char, char)]>),
}

impl Wildcards {
    /// Reads a component; `None` where a bracket does not close or holds nothing.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let mut atoms = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            atoms.push(match character {
                '*' => Atom::Many,
                '?' => Atom::One,
                '[' => {
                    let (inside, rest) = characters.as_str().split_once(']')?;
                    characters = rest.chars();
                    match inside.strip_prefix('!') {
                        Some(inside) => Atom::NotSet(ranges(inside)?),
                        None => Atom::Set(ranges(inside)?),
                    }
                }
                letter => Atom::Letter(letter),
            });
        }
        Some(Self { atoms: atoms.into() })
    }

    /// Whether every name is meant.
    pub(super) fn is_anything(&self) -> bool {
        self.atoms.iter().all(|atom| *atom == Atom::Many)
    }

    /// How surely a name is one that is meant.
    pub(crate) fn meets(&self, name: &str, spelling: Spelling) -> Option<Certainty> {
        match spelling {
            Spelling::Plain => self.means(name).then_some(Certainty::Yes),
            Spelling::Pattern if self.is_anything() => Some(Certainty::Yes),
            Spelling::Pattern => self.intersects(name).then_some(Certainty::Maybe),
        }
    }

    /// Whether this very name is meant. Every name in `/etc` is asked about before a command is confined: nothing is
    /// kept but where the last star began, which takes one character more wherever the rest does not fit.
    fn means(&self, name: &str) -> bool {
        let mut atoms = &*self.atoms;
        let mut characters = name.chars();
        let mut last_star = None;
        loop {
            let mut ahead = characters.clone();
            match (atoms.split_first(), ahead.next()) {
                (None, None) => return true,
                (Some((Atom::Many, after)), _) => {
                    last_star = Some((after, characters.clone()));
                    atoms = after;
                    continue;
                }
                (Some((atom, after)), Some(character)) if atom.takes(character) => {
                    characters = ahead;
                    atoms = after;
                    continue;
                }
                (Some(_), Some(_)) | (None, Some(_)) | (Some(_), None) => {}
            }
            let Some((after, from)) = &mut last_star else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            atoms = after;
            characters = from.clone();
        }
    }

    /// Whether some text is meant here that the shell's pattern may match. A bracket of the shell stands for anything
    /// from there on.
    fn intersects(&self, pattern: &str) -> bool {
        let width = self.atoms.len().saturating_add(1);
        let mut reached = vec![false; width];
        self.reach(&mut reached, 0);
        let mut characters = pattern.chars();
        while let Some(mut character) = characters.next() {
            let mut is_any = false;
            let mut starred = false;
            match character {
                '[' | '(' => return reached.contains(&true),
                '?' => is_any = true,
                '*' => starred = true,
                '\\' => character = characters.next().unwrap_or('\\'),
                _ => {}
            }
            let mut after = vec![false; width];
            for (place, _) in reached.iter().enumerate().filter(|(_, is)| **is) {
                if starred {
                    // The shell's star takes any of what follows here.
                    after.iter_mut().skip(place).for_each(|place| *place = true);
                    break;
                }
                match self.atoms.get(place) {
                    Some(Atom::Many) => self.reach(&mut after, place),
                    Some(atom) if is_any || atom.takes(character) => {
                        self.reach(&mut after, place.saturating_add(1));
                    }
                    Some(_) | None => {}
                }
            }
            reached = after;
        }
        reached.last().copied().unwrap_or(false)
    }

    /// Marks a place, and those behind the stars that follow it.
    fn reach(&self, reached: &mut [bool], from: usize) {
        let mut at = from;
        while let Some(place) = reached.get_mut(at) {
            *place = true;
            if self.atoms.get(at) != Some(&Atom::Many) {
                return;
            }
            at = at.saturating_add(1);
        }
    }
}

impl Atom {
    /// Whether it stands for this one character.
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Many | Self::One => true,
            Self::Letter(letter) => *letter == character,
            Self::Set(ranges) => holds(ranges, character),
            Self::NotSet(ranges) => !holds(ranges, character),
        }
    }
}

/// Whether a character lies in one of these ranges.
fn holds(ranges: &[(char, char)], character: char) -> bool {
    ranges.iter().any(|(from, to)| (*from..=*to).contains(&character))
}

/// `a-z0-9` as ranges; `None` where there is none, or where `!` or `^` stands first.
fn ranges(inside: &str) -> Option<Box<[(char, char)]>> {
    let mut ranges = Vec::new();
    let mut rest = inside.chars();
    while let Some(from) = rest.next() {
        if ranges.is_empty() && matches!(from, '!' | '^') {
            return None;
        }
        let mut ahead = rest.clone();
        if ahead.next() == Some('-')
            && let Some(to) = ahead.next()
        {
            rest = ahead;
            ranges.push((from, to));
        } else {
            ranges.push((from, from));
        }
    }
    (!ranges.is_empty()).then(|| ranges.into())
}

/// How surely a name is exactly this one.
pub(super) fn meets_name(wanted: &str, name: &str, spelling: Spelling) -> Option<Certainty> {
    match spelling {
        Spelling::Plain => (name == wanted).then_some(Certainty::Yes),
        Spelling::Pattern if name == wanted && !is_wild(name, spelling) => Some(Certainty::Yes),
        // The shell does not match a leading dot with `*` or `?`.
        Spelling::Pattern if wanted.starts_with('.') && name.starts_with(['*', '?']) => None,
        Spelling::Pattern => crate::knowledge::may_match(name, wanted).then_some(Certainty::Maybe),
    }
}

/// Whether a name of the shell's pattern says nothing of the names that it stands for.
pub(super) fn says_nothing(name: &str, spelling: Spelling) -> bool {
    spelling == Spelling::Pattern && name.chars().all(|character| WILD.contains(&character))
}

/// Whether a name of the shell's pattern may stand for another name than its own.
pub(super) fn is_wild(name: &str, spelling: Spelling) -> bool {
    spelling == Spelling::Pattern && name.contains(WILD)
}

/// What a shell's pattern has that a name has not; `\` only hides what follows.
const WILD: [char; 4] = ['*', '?', '[', '\\'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_patterns_meet_where_one_name_is_of_both() {
        for (rule, name, meets) in [
            ("id_*", "id_rsa", true),
            ("id_*", "*", true),
            ("id_*", "i*", true),
            ("id_*", "x*", false),
            ("*.key", "*.pem", false),
            ("*.key", "a*", true),
            ("*.key", "a*b", false),
            ("sd?", "sd[ab]", true),
            ("sd?", "s??", true),
            ("sd?", "s????", false),
            ("a*b", "\\*", false),
            ("[0-9]*", "self", false),
            ("[0-9]*", "1*", true),
            ("*", "", true),
        ] {
            let wildcards = Wildcards::new(rule).unwrap();
            assert_eq!(wildcards.intersects(name), meets, "{rule} {name}");
        }
    }

    #[test]
    fn sets_are_of_ranges() {
        for (rule, name, meets) in [
            ("[0-9]*", "17", true),
            ("[0-9]*", "a7", false),
            ("x[ab-d-]", "x-", true),
            ("x[ab-d]", "xc", true),
            ("x[ab-d]", "xe", false),
            ("x[!ab-d]", "xe", true),
            ("x[!ab-d]", "xc", false),
            ("*[!a-z0-9_]*", "lower_1", false),
            ("*[!a-z0-9_]*", "loWer", true),
        ] {
            let wildcards = Wildcards::new(rule).unwrap();
            assert_eq!(wildcards.means(name), meets, "{rule} {name}");
        }
        for wrong in ["[a", "[]", "[!]", "[!!a]", "[^a]"] {
            assert_eq!(Wildcards::new(wrong), None, "{wrong}");
        }
    }

    /// All texts of at most so many of these letters.
    fn texts(letters: &str, most: usize) -> Vec<String> {
        let mut texts = vec![String::new()];
        let mut longest = texts.clone();
        for _ in 0..most {
            longest = longest
                .iter()
                .flat_map(|text| letters.chars().map(move |letter| format!("{text}{letter}")))
                .collect();
            texts.extend(longest.iter().cloned());
        }
        texts
    }

    #[test]
    fn a_name_is_meant_where_it_meets_as_a_pattern_of_itself() {
        let names = texts("abc", 5);
        for rule in texts("ab?*", 5) {
            let wildcards = Wildcards::new(&rule).unwrap();
            for name in &names {
                assert_eq!(wildcards.means(name), wildcards.intersects(name), "{rule} {name}");
            }
        }
    }

    #[test]
    fn long_patterns_take_no_longer_than_their_product() {
        let rule = Wildcards::new(&"*a".repeat(1000)).unwrap();
        assert!(!rule.means(&"b".repeat(1000)));
        assert!(!rule.intersects(&"b".repeat(1000)));
    }
}
