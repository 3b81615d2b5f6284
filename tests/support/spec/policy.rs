//! The policy files that a command of a chapter is judged by.

use diagnostics::{Diagnostic, Source};
use execpolicy::{Layer, PolicyFile};

use crate::engine::Engine;

/// What stands in a chapter's `codexpolicy` blocks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Policy {
    /// One file, as if given with `-r`: nothing is judged by one that does not load.
    File(String),
    /// Files of layers, each with its layer's name: they are judged by whether they load or not.
    Layers(Vec<(String, String)>),
}

impl Default for Policy {
    fn default() -> Self {
        Self::File(String::new())
    }
}

impl Policy {
    /// The policy of a block that stands behind this one; `layer` is what its fence says.
    #[must_use]
    pub fn followed_by(self, layer: Option<&str>, text: &str) -> Self {
        match (self, layer) {
            (_, None) => Self::File(text.to_owned()),
            (Self::Layers(mut files), Some(layer)) => {
                files.push((layer.to_owned(), text.to_owned()));
                Self::Layers(files)
            }
            (Self::File(_), Some(layer)) => Self::Layers(vec![(layer.to_owned(), text.to_owned())]),
        }
    }

    /// What judges by it, with the findings of files that do not load.
    ///
    /// # Errors
    /// The findings of a single file that does not load.
    pub fn engine(&self) -> Result<(Engine, Vec<Diagnostic>), Vec<Diagnostic>> {
        match self {
            Self::File(text) => Engine::new(text).map(|engine| (engine, Vec::new())),
            Self::Layers(files) => {
                let files: Vec<PolicyFile> = files
                    .iter()
                    .map(|(layer, text)| PolicyFile {
                        source: Source::new(format!("{layer}.codexpolicy"), text.as_str()),
                        layer: Layer::new(layer.as_str()),
                    })
                    .collect();
                Ok(Engine::of_layers(&files))
            }
        }
    }
}
