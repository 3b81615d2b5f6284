//! Settings that somebody keeps on one line, and that stay on it.

use super::{Agent, Settings, SettingsError, enabled, parsed};

impl Settings {
    /// The text with the hook in it where it is one line, without hooks and comments, and holds something: setting a key in
    /// it as in others would put every other key on a line of its own. `None` for other texts.
    pub(super) fn on_one_line(
        &self,
        agent: Agent,
        text: &str,
        command: &str,
    ) -> Result<Option<String>, SettingsError> {
        let line = text.trim();
        if line.contains(['\n', '\r']) || line.contains("//") || line.contains("/*") {
            return Ok(None);
        }
        let Some(object) = parsed(text)?.object_value() else {
            return Ok(None);
        };
        enabled(&object)?;
        if object.properties().is_empty() || object.get("hooks").is_some() {
            return Ok(None);
        }
        let alone = parsed(&self.with(agent, None, command)?)?.to_serde_value();
        let (Some(hooks), Some(end)) = (
            alone.as_ref().and_then(|alone| alone.get("hooks")),
            text.rfind('}'),
        ) else {
            return Ok(None);
        };
        let (whole, rest) = text.split_at(end);
        let held = whole.trim_end();
        let blank = whole.strip_prefix(held).unwrap_or_default();
        let comma = if held.ends_with(',') { "" } else { "," };
        Ok(Some(format!("{held}{comma}\"hooks\":{hooks}{blank}{rest}")))
    }
}
