//! Whether bash surely finds a value for an expression.
//!
//! Where it finds none (a division by zero, `08`, `1 +`), it drops the rest of the line with all groups and functions
//! around it, and goes on with the next line.

use super::parameter::name_length;

/// How many digits surely fit.
const DIGITS: usize = 18;

/// How deep parentheses nest; bash gives up at 1024.
const DEEP: usize = 64;

/// Whether an expression of numbers and variables that hold numbers has a value: operands and operators in turn, no
/// division by anything but a number, no power, nothing that is set.
pub(super) fn has_value(expression: &str) -> bool {
    let mut rest = expression.trim_start();
    let mut depth: usize = 0;
    let mut wants_operand = true;
    let mut divides = false;
    while let Some(first) = rest.chars().next() {
        let taken = match (wants_operand, first) {
            (true, '(') if !divides && depth < DEEP => {
                depth = depth.saturating_add(1);
                1
            }
            (true, '-' | '!' | '~') if !divides && !rest.starts_with("--") => 1,
            (true, _) => {
                let length = operand(rest, divides);
                wants_operand = false;
                length
            }
            (false, ')') if depth > 0 => {
                depth = depth.saturating_sub(1);
                1
            }
            (false, _) => {
                wants_operand = true;
                operator(rest)
            }
        };
        divides = wants_operand && matches!(first, '/' | '%');
        rest = match rest.get(taken..) {
            Some(after) if taken > 0 => after.trim_start(),
            Some(_) | None => return false,
        };
    }
    !wants_operand && depth == 0
}

/// The length of a number or variable; 0 where there is none that will do.
fn operand(text: &str, divides: bool) -> usize {
    if text.starts_with("$#") || text.starts_with("$?") {
        return if divides { 0 } else { 2 };
    }
    let (name, around) = match (text.strip_prefix("${"), text.strip_prefix('$')) {
        (Some(inner), _) => (inner, 3),
        (None, Some(inner)) => (inner, 1),
        (None, None) => (text, 0),
    };
    let word = name.get(..name_length(name)).unwrap_or_default();
    let is_number = word.starts_with(|first: char| first.is_ascii_digit());
    let is_whole = match word.strip_prefix("0x") {
        Some(digits) => !digits.is_empty(),
        None => word == "0" || !word.starts_with('0'),
    };
    let fits = word.len() <= DIGITS && is_whole && around == 0;
    let is_sure = if is_number {
        fits && !(divides && word.bytes().all(|byte| matches!(byte, b'0' | b'x')))
    } else {
        !word.is_empty() && !divides
    };
    if is_sure {
        word.len().saturating_add(around)
    } else {
        0
    }
}

/// The length of an operator between two operands; 0 where there is none that will do.
fn operator(text: &str) -> usize {
    let two = ["<<", ">>", "<=", ">=", "==", "!=", "&&", "||"];
    let sets = ["<<=", ">>=", "++", "--", "**"];
    if sets.iter().any(|sets| text.starts_with(sets)) {
        return 0;
    }
    if two.iter().any(|two| text.starts_with(two)) {
        return 2;
    }
    let is_one = text.starts_with(['+', '-', '*', '/', '%', '<', '>', '&', '|', '^']);
    let assigns = text.get(1..).is_some_and(|after| after.starts_with('='));
    usize::from(is_one && !assigns)
}

#[cfg(test)]
mod tests {
    use super::has_value;

    #[test]
    fn only_what_cannot_fail_has_a_value() {
        let sure = [
            "1",
            "1 + 2",
            "x",
            "-x",
            "x/2",
            "(x + 1) * 3",
            "$x - 1",
            "${x}%10",
            "x << 2",
            "!x && y",
            "$# - 1",
            "0x1f",
            " 1+2 ",
            "1 - -x",
            "x>=3",
        ];
        let unsure = [
            "",
            "1 +",
            "08",
            "1/0",
            "1/x",
            "x % y",
            "2 ** x",
            "x++",
            "--x",
            "x = 2",
            "1 2",
            "(1",
            "1)",
            "x ? 1 : 2",
            "1, 2",
            "1/0x0",
            "5/-1",
            "$08",
            "99999999999999999999",
            "x <<= 2",
            "x/$#",
        ];
        for text in sure {
            assert!(has_value(text), "{text}");
        }
        for text in unsure {
            assert!(!has_value(text), "{text}");
        }
    }
}
