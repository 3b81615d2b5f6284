//! The rows of a collection, ready to be judged.

use std::io;

use serde_json::Value as Json;
use support::corpora::Corpora;

/// One command of a collection.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its name in the collection.
    pub(crate) id: String,
    /// Its text.
    pub(crate) command: String,
    /// How often it was issued; 1 where nothing is said of that.
    pub(crate) weight: u64,
    /// The work tree that it runs in, and where it starts.
    pub(crate) workspace: String,
    /// The user's home directory.
    pub(crate) home: String,
    /// All that the collection says of it.
    fields: Json,
}

impl Row {
    /// A field that is a text; empty where there is none.
    pub(crate) fn text(&self, field: &str) -> &str {
        self.fields.get(field).and_then(Json::as_str).unwrap_or_default()
    }

    /// Whether a field is `true`.
    pub(crate) fn is(&self, field: &str) -> bool {
        self.fields.get(field).and_then(Json::as_bool) == Some(true)
    }

    /// Whether a field says anything but `false` and null.
    pub(crate) fn has(&self, field: &str) -> bool {
        !matches!(
            self.fields.get(field),
            None | Some(Json::Null | Json::Bool(false))
        )
    }

    /// Whether a field lists exactly these texts.
    pub(crate) fn lists(&self, field: &str, texts: &[&str]) -> bool {
        let Some(Json::Array(items)) = self.fields.get(field) else {
            return false;
        };
        items.iter().map(Json::as_str).eq(texts.iter().copied().map(Some))
    }
}

/// The rows of a collection; `None` where there is no such collection.
///
/// # Errors
/// As [`Corpora::collection`].
pub(crate) fn rows(corpora: &Corpora, collection: &str) -> io::Result<Option<Vec<Row>>> {
    let rows = corpora.collection(collection)?;
    Ok(rows.map(|rows| rows.into_iter().enumerate().map(row).collect()))
}

fn row((number, fields): (usize, Json)) -> Row {
    let text = |field: &str, unsaid: &str| {
        let said = fields.get(field).and_then(Json::as_str);
        said.unwrap_or(unsaid).to_owned()
    };
    Row {
        id: text("id", &format!("row {}", number.saturating_add(1))),
        command: text("command", ""),
        weight: fields.get("n").and_then(Json::as_u64).unwrap_or(1),
        workspace: text("workspace", "/w/repo"),
        home: text("home", "/home/user"),
        fields,
    }
}
