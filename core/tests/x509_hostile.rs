//! Requests and certificates made to be costly or to break the reader: they are refused, or read, in
//! little time, and before any arithmetic that their maker has chosen the size of.

#![cfg(not(target_family = "wasm"))]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::time::{Duration, Instant};

use certwright_core::{
    certificate::Certificate,
    csr::{Csr, CsrFault},
    key::{KeyRefused, PublicKey},
    signature::{Hash, SignatureAlgorithm, SignatureFault, verify},
};
use p256::ecdsa::{DerSignature, SigningKey, signature::Signer};

/// Without optimization, on a busy machine. What is to be noticed takes minutes, or a stack.
const PATIENCE: Duration = Duration::from_secs(10);

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;

/// A value in DER (X.690 §8.1, §10.1).
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut value = vec![tag];
    match length {
        0..0x80 => value.push(u8::try_from(length).unwrap()),
        0x80..0x1_0000 => {
            value.push(0x82);
            value.extend_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
            // The shortest form is demanded.
            if length < 0x100 {
                value.splice(1..4, [0x81, u8::try_from(length).unwrap()]);
            }
        }
        _ => {
            value.push(0x83);
            value.extend_from_slice(&u32::try_from(length).unwrap().to_be_bytes()[1..]);
        }
    }
    value.extend_from_slice(content);
    value
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    der(SEQUENCE, &parts.concat())
}

fn bits(content: &[u8]) -> Vec<u8> {
    der(BITS, &[&[0], content].concat())
}

fn oid(octets: &[u8]) -> Vec<u8> {
    der(0x06, octets)
}

const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const RSA_SHA256: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11];
const EC: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];
const ECDSA_SHA256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const EXTENSION_REQUEST: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14];
const NULL: [u8; 2] = [5, 0];

/// An odd number of so many octets, the first bit set.
fn odd(octets: usize) -> Vec<u8> {
    let mut number = vec![0xff; octets];
    number[octets - 1] = 0x01;
    number
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let integer = |octets: &[u8]| der(INTEGER, &[&[0][..], octets].concat());
    let exponent = if exponent[0] < 0x80 {
        der(INTEGER, exponent)
    } else {
        integer(exponent)
    };
    let key = sequence(&[&integer(modulus), &exponent]);
    sequence(&[&sequence(&[&oid(&RSA), &NULL]), &bits(&key)])
}

fn request(spki: &[u8], attributes: &[u8]) -> Vec<u8> {
    sequence(&[
        &der(INTEGER, &[0]),
        &sequence(&[]),
        spki,
        &der(0xa0, attributes),
    ])
}

/// A request that is signed with this key, over everything.
fn signed(attributes: &[u8]) -> Vec<u8> {
    let key = SigningKey::from_slice(&[7; 32]).unwrap();
    let point = key.verifying_key().to_sec1_point(false);
    let algorithm = sequence(&[&oid(&EC), &oid(&P256)]);
    let info = request(
        &sequence(&[&algorithm, &bits(point.as_bytes())]),
        attributes,
    );
    let signature: DerSignature = key.sign(&info);
    sequence(&[
        &info,
        &sequence(&[&oid(&ECDSA_SHA256)]),
        &bits(signature.as_bytes()),
    ])
}

/// The attribute that asks for one extension.
fn asking_for(extension: &[u8], value: &[u8]) -> Vec<u8> {
    let extension = sequence(&[&oid(extension), &der(OCTETS, value)]);
    let set = der(SET, &sequence(&[&extension]));
    sequence(&[&oid(&EXTENSION_REQUEST), &set])
}

/// A SEQUENCE in a SEQUENCE, and so on.
fn nested(depth: usize) -> Vec<u8> {
    // From the inside out the lengths grow, so it is built backwards.
    let mut reversed: Vec<u8> = Vec::new();
    for _ in 0..depth {
        let length = reversed.len();
        match length {
            0..0x80 => reversed.push(u8::try_from(length).unwrap()),
            0x80..0x100 => reversed.extend([u8::try_from(length).unwrap(), 0x81]),
            _ => {
                let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
                reversed.extend([low, high, 0x82]);
            }
        }
        reversed.push(SEQUENCE);
    }
    reversed.reverse();
    reversed
}

/// `work`'s result, which must come soon.
fn soon<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let result = work();
    let took = began.elapsed();
    assert!(took < PATIENCE, "{what} took {took:?}");
    result
}

#[test]
fn keys_of_absurd_size_are_refused_before_any_arithmetic() {
    let usual = [1, 0, 1];
    let huge = [&[1][..], &[0; 511], &[1]].concat();
    for (modulus, exponent, expected) in [
        (2_048, &usual[..], KeyRefused::RsaSize { bits: 16_384 }),
        (7_000, &usual[..], KeyRefused::RsaSize { bits: 56_000 }),
        (256, &huge[..], KeyRefused::RsaExponent),
        (512, &odd(512)[..], KeyRefused::RsaExponent),
    ] {
        let spki = rsa_key(&odd(modulus), exponent);
        let info = request(&spki, &[]);
        let algorithm = sequence(&[&oid(&RSA_SHA256), &NULL]);
        let csr = sequence(&[&info, &algorithm, &bits(&odd(modulus))]);
        let fault = soon("a request", || Csr::read(&csr)).unwrap_err();
        assert_eq!(fault, CsrFault::KeyRefused(expected.clone()));

        // The same key as an issuer's: certificates are read with any key, and not computed with.
        let key = PublicKey::from_spki(&spki).unwrap();
        let algorithm = SignatureAlgorithm::RsaPkcs1(Hash::Sha256);
        let verdict = soon("a signature", || {
            verify(algorithm, &key, b"x", &odd(modulus))
        });
        assert_eq!(verdict, Err(SignatureFault::Key), "{expected}");
    }
}

#[test]
fn thousands_of_names_are_read_in_little_time() {
    let names: Vec<u8> = (0..5_000)
        .flat_map(|n| der(0x82, format!("a{n}.b").as_bytes()))
        .collect();
    let names = der(SEQUENCE, &names);
    let der = signed(&asking_for(&[0x55, 0x1d, 17], &names));
    assert!(der.len() < Csr::MAX_INPUT, "{} bytes", der.len());
    let csr = soon("a request with many names", || Csr::read(&der)).unwrap();
    assert_eq!(csr.subject_alternative_names().len(), 5_000);
    assert_eq!(soon("its names", || csr.names()).len(), 5_000);
}

#[test]
fn thousands_of_attributes_and_extensions_are_read_in_little_time() {
    let attribute = sequence(&[&oid(&[0x2a, 3]), &der(SET, &[])]);
    let many = attribute.repeat(7_000);
    assert!(soon("attributes", || Csr::read(&signed(&many))).is_ok());
    let extensions: Vec<u8> = (0_u16..4_000)
        .flat_map(|n| {
            let [high, low] = n.to_be_bytes();
            let octets = [
                0x2a,
                0x80 | (high >> 1),
                0x80 | (low >> 7) | ((high & 1) << 1),
                low & 0x7f,
            ];
            sequence(&[&oid(&octets), &der(OCTETS, &[])])
        })
        .collect();
    let set = der(SET, &der(SEQUENCE, &extensions));
    let attribute = sequence(&[&oid(&EXTENSION_REQUEST), &set]);
    // Whether it is taken depends on its odd identifiers; that it comes back is what counts.
    let _ = soon("extensions", || Csr::read(&signed(&attribute)));
}

#[test]
fn deep_nesting_does_not_exhaust_the_stack() {
    let deep = nested(15_000);
    assert!(deep.len() < 64_000, "{} bytes", deep.len());
    let attribute = sequence(&[&oid(&[0x2a, 3]), &der(SET, &deep)]);
    let inputs = [
        deep.clone(),
        signed(&attribute),
        signed(&deep),
        // Extensions whose readers go into their values.
        signed(&asking_for(&[0x55, 0x1d, 17], &deep)),
        signed(&asking_for(&[0x55, 0x1d, 30], &deep)),
        signed(&asking_for(&[0x55, 0x1d, 31], &deep)),
        signed(&asking_for(&[0x55, 0x1d, 32], &deep)),
        signed(&asking_for(&[0x55, 0x1d, 35], &deep)),
        signed(&asking_for(&[0x2b, 6, 1, 5, 5, 7, 1, 1], &deep)),
        // As the subject, and in place of the key.
        sequence(&[
            &sequence(&[&der(INTEGER, &[0]), &deep, &deep]),
            &deep,
            &bits(&[]),
        ]),
        // Indefinite lengths, which only BER has.
        [0x30, 0x80].repeat(20_000),
        [0x24, 0x80].repeat(20_000),
    ];
    // A stack as small as those of the runtimes that the core works in.
    let reader = std::thread::Builder::new().stack_size(1024 * 1024);
    let reader = reader.spawn(move || {
        for (number, input) in inputs.iter().enumerate() {
            let _ = soon(&format!("request {number}"), || Csr::read(input));
            let _ = soon(&format!("certificate {number}"), || {
                Certificate::read(input)
            });
        }
    });
    reader.unwrap().join().unwrap();
}
