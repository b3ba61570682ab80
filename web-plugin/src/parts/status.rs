//! States as people read them: a word and a sign, never a colour alone.

use certwright_api::orders::{OrderAction, OrderView};
use certwright_core::order::{CancellationPhase, Revocation, RevocationPhase};
use leptos::prelude::*;

use crate::text::{t, t_value};

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
pub(crate) fn Status(
    #[prop(into)] tone: Signal<Tone>,
    #[prop(into)] text: Signal<String>,
) -> impl IntoView {
    view! {
        <span class=move || tone.get().class()>
            <span aria-hidden="true">{move || tone.get().sign()}</span>
            " "
            {text}
        </span>
    }
}

/// The state of an order, its stage where the state has some, and what was asked for and is not
/// decided yet.
#[component]
pub(crate) fn OrderState(#[prop(into)] order: Signal<OrderView>) -> impl IntoView {
    let shown = Memo::new(move |_| order.with(tone_and_text));
    view! {
        <Status
            tone=Signal::derive(move || shown.with(|(tone, _)| *tone))
            text=Signal::derive(move || shown.with(|(_, text)| text.clone()))
        />
    }
}

fn tone_and_text(order: &OrderView) -> (Tone, String) {
    let status = &order.status;
    let tone = match (status.state.as_str(), status.actor) {
        ("fulfilled", _) => Tone::Good,
        ("failed" | "rejected" | "declined", _) => Tone::Bad,
        ("held" | "awaitingApproval", _) => Tone::Waiting,
        ("placing", _) | ("pending", Some(certwright_core::ca::Actor::Ca)) => Tone::Moving,
        ("pending", _) => Tone::Waiting,
        _ => Tone::Past,
    };
    let state = t_value("state", &status.state);
    if let Some(asked) = under_way(order) {
        return (Tone::Moving, format!("{state}: {}", t(asked)));
    }
    let text = match &status.stage {
        Some(stage) => format!("{state}: {}", t_value("stage", stage)),
        None => state,
    };
    (tone, text)
}

/// What was asked of the CA about this order and is not decided yet, as a key of the strings.
fn under_way(order: &OrderView) -> Option<&'static str> {
    if is_revocation_under_way(order) {
        return Some("state_revocation_requested");
    }
    let asked = order.cancellation.as_ref()?;
    matches!(asked.phase, CancellationPhase::Sending).then_some("state_cancellation_requested")
}

fn is_revocation_under_way(order: &OrderView) -> bool {
    let is_over = order.status.state == "revoked";
    let is_sent = |asked: &Revocation| match asked.phase {
        RevocationPhase::Sending | RevocationPhase::Requested => true,
        RevocationPhase::AwaitingApproval { .. } | RevocationPhase::Refused { .. } => false,
    };
    !is_over && order.revocation.as_ref().is_some_and(is_sent)
}

/// Whether an order changes by itself: at the CA, or by the hands of others.
pub(crate) fn is_moving(order: &OrderView) -> bool {
    let state = order.status.state.as_str();
    matches!(state, "placing" | "pending" | "awaitingApproval") || under_way(order).is_some()
}

/// Whether the person may do this with the order now. Of what the Worker allows, what was asked for
/// already is not offered once more.
pub(crate) fn may(order: &OrderView, action: OrderAction) -> bool {
    let is_asked = match action {
        OrderAction::Revoke => is_revocation_under_way(order),
        OrderAction::Cancel => under_way(order).is_some(),
        _ => false,
    };
    !is_asked && order.allowed.contains(&action)
}
