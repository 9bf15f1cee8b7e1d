//! How many rows each stratum gives to each part: shares that are rarely whole numbers, rounded anew for each split so
//! that every stratum gives its exact share on average.

use rand_chacha::ChaCha8Rng;

use super::draw::Quota;
use super::random::{below_wide, shuffle};

/// The parts of a split as places in the arrays below: test, train, neither.
const PARTS: usize = 3;

/// What a stratum gives to a part: whole rows, and a rest in units of one `unit`-th of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Share {
    whole: u64,
    rest: u128,
}

/// The shares of all strata in all parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shares {
    sizes: Vec<usize>,
    of: Vec<[Share; PARTS]>,
    /// So many units make a row.
    unit: u128,
}

/// `total` rows shared out in proportion to `sizes`, but to some strata a number of their own: `fixed` says whether a
/// stratum whose proportional share is `rows / of` gets one, and which. What is left is shared out among the others,
/// again and again until no other is fixed.
struct Proportional {
    own: Vec<Option<u64>>,
    rows: u128,
    of: u128,
}

impl Proportional {
    fn new(sizes: &[usize], total: usize, fixed: impl Fn(usize, u128, u128) -> Option<u64>) -> Self {
        let mut own: Vec<Option<u64>> = vec![None; sizes.len()];
        let (mut rows, mut of) = (total as u128, sizes.iter().sum::<usize>() as u128);
        loop {
            let now: Vec<(usize, u64)> = (0..sizes.len())
                .filter(|i| own[*i].is_none())
                .filter_map(|i| Some((i, fixed(i, sizes[i] as u128 * rows, of)?)))
                .collect();
            if now.is_empty() {
                return Self { own, rows, of: of.max(1) };
            }
            for (i, given) in now {
                own[i] = Some(given);
                rows = rows.saturating_sub(u128::from(given));
                of -= sizes[i] as u128;
            }
        }
    }

    /// The share of a stratum in units of one `of × scale`-th of a row.
    fn share(&self, i: usize, size: usize, scale: u128) -> Share {
        match self.own[i] {
            Some(whole) => Share { whole, rest: 0 },
            None => {
                let rows = size as u128 * self.rows;
                Share { whole: (rows / self.of) as u64, rest: rows % self.of * scale }
            }
        }
    }
}

impl Shares {
    /// Each stratum gives to the test part, and to the train part where its size is given, in proportion to its rows;
    /// but it keeps a row to train on, and gives at least one. Without a size the train part gets all that are left.
    ///
    /// There must be as many train rows as strata, and strata of two rows or more.
    pub fn new(sizes: &[usize], test: usize, train: Option<usize>) -> Self {
        // All but one of a stratum's rows may be tested.
        let in_test = Proportional::new(sizes, test, |i, rows, of| {
            let most = sizes[i] as u64 - 1;
            (rows > u128::from(most) * of).then_some(most)
        });
        let in_train = train.map(|train| Proportional::new(sizes, train, |_, rows, of| (rows < of).then_some(1)));
        let scale = in_train.as_ref().map_or(1, |t| t.of);
        let unit = in_test.of * scale;
        let of = (0..sizes.len()).map(|i| {
            let test = in_test.share(i, sizes[i], scale);
            let train = in_train.as_ref().map(|t| t.share(i, sizes[i], in_test.of));
            // The last part makes the stratum whole.
            let left = |parts: &[Share]| {
                let rest: u128 = parts.iter().map(|p| p.rest).sum();
                let taken = parts.iter().map(|p| p.whole).sum::<u64>() + rest.div_ceil(unit) as u64;
                Share { whole: sizes[i] as u64 - taken, rest: rest.div_ceil(unit) * unit - rest }
            };
            match train {
                Some(train) => [test, train, left(&[test, train])],
                None => [test, left(&[test]), Share::default()],
            }
        });
        Self { sizes: sizes.to_vec(), of: of.collect(), unit }
    }

    /// The quotas of one split: each share rounded up or down, the parts' sizes kept, and every stratum's share met on
    /// average (unbiased controlled rounding: Cox, J. Am. Stat. Assoc. 82, 1987; with two parts it is the pivotal
    /// method of Deville and Tillé, Biometrika 85, 1998). Shares that are whole take no random number.
    pub fn round(&self, rng: &mut ChaCha8Rng) -> Vec<Quota> {
        let mut given: Vec<[Share; PARTS]> = self.of.clone();
        let mut order: Vec<usize> = (0..given.len()).filter(|i| given[*i].iter().any(|share| share.rest > 0)).collect();
        shuffle(rng, &mut order);
        // Strata that wait for another with which to exchange, by the part that is not in their pair of undecided ones.
        let mut waiting: [Option<usize>; PARTS] = [None; PARTS];
        while let Some(stratum) = order.pop() {
            let Some((a, b)) = undecided(&given[stratum]) else { continue };
            let pair = PARTS - a - b;
            if let Some(other) = waiting[pair].take() {
                exchange(rng, &mut given, self.unit, &[(stratum, a, b), (other, b, a)]);
                order.extend([other, stratum]);
                continue;
            }
            waiting[pair] = Some(stratum);
            if let [Some(x), Some(y), Some(z)] = waiting {
                waiting = [None; PARTS];
                exchange(rng, &mut given, self.unit, &[(x, 1, 2), (y, 2, 0), (z, 0, 1)]);
                order.extend([z, y, x]);
            }
        }
        let quota = |(rows, given): (&usize, &[Share; PARTS])| Quota {
            rows: *rows,
            test: given[0].whole as usize,
            train: given[1].whole as usize,
        };
        self.sizes.iter().zip(&given).map(quota).collect()
    }
}

/// The first two parts between which a stratum is undecided.
fn undecided(given: &[Share; PARTS]) -> Option<(usize, usize)> {
    let mut open = (0..PARTS).filter(|p| given[*p].rest > 0);
    Some((open.next()?, open.next()?))
}

/// Moves units around a circle of strata, each from one part to another, so that no part changes its size: as far as
/// some share becomes whole, forwards or backwards with the odds at which no share changes on average.
fn exchange(rng: &mut ChaCha8Rng, given: &mut [[Share; PARTS]], unit: u128, circle: &[(usize, usize, usize)]) {
    let room = |forwards: bool| {
        let of = |&(stratum, from, to): &(usize, usize, usize)| {
            let (from, to) = if forwards { (from, to) } else { (to, from) };
            given[stratum][from].rest.min(unit - given[stratum][to].rest)
        };
        circle.iter().map(of).min().unwrap_or(0)
    };
    let (ahead, back) = (room(true), room(false));
    // Both are above 0, as every share here is between two whole numbers.
    let forwards = u128::from(below_wide(rng, (ahead + back) as u64)) < back;
    let step = if forwards { ahead } else { back };
    for &(stratum, from, to) in circle {
        let (from, to) = if forwards { (from, to) } else { (to, from) };
        given[stratum][from].rest -= step;
        let to = &mut given[stratum][to];
        to.rest += step;
        if to.rest == unit {
            *to = Share { whole: to.whole + 1, rest: 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::random::stream;

    /// Mean quotas of many splits, after each has been looked at.
    fn means(shares: &Shares, look: impl Fn(&[Quota])) -> Vec<[f64; 2]> {
        const SPLITS: u64 = 20_000;
        let mut sums = vec![[0.0; 2]; shares.sizes.len()];
        for k in 0..SPLITS {
            let quotas = shares.round(&mut stream(5, k));
            look(&quotas);
            for (sum, quota) in sums.iter_mut().zip(&quotas) {
                sum[0] += quota.test as f64 / SPLITS as f64;
                sum[1] += quota.train as f64 / SPLITS as f64;
            }
        }
        sums
    }

    #[test]
    fn shares_are_met_on_average_and_within_a_row_on_every_split() {
        for (sizes, test, train) in [
            (vec![3; 12], 8, None),
            (vec![2, 29, 29], 12, None),
            (vec![3; 12], 8, Some(20)),
            (vec![2, 5, 11, 17, 40], 13, Some(23)),
            (vec![7, 8, 9], 5, Some(18)),
        ] {
            let n: usize = sizes.iter().sum();
            let parts = [test, train.unwrap_or(n - test)];
            let shares = Shares::new(&sizes, test, train);
            let means = means(&shares, |quotas| {
                assert_eq!(quotas.iter().map(|q| q.test).sum::<usize>(), parts[0]);
                assert_eq!(quotas.iter().map(|q| q.train).sum::<usize>(), parts[1]);
                for q in quotas {
                    let goal = |part: usize| (q.rows * parts[part]) as f64 / n as f64;
                    assert!((q.test as f64 - goal(0)).abs() < 1.0 && (q.train as f64 - goal(1)).abs() < 1.0, "{q:?}");
                    assert!(q.train >= 1 && q.test + q.train <= q.rows);
                }
            });
            for (size, mean) in sizes.iter().zip(means) {
                for part in 0..2 {
                    let goal = (size * parts[part]) as f64 / n as f64;
                    // Five standard errors of a share that is rounded up or down. Train shares below one row are one.
                    let error = 5.0 * (goal.fract() * (1.0 - goal.fract()) / 20_000.0).sqrt() + 1e-9;
                    let floor = part == 1 && train.is_some() && sizes.contains(&2);
                    assert!(floor || (mean[part] - goal).abs() < error, "{sizes:?} part {part}: {} {goal}", mean[part]);
                }
            }
        }
    }

    #[test]
    fn a_small_stratum_keeps_a_row_to_train_on() {
        let shares = Shares::new(&[2, 18], 18, None);
        means(&shares, |quotas| assert_eq!([quotas[0].test, quotas[1].test], [1, 17]));
        // What the small strata cannot give, the others do in proportion.
        let shares = Shares::new(&[2, 2, 30, 66], 80, None);
        let means = means(&shares, |quotas| assert_eq!([quotas[0].test, quotas[1].test], [1, 1]));
        assert!((means[2][0] - 30.0 * 78.0 / 96.0).abs() < 0.02 && (means[3][0] - 66.0 * 78.0 / 96.0).abs() < 0.02);
        // Where few rows are trained on, each stratum is.
        let shares = Shares::new(&[2, 98], 20, Some(10));
        super::tests::means(&shares, |quotas| assert_eq!([quotas[0].train, quotas[1].train], [1, 9]));
    }

    #[test]
    fn whole_shares_take_no_random_number() {
        use rand::RngCore;
        let (mut used, mut fresh) = (stream(1, 2), stream(1, 2));
        let quotas = Shares::new(&[50, 50, 50], 30, None).round(&mut used);
        assert!(quotas.iter().all(|q| (q.test, q.train) == (10, 40)));
        assert_eq!(used.next_u64(), fresh.next_u64());
    }

    #[test]
    fn every_set_of_equal_strata_can_be_rounded_up() {
        let shares = Shares::new(&[3; 6], 3, None);
        let mut seen = std::collections::BTreeMap::new();
        for k in 0..20_000 {
            let up: Vec<usize> = shares.round(&mut stream(0, k)).iter().map(|q| q.test).collect();
            *seen.entry(up).or_insert(0u32) += 1;
        }
        // Three of six strata.
        assert_eq!(seen.len(), 20);
    }
}
