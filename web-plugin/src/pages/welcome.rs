//! The first screen: where the Worker is, and whether it can be reached.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::connection;

/// What the screen knows about the connection.
#[derive(Clone, PartialEq, Eq)]
enum Check {
    NotYet,
    Running,
    Reached,
    Failed(String),
}

impl Check {
    fn text(&self) -> String {
        match self {
            Self::NotYet => String::new(),
            Self::Running => "Checking…".to_owned(),
            Self::Reached => "The Worker answers.".to_owned(),
            Self::Failed(reason) => format!("The Worker can't be reached: {reason}"),
        }
    }
}

/// Asks for the Worker's address and a sign-in token and checks the connection.
#[component]
pub(crate) fn Welcome() -> impl IntoView {
    let address = RwSignal::new(connection::own_address().unwrap_or_default());
    let token = RwSignal::new(String::new());
    let check = RwSignal::new(Check::NotYet);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        check.set(Check::Running);
        spawn_local(async move {
            let answer = connection::check(&address.get_untracked(), &token.get_untracked()).await;
            check.set(answer.map_or_else(Check::Failed, |()| Check::Reached));
        });
    };
    view! {
        <main>
            <h1>"Certwright"</h1>
            <form on:submit=submit>
                <label for="address">"Address of the Worker"</label>
                <input id="address" type="url" required bind:value=address />
                <label for="token">"Sign-in token"</label>
                <input id="token" type="password" autocomplete="off" bind:value=token />
                <button>"Check connection"</button>
            </form>
            <p role="status">{move || check.get().text()}</p>
        </main>
    }
}
