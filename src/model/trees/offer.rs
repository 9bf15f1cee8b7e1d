//! Which splits of a node are tried: of all columns, or of some that are drawn.

use super::draw::Generator;
use super::grow::{Grower, Open, range};
use super::partition::between;
use super::search::{Best, Cut, Splitter};
use super::task::FeatureSampler;
use super::wide::Wide;
use crate::model::interrupt::check;

/// Nodes with more entries look at whether the run was stopped before each column.
const LARGE: usize = 4096;

impl<S: Splitter> Grower<'_, '_, S> {
    /// Offers all splits of all columns.
    pub(super) fn try_all(&mut self, open: &Open, best: &mut Best) {
        let items = &self.items[range(open.items)];
        for at in open.columns.iter() {
            if items.len() > LARGE {
                check();
            }
            let source = &self.task.sources[*at as usize];
            self.codes.read(source.codes, items, source.missing, source.gaps);
            if self.codes.constant() {
                self.constant.push(*at);
                continue;
            }
            let Some(slot) = source.slot else {
                best.take_up(source.encoded[0], &self.places);
                self.splitter.thresholds(items, &self.codes, best);
                continue;
            };
            self.splitter.tabulate(slot, items, &self.codes);
            for i in 0..self.splitter.present(slot).len() {
                let level = self.splitter.present(slot)[i];
                best.take_up(source.encoded[level as usize], &self.places);
                self.splitter.level(slot, level, items, best);
            }
        }
    }

    /// Offers splits of some columns, which are drawn.
    pub(super) fn try_some(&mut self, open: &Open, best: &mut Best) {
        let (wanted, draws, one_threshold) = match &mut self.sampler {
            FeatureSampler::All => return,
            FeatureSampler::Subset(wanted, draws) => (*wanted, draws, false),
            FeatureSampler::Thresholds(wanted, draws) => (*wanted, draws, true),
        };
        let items = &self.items[range(open.items)];
        self.picks.clear();
        let mut tabulated = vec![false; self.task.levels.len()];
        let mut varied = false;
        for i in 0..self.pool.len() {
            if i >= wanted && varied {
                break;
            }
            let pick = i as u32 + draws.below((self.pool.len() - i) as u32);
            self.pool.swap(i, pick as usize);
            self.picks.push(pick);
            best.take_up(self.pool[i], &self.places);
            if items.len() > LARGE {
                check();
            }
            if open.columns.binary_search(&best.column).is_err() {
                continue;
            }
            let (source, level) = self.task.encoded[best.column as usize];
            let source = &self.task.sources[source as usize];
            let untouched = source.slot.is_none_or(|slot| !std::mem::replace(&mut tabulated[slot], true));
            if untouched {
                self.codes.read(source.codes, items, source.missing, source.gaps);
            }
            let constant = match source.slot {
                None => self.codes.constant(),
                Some(slot) => {
                    if untouched {
                        self.splitter.tabulate(slot, items, &self.codes);
                    }
                    let with = self.splitter.level_entries(slot, level);
                    with == 0 || with as usize == items.len()
                }
            };
            if constant {
                self.constant.push(best.column);
                continue;
            }
            varied = true;
            match source.slot {
                Some(slot) => {
                    best.threshold = one_threshold.then(|| between(0.0, 1.0, draws.uniform()));
                    self.splitter.level(slot, level, items, best);
                }
                None if one_threshold => {
                    let missing_left = |draws: &mut Generator| self.codes.gaps > 0 && draws.below(2) == 0;
                    let (least, largest) = (self.codes.least, self.codes.largest);
                    if let Some(values) = source.values.filter(|_| least < largest) {
                        let threshold =
                            between(values.at(least as usize), values.at(largest as usize), draws.uniform());
                        let (lower, upper) = self.codes.neighbours(items, values, threshold);
                        best.threshold = Some(threshold);
                        let cut = Cut { lower, upper, missing_left: missing_left(draws) };
                        self.splitter.threshold(items, &self.codes, cut, best);
                    } else if !missing_left(draws) {
                        // What is present goes left; with what is missing there, too, there is no split.
                        self.splitter.gaps(items, &self.codes, best);
                    }
                }
                None => self.splitter.thresholds(items, &self.codes, best),
            }
        }
        for (i, pick) in self.picks.iter().enumerate().rev() {
            self.pool.swap(i, *pick as usize);
        }
    }

    /// The same as [`Self::try_some`] with one threshold for each column of a table of numbers without gaps, all columns at once.
    pub(super) fn try_thresholds(&mut self, wide: &Wide, open: &Open, best: &mut Best) {
        let FeatureSampler::Thresholds(wanted, draws) = &mut self.sampler else { return };
        let items = &self.items[range(open.items)];
        let [least, largest, thresholds] = &mut self.spans;
        for span in [&mut *least, &mut *largest, &mut *thresholds] {
            span.clear();
            span.resize(wide.padded(), f64::NAN);
        }
        wide.spans(items, least, largest);
        self.picks.clear();
        let mut varied = false;
        let all_vary = open.columns.len() == self.pool.len();
        for i in 0..self.pool.len() {
            if i >= *wanted && varied {
                break;
            }
            let pick = i as u32 + draws.below((self.pool.len() - i) as u32);
            self.pool.swap(i, pick as usize);
            self.picks.push(pick);
            let (column, at) = (self.pool[i], self.pool[i] as usize);
            if !all_vary && open.columns.binary_search(&column).is_err() {
                continue;
            }
            if least[at] == largest[at] {
                self.constant.push(column);
                continue;
            }
            varied = true;
            thresholds[at] = between(least[at], largest[at], draws.uniform());
        }
        self.splitter.sum_lefts(wide, items, thresholds);
        for column in self.pool.iter().take(self.picks.len()) {
            let threshold = thresholds[*column as usize];
            if !threshold.is_nan() {
                best.take_up(*column, &self.places);
                best.threshold = Some(threshold);
                self.splitter.offer_summed(*column as usize, best);
            }
        }
        for (i, pick) in self.picks.iter().enumerate().rev() {
            self.pool.swap(i, *pick as usize);
        }
        if let Some(split) = &mut best.split
            && let Some(threshold) = split.threshold
        {
            let codes = self.task.sources[split.column as usize].codes;
            (split.lower, split.upper) = (0, u32::MAX);
            for item in items {
                let code = codes[item.row as usize];
                if wide.at(item.row, split.column as usize) <= threshold {
                    split.lower = split.lower.max(code);
                } else {
                    split.upper = split.upper.min(code);
                }
            }
        }
    }
}
