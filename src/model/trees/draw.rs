//! Random numbers of forests: one ChaCha8 stream per tree.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The generator of one tree.
pub struct Generator(ChaCha8Rng);

impl Generator {
    /// Stream `tree` of a seed.
    pub fn new(seed: u64, tree: usize) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(tree as u64);
        Self(rng)
    }

    /// A number below `n` (1 ≤ n), by multiplication with rejection (Lemire 2019).
    pub fn below(&mut self, n: u32) -> u32 {
        let mut product = u64::from(self.0.next_u32()) * u64::from(n);
        if (product as u32) < n {
            let threshold = n.wrapping_neg() % n;
            while (product as u32) < threshold {
                product = u64::from(self.0.next_u32()) * u64::from(n);
            }
        }
        (product >> 32) as u32
    }

    /// The numbers below `n` in a random order (Fisher and Yates).
    pub fn order(&mut self, n: usize) -> Vec<u32> {
        let mut order: Vec<u32> = (0..n as u32).collect();
        for i in (1..n).rev() {
            order.swap(i, self.below(i as u32 + 1) as usize);
        }
        order
    }

    /// A number from 0 up to, not including, 1.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }
}
