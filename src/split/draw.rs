//! One pass over the rows that decides for each: test, train or neither.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::random::{below, stream};

/// The stream of samples of a table, which no split has.
const SAMPLE: u64 = u64::MAX >> 1;

/// So many of `rows` rows, ascending, each set equally likely.
pub fn sample(seed: u64, rows: usize, most: usize) -> Vec<u32> {
    select(&mut stream(seed, SAMPLE), None, rows, &[Quota { rows, test: most, train: 0 }]).test
}

/// How many rows each stratum gives to each part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// Rows of the stratum.
    pub rows: usize,
    /// Of these, in the test part.
    pub test: usize,
    /// Of these, in the train part.
    pub train: usize,
}

/// Selection sampling (Fan, Muller and Rezucha 1962; Knuth, TAOCP 3.4.2 S) within strata: every
/// set of rows that meets the quotas is equally likely, and row numbers come out ascending.
pub fn select(rng: &mut ChaCha8Rng, strata: Option<&[u32]>, n: usize, quotas: &[Quota]) -> Split {
    let mut left: Vec<[u32; 3]> = quotas.iter().map(|q| [q.rows as u32, q.test as u32, q.train as u32]).collect();
    let total = |f: fn(&Quota) -> usize| quotas.iter().map(f).sum();
    let mut split =
        Split { train: Vec::with_capacity(total(|q| q.train)), test: Vec::with_capacity(total(|q| q.test)) };
    for row in 0..n as u32 {
        let stratum = strata.map_or(0, |s| s[row as usize] as usize);
        let [rows, test, train] = &mut left[stratum];
        let u = below(rng, *rows);
        *rows -= 1;
        if u < *test {
            *test -= 1;
            split.test.push(row);
        } else if u < *test + *train {
            *train -= 1;
            split.train.push(row);
        }
    }
    split
}
