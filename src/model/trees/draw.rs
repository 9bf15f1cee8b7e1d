//! Random numbers of forests: one ChaCha8 stream per tree.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator of a tree.
pub fn stream(seed: u64, tree: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(tree);
    rng
}

/// A number below `n` (1 ≤ n), by multiplication with rejection (Lemire 2019).
pub fn below(rng: &mut ChaCha8Rng, n: u32) -> u32 {
    loop {
        let product = u64::from(rng.next_u32()) * u64::from(n);
        if product as u32 >= n.wrapping_neg() % n {
            return (product >> 32) as u32;
        }
    }
}

/// A number from 0 up to, not including, 1.
pub fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}
