//! Times as people read them, by the browser's `Intl`.

use certwright_core::time::{DAY, Timestamp};
use js_sys::{Date, Object, Reflect};
use wasm_bindgen::JsValue;

use crate::text::{t, t_with};

/// Now.
pub(crate) fn now() -> Timestamp {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 fit"
    )]
    Timestamp::from_unix((Date::now() / 1000.0) as i64)
}

/// How many whole days remain until `end`; negative when it has passed.
pub(crate) fn days_until(end: Timestamp) -> i64 {
    end.seconds_since(now()).div_euclid(DAY)
}

/// The first instant of a day such as `2026-11-25`, in the person's zone, so many days later; none
/// when the text is no day.
pub(crate) fn start_of_day(day: &str, later: i64) -> Option<Timestamp> {
    let is_day = day.len() == 10 && day.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    // Without a zone the text is read in the person's own (ECMA-262 §21.4.1.32).
    let date = Date::new(&JsValue::from_str(&format!("{day}T00:00:00")));
    if !is_day || date.get_time().is_nan() {
        return None;
    }
    // By the calendar: a day in which clocks are put back has 25 hours.
    let later = u32::try_from(later).ok()?;
    let start = date.set_date(date.get_date().saturating_add(later));
    #[expect(
        clippy::cast_possible_truncation,
        reason = "milliseconds since 1970 fit"
    )]
    Some(Timestamp::from_unix((start / 1000.0) as i64))
}

/// The date and the time of day, in the person's zone and language.
pub(crate) fn local(at: Timestamp) -> String {
    format(at, &[("dateStyle", "medium"), ("timeStyle", "short")])
}

/// The date, in the person's zone and language.
pub(crate) fn local_date(at: Timestamp) -> String {
    format(at, &[("dateStyle", "medium")])
}

/// Date and time of day in UTC.
pub(crate) fn utc(at: Timestamp) -> String {
    let style = [
        ("dateStyle", "medium"),
        ("timeStyle", "short"),
        ("timeZone", "UTC"),
    ];
    format!("{} UTC", format(at, &style))
}

/// How long ago or ahead, in the coarsest unit that fits.
pub(crate) fn distance(at: Timestamp) -> String {
    let seconds = at.seconds_since(now());
    let size = seconds.abs();
    let (amount, unit) = match size {
        0..60 => return t("time_now"),
        60..3_600 => (size / 60, "minutes"),
        3_600..172_800 => (size / 3_600, "hours"),
        _ => (size / DAY, "days"),
    };
    match (seconds < 0, unit) {
        (true, "minutes") => t_with("time_minutes_ago", &[("n", &amount)]),
        (true, "hours") => t_with("time_hours_ago", &[("n", &amount)]),
        (true, _) => t_with("time_days_ago", &[("n", &amount)]),
        (false, "minutes") => t_with("time_minutes_ahead", &[("n", &amount)]),
        (false, "hours") => t_with("time_hours_ahead", &[("n", &amount)]),
        (false, _) => t_with("time_days_ahead", &[("n", &amount)]),
    }
}

fn format(at: Timestamp, style: &[(&str, &str)]) -> String {
    #[expect(
        clippy::cast_precision_loss,
        reason = "dates stay far below 2^53 milliseconds"
    )]
    let date = Date::new(&JsValue::from_f64(at.unix() as f64 * 1000.0));
    let options = Object::new();
    for (name, value) in style {
        // Setting a property of a fresh object can't fail.
        let _ = Reflect::set(&options, &(*name).into(), &(*value).into());
    }
    let language = web_sys::window()
        .and_then(|window| window.navigator().language())
        .unwrap_or_else(|| "en".to_owned());
    date.to_locale_string(&language, &options).into()
}
