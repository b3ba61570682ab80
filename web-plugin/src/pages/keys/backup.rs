//! Saving the keys that may leave this browser, and taking them back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::use_app;
use crate::browser;
use crate::keys::backup::{self, BackupFault, MAX_BACKUP};
use crate::keys::store;
use crate::parts::KeyMarks;
use crate::text::{self, t, t_count, t_with};

/// Both ways.
#[component]
pub(super) fn Backup(keys: KeyMarks) -> impl IntoView {
    let app = use_app();
    let error = RwSignal::new(None::<String>);
    let count = move || {
        let all = keys.get().unwrap_or_default();
        all.iter().filter(|key| backup::can_leave(key)).count()
    };
    let save = move |_| match backup::write(&keys.get_untracked().unwrap_or_default()) {
        Ok(text) => browser::save("certwright-keys.json", "application/json", text.as_bytes()),
        Err(fault) => error.set(Some(fault.to_string())),
    };
    let pick = move |event: leptos::ev::Event| {
        let Some(file) = browser::file::picked(&event) else {
            return;
        };
        spawn_local(async move {
            match restored(&file).await {
                Ok(restored) => {
                    error.set(None);
                    app.toasts
                        .done(t_count("keys_restored", text::count(restored)));
                }
                Err(fault) => error.set(Some(fault.to_string())),
            }
            keys.set(store::all().await.ok());
        });
    };
    view! {
        <details>
            <summary>{t("keys_backup")}</summary>
            <div class="field">
                <p>{t("keys_backup_lead")}</p>
                <div class="actions">
                    <button class="quiet" disabled=move || count() == 0 on:click=save>
                        {move || t_with("keys_backup_do", &[("n", &count())])}
                    </button>
                </div>
                <label for="keys-restore">{t("keys_restore")}</label>
                <input
                    id="keys-restore"
                    type="file"
                    accept=".json"
                    aria-describedby="keys-restore-error"
                    on:change=pick
                />
                <p class="error" id="keys-restore-error" role="alert">{move || error.get()}</p>
            </div>
        </details>
    }
}

/// Takes the keys of a file that are not here, and says how many there were.
async fn restored(file: &web_sys::File) -> Result<usize, BackupFault> {
    let text = browser::file::text(file, MAX_BACKUP).await;
    let text = text.ok_or(BackupFault::TooLong)?;
    let here = store::all().await.unwrap_or_default();
    let mut taken = 0;
    for key in backup::read(&text)? {
        let is_here = here
            .iter()
            .any(|known| known.fingerprint == key.fingerprint && !known.is_lost);
        if !is_here && store::save(&key, None).await.is_ok() {
            taken += 1;
        }
    }
    Ok(taken)
}
