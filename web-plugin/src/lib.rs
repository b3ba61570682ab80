//! The browser extension and, from the same source, the console that the Worker serves.
//!
//! The person's keys are made and used here and never leave the browser unless the person exports
//! one. [`keys`] holds that part; it compiles natively too, so that OpenSSL can judge its output.

#[cfg(target_family = "wasm")]
mod connection;
pub mod keys;
#[cfg(target_family = "wasm")]
mod pages;

/// Shows the application in the page that has loaded the module.
#[cfg(target_family = "wasm")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start() {
    console_error_panic_hook::set_once();
    leptos::mount::mount_to_body(pages::Welcome);
}
