//! The random numbers behind a split: one ChaCha8 stream per split.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator of stream `k` of `seed`.
pub fn stream(seed: u64, k: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(k);
    rng
}

/// A number below `n` (1 ≤ n), each equally likely: Lemire's multiplication with rejection
/// (ACM Trans. Model. Comput. Simul. 29, 2019), on 32 random bits. Written out here because it is
/// part of what makes split k the same for ever.
pub fn below(rng: &mut ChaCha8Rng, n: u32) -> u32 {
    let mut product = u64::from(rng.next_u32()) * u64::from(n);
    if (product as u32) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u32) < threshold {
            product = u64::from(rng.next_u32()) * u64::from(n);
        }
    }
    (product >> 32) as u32
}

/// The same for numbers beyond 32 bits, on 64 random bits.
pub fn below_wide(rng: &mut ChaCha8Rng, n: u64) -> u64 {
    let mut product = u128::from(rng.next_u64()) * u128::from(n);
    if (product as u64) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u64) < threshold {
            product = u128::from(rng.next_u64()) * u128::from(n);
        }
    }
    (product >> 64) as u64
}

/// A number from 0 up to, but not including, 1.
pub fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

/// Brings `items` into a uniformly random order (Fisher and Yates).
pub fn shuffle<T>(rng: &mut ChaCha8Rng, items: &mut [T]) {
    for i in (1..items.len()).rev() {
        items.swap(i, below(rng, i as u32 + 1) as usize);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_below_n_are_uniform() {
        let mut rng = stream(0, 0);
        let mut counts = [0u32; 7];
        for _ in 0..70_000 {
            counts[below(&mut rng, 7) as usize] += 1;
        }
        // Chi-square with 6 degrees of freedom exceeds 22.5 once in 1,000.
        let chi: f64 = counts.iter().map(|c| (f64::from(*c) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 22.5, "{counts:?}");
    }

    #[test]
    fn wide_numbers_below_n_are_uniform() {
        let n = 3u64 << 61;
        let mut rng = stream(0, 0);
        let thirds = (0..30_000).fold([0u32; 3], |mut counts, _| {
            counts[(below_wide(&mut rng, n) / (1 << 61)) as usize] += 1;
            counts
        });
        // Chi-square with 2 degrees of freedom exceeds 13.8 once in 1,000.
        let chi: f64 = thirds.iter().map(|c| (f64::from(*c) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 13.8, "{thirds:?}");
    }

    #[test]
    fn streams_differ_and_repeat() {
        let first = |seed, k| stream(seed, k).next_u64();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(1, 3));
        assert_ne!(first(1, 2), first(2, 2));
    }
}
