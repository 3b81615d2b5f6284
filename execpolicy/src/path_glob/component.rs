//! One name of a path beside one component of a pattern.

use std::str::Chars;

use super::PathGlobError;
use super::place::Spelling;
use crate::Certainty;

/// A component with wildcards. It is taken apart when it is asked: hundreds are read whenever a command is judged, and
/// few are asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct NameGlob<'t>(&'t str);

/// A part of a component.
#[derive(Clone, Copy, Debug)]
enum Atom<'t> {
    /// `*`
    Many,
    /// `?`
    One,
    /// A character that stands for itself.
    Letter(char),
    /// `[a-z0-9]`, without its brackets.
    Set(&'t str),
    /// `[!a-z0-9]`: what is not meant.
    NotSet(&'t str),
}

/// The parts of a component, in order. A bracket that does not close is a set of nothing, and the last part.
#[derive(Clone, Debug)]
struct Atoms<'t>(Chars<'t>);

impl<'t> Iterator for Atoms<'t> {
    type Item = Atom<'t>;

    fn next(&mut self) -> Option<Atom<'t>> {
        Some(match self.0.next()? {
            '*' => Atom::Many,
            '?' => Atom::One,
            '[' => {
                let (inside, rest) = self.0.as_str().split_once(']').unwrap_or_default();
                self.0 = rest.chars();
                match inside.strip_prefix('!') {
                    Some(inside) => Atom::NotSet(inside),
                    None => Atom::Set(inside),
                }
            }
            letter => Atom::Letter(letter),
        })
    }
}

impl<'t> NameGlob<'t> {
    /// Reads a component; `None` where a bracket does not close or holds nothing, or says twice that it is not meant.
    pub(crate) fn new(text: &'t str) -> Option<Self> {
        Atoms(text.chars())
            .all(|atom| match atom {
                Atom::Set(inside) | Atom::NotSet(inside) => {
                    !inside.is_empty() && !inside.starts_with(['!', '^'])
                }
                Atom::Many | Atom::One | Atom::Letter(_) => true,
            })
            .then_some(Self(text))
    }

    /// Whether a pattern of paths may have it, where two stars that touch would be no name.
    pub(super) fn check(self) -> Result<(), PathGlobError> {
        if self.0.contains("**") {
            return Err(PathGlobError::Component);
        }
        Self::new(self.0).map(|_| ()).ok_or(PathGlobError::Character)
    }

    /// One that was read before, or is to be [checked](Self::check).
    pub(crate) fn known(text: &'t str) -> Self {
        Self(text)
    }

    fn atoms(self) -> Atoms<'t> {
        Atoms(self.0.chars())
    }

    /// Whether every name is meant.
    pub(super) fn is_anything(self) -> bool {
        self.0.bytes().all(|byte| byte == b'*')
    }

    /// Whether it says nothing of the names that are meant but how long they are.
    pub(super) fn says_nothing(self) -> bool {
        says_nothing(self.0, Spelling::Pattern)
    }

    /// How surely a name is one that is meant.
    pub(crate) fn meets(self, name: &str, spelling: Spelling) -> Option<Certainty> {
        match spelling {
            Spelling::Plain => self.means(name).then_some(Certainty::Yes),
            Spelling::Pattern if self.is_anything() => Some(Certainty::Yes),
            Spelling::Pattern => self.intersects(name).then_some(Certainty::Maybe),
        }
    }

    /// Whether this very name is meant. Every name in `/etc` is asked about before a command is confined: nothing is
    /// kept but where the last star began, which takes one character more wherever the rest does not fit.
    pub fn means(self, name: &str) -> bool {
        let mut atoms = self.atoms();
        let mut characters = name.chars();
        let mut last_star = None;
        loop {
            let mut ahead = characters.clone();
            match (atoms.next(), ahead.next()) {
                (None, None) => return true,
                (Some(Atom::Many), _) => {
                    last_star = Some((atoms.clone(), characters.clone()));
                    continue;
                }
                (Some(atom), Some(character)) if atom.takes(character) => {
                    characters = ahead;
                    continue;
                }
                (Some(_) | None, Some(_)) | (Some(_), None) => {}
            }
            let Some((after, from)) = &mut last_star else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            atoms = after.clone();
            characters = from.clone();
        }
    }

    /// Whether some text is meant here that the shell's pattern may match. A bracket of the shell stands for anything
    /// from there on.
    fn intersects(self, pattern: &str) -> bool {
        let atoms: Vec<Atom<'_>> = self.atoms().collect();
        let width = atoms.len().saturating_add(1);
        let mut reached = vec![false; width];
        reach(&atoms, &mut reached, 0);
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
                match atoms.get(place) {
                    Some(Atom::Many) => reach(&atoms, &mut after, place),
                    Some(atom) if is_any || atom.takes(character) => {
                        reach(&atoms, &mut after, place.saturating_add(1));
                    }
                    Some(_) | None => {}
                }
            }
            reached = after;
        }
        reached.last().copied().unwrap_or(false)
    }
}

/// Marks a place, and those behind the stars that follow it.
fn reach(atoms: &[Atom<'_>], reached: &mut [bool], from: usize) {
    let mut at = from;
    while let Some(place) = reached.get_mut(at) {
        *place = true;
        if !matches!(atoms.get(at), Some(Atom::Many)) {
            return;
        }
        at = at.saturating_add(1);
    }
}

impl Atom<'_> {
    /// Whether it stands for this one character.
    fn takes(self, character: char) -> bool {
        match self {
            Self::Many | Self::One => true,
            Self::Letter(letter) => letter == character,
            Self::Set(inside) => holds(inside, character),
            Self::NotSet(inside) => !holds(inside, character),
        }
    }
}

/// Whether a character is one of `a-z0-9`, what stands between two brackets. A `-` at the end is one itself.
fn holds(inside: &str, character: char) -> bool {
    let mut rest = inside.chars();
    while let Some(from) = rest.next() {
        let mut ahead = rest.clone();
        let to = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(to)) => {
                rest = ahead;
                to
            }
            _ => from,
        };
        if (from..=to).contains(&character) {
            return true;
        }
    }
    false
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
            let glob = NameGlob::new(rule).unwrap();
            assert_eq!(glob.intersects(name), meets, "{rule} {name}");
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
            let glob = NameGlob::new(rule).unwrap();
            assert_eq!(glob.means(name), meets, "{rule} {name}");
        }
        for wrong in ["[a", "[]", "[!]", "[!!a]", "[^a]"] {
            assert_eq!(NameGlob::new(wrong), None, "{wrong}");
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
            let glob = NameGlob::new(&rule).unwrap();
            for name in &names {
                assert_eq!(glob.means(name), glob.intersects(name), "{rule} {name}");
            }
        }
    }

    #[test]
    fn long_patterns_take_no_longer_than_their_product() {
        let text = "*a".repeat(1000);
        let rule = NameGlob::new(&text).unwrap();
        assert!(!rule.means(&"b".repeat(1000)));
        assert!(!rule.intersects(&"b".repeat(1000)));
    }
}
