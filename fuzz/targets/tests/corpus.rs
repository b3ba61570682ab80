//! Every input of the corpus, and thousands of mutations of each target's inputs, the same in every
//! run. It is no replacement for `cargo xtask fuzz`, which is led by what the code does.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it has done"
)]

use std::{
    fs,
    panic::catch_unwind,
    path::Path,
    time::{Duration, Instant},
};

use certwright_fuzz_targets::TARGETS;

/// Mutations of a target's inputs.
const MUTATIONS: usize = 10_000;
/// Longer than any input may take, even on a busy machine and without optimization.
const PATIENCE: Duration = Duration::from_secs(5);

/// xorshift64 (Marsaglia 2003).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap() % limit.max(1)
    }
}

fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../corpus");
    let mut inputs: Vec<_> = fs::read_dir(folder.join(target))
        .unwrap_or_else(|error| panic!("{target} has no corpus: {error}"))
        .map(|entry| {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect();
    inputs.sort();
    inputs
}

/// One to four changes, of the kinds that fuzzers make.
fn mutated(draws: &mut Draws, inputs: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = inputs[draws.below(inputs.len())].1.clone();
    for _ in 0..=draws.below(4) {
        let at = draws.below(bytes.len());
        match draws.below(7) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << draws.below(8),
            1 if !bytes.is_empty() => bytes[at] = [0, 1, 0x7f, 0x80, 0x84, 0xff][draws.below(6)],
            2 => bytes.truncate(at),
            3 => {
                let byte = u8::try_from(draws.below(256)).unwrap();
                bytes.insert(at, byte);
            }
            4 if !bytes.is_empty() => {
                let end = (at + 1 + draws.below(16)).min(bytes.len());
                bytes.drain(at..end);
            }
            5 => {
                let end = (at + draws.below(200)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                let to = draws.below(bytes.len());
                bytes.splice(to..to, piece);
            }
            _ => {
                let other = &inputs[draws.below(inputs.len())].1;
                let from = draws.below(other.len());
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
    }
    bytes
}

fn feed(target: &str, run: fn(&[u8]), name: &str, input: &[u8]) {
    let began = Instant::now();
    let outcome = catch_unwind(|| run(input));
    let took = began.elapsed();
    if outcome.is_err() || took > PATIENCE {
        let file = std::env::temp_dir().join(format!("certwright-{target}-{}", input.len()));
        fs::write(&file, input).unwrap();
        panic!(
            "{target}, {name}: took {took:?}; the input is kept in {}",
            file.display()
        );
    }
}

#[test]
fn every_target_withstands_its_corpus_and_mutations_of_it() {
    for (target, run) in TARGETS {
        let inputs = corpus(target);
        let began = Instant::now();
        for (name, input) in &inputs {
            feed(target, run, name, input);
        }
        let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
        for number in 0..MUTATIONS {
            let input = mutated(&mut draws, &inputs);
            feed(target, run, &format!("mutation {number}"), &input);
        }
        let (count, took) = (inputs.len(), began.elapsed());
        println!("{target}: {count} inputs and {MUTATIONS} mutations in {took:?}");
    }
}

/// A corpus that nothing gets through would test nothing but the first check.
#[test]
fn the_corpus_reaches_what_lies_behind_the_first_checks() {
    use certwright_core::{
        audit::{Verifier, verify},
        certificate::{Certificate, chain},
        csr::Csr,
        dump::{Entry, Position},
    };
    let is_one = |target: &str, check: fn(&[u8]) -> bool| {
        assert!(
            corpus(target).iter().any(|(_, input)| check(input)),
            "{target}"
        );
    };
    fn text(input: &[u8]) -> &str {
        std::str::from_utf8(input).unwrap_or_default()
    }
    is_one("csr", |input| Csr::read(input).is_ok());
    is_one("certificate", |input| Certificate::read(input).is_ok());
    is_one("chain", |input| {
        chain::read(
            text(input),
            certwright_core::time::Timestamp::from_unix(1_795_000_000),
        )
        .is_ok_and(|chain| chain.intermediates().len() == 1)
    });
    is_one("dump", |input| {
        let mut position = Position::default();
        let mut lines = text(input).lines().map(|line| position.read(line));
        lines.any(|read| read == Ok(Entry::Trailer))
    });
    is_one("audit", |input| {
        verify(Verifier::default(), text(input).lines()).is_ok_and(|found| found.entries > 3)
    });
    is_one("license", |input| {
        let now = certwright_core::time::Timestamp::from_unix(1_795_000_000);
        let key = certwright_fuzz_targets::license::PUBLIC_KEY;
        certwright_core::license::token::verify(text(input), &key, now).is_ok()
    });
}

#[test]
fn every_target_is_one_of_the_fuzzers() {
    let folder = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../fuzz_targets");
    let mut files: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    files.sort();
    assert_eq!(files, TARGETS.map(|(name, _)| name.to_owned()));
}
