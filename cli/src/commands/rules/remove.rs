//! `execpolicy rules remove`: takes one rule out of a file.

use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, Severity};
use gatekeeper::amendment_file::{AmendmentFile, RuleScope};
use gatekeeper::{Context, codes};

use super::{changed, not_amended, open};
use crate::args::RemoveArgs;
use crate::exit::Exit;
use crate::{environment, output};

pub(super) fn run(args: &RemoveArgs) -> Result<Exit, Exit> {
    let format = args.format;
    let wrong = |message: String| {
        let finding = Diagnostic::new(codes::NOT_AMENDED, Severity::Error, message);
        let finding = finding.help("`execpolicy rules list` shows where each rule stands");
        output::wrong_usage(finding, format)
    };
    let (context, _) = open(args.place.workspace.as_deref(), &[], format)?;
    let shown = args.rule.to_string_lossy();
    let named = args.rule.to_str().and_then(place);
    let (file, line) = named.ok_or_else(|| wrong(format!("`{shown}` is not a file, a colon and a line")))?;
    let (path, scope) = found(file, &context).map_err(wrong)?;
    let failed = |error| not_amended(&error, format);
    let file = AmendmentFile::of_layer(path, &context, scope).map_err(failed)?;
    let removed = file.remove(line).map_err(failed)?;
    Ok(changed("removed", &removed, format))
}

fn place(rule: &str) -> Option<(&Path, usize)> {
    let (file, line) = rule.rsplit_once(':')?;
    let line = line.parse().ok().filter(|line| *line > 0)?;
    (!file.is_empty()).then(|| (Path::new(file), line))
}

/// The file of the user's or the project's policy that is meant.
fn found(file: &Path, context: &Context) -> Result<(PathBuf, RuleScope), String> {
    let scopes = [RuleScope::User, RuleScope::Project];
    let directories = scopes.map(|scope| (scope.directory(context), scope));
    let mut places = directories
        .into_iter()
        .filter_map(|(directory, scope)| Some((directory?, scope)));
    let shown = file.display();
    if file.components().count() == 1 && file.file_name().is_some() && !file.is_absolute() {
        let mut those = places
            .map(|(directory, scope)| (directory.join(file), scope))
            .filter(|(path, _)| path.exists());
        let first = those
            .next()
            .ok_or_else(|| format!("no policy file is called `{shown}`"))?;
        return match those.next() {
            None => Ok(first),
            Some(_) => Err(format!(
                "the user and the project each have a policy file `{shown}`: name its path"
            )),
        };
    }
    let path = environment::directory().unwrap_or_default().join(file);
    let parent = path.parent();
    let (_, scope) = places
        .find(|(directory, _)| parent == Some(directory))
        .ok_or_else(|| format!("`{shown}` is not a file of the user's or the project's policy"))?;
    Ok((path, scope))
}
