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
    if let (None, [Quota { rows, test, train }]) = (strata, quotas)
        && *rows == n
        && test + train == n
    {
        return part(rng, n, *test);
    }
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

/// Selection of so many test rows, all others being train rows. Each row is written to both parts and stays in one, since a
/// branch could not be foreseen.
fn part(rng: &mut ChaCha8Rng, n: usize, test: usize) -> Split {
    let (mut in_test, mut in_train) = (vec![0; test + 1], vec![0; n - test + 1]);
    let (mut tested, mut left) = (0, test as u32);
    for row in 0..n {
        let is_test = below(rng, (n - row) as u32) < left;
        in_test[tested] = row as u32;
        in_train[row - tested] = row as u32;
        tested += usize::from(is_test);
        left -= u32::from(is_test);
    }
    in_test.truncate(test);
    in_train.truncate(n - test);
    Split { train: in_train, test: in_test }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_plain_selection() {
        for (n, test) in [(1, 0), (1, 1), (2, 1), (50, 0), (50, 13), (50, 50), (1000, 200), (1000, 999)] {
            for k in 0..20 {
                let parted = select(&mut stream(5, k), None, n, &[Quota { rows: n, test, train: n - test }]);
                // Where strata are given the general way is taken.
                let strata = vec![0; n];
                let plain = select(&mut stream(5, k), Some(&strata), n, &[Quota { rows: n, test, train: n - test }]);
                assert_eq!(parted, plain, "{test} of {n}");
                assert_eq!((parted.check(n).is_ok(), parted.test.len()), (test > 0 && test < n, test));
            }
        }
    }
}
