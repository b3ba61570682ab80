//! How many requests a caller may send, over the real runtime: by the platform's binding, and by
//! the isolate's own count.

#![allow(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test says what is wrong by failing, and what it measured by printing"
)]

use anyhow::Result;
use certwright_harness::{Client, Options, System, Workspace, client::Reply};

/// What the settings must be for the bindings of `wrangler.toml` to count.
const BY_BINDING: [(&str, &str); 2] = [
    ("REQUESTS_PER_MINUTE", ""),
    ("FAILED_SIGN_INS_PER_MINUTE", ""),
];

fn settings(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    pairs.iter().map(own).collect()
}

/// Asks until it is told to slow down, at most so often: how often it was not, and what was said.
fn until_slowed(client: &Client, most: usize) -> Result<(usize, Option<Reply>)> {
    for served in 0..most {
        let reply = client.get("/v1/orders")?;
        if reply.status == 429 {
            return Ok((served, Some(reply)));
        }
    }
    Ok((most, None))
}

fn is_slowed(reply: Option<Reply>, code: &str) {
    let Some(reply) = reply else {
        panic!("nobody was slowed down");
    };
    assert_eq!(reply.body["code"], code, "{reply}");
    assert_eq!(reply.content_type(), "application/problem+json");
    let seconds = reply
        .headers
        .get("retry-after")
        .and_then(|value| value.to_str().ok());
    let seconds = seconds.and_then(|value| value.parse::<u32>().ok());
    assert!(
        seconds.is_some_and(|seconds| (1..=60).contains(&seconds)),
        "{:?}",
        reply.headers
    );
}

#[test]
fn callers_are_slowed_down_by_the_binding_and_without_it() -> Result<()> {
    let options = Options {
        variables: settings(&BY_BINDING),
        ..Options::default()
    };
    let mut system = System::start(&Workspace::find()?, options)?;
    let admin = Client::new(system.worker_url(), system.secrets().admin_token());
    let stranger = Client::new(system.worker_url(), "cw_0000");
    // A window may end in the middle; then twice as many are served.
    let (served, slowed) = until_slowed(&admin, 1_300)?;
    println!("the binding let {served} requests through");
    assert!((600..=1_200).contains(&served), "{served}");
    is_slowed(slowed, "too-many-requests");
    let (served, slowed) = until_slowed(&stranger, 50)?;
    println!("the binding let {served} failed sign-ins through");
    assert!((20..=40).contains(&served), "{served}");
    is_slowed(slowed, "too-many-failed-sign-ins");

    let own = [
        ("REQUESTS_PER_MINUTE", "30"),
        ("FAILED_SIGN_INS_PER_MINUTE", "3"),
    ];
    system.secrets().write_environment(&settings(&own))?;
    system.restart_worker()?;
    let (served, slowed) = until_slowed(&admin, 70)?;
    println!("the isolate let {served} requests through");
    assert!((30..=60).contains(&served), "{served}");
    is_slowed(slowed, "too-many-requests");
    let (served, slowed) = until_slowed(&stranger, 10)?;
    assert!((3..=6).contains(&served), "{served}");
    is_slowed(slowed, "too-many-failed-sign-ins");
    Ok(())
}
