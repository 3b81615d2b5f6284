//! Here-documents: the extent and text of the body are read again from the bytes.
//!
//! The grammar skips blanks before the closing line, so its body may end earlier than bash's, and a quote in the
//! body may then hide commands. Only where both agree on every offset is a body known.

use diagnostics::Span;

use super::Lowering;
use super::parameter::is_name;
use crate::cst::{Kind, Node};
use crate::{Body, GapReason, Part, Redirect, RedirectMode, RedirectTarget, Spread, Word};

/// How a body is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Delimiter<'t> {
    /// `<<'EOF'`: as it stands.
    Quoted(&'t str),
    /// `<<EOF`: expansions and backslashes act.
    Bare(&'t str),
}

/// A body of certain extent.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Extent {
    /// With this text.
    Known(String),
    /// With this text, which expands, and runs nothing.
    Expands(String),
    /// With text that may run commands, here.
    Runs(Span),
}

impl<'c> Lowering<'c> {
    /// A here-document, and what the grammar hangs below it: words, redirects, the rest of the list.
    pub(super) fn heredoc(&mut self, node: Node<'c>, redirects: &mut Vec<Redirect>) -> Vec<Word> {
        let mut words: Vec<Word> = self.lost_dash(node).into_iter().collect();
        let mut operator = None;
        let mut later = Vec::new();
        let mut end = node
            .child(Kind::HeredocStart)
            .map_or(node.span().start(), |start| start.span().end());
        for child in node.children() {
            match child.kind() {
                Kind::FileDescriptor
                | Kind::LessLess
                | Kind::LessLessMinus
                | Kind::HeredocStart
                | Kind::HeredocBody
                | Kind::HeredocEnd => {}
                Kind::AndAnd | Kind::OrOr | Kind::Pipe | Kind::PipeAmpersand => operator = Some(child.kind()),
                Kind::FileRedirect | Kind::HerestringRedirect => {
                    words.append(&mut self.redirect(child, &mut later));
                    end = child.span().end();
                }
                Kind::Pipeline if operator.is_none() => self.tail_pipeline(child),
                _ => {
                    if let Some(operator) = operator.take() {
                        self.tails.push((operator, child));
                        continue;
                    }
                    if !self.separated(end, child) {
                        self.gap(child.span(), GapReason::Adjacency);
                    }
                    end = child.span().end();
                    words.push(self.word(child));
                }
            }
        }
        let target = RedirectTarget::Heredoc(self.heredoc_word(node));
        let operator = node
            .children()
            .find(|child| matches!(child.kind(), Kind::LessLess | Kind::LessLessMinus));
        let fd = operator
            .and_then(|operator| self.descriptor(node, operator))
            .unwrap_or(0);
        redirects.push(Redirect {
            fd,
            mode: RedirectMode::Heredoc,
            target,
            span: node.span(),
        });
        redirects.append(&mut later);
        words
    }

    /// The body as the one word that it expands to.
    fn heredoc_word(&mut self, node: Node<'c>) -> Word {
        let unknown = |text: &str| {
            vec![Part::Opaque {
                text: text.into(),
                body: Body::default(),
                spread: Spread::One,
            }]
        };
        let extent = self.heredoc_body(node);
        let span = node.child(Kind::HeredocBody).map_or(node.span(), Node::span);
        let parts = match extent {
            Some(Extent::Known(text)) => Some(vec![Part::Literal(text.into())]),
            Some(Extent::Expands(text)) => Some(unknown(&text)),
            Some(Extent::Runs(inside)) => self.reparse(inside),
            None => None,
        };
        if parts.is_none() {
            self.gap(node.span(), GapReason::Heredoc);
        }
        let parts = parts.unwrap_or_else(|| unknown(""));
        Word { parts, span }
    }

    /// The word `-` that the grammar passed over before this document.
    fn lost_dash(&mut self, node: Node<'c>) -> Option<Word> {
        let index = self.dashes.iter().position(|dash| {
            let between = Span::of(dash.end(), node.span().start()).text(self.text);
            dash.end() < node.span().start()
                && between.is_some_and(|text| text.trim_matches([' ', '\t']).is_empty())
        })?;
        let span = self.dashes.remove(index);
        Some(Word {
            parts: vec![Part::Literal("-".into())],
            span,
        })
    }

    /// `<<EOF | a | b`: a pipeline whose first stage is the command before.
    fn tail_pipeline(&mut self, node: Node<'c>) {
        let mut operator = Kind::Pipe;
        for child in node.children() {
            match child.kind() {
                Kind::Pipe | Kind::PipeAmpersand => operator = child.kind(),
                _ => self.tails.push((operator, child)),
            }
        }
    }

    /// The body, where its extent is certain.
    fn heredoc_body(&self, node: Node<'c>) -> Option<Extent> {
        let start = node.child(Kind::HeredocStart)?;
        let strips_tabs = node.child(Kind::LessLessMinus).is_some();
        let delimiter = delimiter(start.text())?;
        let word = match delimiter {
            Delimiter::Quoted(word) | Delimiter::Bare(word) => word,
        };
        let body_start = self.body_start(start)?;
        let (body_end, line_end) = closing_line(self.text, body_start, word, strips_tabs)?;
        let end = node.child(Kind::HeredocEnd)?;
        let agrees = end.span().end() == line_end && end.text().trim_start_matches('\t') == word;
        let inside = Span::of(body_start, line_end);
        let body_agrees = node
            .child(Kind::HeredocBody)
            .is_none_or(|body| inside.contains(body.span()));
        if !agrees || !body_agrees {
            return None;
        }
        let raw = Span::of(body_start, body_end).text(self.text)?;
        let text = if strips_tabs {
            strip_tabs(raw)
        } else {
            raw.to_owned()
        };
        match delimiter {
            Delimiter::Quoted(_) => Some(Extent::Known(text)),
            Delimiter::Bare(_) if !text.contains(['$', '`', '\\']) => Some(Extent::Known(text)),
            Delimiter::Bare(_) if expands_to_text_only(&text) => Some(Extent::Expands(text)),
            Delimiter::Bare(_) => Some(Extent::Runs(Span::of(body_start, body_end))),
        }
    }

    /// The body begins on the next line, if the rest of this one holds no second document and no open quote.
    fn body_start(&self, start: Node<'c>) -> Option<usize> {
        let from = start.span().end();
        let rest = self.text.get(from..)?;
        let length = rest.find('\n')?;
        let line = rest.get(..length)?;
        if !matches!(line.bytes().next(), None | Some(b' ' | b'\t')) || !is_plain_rest(line) {
            return None;
        }
        let line_start = self
            .text
            .get(..from)?
            .rfind('\n')
            .map_or(0, |newline| newline.saturating_add(1));
        let before = self.text.get(line_start..start.span().start())?;
        (before.matches("<<").count() == 1).then(|| from.saturating_add(length).saturating_add(1))
    }
}

/// Reads `EOF`, `'EOF'` or `"EOF"`.
fn delimiter(text: &str) -> Option<Delimiter<'_>> {
    let quoted = ['\'', '"']
        .iter()
        .find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    let word = quoted.unwrap_or(text);
    let plain = !word.is_empty()
        && word.len() <= 64
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    match quoted {
        _ if !plain => None,
        Some(word) => Some(Delimiter::Quoted(word)),
        None => Some(Delimiter::Bare(word)),
    }
}

/// Whether the rest of a line is read alike by everyone: no escapes, comments, expansions or further documents,
/// and quotes that close on it.
fn is_plain_rest(line: &str) -> bool {
    let mut quote = None;
    for character in line.chars() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (None, '\\' | '#' | '$' | '`' | '(' | '{') | (Some('"'), '\\' | '$' | '`') => return false,
            (Some(open), close) if open == close => quote = None,
            _ => {}
        }
    }
    quote.is_none() && !line.contains("<<")
}

/// Where the body ends and where the closing line ends.
fn closing_line(text: &str, body_start: usize, word: &str, strips_tabs: bool) -> Option<(usize, usize)> {
    let mut line_start = body_start;
    for line in text.get(body_start..)?.split('\n') {
        let line_end = line_start.saturating_add(line.len());
        let bare = if strips_tabs {
            line.trim_start_matches('\t')
        } else {
            line
        };
        if bare == word {
            return Some((line_start, line_end));
        }
        line_start = line_end.saturating_add(1);
    }
    None
}

fn strip_tabs(raw: &str) -> String {
    raw.split_inclusive('\n')
        .map(|line| line.trim_start_matches('\t'))
        .collect()
}

/// Whether a body expands nothing but plain parameters, so that it only becomes text.
fn expands_to_text_only(text: &str) -> bool {
    let mut rest = text;
    while let Some(index) = rest.find(['$', '`', '\\']) {
        let (active, after) = rest
            .split_at_checked(index)
            .map_or(("", ""), |(_, tail)| tail.split_at_checked(1).unwrap_or_default());
        rest = match (active, after.chars().next()) {
            // A line continuation could join a `$` with what follows, or hide the closing line.
            ("\\", Some('\n') | None) | ("`", _) => return false,
            ("\\", Some(escaped)) => after.get(escaped.len_utf8()..).unwrap_or_default(),
            (_, Some('{')) => {
                let inner = after.get(1..).and_then(|inner| inner.split_once('}'));
                match inner {
                    Some((name, rest)) if is_name(name) => rest,
                    _ => return false,
                }
            }
            (_, Some('(' | '[')) => return false,
            (_, _) => after,
        };
        // `$name` followed by a continuation would be a longer name.
        let name_length = rest
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        if active == "$"
            && rest
                .get(name_length..)
                .is_some_and(|tail| tail.starts_with("\\\n"))
        {
            return false;
        }
    }
    true
}
