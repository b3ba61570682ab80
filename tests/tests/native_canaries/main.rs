//! Secrets are planted, the whole job is run with everything that goes wrong in it, and every reply,
//! log line, audit entry, dump, list, cache entry, call to the CA and byte of the database is
//! searched for them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it searched by printing"
)]

mod job;
mod misplaced;
mod stage;

use certwright_tests::canary::Canary;
use emsign_sandbox::DEFAULT_ACCOUNT_NUMBER;

use self::stage::{Place, Stage};

/// The secrets. Their characters change under every encoding.
struct Secrets {
    /// The administrator's token.
    admin: Canary,
    /// An access key that is linked.
    key: Canary,
    /// The one that it is rotated to.
    next_key: Canary,
    /// One that the CA refuses.
    refused_key: Canary,
    /// A token that nobody gave out.
    foreign: Canary,
    /// Two master keys, 32 bytes each.
    master_keys: [Canary; 2],
    /// A secret that stands where none belongs.
    misplaced: Canary,
}

impl Secrets {
    fn new() -> Self {
        Self {
            admin: Canary::new("admin token", "cw_Adm1n/Can+ary~7f3b9d-51ce20aa"),
            key: Canary::new("access key", "k1/Can+ary\"Key\\one-9a4411cd"),
            next_key: Canary::new("next access key", "k2/Can+ary\"Key\\two-c07be83f"),
            refused_key: Canary::new("refused access key", "k3/Can+ary\"Key\\bad-5d21f6e0"),
            foreign: Canary::new("foreign token", "cw_F0reign/Can+ary~e19c0b7a"),
            master_keys: [
                Canary::new("master key 1", "m1/Can+ary\"Master\\key-4b8f02d7.."),
                Canary::new("master key 2", "m2/Can+ary\"Master\\key-e6350c91.."),
            ],
            misplaced: Canary::new("misplaced secret", "x9/Can+ary\"In\\place-0e77d3b4"),
        }
    }

    fn all(&self) -> Vec<&Canary> {
        let mut all = vec![
            &self.admin,
            &self.key,
            &self.next_key,
            &self.refused_key,
            &self.foreign,
            &self.misplaced,
        ];
        all.extend(&self.master_keys);
        all
    }
}

#[test]
fn no_output_carries_a_secret() {
    let secrets = Secrets::new();
    let mut stage = Stage::new(&secrets);
    job::whole_job_with_trouble(&mut stage, &secrets);
    misplaced::secrets_where_none_belong(&stage, &secrets);
    misplaced::callers_with_foreign_tokens(&stage, &secrets);
    let token = Canary::new("made token", &job::token_is_used_and_revoked(&stage));
    job::everything_is_read(&stage);

    let outputs = stage.outputs();
    let mut found = Vec::new();
    for (place, what, bytes) in &outputs {
        for canary in secrets.all().into_iter().chain([&token]) {
            if let Some(form) = canary.found_in(bytes) {
                found.push(format!("{} as {form} in {place:?} {what}", canary.name));
            }
        }
    }
    let count = |wanted: Place| {
        outputs
            .iter()
            .filter(|(place, ..)| *place == wanted)
            .count()
    };
    println!(
        "{} replies, {} log lines, {} calls to the CA, {} bytes in all",
        count(Place::Reply),
        count(Place::Log),
        count(Place::ToCa),
        outputs.iter().map(|(.., bytes)| bytes.len()).sum::<usize>()
    );
    assert!(found.is_empty(), "{}", found.join("\n"));
    // What is no secret is found by the same search, so that it is known to reach everything.
    let control = Canary::new("account number", DEFAULT_ACCOUNT_NUMBER);
    for place in [Place::Reply, Place::ToCa, Place::Database] {
        let mut there = outputs.iter().filter(|(where_, ..)| *where_ == place);
        assert!(
            there.any(|(.., bytes)| control.found_in(bytes).is_some()),
            "{place:?}"
        );
    }
    // That the job reached what it should: a job without these shows nothing.
    assert!(count(Place::Reply) > 250, "{}", count(Place::Reply));
    assert!(count(Place::Log) > 3, "{}", count(Place::Log));
    assert!(count(Place::ToCa) > 30, "{}", count(Place::ToCa));
    let (.., database) = outputs
        .iter()
        .find(|(place, ..)| *place == Place::Database)
        .unwrap();
    assert!(database.starts_with(b"SQLite format 3\0"));
    assert!(database.len() > 100_000, "{}", database.len());
}
