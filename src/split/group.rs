//! Splits that keep groups whole.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::balance::{self, MOST_SUMS};
use super::random::shuffle;
use super::strata::Strata;

/// What is needed to draw whole groups for a test part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDraw {
    /// Rows of each group that count towards the test part.
    sizes: Vec<usize>,
    /// What is balanced, for each group: its rows, and its rows of each stratum but the commonest, the rarest first.
    sums: Vec<Vec<u32>>,
    /// The stratum that most rows of each group are of.
    kind: Vec<u32>,
    n_test: usize,
    /// Groups that can be drawn.
    open: Vec<u32>,
    /// Groups up to this size are exchanged for a size nearer to the goal.
    movable: usize,
}

impl GroupDraw {
    /// Draws test parts of about `n_test` rows from the groups of these sizes. `strata` has the rows of each group in
    /// each stratum, where their shares are to be kept.
    ///
    /// A group of more than twice the test part is never drawn: no test part at all would be nearer to the size.
    pub fn new(sizes: Vec<usize>, strata: Option<&[Vec<u32>]>, n_test: usize) -> Self {
        let mut open: Vec<u32> = (0..sizes.len() as u32).filter(|g| fits(sizes[*g as usize], n_test)).collect();
        if open.is_empty() {
            // Then the smallest are the nearest.
            let least = sizes.iter().copied().filter(|s| *s > 0).min().unwrap_or(0);
            open = (0..sizes.len() as u32).filter(|g| sizes[*g as usize] == least).collect();
        }
        let mut sorted: Vec<usize> = open.iter().map(|g| sizes[*g as usize]).collect();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0);
        let (mut sums, mut kind) = (sizes.iter().map(|s| vec![*s as u32]).collect::<Vec<_>>(), vec![0; sizes.len()]);
        if let Some(strata) = strata {
            let count = strata.first().map_or(0, Vec::len);
            let total = |s: usize| strata.iter().map(|of| of[s] as usize).sum::<usize>();
            let mut order: Vec<usize> = (0..count).collect();
            order.sort_by_key(|s| std::cmp::Reverse(total(*s)));
            // All rows less those of the other strata are those of the commonest.
            let mut balanced: Vec<usize> = order.into_iter().skip(1).take(MOST_SUMS - 1).collect();
            balanced.reverse();
            for (group, of) in strata.iter().enumerate() {
                sums[group].extend(balanced.iter().map(|s| of[*s]));
                kind[group] = (0..count).rev().max_by_key(|s| of[*s]).unwrap_or(0) as u32;
            }
        }
        Self { sums, kind, n_test, open, movable: median.max(n_test / 2), sizes }
    }

    /// The groups of one test part: at least one, and not all.
    ///
    /// Each group has the same chance and, as far as whole groups allow, the sums are those of the goal (see
    /// `balance`). Groups larger than the median and than half the test part then stay as they were drawn, since they
    /// are what is in the way of the size, and would never be tested. What they leave is drawn among the others, and
    /// of these some are added, left out or exchanged for others of their kind where that brings the size nearer.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Vec<bool> {
        let mut order = self.open.clone();
        shuffle(rng, &mut order);
        let (movable, large): (Vec<u32>, Vec<u32>) = order.iter().partition(|g| self.size(**g) <= self.movable);
        let mut test = vec![false; self.sizes.len()];
        let mut left = self.n_test;
        if !large.is_empty() {
            let drawn = self.balanced(rng, &order, self.n_test);
            large.iter().for_each(|g| test[*g as usize] = drawn[*g as usize]);
            let taken: usize = large.iter().filter(|g| drawn[**g as usize]).map(|g| self.size(*g)).sum();
            left = left.saturating_sub(taken);
        }
        let drawn = self.balanced(rng, &movable, left);
        movable.iter().for_each(|g| test[*g as usize] = drawn[*g as usize]);
        let first = movable.first().or(order.first()).map_or(0, |g| *g as usize);
        if !test.contains(&true) {
            test[first] = true;
        }
        if !test.contains(&false) {
            test[first] = false;
        }
        self.approach(&movable, &mut test);
        test
    }

    /// The goal for the size of a test part.
    pub fn n_test(&self) -> usize {
        self.n_test
    }

    /// Rows of a group.
    fn size(&self, group: u32) -> usize {
        self.sizes[group as usize]
    }

    /// About `n_test` rows of the groups in `order`, each with the same chance.
    fn balanced(&self, rng: &mut ChaCha8Rng, order: &[u32], n_test: usize) -> Vec<bool> {
        let rows: usize = order.iter().map(|g| self.size(*g)).sum();
        if n_test >= rows {
            let mut all = vec![false; self.sizes.len()];
            order.iter().for_each(|g| all[*g as usize] = true);
            return all;
        }
        let sums = |g: u32| self.sums[g as usize].iter().map(|x| f64::from(*x)).collect();
        balance::draw(rng, self.sizes.len(), order, n_test as f64 / rows as f64, sums)
    }

    /// Moves some groups in and out of the test part, the first among equals, while that brings its size nearer.
    fn approach(&self, movable: &[u32], test: &mut [bool]) {
        let size = |g: u32| self.size(g) as i64;
        let kinds = self.kind.iter().max().map_or(0, |k| *k as usize + 1);
        loop {
            let taken = test.iter().filter(|t| **t).count();
            let have: i64 = (0..test.len()).filter(|g| test[*g]).map(|g| size(g as u32)).sum();
            let miss = self.n_test as i64 - have;
            let (inside, outside): (Vec<u32>, Vec<u32>) = movable.iter().partition(|g| test[**g as usize]);
            // What goes in, what goes out, and the miss that it leaves.
            let mut moves: Vec<(Option<u32>, Option<u32>, i64)> = Vec::new();
            if taken + 1 < test.len() {
                moves.extend(outside.iter().map(|g| (Some(*g), None, miss - size(*g))));
            }
            if taken > 1 {
                moves.extend(inside.iter().map(|g| (None, Some(*g), miss + size(*g))));
            }
            let mut of_kind: Vec<Vec<u32>> = vec![Vec::new(); kinds];
            inside.iter().for_each(|g| of_kind[self.kind[*g as usize] as usize].push(*g));
            of_kind.iter_mut().for_each(|groups| groups.sort_by_key(|g| size(*g)));
            for g in &outside {
                let partners = &of_kind[self.kind[*g as usize] as usize];
                let at = partners.partition_point(|p| size(*p) < size(*g) - miss);
                let near = partners[at.saturating_sub(1)..].iter().take(2);
                moves.extend(near.map(|p| (Some(*g), Some(*p), miss - size(*g) + size(*p))));
            }
            let best =
                moves.into_iter().min_by_key(|(.., left)| left.abs()).filter(|(.., left)| left.abs() < miss.abs());
            let Some((put, out, _)) = best else { return };
            put.into_iter().for_each(|g| test[g as usize] = true);
            out.into_iter().for_each(|g| test[g as usize] = false);
        }
    }
}

impl Split {
    /// The split that tests the rows of the groups in `test`.
    pub(super) fn of_groups(groups: &Strata, test: &[bool]) -> Self {
        Self::by(groups.of_row.len(), |row| test[groups.of_row[row] as usize])
    }
}

/// The rows of each group in each stratum.
pub fn cross(groups: &Strata, strata: &Strata) -> Vec<Vec<u32>> {
    let mut rows = vec![vec![0u32; strata.sizes.len()]; groups.sizes.len()];
    for (group, stratum) in groups.of_row.iter().zip(&strata.of_row) {
        rows[*group as usize][*stratum as usize] += 1;
    }
    rows
}

/// Whether a group can be in a test part of about this size: not if none would be nearer.
pub fn fits(size: usize, n_test: usize) -> bool {
    size > 0 && size <= 2 * n_test
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::random::stream;

    const SPLITS: u64 = 4000;

    /// How often each group is tested, and the sizes of the test parts.
    fn tested(draw: &GroupDraw) -> (Vec<f64>, Vec<usize>) {
        let mut counts = vec![0.0; draw.sizes.len()];
        let mut sizes = Vec::new();
        for k in 0..SPLITS {
            let test = draw.draw(&mut stream(3, k));
            assert!(test.contains(&true) && test.contains(&false));
            (0..test.len()).filter(|g| test[*g]).for_each(|g| counts[g] += 1.0 / SPLITS as f64);
            sizes.push((0..test.len()).filter(|g| test[*g]).map(|g| draw.sizes[g]).sum());
        }
        (counts, sizes)
    }

    #[test]
    fn equal_groups_are_tested_equally_and_the_size_is_the_nearest() {
        let draw = GroupDraw::new(vec![10; 18], None, 36);
        let (shares, sizes) = tested(&draw);
        assert!(sizes.iter().all(|s| *s == 40));
        // Chi-square with 17 degrees of freedom exceeds 40.8 once in 1,000; four of 18 are drawn without replacement.
        let (p, n) = (4.0 / 18.0, SPLITS as f64);
        let chi: f64 = shares.iter().map(|s| n * (s - p) * (s - p) / (p * (1.0 - p))).sum::<f64>() * 17.0 / 18.0;
        assert!(chi < 40.8, "{chi}");
    }

    #[test]
    fn groups_of_any_size_are_tested_in_about_the_share_that_is_asked_for() {
        let sizes: Vec<usize> = [vec![1; 20], vec![2; 10], vec![5; 8], vec![10; 6], vec![20; 2]].concat();
        let (shares, parts) = tested(&GroupDraw::new(sizes, None, 36));
        assert!(shares.iter().all(|s| (0.15..0.26).contains(s)), "{shares:?}");
        assert!(parts.iter().filter(|s| **s == 36).count() > parts.len() * 95 / 100);
    }

    #[test]
    fn large_groups_are_tested_up_to_twice_the_test_part() {
        let (shares, parts) = tested(&GroupDraw::new([vec![20], vec![1; 30]].concat(), None, 10));
        assert!((0.15..0.25).contains(&shares[0]), "{}", shares[0]);
        assert!(parts.iter().all(|s| *s == 10 || *s == 20));
        let (shares, parts) = tested(&GroupDraw::new([vec![21], vec![1; 30]].concat(), None, 10));
        assert_eq!(shares[0], 0.0);
        assert!(parts.iter().all(|s| *s == 10));
        // Where every group is too large, the smallest are tested.
        let (shares, _) = tested(&GroupDraw::new(vec![30, 30, 40], None, 10));
        assert!((shares[0] - 0.5).abs() < 0.05 && (shares[1] - 0.5).abs() < 0.05);
    }

    #[test]
    fn groups_of_a_rare_class_are_tested_as_often_as_others() {
        // Two of ten groups are of the rare class.
        let strata: Vec<Vec<u32>> = (0..10).map(|g| if g < 2 { vec![6, 0] } else { vec![0, 6] }).collect();
        let (shares, parts) = tested(&GroupDraw::new(vec![6; 10], Some(&strata), 12));
        assert!(shares.iter().all(|s| (s - 0.2).abs() < 0.03), "{shares:?}");
        assert!(parts.iter().all(|s| *s == 12));
    }

    #[test]
    fn classes_keep_their_shares_as_far_as_groups_allow() {
        let strata: Vec<Vec<u32>> = (0..60).map(|g| vec![g % 7, 10 - g % 7, (g % 3) * 2]).collect();
        let sizes: Vec<usize> = strata.iter().map(|s| s.iter().sum::<u32>() as usize).collect();
        let total = |s: usize| strata.iter().map(|of| f64::from(of[s])).sum::<f64>();
        let n: usize = sizes.iter().sum();
        let spread = |draw: &GroupDraw| {
            let far = |k| {
                let test = draw.draw(&mut stream(9, k));
                let have: f64 = strata.iter().zip(&test).filter(|(_, t)| **t).map(|(of, _)| f64::from(of[0])).sum();
                (have - total(0) * (n / 5) as f64 / n as f64).abs()
            };
            (0..300).map(far).sum::<f64>() / 300.0
        };
        let (with, without) =
            (spread(&GroupDraw::new(sizes.clone(), Some(&strata), n / 5)), spread(&GroupDraw::new(sizes, None, n / 5)));
        assert!(with < 0.5 * without, "{with} {without}");
    }
}
