//! Light or dark.

use serde::{Deserialize, Serialize};

use crate::browser::storage::{self, Area};

/// Which colours the person wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Appearance {
    /// What the system says.
    #[default]
    System,
    /// Light, always.
    Light,
    /// Dark, always.
    Dark,
}

const KEY: &str = "appearance";

impl Appearance {
    /// Every choice.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The name in the style sheet and in the strings' keys.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What was chosen last.
    pub(crate) async fn recall() -> Self {
        storage::read(Area::Local, KEY).await.unwrap_or_default()
    }

    /// Remembers the choice and shows it.
    pub(crate) async fn choose(self) {
        storage::write(Area::Local, KEY, &self).await;
        self.apply();
    }

    /// Shows the choice.
    pub(crate) fn apply(self) {
        let root = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.document_element());
        if let Some(root) = root {
            // The style sheet falls back to the system's colours.
            let _ = root.set_attribute("data-appearance", self.name());
        }
    }
}
