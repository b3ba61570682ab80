//! The one door to the browser: what is kept, copied, saved and asked for.

pub(crate) mod clock;
pub(crate) mod file;
mod platform;
pub(crate) mod storage;

use js_sys::Uint8Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Whether this is the extension, and not the console that the Worker serves.
pub(crate) fn is_extension() -> bool {
    platform::is_extension()
}

/// The origin that has served this page: the Worker's, in the console.
pub(crate) fn own_origin() -> Option<String> {
    let origin = web_sys::window()?.location().origin().ok()?;
    (!is_extension() && origin.starts_with("http")).then_some(origin)
}

/// Asks the person to let the extension call this address. Firefox takes that from within the
/// handler of a click or a key only, so it is asked at once, and the answer is awaited.
pub(crate) fn request_origin(address: &str) -> impl Future<Output = bool> + use<> {
    let asked = JsFuture::from(platform::request_origin(address));
    async move {
        asked
            .await
            .is_ok_and(|granted| granted.as_bool() == Some(true))
    }
}

/// Puts text on the clipboard; a secret is removed again after a minute where the browser lets us.
pub(crate) async fn copy(text: &str, is_secret: bool) -> bool {
    platform::copy(text, is_secret).await.is_ok()
}

/// Saves a file.
pub(crate) fn save(name: &str, media_type: &str, bytes: &[u8]) {
    platform::save(name, media_type, &Uint8Array::from(bytes));
}

/// The host of the site that the person is looking at, for the popup.
pub(crate) async fn current_host() -> Option<String> {
    platform::current_host().await.ok()?.as_string()
}

/// What the browser tells of the certificate that the current tab's site has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Served {
    /// This browser never tells.
    Untold,
    /// It would, with the person's leave.
    Ask,
    /// It will, when the page is loaded again.
    Unseen,
    /// SHA-256 of the certificate, hex.
    Seen(String),
}

/// What the browser tells of the certificate that the current tab's site has sent.
pub(crate) async fn served() -> Served {
    let answer = platform::served_fingerprint().await.ok();
    match answer.and_then(|answer| answer.as_string()).as_deref() {
        None | Some("untold") => Served::Untold,
        Some("ask") => Served::Ask,
        Some("unseen") => Served::Unseen,
        Some(print) => Served::Seen(print.to_owned()),
    }
}

/// Asks the person for leave to see the certificates that sites send, like [`request_origin`].
pub(crate) fn ask_to_see_served() -> impl Future<Output = ()> {
    let asked = JsFuture::from(platform::ask_to_see_served());
    async move {
        // A refusal changes nothing: the popup goes on to offer it.
        let _ = asked.await;
    }
}

/// Opens a screen in the application's tab, from the popup.
pub(crate) async fn open_application(hash: &str) {
    // Nothing is lost when it fails: the popup stays open with its link.
    let _ = platform::open_application(hash).await;
}

/// Lets the badge follow what was just done.
pub(crate) async fn refresh_badge() {
    // There is no background worker in the console.
    let _ = platform::tell_background("refresh").await;
}

/// The keyboard commands that the browser has for the extension: what for, and which keys.
pub(crate) async fn commands() -> Vec<(String, String)> {
    let Ok(all) = platform::commands().await else {
        return Vec::new();
    };
    let pairs = js_sys::Array::from(&all);
    let pair = |value: wasm_bindgen::JsValue| {
        let pair: js_sys::Array = value.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    };
    pairs.iter().filter_map(pair).collect()
}

/// Puts the keyboard's focus on the element with this id, once it is there.
pub(crate) fn focus(id: &str) {
    let element = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that can't take the focus leaves it where it was.
        let _ = element.focus();
    }
}

/// How many milliseconds to wait before something is read again: as a rule what is given, less where
/// the browser tests want it.
pub(crate) fn poll_interval(usual: u32) -> u32 {
    platform::poll_interval(usual)
}

/// Lets a panic end in this sentence, with a button that loads the page again.
pub(crate) fn announce_panics(text: &str, action: &str) {
    platform::watch_for_breakdown(text, action);
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        platform::break_down();
    }));
}

/// Whether nobody can see this page now.
pub(crate) fn is_hidden() -> bool {
    platform::is_hidden()
}

/// Waits for some milliseconds.
pub(crate) async fn sleep(milliseconds: u32) {
    gloo_timers::future::TimeoutFuture::new(milliseconds).await;
}
