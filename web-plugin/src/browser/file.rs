//! Files that the person picks or drops.

use leptos::ev::Event;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, HtmlInputElement};

/// The file that was picked in an input element.
pub(crate) fn picked(event: &Event) -> Option<File> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    input.files()?.get(0)
}

/// The file's content; nothing when it is longer than `limit` bytes or can't be read.
pub(crate) async fn bytes(file: &File, limit: usize) -> Option<Vec<u8>> {
    #[expect(clippy::cast_precision_loss, reason = "a limit of some megabytes")]
    if file.size() > limit as f64 {
        return None;
    }
    let content = JsFuture::from(file.array_buffer()).await.ok()?;
    Some(js_sys::Uint8Array::new(&content).to_vec())
}

/// The file's text; nothing when it is longer than `limit` bytes.
pub(crate) async fn text(file: &File, limit: usize) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "a limit of some megabytes")]
    if file.size() > limit as f64 {
        return None;
    }
    let text = JsFuture::from(file.text()).await.ok();
    Some(text.and_then(|text| text.as_string()).unwrap_or_default())
}
