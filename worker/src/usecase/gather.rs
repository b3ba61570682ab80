//! A page of a list that is found in several ways, one after the other.

use certwright_api::page::Page;
use certwright_core::advice::advised;

use crate::{
    fault::Fault,
    paging::{Cursor, Paging},
    storage::parts::Found,
};

/// A page that is still empty reads so many times the rows of one before it says where to go on: what
/// further filters drop must not look as if there were nothing.
const PATIENCE: u32 = 10;

/// Takes a page from `walks`, one after the other. `read` reads rows of one of them behind a place;
/// `keep` says whether a row is shown, given the number of its walk.
///
/// A page reads no more rows than it has room for, or [`PATIENCE`] times as many while it is empty;
/// where filters drop some, it is shorter and its cursor goes on.
///
/// # Errors
/// [`Fault::Invalid`] for a cursor of another list, and what `read` gives.
pub(super) async fn gather<T, W>(
    paging: &Paging,
    walks: &[W],
    read: impl AsyncFn(&W, Option<&Cursor>, u32) -> Result<Vec<Found<T>>, Fault>,
    mut keep: impl FnMut(usize, &mut Found<T>) -> bool,
) -> Result<Page<T>, Fault> {
    let limit = paging.limit;
    let (mut number, mut after) = match &paging.after {
        None => (0, None),
        Some(cursor) => resume(cursor)?,
    };
    let mut items = Vec::new();
    let mut seen = 0_u32;
    while let Some(walk) = walks.get(number) {
        let room = limit.saturating_sub(u32::try_from(items.len()).unwrap_or(limit));
        let mut rows = read(walk, after.as_ref(), room.saturating_add(1)).await?;
        let has_more = rows.len() > room as usize;
        rows.truncate(room as usize);
        seen = seen.saturating_add(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        if let Some(last) = rows.last() {
            after = Some(last.at.clone());
        }
        for mut row in rows {
            if keep(number, &mut row) {
                items.push(row.item);
            }
        }
        if !has_more {
            number = number.saturating_add(1);
            after = None;
        }
        let is_full = items.len() >= limit as usize;
        let bound = if items.is_empty() { PATIENCE } else { 1 };
        if is_full || (has_more && seen >= limit.saturating_mul(bound)) {
            break;
        }
    }
    let next_cursor = (number < walks.len()).then(|| place(number, after.as_ref()).encode());
    Ok(Page { items, next_cursor })
}

fn place(number: usize, after: Option<&Cursor>) -> Cursor {
    match after {
        Some(after) => Cursor {
            number: after.number,
            text: format!("{number} {}", after.text),
        },
        None => Cursor {
            number: 0,
            text: number.to_string(),
        },
    }
}

fn resume(cursor: &Cursor) -> Result<(usize, Option<Cursor>), Fault> {
    let (number, text) = match cursor.text.split_once(' ') {
        Some((number, text)) => (number, Some(text)),
        None => (cursor.text.as_str(), None),
    };
    let number = number.parse().map_err(|_| {
        Fault::invalid(
            "cursor",
            "malformed",
            advised("must be a cursor of this list", "Start again without one."),
        )
    })?;
    let after = text.map(|text| Cursor {
        number: cursor.number,
        text: text.to_owned(),
    });
    Ok((number, after))
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::*;

    /// Two walks over numbers; in each a row for every number from 1 on.
    fn page(paging: &Paging, keep: impl FnMut(usize, &mut Found<i64>) -> bool) -> Page<i64> {
        let read = async |last: &i64, after: Option<&Cursor>, limit: u32| {
            let first = after.map_or(0, |cursor| cursor.number) + 1;
            let rows = (first..=*last).take(limit as usize);
            Ok(rows
                .map(|number| Found {
                    item: number,
                    at: Cursor {
                        number,
                        text: "a b".to_owned(),
                    },
                    part: None,
                })
                .collect())
        };
        block_on(gather(paging, &[7, 3], read, keep)).unwrap()
    }

    #[test]
    fn pages_together_are_the_whole_and_an_empty_one_reads_on() {
        let (mut all, mut cursor) = (Vec::new(), None);
        for _ in 0..20 {
            let paging = Paging::parse(Some("3"), cursor.as_deref()).unwrap();
            let next = page(&paging, |walk, row| walk == 1 || row.item != 2);
            assert!(next.items.len() <= 3);
            all.extend(next.items);
            cursor = next.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(all, [1, 3, 4, 5, 6, 7, 1, 2, 3]);
        let one = Paging::parse(Some("1"), None).unwrap();
        let late = page(&one, |walk, row| walk == 1 && row.item == 3);
        assert_eq!(late.items, [3], "found behind nine rows that do not fit");
        let other = Cursor {
            number: 0,
            text: "~".to_owned(),
        };
        let other = Paging::parse(None, Some(&other.encode())).unwrap();
        let read = async |_: &i64, _: Option<&Cursor>, _: u32| Ok(Vec::<Found<i64>>::new());
        assert!(block_on(gather(&other, &[1], read, |_, _| true)).is_err());
    }
}
