//! Sums of distances from the median, for trees that minimise absolute error.

use super::sample::Item;

/// Weights and weighted targets by rank, with sums over leading ranks (Fenwick 1994).
struct Ranked {
    weight: Vec<i64>,
    total: Vec<i128>,
}

impl Ranked {
    fn add(&mut self, rank: usize, weight: i64, total: i128) {
        let mut at = rank + 1;
        while at < self.weight.len() {
            self.weight[at] += weight;
            self.total[at] += total;
            at += at & at.wrapping_neg();
        }
    }

    /// The rank at which the running weight first reaches `goal`, and weight and total of the ranks before it.
    fn find(&self, goal: i64) -> (usize, i64, i128) {
        let (mut at, mut weight, mut total) = (0, 0, 0);
        let mut step = self.weight.len().next_power_of_two();
        while step > 0 {
            if at + step < self.weight.len() && weight + self.weight[at + step] < goal {
                at += step;
                weight += self.weight[at];
                total += self.total[at];
            }
            step /= 2;
        }
        (at, weight, total)
    }
}

/// For each number of leading items (1 ..= len) the weighted sum of distances of `first` and these items
/// from their median, in units of the rounded target.
pub fn leading_costs(first: &[Item], items: &[&Item]) -> Vec<i128> {
    let mut values: Vec<i64> = first.iter().chain(items.iter().copied()).map(|i| i.y).collect();
    values.sort_unstable();
    values.dedup();
    let size = values.len() + 1;
    let mut ranked = Ranked { weight: vec![0; size], total: vec![0; size] };
    let (mut weight, mut total) = (0i64, 0i128);
    let mut add = |item: &Item| {
        let w = i64::from(item.weight);
        let t = i128::from(item.y) * i128::from(w);
        ranked.add(values.partition_point(|v| *v < item.y), w, t);
        weight += w;
        total += t;
        // Any median gives the least sum: the lower middle one.
        let (rank, below, sum_below) = ranked.find((weight + 1) / 2);
        let median = i128::from(values[rank]);
        let at_or_above = total - sum_below;
        (at_or_above - median * i128::from(weight - below)) + (median * i128::from(below) - sum_below)
    };
    first.iter().for_each(|i| {
        add(i);
    });
    items.iter().map(|i| add(i)).collect()
}

/// The weighted sum of distances of some items from their median.
pub fn cost(items: &[&Item]) -> i128 {
    leading_costs(&[], items).last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_distances_from_the_median() {
        let items: Vec<Item> =
            [(5, 1), (1, 2), (9, 1), (1, 1), (7, 3)].map(|(y, weight)| Item { row: 0, slot: 0, weight, y }).to_vec();
        let all: Vec<&Item> = items.iter().collect();
        let costs = leading_costs(&[], &all);
        for (n, got) in costs.iter().enumerate() {
            let values: Vec<i64> = all[..=n].iter().flat_map(|i| std::iter::repeat_n(i.y, i.weight as usize)).collect();
            let want = values.iter().map(|m| values.iter().map(|v| i128::from((v - m).abs())).sum::<i128>()).min();
            assert_eq!(Some(*got), want);
        }
        assert_eq!(leading_costs(&items[..2], &all[2..])[2], costs[4]);
    }
}
