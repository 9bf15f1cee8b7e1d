//! Splits along time: every test row is later than every train row.

use rand_chacha::ChaCha8Rng;

use super::Split;
use super::permute::Blocks;
use super::random::{below, shuffle};
use crate::setting::{GAP, TEST_SIZE, TIME, TRAIN_SIZE};

/// Rows in time order and the points at which a test part may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    pub(super) order: Vec<u32>,
    /// For each row in time order, whether it is later than the one before it.
    pub(super) later: Vec<bool>,
    origins: Vec<u32>,
    n_test: usize,
    gap: usize,
    /// Train rows of a rolling origin; `None` trains on all rows before the gap.
    window: Option<usize>,
}

impl Timeline {
    /// Rows in time order, without origins yet.
    ///
    /// # Errors
    /// A sentence where all rows have the same time.
    pub fn new(times: &[f64]) -> Result<Self, String> {
        let mut order: Vec<u32> = (0..times.len() as u32).collect();
        order.sort_by(|a, b| times[*a as usize].total_cmp(&times[*b as usize]));
        let time = |i: usize| times[order[i] as usize];
        let later: Vec<bool> = (0..times.len()).map(|i| i == 0 || time(i - 1) < time(i)).collect();
        if !later.iter().skip(1).any(|l| *l) {
            return Err(format!(
                "has the same time in every row, so that no row is later than another; choose another {TIME} column or \
                 leave {TIME} out"
            ));
        }
        Ok(Self { order, later, origins: Vec::new(), n_test: 1, gap: 0, window: None })
    }

    /// With the origins of test parts of `n_test` rows that have at least `n_train` train rows and `gap` rows
    /// in between. An origin never parts rows of equal time. Without a train size it is half of the rows that are not
    /// tested, or what the last possible origin leaves. Returns the number of train rows, too.
    ///
    /// # Errors
    /// A sentence where no origin fits.
    pub fn with_origins(
        mut self,
        n_test: usize,
        n_train: Option<usize>,
        gap: usize,
        rolling: bool,
    ) -> Result<(Self, usize), String> {
        let n = self.order.len();
        let starts: Vec<usize> = (1..n).filter(|o| self.later[*o]).collect();
        let last = starts.iter().copied().rfind(|o| o + n_test <= n);
        let wanted = n_train.unwrap_or_else(|| {
            let half = n.saturating_sub(n_test).div_ceil(2);
            last.map_or(half, |o| half.min(o.saturating_sub(gap)))
        });
        let wanted = wanted.max(1);
        self.origins = starts.iter().filter(|o| **o >= wanted + gap && **o + n_test <= n).map(|o| *o as u32).collect();
        if self.origins.is_empty() {
            return Err(no_origin(n, &starts, n_test, n_train, gap));
        }
        (self.n_test, self.gap, self.window) = (n_test, gap, rolling.then_some(wanted));
        Ok((self, wanted))
    }

    /// Pieces of time that may exchange their targets; `targets` numbers those that differ, by row.
    pub fn pieces(&self, targets: Vec<u32>) -> Blocks {
        Blocks::pieces(self.order.clone(), targets)
    }

    /// A split at a random origin.
    pub fn draw(&self, rng: &mut ChaCha8Rng) -> Split {
        let origin = self.origins[below(rng, self.origins.len() as u32) as usize] as usize;
        let end = origin - self.gap;
        let start = self.window.map_or(0, |w| end - w);
        let train = self.part(rng, start..end);
        Split { train, test: self.part(rng, origin..origin + self.n_test) }
    }

    /// The rows in these places of time order, ascending. Of rows of equal time that lie across an end of the range, as
    /// many as lie within it are drawn: which come first in the file must not say which are tested.
    fn part(&self, rng: &mut ChaCha8Rng, range: std::ops::Range<usize>) -> Vec<u32> {
        let n = self.order.len();
        let mut rows = self.order[range.clone()].to_vec();
        for end in [range.start, range.end] {
            if end == 0 || end == n || self.later[end] {
                continue;
            }
            let from = (0..end).rev().find(|i| self.later[*i]).unwrap_or(0);
            let to = (end..n).find(|i| self.later[*i]).unwrap_or(n);
            let mut tied = self.order[from..to].to_vec();
            shuffle(rng, &mut tied);
            let within = range.start.max(from)..range.end.min(to);
            rows.splice(within.start - range.start..within.end - range.start, tied.into_iter().take(within.len()));
            if range.end < to && range.start > from {
                break;
            }
        }
        rows.sort_unstable();
        rows
    }

    /// Some rows (ascending, of this table) in time order, and the places among them where a time begins that is later.
    pub(super) fn among(&self, rows: &[u32]) -> (Vec<u32>, Vec<usize>) {
        let mut wanted = vec![false; self.order.len()];
        rows.iter().for_each(|row| wanted[*row as usize] = true);
        let (mut found, mut starts, mut begins) = (Vec::with_capacity(rows.len()), Vec::new(), false);
        for (row, later) in self.order.iter().zip(&self.later) {
            begins |= later;
            if wanted[*row as usize] {
                if begins && !found.is_empty() {
                    starts.push(found.len());
                }
                found.push(*row);
                begins = false;
            }
        }
        (found, starts)
    }

    /// Where each of the folds of `n` train rows begins, out of the places where one may begin.
    fn origins(&self, starts: &[usize], n: usize, folds: usize) -> Vec<usize> {
        let mut size = n / (folds + 1);
        // A gap that would leave the first fold little to learn from is made up for by all folds.
        if n < folds * size + self.gap + size.div_ceil(2) {
            size = (n - self.gap) / (folds + 1);
        }
        if n > 2 * folds + self.gap {
            size = size.max(2);
        }
        let mut origins = Vec::with_capacity(folds);
        let mut from = 0;
        for fold in 0..folds {
            let wanted = n - (folds - fold) * size;
            // Each of the later folds keeps a start of its own.
            let open = &starts[from..starts.len() - (folds - fold - 1)];
            let after = open.partition_point(|s| *s < wanted).min(open.len() - 1);
            let nearer_before = after > 0 && wanted.abs_diff(open[after - 1]) < open[after].abs_diff(wanted);
            let at = after - usize::from(nearer_before);
            origins.push(open[at]);
            from += at + 1;
        }
        origins
    }

    /// Parts train rows (ascending, of this table) along time as scikit-learn's `TimeSeriesSplit` does: folds of equal
    /// size at the end, each learned from all rows before it less the gap. A fold begins where a time begins, at the
    /// one nearest to its place, and there are fewer folds where there are fewer times. `None` where there are not two.
    pub fn inner(&self, train: &[u32], folds: usize) -> Option<Vec<Split>> {
        let (rows, mut starts) = self.among(train);
        // A fold needs a row to learn from before its gap.
        starts.retain(|s| *s > self.gap);
        let folds = folds.min(starts.len());
        // Each fold has two rows, where there are rows for that and the first to learn from.
        let folds = folds.min((rows.len() / 2).saturating_sub(1).max(2));
        if folds < 2 {
            return None;
        }
        let n = rows.len();
        // A fold of a single row has no r2, and rows of one time do not part: fewer folds until each has two rows.
        let lone = |origins: &[usize]| origins.windows(2).any(|w| w[1] - w[0] < 2) || origins.last() == Some(&(n - 1));
        let mut origins = self.origins(&starts, n, folds);
        while origins.len() > 2 && lone(&origins) {
            origins = self.origins(&starts, n, origins.len() - 1);
        }
        let sorted = |range: std::ops::Range<usize>| {
            let mut rows = rows[range].to_vec();
            rows.sort_unstable();
            rows
        };
        let end = |fold: usize| origins.get(fold + 1).copied().unwrap_or(n);
        let split = |(fold, origin): (usize, &usize)| Split {
            train: sorted(0..origin - self.gap),
            test: sorted(*origin..end(fold)),
        };
        Some(origins.iter().enumerate().map(split).collect())
    }
}

/// Why no test part of `n_test` rows begins at one of these places of `n` rows, and what helps.
fn no_origin(n: usize, starts: &[usize], n_test: usize, n_train: Option<usize>, gap: usize) -> String {
    let needs = format!(
        "has no place for {n_test} test rows after {} and a gap of {gap}",
        n_train.map_or("a train row".into(), |rows| format!("{rows} train rows"))
    );
    let rows = n_train.unwrap_or(1);
    if rows + gap + n_test > n {
        let mut helps = vec![(TEST_SIZE, n_test)];
        helps.extend(n_train.map(|rows| (TRAIN_SIZE, rows)));
        helps.extend((gap > 0).then_some((GAP, gap)));
        helps.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
        let names: Vec<String> = helps.iter().map(|(setting, _)| setting.to_string()).collect();
        return format!("{needs} among {n} rows; lower {}", names.join(" or "));
    }
    // There are rows enough, but they share too few times.
    let times = starts.len() + 1;
    let few = format!("{needs} where a new time begins: its {n} rows have {times} different times");
    match starts.iter().find(|o| **o >= rows + gap) {
        Some(origin) => format!("{few}; give at most {}", TEST_SIZE.to(n - origin)),
        None => {
            let last = starts.last().copied().unwrap_or(0);
            if last > gap {
                let size = (n - last).min(n_test);
                format!(
                    "{few}, the last of them after {last} rows; give at most {} and {}",
                    TRAIN_SIZE.to(last - gap),
                    TEST_SIZE.to(size)
                )
            } else {
                format!("{few}, the last of them after {last} rows; give at most {}", GAP.to(last.saturating_sub(1)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::random::stream;

    #[test]
    fn rows_of_equal_time_are_tested_equally() {
        // Two times of ten rows: three of the second are tested, and all of the first are trained on.
        let times: Vec<f64> = (0..20).map(|i| f64::from(i / 10)).collect();
        let (timeline, _) = Timeline::new(&times).unwrap().with_origins(3, None, 0, false).unwrap();
        let mut counts = [0u32; 20];
        for k in 0..4000 {
            let split = timeline.draw(&mut stream(1, k));
            assert_eq!((split.train.len(), split.test.len()), (10, 3));
            split.test.iter().for_each(|row| counts[*row as usize] += 1);
        }
        assert!(counts[..10].iter().all(|c| *c == 0));
        assert!(counts[10..].iter().all(|c| (1100..1300).contains(c)), "{counts:?}");
        // A rolling window and a gap that cut through equal times.
        let (timeline, _) = Timeline::new(&times).unwrap().with_origins(3, Some(4), 2, true).unwrap();
        let mut counts = [0u32; 20];
        for k in 0..4000 {
            let split = timeline.draw(&mut stream(1, k));
            assert!(split.train.windows(2).all(|w| w[0] < w[1]));
            assert_eq!((split.train.len(), split.test.len()), (4, 3));
            split.train.iter().for_each(|row| counts[*row as usize] += 1);
        }
        assert!(counts[..10].iter().all(|c| (1450..1750).contains(c)), "{counts:?}");
    }

    #[test]
    fn each_reason_has_its_own_advice() {
        let why = |times: &[f64], test, train, gap| {
            Timeline::new(times).and_then(|t| t.with_origins(test, train, gap, false)).unwrap_err()
        };
        assert!(why(&[1.0; 20], 4, None, 0).contains("same time in every row"));
        let ascending: Vec<f64> = (0..20).map(f64::from).collect();
        assert!(why(&ascending, 4, None, 17).ends_with("lower --gap or --test-size"));
        assert!(why(&ascending, 4, Some(18), 0).ends_with("lower --train-size or --test-size"));
        assert!(why(&ascending, 20, None, 0).ends_with("lower --test-size"));
        // Two times, the second of three rows: no four rows are later.
        let two: Vec<f64> = (0..20).map(|i| f64::from(u8::from(i > 16))).collect();
        assert!(why(&two, 4, None, 0).ends_with("give at most --test-size 3"));
        // The second begins after five rows, and ten are to be trained on.
        let two: Vec<f64> = (0..20).map(|i| f64::from(u8::from(i > 4))).collect();
        assert!(why(&two, 4, Some(10), 0).ends_with("give at most --train-size 5 and --test-size 4"));
        assert!(why(&two, 4, None, 7).ends_with("give at most --gap 4"));
        // Without a train size it gives way.
        assert_eq!(Timeline::new(&two).unwrap().with_origins(4, None, 0, false).unwrap().1, 5);
    }
}
