//! States as people read them: a word and a sign, never a colour alone.

use certwright_api::orders::OrderStatusView;
use leptos::prelude::*;

use crate::text::t_value;

/// What a state means for the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// As it should be.
    Good,
    /// Going on by itself.
    Moving,
    /// Someone must act.
    Waiting,
    /// Something is wrong.
    Bad,
    /// Over.
    Past,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "status good",
            Self::Moving => "status moving",
            Self::Waiting => "status waiting",
            Self::Bad => "status bad",
            Self::Past => "status past",
        }
    }

    /// The class of an overview's tile.
    pub(crate) fn tile_class(self) -> &'static str {
        match self {
            Self::Good => "tile good",
            Self::Moving => "tile moving",
            Self::Waiting => "tile waiting",
            Self::Bad => "tile bad",
            Self::Past => "tile past",
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Moving => "…",
            Self::Waiting => "!",
            Self::Bad => "✕",
            Self::Past => "–",
        }
    }
}

/// A state.
#[component]
pub(crate) fn Status(tone: Tone, #[prop(into)] text: String) -> impl IntoView {
    view! { <span class=tone.class()><span aria-hidden="true">{tone.sign()}</span> {text}</span> }
}

/// The state of an order, and its stage where the state has some.
#[component]
pub(crate) fn OrderState(status: OrderStatusView) -> impl IntoView {
    let tone = match (status.state.as_str(), status.actor) {
        ("fulfilled", _) => Tone::Good,
        ("failed" | "rejected" | "declined", _) => Tone::Bad,
        ("held" | "awaitingApproval", _) => Tone::Waiting,
        ("placing", _) | ("pending", Some(certwright_core::ca::Actor::Ca)) => Tone::Moving,
        ("pending", _) => Tone::Waiting,
        _ => Tone::Past,
    };
    let state = t_value("state", &status.state);
    let text = match &status.stage {
        Some(stage) => format!("{state}: {}", t_value("stage", stage)),
        None => state,
    };
    view! { <Status tone text /> }
}
