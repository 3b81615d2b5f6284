//! A Markdown file cut into headings and fenced blocks.

use crate::repository::File;

/// A Markdown file with its blocks.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Chapter {
    /// The file.
    pub file: File,
    /// Its fenced blocks, in order.
    pub blocks: Vec<Block>,
    /// Whether its expected blocks may be rewritten by the harness.
    pub blessing: Blessing,
}

/// Who may change what a chapter expects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blessing {
    /// `UPDATE_SPEC=1` does.
    Automatic,
    /// Only a person.
    ByHand,
}

/// A fenced block.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Block {
    /// The heading it stands under; empty before the first.
    pub heading: String,
    /// The first word of the opening fence.
    pub language: String,
    /// The rest of the opening fence.
    pub arguments: String,
    /// The lines between the fences, each with its newline.
    pub text: String,
    /// The line after the opening fence, counted from one.
    pub line: usize,
}

impl Chapter {
    /// Cuts a file. A fence that is never closed reaches to the end.
    pub fn read(file: File) -> Self {
        let mut blocks = Vec::new();
        let mut heading = String::new();
        let mut open: Option<(String, Block)> = None;
        for (number, line) in file.lines() {
            if let Some((fence, mut block)) = open.take() {
                if line.trim_end() == fence {
                    blocks.push(block);
                } else {
                    block.text.push_str(line);
                    block.text.push('\n');
                    open = Some((fence, block));
                }
            } else if line.starts_with("```") {
                let information = line.trim_start_matches('`');
                let fence = "`".repeat(line.len().saturating_sub(information.len()));
                let (language, arguments) = information.split_once(' ').unwrap_or((information, ""));
                open = Some((
                    fence,
                    Block {
                        heading: heading.clone(),
                        language: language.to_owned(),
                        arguments: arguments.trim().to_owned(),
                        text: String::new(),
                        line: number.saturating_add(1),
                    },
                ));
            } else if let Some(title) = line.strip_prefix("## ").or_else(|| line.strip_prefix("### ")) {
                title.trim().clone_into(&mut heading);
            }
        }
        blocks.extend(open.map(|(_, block)| block));
        let by_hand = file.text.contains("<!-- no-bless -->");
        Self {
            file,
            blocks,
            blessing: if by_hand {
                Blessing::ByHand
            } else {
                Blessing::Automatic
            },
        }
    }

    /// The short name: the file's, without extension.
    pub fn name(&self) -> &str {
        let file = self.file.path.rsplit('/').next().unwrap_or_default();
        file.strip_suffix(".md").unwrap_or(file)
    }

    /// The file's text with some blocks' contents replaced: (first line, old text, new text), in order.
    pub fn rewritten(&self, changes: &[(usize, String, String)]) -> String {
        let mut changes = changes.iter().peekable();
        let mut result = String::with_capacity(self.file.text.len());
        let mut skip = 0_usize;
        for (number, line) in self.file.lines() {
            while let Some((_, old, new)) = changes.next_if(|(first, _, _)| *first == number) {
                skip = old.lines().count();
                result.push_str(new);
            }
            if skip > 0 {
                skip = skip.saturating_sub(1);
            } else {
                result.push_str(line);
                result.push('\n');
            }
        }
        result
    }
}
