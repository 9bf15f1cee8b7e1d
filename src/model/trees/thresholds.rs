//! Where a column of numbers is cut into bins.

use super::columns::Values;
use super::partition::half_way;

/// A run of distinct values next to each other: their codes among those that occur, and rows.
struct Stretch {
    codes: std::ops::Range<usize>,
    rows: u64,
    bins: usize,
}

/// Thresholds of a column of numbers, ascending, from how often each distinct value occurs (`values` ascending): a value
/// x has bin k where thresholds\[k − 1\] < x ≤ thresholds\[k\].
///
/// With at most `max_bins` values that occur they lie half-way between neighbours. With more, a value with more rows than
/// the bins have on average gets a bin of its own, and the average is that of the other rows and bins from then on. The
/// other bins are shared among the stretches between such values, each time to the one with most rows a bin. A stretch of
/// k bins is cut at its [quantiles], or, where it has no more than k values, between all of them. Where there are more
/// stretches than bins, those of fewest rows join the value after them, or, at the end, the one before.
///
/// Without heavy values these are the thresholds of scikit-learn; bins of their own for heavy values are LightGBM's (Ke
/// et al. 2017), without which a column that is 0 nearly everywhere has few bins for the rest.
pub(super) fn thresholds(values: &Values, counts: &[u32], max_bins: usize) -> Vec<f64> {
    let occurring: Vec<usize> = (0..values.count()).filter(|i| counts[*i] > 0).collect();
    let between = |low: usize, high: usize| half_way(values.at(occurring[low]), values.at(occurring[high]));
    if occurring.len() <= max_bins {
        return (1..occurring.len()).map(|i| between(i - 1, i)).collect();
    }
    let count = |i: usize| u64::from(counts[occurring[i]]);
    let quantiles = |codes: std::ops::Range<usize>, bins: usize, made: &mut Vec<f64>| {
        quantiles(codes, &count, &|i| values.at(occurring[i]), bins, made);
    };
    let mut made = Vec::with_capacity(max_bins - 1);
    let Some(heavy) = least_heavy(occurring.len(), &count, max_bins) else {
        quantiles(0..occurring.len(), max_bins, &mut made);
        return made;
    };
    // Stretches of light values, empty ones too: before each heavy value and after the last.
    let mut stretches = vec![Stretch { codes: 0..0, rows: 0, bins: 0 }];
    for i in 0..occurring.len() {
        if count(i) >= heavy {
            stretches.push(Stretch { codes: i + 1..i + 1, rows: 0, bins: 0 });
        } else if let Some(last) = stretches.last_mut() {
            last.codes.end = i + 1;
            last.rows += count(i);
        }
    }
    let bins = max_bins - (stretches.len() - 1);
    share_bins(&mut stretches, bins);
    for (s, Stretch { codes, bins, .. }) in stretches.iter().enumerate() {
        // The heavy value before the stretch ends its bin, unless the stretch joins it.
        if s > 0 && codes.start < occurring.len() && (*bins > 0 || s + 1 < stretches.len()) {
            made.push(between(codes.start - 1, codes.start));
        }
        if *bins >= codes.len() {
            made.extend((codes.start + 1..codes.end).map(|i| between(i - 1, i)));
        } else if *bins > 0 {
            quantiles(codes.clone(), *bins, &mut made);
            // A last bin without values is none.
            made.pop_if(|threshold| *threshold >= values.at(occurring[codes.end - 1]));
        }
        // The stretch ends its bin before the next heavy value, unless it joins that.
        if *bins > 0 && codes.end < occurring.len() {
            made.push(between(codes.end - 1, codes.end));
        }
    }
    made
}

/// The least number of rows of a heavy value, if there is one: going from the value of most rows to less, one with more
/// rows than the bins that are left have on average.
fn least_heavy(distinct: usize, count: &impl Fn(usize) -> u64, max_bins: usize) -> Option<u64> {
    let mut rest: u64 = (0..distinct).map(count).sum();
    if !(0..distinct).any(|i| count(i) * max_bins as u64 > rest) {
        return None;
    }
    let mut most: Vec<u64> = (0..distinct).map(count).collect();
    // No more than one fewer than there are bins can be heavy, so that the others need no order.
    most.select_nth_unstable_by(max_bins - 1, |a, b| b.cmp(a));
    most.truncate(max_bins - 1);
    most.sort_unstable_by(|a, b| b.cmp(a));
    let mut least = None;
    for (taken, count) in most.into_iter().enumerate() {
        if count * (max_bins - taken) as u64 <= rest {
            break;
        }
        rest -= count;
        least = Some(count);
    }
    least
}

/// Shares bins among stretches: one to each that has values, or, if there are too few, to those of most rows; then one
/// after another to the stretch with most rows a bin that has more values than bins; of equal ones to the first.
fn share_bins(stretches: &mut [Stretch], bins: usize) {
    let mut order: Vec<usize> = (0..stretches.len()).filter(|s| stretches[*s].rows > 0).collect();
    order.sort_by_key(|s| std::cmp::Reverse(stretches[*s].rows));
    order.truncate(bins);
    order.sort_unstable();
    order.iter().for_each(|s| stretches[*s].bins = 1);
    for _ in order.len()..bins {
        let wants = |s: &usize| stretches[*s].bins < stretches[*s].codes.len();
        let crowded = |one: usize, other: usize| {
            let rows_a_bin = |s: usize, of: usize| u128::from(stretches[s].rows) * stretches[of].bins as u128;
            if rows_a_bin(one, other) >= rows_a_bin(other, one) { one } else { other }
        };
        let Some(next) = order.iter().copied().filter(wants).reduce(crowded) else { break };
        stretches[next].bins += 1;
    }
}

/// Adds the k / `bins` quantiles, 0 < k < `bins`, of the values with these codes, repeats counted and equal ones once, by
/// the averaged inverted distribution function (definition 2 of Hyndman and Fan 1996): the rule of scikit-learn's
/// `_find_binning_thresholds`, here in whole numbers.
fn quantiles(
    codes: std::ops::Range<usize>,
    count: &impl Fn(usize) -> u64,
    value: &impl Fn(usize) -> f64,
    bins: usize,
    made: &mut Vec<f64>,
) {
    let total: u64 = codes.clone().map(count).sum();
    // `reached` values, with repeats, are at most that of `at`.
    let mut walk = codes;
    let (mut at, mut reached) = (0, 0);
    for k in 1..bins as u64 {
        let (whole, rest) = (total * k / bins as u64, total * k % bins as u64);
        // The value of rank `whole` (counted from 1) where the division is exact, else the next rank's.
        let rank = whole + u64::from(rest > 0);
        while reached < rank {
            at = walk.next().expect("ranks do not exceed the number of values");
            reached += count(at);
        }
        // An exact division averages this rank's value and the next one's, which may be the next distinct value.
        let next = if rest == 0 && reached == rank { walk.clone().next() } else { None };
        let threshold = next.map_or(value(at), |next| half_way(value(at), value(next)));
        if made.last() != Some(&threshold) {
            made.push(threshold);
        }
    }
}

/// The same rule from the words alone, for tests: sorted numbers cut into pieces, without counts.
#[cfg(test)]
pub(super) mod plain {
    fn distinct(sorted: &[f64]) -> Vec<f64> {
        let mut made = sorted.to_vec();
        made.dedup();
        made
    }

    /// Sorted numbers that share some bins; one that is heavy has one.
    struct Piece {
        numbers: Vec<f64>,
        bins: usize,
        heavy: bool,
    }

    /// Thresholds of sorted numbers, piece by piece.
    pub(in super::super) fn thresholds(sorted: &[f64], max_bins: usize) -> Vec<f64> {
        let mut pieces = vec![Piece { numbers: sorted.to_vec(), bins: max_bins, heavy: false }];
        if distinct(sorted).len() > max_bins {
            pieces = shared(sorted, max_bins);
        }
        let mut made = Vec::new();
        for (i, Piece { numbers, bins, .. }) in pieces.iter().enumerate() {
            let (values, n) = (distinct(numbers), numbers.len());
            if *bins >= values.len() {
                made.extend(values.windows(2).map(|w| (w[0] + w[1]) / 2.0));
            } else {
                let at = |k: usize| if (n * k).is_multiple_of(*bins) { n * k / bins - 1 } else { n * k / bins };
                let cuts = (1..*bins).map(|k| (numbers[at(k)] + numbers[n * k / bins]) / 2.0);
                made.extend(cuts.filter(|cut| *cut < numbers[n - 1] || pieces.len() == 1));
            }
            if let Some(next) = pieces.get(i + 1) {
                made.push((numbers[n - 1] + next.numbers[0]) / 2.0);
            }
        }
        made.dedup();
        made
    }

    /// Heavy numbers by repeated search, the bins that are left shared among the runs between them.
    fn shared(sorted: &[f64], max_bins: usize) -> Vec<Piece> {
        let rows = |x: &f64| sorted.iter().filter(|s| *s == x).count();
        let mut heavy: Vec<f64> = Vec::new();
        loop {
            let light: Vec<f64> = sorted.iter().copied().filter(|x| !heavy.contains(x)).collect();
            let Some(most) = distinct(&light).into_iter().max_by_key(rows) else { break };
            if rows(&most) * (max_bins - heavy.len()) <= light.len() {
                break;
            }
            heavy.push(most);
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for x in sorted {
            let is_heavy = heavy.contains(x);
            match pieces.last_mut() {
                Some(last) if last.heavy == is_heavy && (!is_heavy || last.numbers[0] == *x) => last.numbers.push(*x),
                _ => pieces.push(Piece { numbers: vec![*x], bins: usize::from(is_heavy), heavy: is_heavy }),
            }
        }
        for _ in heavy.len()..max_bins {
            let mut next: Option<usize> = None;
            for (i, p) in pieces.iter().enumerate().filter(|(_, p)| !p.heavy && p.bins < distinct(&p.numbers).len()) {
                // More rows a bin; of two without a bin more rows.
                let more = |n: &Piece| match (p.bins, n.bins) {
                    (0, 0) => p.numbers.len() > n.numbers.len(),
                    _ => p.numbers.len() * n.bins > n.numbers.len() * p.bins,
                };
                if next.is_none_or(|n| more(&pieces[n])) {
                    next = Some(i);
                }
            }
            let Some(next) = next else { break };
            pieces[next].bins += 1;
        }
        // Runs without a bin join what follows, the last one what comes before.
        while let Some(i) = pieces.iter().position(|p| p.bins == 0) {
            let run = pieces.remove(i);
            match pieces.get_mut(i) {
                Some(next) => next.numbers.splice(0..0, run.numbers).for_each(drop),
                None => pieces[i - 1].numbers.extend(run.numbers),
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted_by_definition(values: &[f64], max_bins: usize) -> Vec<f64> {
        let n = values.len();
        let mut made: Vec<f64> = (1..max_bins)
            .map(|k| {
                let (j, rest) = (n * k / max_bins, n * k % max_bins);
                if rest > 0 { values[j] } else { f64::midpoint(values[j - 1], values[j]) }
            })
            .collect();
        made.dedup();
        made
    }

    /// Thresholds of sorted numbers, and the number of heavy values.
    fn of(numbers: &[f64], max_bins: usize) -> (Vec<f64>, usize) {
        let mut distinct = numbers.to_vec();
        distinct.dedup();
        let counts: Vec<u32> =
            distinct.iter().map(|d| numbers.iter().filter(|x| *x == d).count() as u32).chain([0]).collect();
        let many = distinct.len() > max_bins;
        let heavy = many.then(|| least_heavy(distinct.len(), &|i| u64::from(counts[i]), max_bins)).flatten();
        let heavy = heavy.map_or(0, |least| counts.iter().filter(|c| u64::from(**c) >= least).count());
        (thresholds(&Values::Sorted(distinct), &counts, max_bins), heavy)
    }

    #[test]
    fn without_heavy_values_they_are_quantiles() {
        let mut seen = 0;
        for n in [5usize, 12, 36, 40, 97, 300] {
            for max_bins in [2, 3, 4, 12] {
                for spread in [1, 2, 7] {
                    let mut values: Vec<f64> = (0..n).map(|i| ((i * i * 31 + i) % (n / spread + 3)) as f64).collect();
                    values.sort_by(f64::total_cmp);
                    let (made, heavy) = of(&values, max_bins);
                    let mut distinct = values.clone();
                    distinct.dedup();
                    if distinct.len() > max_bins && heavy == 0 {
                        assert_eq!(made, sorted_by_definition(&values, max_bins));
                        seen += 1;
                    }
                }
            }
        }
        assert!(seen > 30, "{seen}");
    }

    #[test]
    fn a_column_that_is_mostly_zero_keeps_its_bins_for_the_rest() {
        let mut numbers = vec![0.0; 9_500];
        numbers.extend((1..=500).map(|i| f64::from(i) / 10.0));
        let (made, heavy) = of(&numbers, 255);
        // 0 alone, and 254 bins for 500 values: two each, but for eight of one.
        assert_eq!((heavy, made.len(), made[0]), (1, 254, 0.05));
        let bin = |x: f64| made.partition_point(|t| *t < x);
        let held: Vec<usize> = (0..255).map(|b| (1..=500).filter(|i| bin(f64::from(*i) / 10.0) == b).count()).collect();
        assert!(held[0] == 0 && held[1..].iter().all(|n| *n == 1 || *n == 2), "{held:?}");
    }

    #[test]
    fn heavy_values_stand_alone() {
        // Two heavy values with nothing between them, one with light ones on both sides, one at the end.
        let mut numbers = vec![1.0; 100];
        numbers.extend(vec![2.0; 100]);
        numbers.extend((0..40).map(|i| 3.0 + f64::from(i) / 100.0));
        numbers.extend(vec![4.0; 100]);
        numbers.extend((0..20).map(|i| 5.0 + f64::from(i) / 100.0));
        numbers.extend(vec![6.0; 100]);
        let (made, heavy) = of(&numbers, 10);
        // Four heavy ones; of six bins four for 40 rows and two for 20.
        assert_eq!(heavy, 4);
        let rounded: Vec<i64> = made.iter().map(|t| (t * 1e4).round() as i64).collect();
        assert_eq!(rounded, [15_000, 25_000, 30_950, 31_950, 32_950, 36_950, 45_000, 50_950, 55_950]);
    }

    #[test]
    fn stretches_without_a_bin_join_a_heavy_value() {
        // Five heavy values, five light ones after each, and six bins: the one that is left goes to the first stretch.
        let mut numbers = Vec::new();
        for k in 0..5 {
            numbers.extend(vec![f64::from(k); 100]);
            numbers.extend((1..=5).map(|i| f64::from(k) + f64::from(i) / 10.0));
        }
        let (made, heavy) = of(&numbers, 6);
        assert_eq!(heavy, 5);
        assert_eq!(made, [0.05, 0.75, 1.05, 2.05, 3.05]);
        // Light values at the end join the last heavy one.
        assert_eq!(numbers.iter().filter(|x| **x > 3.05).count(), 5 + 100 + 5);
    }
}
