//! The browser extension and, from the same source, the console that the Worker serves.
//!
//! The person's keys are made and used here and never leave the browser unless the person exports
//! one. [`keys`] holds that part; it compiles natively too, so that OpenSSL can judge its output.

#[cfg(target_family = "wasm")]
mod app;
#[cfg(target_family = "wasm")]
mod browser;
#[cfg(target_family = "wasm")]
mod client;
#[cfg(target_family = "wasm")]
mod connection;
pub mod guard;
pub mod idn;
pub mod keys;
#[cfg(target_family = "wasm")]
mod pages;
#[cfg(target_family = "wasm")]
mod parts;
#[cfg(target_family = "wasm")]
mod pins;
pub mod route;
pub mod text;

/// Shows the application, or the extension's popup, in the page that has loaded the module.
///
/// `english` and `translated` are the texts of two `messages.json`; `page` is `application` or
/// `popup`.
#[cfg(target_family = "wasm")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start(english: &str, translated: &str, page: &str) {
    for messages in [english, translated] {
        if let Err(fault) = text::install(messages) {
            leptos::logging::error!("the strings can't be read: {fault}");
        }
    }
    browser::announce_panics(&text::t("broken"), &text::t("reload"));
    if page == "popup" {
        leptos::mount::mount_to_body(pages::Popup);
    } else {
        leptos::mount::mount_to_body(app::Application);
    }
}
