//! `js/platform.js`, function by function.

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "/js/platform.js")]
extern "C" {
    #[wasm_bindgen(js_name = isExtension)]
    pub(super) fn is_extension() -> bool;

    #[wasm_bindgen(catch)]
    pub(super) async fn read(area: &str, key: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) async fn write(area: &str, key: &str, text: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) async fn remove(area: &str, key: &str) -> Result<(), JsValue>;

    // A promise and no `async fn`, which would call only when it is polled: see `request_origin`.
    #[wasm_bindgen(js_name = requestOrigin)]
    pub(super) fn request_origin(origin: &str) -> Promise;

    #[wasm_bindgen(catch, js_name = tellBackground)]
    pub(super) async fn tell_background(message: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_name = currentHost)]
    pub(super) async fn current_host() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = servedFingerprint)]
    pub(super) async fn served_fingerprint() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = askToSeeServed)]
    pub(super) fn ask_to_see_served() -> Promise;

    #[wasm_bindgen(catch, js_name = openApplication)]
    pub(super) async fn open_application(hash: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) async fn commands() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch)]
    pub(super) async fn copy(text: &str, is_secret: bool) -> Result<(), JsValue>;

    #[wasm_bindgen(js_name = pollInterval)]
    pub(super) fn poll_interval(usual: u32) -> u32;

    #[wasm_bindgen(js_name = isHidden)]
    pub(super) fn is_hidden() -> bool;

    #[wasm_bindgen(js_name = watchForBreakdown)]
    pub(super) fn watch_for_breakdown(text: &str, action: &str);

    #[wasm_bindgen(js_name = breakDown)]
    pub(super) fn break_down();

    pub(super) fn save(name: &str, media_type: &str, bytes: &Uint8Array);
}
