//! Times as emSign writes and reads them.
//!
//! Three notations: request times with an offset (India when it is missing), response times in
//! India, and zone-less data in UTC (emSign API reference, A3, A4, B12).

use time::OffsetDateTime;

/// Seconds since 1970-01-01T00:00:00Z.
pub(crate) type Unix = i64;

/// One day in seconds.
pub(crate) const DAY: Unix = 86_400;

const INDIA: Unix = 5 * 3600 + 1800;

/// Latest and earliest instants that are written; nothing else is ever needed, and four digits
/// must do for the year.
const RANGE: (Unix, Unix) = (-62_135_596_800, 253_402_300_799);

fn parts(at: Unix) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.clamp(RANGE.0, RANGE.1))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `2026-03-09 08:35:33`, in UTC: the notation of all data.
pub(crate) fn data_time(at: Unix) -> String {
    let at = parts(at);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `2026-03-09T14:05:32+05:30`: the server's own time in a response.
pub(crate) fn india_time(at: Unix) -> String {
    format!(
        "{}+05:30",
        data_time(at.saturating_add(INDIA)).replace(' ', "T")
    )
}

/// `2026-10-02T10:00:00.000+00:00`: the time in a Spring Boot error body.
pub(crate) fn spring_time(at: Unix) -> String {
    format!("{}.000+00:00", data_time(at).replace(' ', "T"))
}

/// The last second of the UTC day that `at` falls on.
pub(crate) fn end_of_day(at: Unix) -> Unix {
    start_of_day(at).saturating_add(DAY - 1)
}

/// The first second of the UTC day that `at` falls on.
pub(crate) fn start_of_day(at: Unix) -> Unix {
    at.saturating_sub(at.rem_euclid(DAY))
}

/// Reads the `ts` of a request: `2026-03-09T14:05:31+05:30`, or without the offset.
pub(crate) fn request_time(text: &str) -> Option<Unix> {
    let (local, offset) = text.split_at_checked(19)?;
    let local = date_and_time(local)?;
    let offset = if offset.is_empty() {
        INDIA
    } else {
        numeric_offset(offset)?
    };
    Some(local - offset)
}

fn numeric_offset(text: &str) -> Option<Unix> {
    let (sign, rest) = text.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours <= 14 && minutes <= 59).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A date in the order report's criteria. Four notations are documented (A14); those without a
/// zone are Indian time, like any zone-less request time (B12). `end` asks for the last second of
/// a notation that leaves the time out.
pub(crate) fn criterion(text: &str, end: bool) -> Option<Unix> {
    match text.len() {
        10 => {
            let start = date_and_time(&format!("{text}T00:00:00"))?;
            Some(start - INDIA + if end { DAY - 1 } else { 0 })
        }
        16 => Some(date_and_time(&format!("{text}:00"))? - INDIA + if end { 59 } else { 0 }),
        19 => Some(date_and_time(text)? - INDIA),
        20 => date_and_time(text.strip_suffix('Z')?),
        _ => None,
    }
}

fn date_and_time(text: &str) -> Option<Unix> {
    let (date, clock) = text.split_once('T')?;
    let mut date = date.split('-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let mut clock = clock.split(':');
    let (hour, minute, second) = (clock.next()?, clock.next()?, clock.next()?);
    if date.next().is_some() || clock.next().is_some() {
        return None;
    }
    let month = time::Month::try_from(u8::try_from(digits(month, 2)?).ok()?).ok()?;
    let date = time::Date::from_calendar_date(
        i32::try_from(digits(year, 4)?).ok()?,
        month,
        u8::try_from(digits(day, 2)?).ok()?,
    )
    .ok()?;
    let clock = time::Time::from_hms(
        u8::try_from(digits(hour, 2)?).ok()?,
        u8::try_from(digits(minute, 2)?).ok()?,
        u8::try_from(digits(second, 2)?).ok()?,
    )
    .ok()?;
    Some(OffsetDateTime::new_utc(date, clock).unix_timestamp())
}

fn digits(text: &str, count: usize) -> Option<i64> {
    (text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NINTH_OF_MARCH: Unix = 1_773_045_331;

    #[test]
    fn the_same_instant_in_three_notations() {
        assert_eq!(
            request_time("2026-03-09T14:05:31+05:30"),
            Some(NINTH_OF_MARCH)
        );
        assert_eq!(
            request_time("2026-03-09T08:35:31+00:00"),
            Some(NINTH_OF_MARCH)
        );
        assert_eq!(request_time("2026-03-09T14:05:31"), Some(NINTH_OF_MARCH));
        assert_eq!(india_time(NINTH_OF_MARCH), "2026-03-09T14:05:31+05:30");
        assert_eq!(data_time(NINTH_OF_MARCH), "2026-03-09 08:35:31");
        assert_eq!(spring_time(NINTH_OF_MARCH), "2026-03-09T08:35:31.000+00:00");
    }

    #[test]
    fn times_that_are_not() {
        for text in [
            "",
            "now",
            "2026-03-09",
            "2026-03-09 14:05:31",
            "2026-13-09T14:05:31",
            "2026-03-09T14:05:31Z",
            "2026-03-09T14:05:31.000+05:30",
            "2026-03-09T14:05:31+0530",
            "2026-02-30T00:00:00+00:00",
            "2026-03-09T14:05:31+15:00",
            "éééééééééé",
        ] {
            assert_eq!(request_time(text), None, "{text}");
        }
    }

    #[test]
    fn criteria_in_four_notations() {
        let start = criterion("2026-03-09", false).unwrap();
        assert_eq!(criterion("2026-03-09T00:00", false), Some(start));
        assert_eq!(criterion("2026-03-09T00:00:00", false), Some(start));
        assert_eq!(criterion("2026-03-08T18:30:00Z", false), Some(start));
        assert_eq!(criterion("2026-03-09", true), Some(start + DAY - 1));
        assert_eq!(criterion("09/03/2026", false), None);
    }

    #[test]
    fn any_instant_can_be_written() {
        for at in [Unix::MIN, -1, 0, Unix::MAX] {
            assert!(!data_time(at).is_empty());
            assert!(!india_time(at).is_empty());
        }
    }
}
