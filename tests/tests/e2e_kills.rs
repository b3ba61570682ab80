//! The runtime killed in the middle of orders and imports; see `certwright_tests::kills`.

#![allow(
    clippy::print_stdout,
    reason = "a test says what it consisted of by printing"
)]

use anyhow::Result;
use certwright_tests::kills::Siege;

#[test]
fn nothing_is_lost_or_ordered_twice_when_the_runtime_is_killed() -> Result<()> {
    let told = Siege::begin(1, 400)?.hold(5)?;
    println!("{told}");
    assert!(told.booked >= 400, "{told}");
    Ok(())
}
