//! The way to the Worker.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};

/// The address that this page came from, when a Worker has served it.
pub(crate) fn own_address() -> Option<String> {
    let origin = web_sys::window()?.location().origin().ok()?;
    origin.starts_with("http").then_some(origin)
}

/// Asks the Worker whether it is well.
pub(crate) async fn check(address: &str, token: &str) -> Result<(), String> {
    let response = get(&format!("{}/healthz", address.trim_end_matches('/')), token)
        .await
        .map_err(|error| error.as_string().unwrap_or_else(|| "no answer".to_owned()))?;
    if response.ok() {
        Ok(())
    } else {
        Err(format!("it answered with {}", response.status()))
    }
}

async fn get(url: &str, token: &str) -> Result<Response, JsValue> {
    let request = Request::new_with_str_and_init(url, &RequestInit::new())?;
    if !token.is_empty() {
        request
            .headers()
            .set("Authorization", &format!("Bearer {token}"))?;
    }
    let window = web_sys::window().ok_or_else(|| JsValue::from_str("no window"))?;
    JsFuture::from(window.fetch_with_request(&request))
        .await?
        .dyn_into()
}
