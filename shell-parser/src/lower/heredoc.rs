//! Here-documents: the extent and text of the body are read again from the bytes.
//!
//! The grammar skips blanks before the closing line, so its body may end earlier than bash's, and a quote in the
//! body may then hide commands. Only where both agree on every offset is a body known.

use diagnostics::Span;

use super::Lowering;
use super::parameter::{is_name, name_length};
use crate::cst::{Kind, Node};
use crate::documents::{Document, closing_line};
use crate::{Body, GapReason, Part, Redirect, RedirectMode, RedirectTarget, Spread, Word};

/// How a body is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Delimiter<'t> {
    /// `<<'EOF'`: as it stands.
    Quoted(&'t str),
    /// `<<EOF`: expansions and backslashes act.
    Bare(&'t str),
}

impl<'c> Lowering<'c> {
    /// A here-document, and what the grammar hangs below it: words, redirects, the rest of the list.
    pub(super) fn heredoc(&mut self, node: Node<'c>, redirects: &mut Vec<Redirect>) -> Vec<Word> {
        let mut words = Vec::new();
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
        let span = node.child(Kind::HeredocBody).map_or(node.span(), Node::span);
        let parts = self
            .heredoc_body(node)
            .and_then(|document| self.document_parts(&document));
        if parts.is_none() {
            self.gap(node.span(), GapReason::Heredoc);
        }
        let parts = parts.unwrap_or_else(|| unknown_text(""));
        Word { parts, span }
    }

    /// What bash makes of a body.
    pub(super) fn document_parts(&mut self, document: &Document) -> Option<Vec<Part>> {
        let raw = document.body.text(self.original.text)?;
        let text = if document.strips_tabs {
            strip_tabs(raw)
        } else {
            raw.to_owned()
        };
        if document.is_quoted || !text.contains(['$', '`', '\\']) {
            return Some(vec![Part::Literal(text.into())]);
        }
        if expands_to_text_only(&text) {
            return Some(unknown_text(&text));
        }
        let parts = self.reparse(document.body)?;
        if text == raw {
            return Some(parts);
        }
        // The tabs are in the text that was read. Where text in quotes may hold some, only what runs is kept.
        if raw.contains(['\'', '<']) {
            let runs = |part: &Part| matches!(part, Part::Substitution { .. } | Part::Opaque { .. });
            return Some(parts.into_iter().filter(runs).chain(unknown_text("")).collect());
        }
        Some(without_tabs(parts))
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
    fn heredoc_body(&self, node: Node<'c>) -> Option<Document> {
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
        Some(Document {
            operator: node.span(),
            word: start.span(),
            is_quoted: matches!(delimiter, Delimiter::Quoted(_)),
            strips_tabs,
            body: Span::of(body_start, body_end),
        })
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

/// One field of text that expands.
pub(super) fn unknown_text(text: &str) -> Vec<Part> {
    vec![Part::Opaque {
        text: text.into(),
        body: Body::default(),
        spread: Spread::One,
    }]
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
    // After an operator at the end bash goes on behind the body, the grammar before it.
    quote.is_none() && !line.contains("<<") && !line.trim_end().ends_with(['&', '|'])
}

/// Takes the tabs off that begin lines in the text of some parts.
fn without_tabs(mut parts: Vec<Part>) -> Vec<Part> {
    let mut begins_line = true;
    for part in &mut parts {
        if let Part::Literal(text) = part {
            let (first, rest) = text
                .split_at_checked(text.find('\n').unwrap_or(text.len()))
                .unwrap_or_default();
            let first = if begins_line {
                first.trim_start_matches('\t')
            } else {
                first
            };
            *text = format!("{first}{}", strip_tabs(rest)).into();
        }
        begins_line = false;
    }
    parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
    parts
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
        if active == "$"
            && rest
                .get(name_length(rest)..)
                .is_some_and(|tail| tail.starts_with("\\\n"))
        {
            return false;
        }
    }
    true
}
