//! The texts that one policy file is made of: itself and the packs it loads.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Severity, Source, Span};
use starlark_syntax::syntax::{AstModule, Dialect, DialectTypes};

use super::bounds::Bound;
use super::nesting;
use super::stop::Stop;
use super::value::Place;
use super::{LoadCode, Packs};

/// One parsed text.
pub(super) struct Module {
    pub(super) source: Source,
    pub(super) ast: AstModule,
}

/// A policy file and all packs that it loads, directly or through others; the file is the first.
pub(super) struct Library {
    modules: Vec<Module>,
    packs: BTreeMap<String, usize>,
}

impl Library {
    /// Parses a file and the packs it loads.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the texts before any of them is evaluated.
    pub(super) fn read(file: &Source, packs: &dyn Packs) -> Result<Self, Vec<Diagnostic>> {
        let mut library = Self {
            modules: Vec::new(),
            packs: BTreeMap::new(),
        };
        let mut errors = Vec::new();
        let mut waiting = vec![file.clone()];
        let mut bytes = 0_usize;
        while let Some(source) = waiting.pop() {
            bytes = bytes.saturating_add(source.text().len());
            match parse(&source, bytes) {
                Ok(ast) => {
                    library.find_packs(&source, &ast, packs, &mut waiting, &mut errors);
                    library.modules.push(Module { source, ast });
                }
                Err(found) => {
                    errors.push(*found);
                    // A pack that does not parse keeps its number free of others.
                    break;
                }
            }
        }
        if errors.is_empty() {
            Ok(library)
        } else {
            Err(errors)
        }
    }

    /// Queues the packs that a text loads and that are not known yet. They are numbered as they will be parsed.
    fn find_packs(
        &mut self,
        source: &Source,
        ast: &AstModule,
        packs: &dyn Packs,
        waiting: &mut Vec<Source>,
        errors: &mut Vec<Diagnostic>,
    ) {
        let mut found = Vec::new();
        for load in ast.loads() {
            if self.packs.contains_key(load.module_id) {
                continue;
            }
            let span = span(load.span.span);
            let problem = if self.packs.len() >= Bound::Imports.limit() {
                Bound::Imports.exceeded()
            } else if let Some(pack) = packs.pack(load.module_id) {
                self.packs.insert(load.module_id.to_owned(), usize::MAX);
                found.push((load.module_id.to_owned(), pack));
                continue;
            } else {
                Stop::new(LoadCode::Import, format!("there is no pack `{}`", load.module_id))
            };
            let diagnostic = Diagnostic::new(problem.code.code(), Severity::Error, problem.message);
            errors.push(diagnostic.at(source, span, ""));
        }
        for (name, pack) in found {
            let number = self.modules.len().saturating_add(waiting.len()).saturating_add(1);
            self.packs.insert(name, number);
            waiting.insert(0, pack);
        }
    }

    /// The module of this number.
    pub(super) fn module(&self, number: usize) -> Option<&Module> {
        self.modules.get(number)
    }

    /// The number of a pack.
    pub(super) fn pack(&self, name: &str) -> Option<usize> {
        self.packs.get(name).copied()
    }

    /// The text that a place lies in.
    pub(super) fn source(&self, place: Place) -> Option<&Source> {
        self.module(place.module).map(|module| &module.source)
    }
}

/// The language of openai/codex's policies: the extended dialect and f-strings. Types are read and not checked.
fn dialect() -> Dialect {
    Dialect {
        enable_def: true,
        enable_lambda: true,
        enable_load: true,
        enable_keyword_only_arguments: true,
        enable_types: DialectTypes::ParseOnly,
        enable_top_level_stmt: true,
        enable_f_strings: true,
        ..Dialect::Standard
    }
}

/// Parses one text, if it and those before it are small and flat enough.
fn parse(source: &Source, bytes: usize) -> Result<AstModule, Box<Diagnostic>> {
    let problem = |code: LoadCode, message: String, span: Span| {
        let found = Diagnostic::new(code.code(), Severity::Error, message);
        Box::new(found.at(source, span, ""))
    };
    if bytes > Bound::Source.limit() {
        let stop = Bound::Source.exceeded();
        return Err(problem(stop.code, stop.message, Span::of(0, 0)));
    }
    if let Some((bound, place)) = nesting::too_much(source.text()) {
        let stop = bound.exceeded();
        return Err(problem(stop.code, stop.message, Span::of(place, place)));
    }
    let text = source.text().to_owned();
    AstModule::parse(source.name(), text, &dialect()).map_err(|error| {
        let span = error.span().map_or(Span::of(0, 0), |found| span(found.span));
        let message = error.without_diagnostic().to_string();
        let message = message.strip_prefix("Parse error: ").unwrap_or(&message);
        problem(LoadCode::Syntax, lower_first(message.trim_end_matches('.')), span)
    })
}

/// The message as one of ours: it begins in lower case.
fn lower_first(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// The parser's stretch as one of ours.
pub(super) fn span(span: starlark_syntax::codemap::Span) -> Span {
    Span::new(span.begin().get(), span.end().get())
}
