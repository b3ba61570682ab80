//! RSA keys that can be factored, after the checks of Let's Encrypt's Boulder (`goodkey/good_key.go`):
//! small factors, primes that lie close together, and the structure that ROCA leaves.

use rsa::BoxedUint;

/// The primes up to 751, as in Boulder's `smallPrimeInts`.
const LARGEST_SMALL_PRIME: u32 = 751;
/// Steps of Fermat's method, as in Let's Encrypt's configuration of Boulder. Keys that were made by
/// broken software (CVE-2022-26320) fall in the first.
const FERMAT_STEPS: u32 = 110;
/// The primes of ROCA's fingerprint: Nemec, Sys, Svenda, Klinec and Matyas, "The Return of
/// Coppersmith's Attack" (2017, CVE-2017-15361), §3.3, up to this one.
const LARGEST_ROCA_PRIME: u32 = 167;
/// Every prime of the affected library is a power of this number modulo those primes.
const ROCA_GENERATOR: u32 = 65537;
/// A number for residues: 2⁶·3²·5·7·11·13·17·19. Two squares of a hundred thousand numbers remain.
const SQUARE_MODULUS: u32 = 465_585_120;

/// Whether the modulus, big-endian, can be factored by a known shortcut.
pub(super) fn can_be_factored(modulus: &[u8]) -> bool {
    has_small_factor(modulus) || is_roca(modulus) || has_close_primes(modulus)
}

fn has_small_factor(modulus: &[u8]) -> bool {
    primes(LARGEST_SMALL_PRIME).any(|prime| residue(modulus, prime) == 0)
}

/// Whether the modulus is a power of 65537 modulo every prime of the fingerprint.
fn is_roca(modulus: &[u8]) -> bool {
    primes(LARGEST_ROCA_PRIME)
        .filter(|prime| *prime > 2)
        .all(|prime| {
            let wanted = residue(modulus, prime);
            let mut power = 1;
            (0..prime).any(|_| {
                power = power * (ROCA_GENERATOR % prime) % prime;
                power == wanted
            })
        })
}

/// Fermat's method: a number that is a product of two close primes is a² − b² with a near its root.
fn has_close_primes(modulus: &[u8]) -> bool {
    let bits = u32::try_from(modulus.len()).unwrap_or(u32::MAX / 16) * 8;
    // Room for the square of a number a little above the root.
    let Some(n) = number(modulus, bits + 64) else {
        return false;
    };
    let root = n.floor_sqrt_vartime();
    let root_residue = residue_of(&root);
    let n_residue = u64::from(residue(modulus, SQUARE_MODULUS));
    // The modulus is no square itself; from the root itself on, no harm is done.
    (0..=FERMAT_STEPS).any(|step| {
        let m = u64::from(SQUARE_MODULUS);
        let a = (root_residue + u64::from(step)) % m;
        if !may_be_square((a * a + m - n_residue) % m) {
            return false;
        }
        let a = root.wrapping_add(BoxedUint::from(step));
        let square = a.wrapping_mul(&a);
        if square.cmp_vartime(&n).is_lt() {
            return false;
        }
        square.wrapping_sub(&n).checked_sqrt_vartime().is_some()
    })
}

/// A big-endian number with room for so many bits.
fn number(octets: &[u8], bits: u32) -> Option<BoxedUint> {
    BoxedUint::from_be_slice(octets, bits).ok()
}

/// Whether a residue modulo [`SQUARE_MODULUS`] can be that of a square.
fn may_be_square(residue: u64) -> bool {
    [64, 9, 5, 7, 11, 13, 17, 19].iter().all(|modulus| {
        let wanted = residue % modulus;
        (0..*modulus).any(|root| root * root % modulus == wanted)
    })
}

fn residue_of(number: &BoxedUint) -> u64 {
    u64::from(residue(&number.to_be_bytes(), SQUARE_MODULUS))
}

/// A big-endian number modulo a small one.
fn residue(octets: &[u8], modulus: u32) -> u32 {
    let modulus = u64::from(modulus);
    let rest = octets.iter().fold(0_u64, |rest, octet| {
        ((rest << 8) | u64::from(*octet)) % modulus
    });
    u32::try_from(rest).unwrap_or_default()
}

fn primes(up_to: u32) -> impl Iterator<Item = u32> {
    (2..=up_to).filter(|number| {
        (2..*number)
            .take_while(|d| d * d <= *number)
            .all(|d| number % d != 0)
    })
}

#[cfg(test)]
mod tests {
    use rsa::BoxedUint;

    use super::*;

    fn octets(number: &BoxedUint) -> Vec<u8> {
        let octets = number.to_be_bytes().to_vec();
        let start = octets.iter().position(|octet| *octet != 0).unwrap();
        octets.get(start..).unwrap().to_vec()
    }

    const ROOM: u32 = 4224;

    fn filled(fill: u8, count: usize) -> BoxedUint {
        number(&vec![fill; count], ROOM).unwrap()
    }

    fn wide(value: u64) -> BoxedUint {
        number(&value.to_be_bytes(), ROOM).unwrap()
    }

    #[test]
    fn primes_are_those_of_boulder() {
        assert_eq!(primes(LARGEST_SMALL_PRIME).count(), 133);
        assert_eq!(primes(LARGEST_ROCA_PRIME).count(), 39);
    }

    #[test]
    fn close_factors_are_found_and_distant_ones_are_not() {
        // Odd numbers stand for primes here: Fermat's method does not ask.
        let half = filled(0xc5, 128);
        for (distance, is_close) in [(2_u64, true), (1 << 20, true), (1 << 60, true)] {
            let other = half.wrapping_add(wide(distance));
            let modulus = octets(&half.wrapping_mul(&other));
            assert_eq!(has_close_primes(&modulus), is_close, "{distance}");
        }
        let far = filled(0xe3, 128);
        assert!(!has_close_primes(&octets(&half.wrapping_mul(&far))));
    }

    #[test]
    fn the_fingerprint_of_roca_is_found() {
        let product = primes(LARGEST_ROCA_PRIME)
            .filter(|prime| *prime > 2)
            .fold(wide(1), |product, prime| {
                product.wrapping_mul(wide(u64::from(prime)))
            });
        let power = (0..13).fold(wide(1), |power, _| power.wrapping_mul(wide(65537)));
        let factor = filled(0xb6, 220);
        let modulus = product.wrapping_mul(&factor).wrapping_add(&power);
        assert!(is_roca(&octets(&modulus)));
        let other = modulus.wrapping_add(wide(2));
        assert!(!is_roca(&octets(&other)));
    }

    #[test]
    fn small_factors_are_found() {
        let half = filled(0xc5, 128);
        for factor in [3_u64, 17, 751] {
            let modulus = half.wrapping_mul(wide(factor));
            assert!(has_small_factor(&octets(&modulus)), "{factor}");
        }
    }

    #[test]
    fn the_largest_key_takes_little_time() {
        let began = std::time::Instant::now();
        let modulus = octets(&filled(0xc5, 256).wrapping_mul(filled(0xe3, 256)));
        let _ = can_be_factored(&modulus);
        assert!(began.elapsed().as_secs() < 2, "{:?}", began.elapsed());
    }
}
