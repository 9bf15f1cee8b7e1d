//! The bootstrap: train rows drawn with replacement, test rows those never drawn.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::random::below;

/// The most train rows that `n` rows can give: beyond it more than nine draws in ten would leave no row to test.
pub fn most_train_rows(n: usize) -> usize {
    // n·(1 − 1/n)^m rows are left out on average.
    let left = |m: usize| n as f64 * (m as f64 * (-1.0 / n as f64).ln_1p()).exp();
    let mut most = n;
    while left(most + most / 8 + 1) >= 0.1 {
        most += most / 8 + 1;
    }
    most
}

/// `n_train` rows drawn with replacement, ascending with repeats; the test part is what is left
/// out. Drawn again in the rare case that nothing is.
pub fn draw(rng: &mut ChaCha8Rng, n: usize, n_train: usize) -> Split {
    loop {
        let mut times = vec![0u32; n];
        for _ in 0..n_train {
            times[below(rng, n as u32) as usize] += 1;
        }
        let mut split = Split { train: Vec::with_capacity(n_train), test: Vec::new() };
        for (row, times) in times.iter().enumerate() {
            if *times == 0 {
                split.test.push(row as u32);
            }
            split.train.extend(std::iter::repeat_n(row as u32, *times as usize));
        }
        if !split.test.is_empty() {
            return split;
        }
    }
}
