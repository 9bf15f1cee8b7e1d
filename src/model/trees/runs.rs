//! A node's rows by code of one column: by counting where codes are few, by sorting where rows are.

use super::sample::{Item, Run};

/// Counting touches every code between the least and the largest; sorting costs this many times a row.
const SORT_COST: usize = 4;

/// What is counted of one code.
#[derive(Debug, Clone, Copy, Default)]
struct Counter {
    total: i64,
    count: u32,
    weight: u32,
}

/// Work space, and the runs of the column last looked at, ascending by code.
#[derive(Debug, Default)]
pub struct Runs {
    /// The runs.
    pub runs: Vec<Run>,
    /// Weights by class, run after run; empty for numbers.
    classes: Vec<u64>,
    width: usize,
    codes: Vec<u32>,
    counters: Vec<Counter>,
    class_counters: Vec<u64>,
    keys: Vec<u64>,
}

impl Runs {
    /// For targets with so many classes, 0 for numbers.
    pub fn new(classes: usize) -> Self {
        Self { width: classes, ..Self::default() }
    }

    /// Weights by class of a run.
    pub fn classes(&self, run: usize) -> &[u64] {
        &self.classes[run * self.width..(run + 1) * self.width]
    }

    /// Collects the runs of some items; `codes` are found at their slots.
    pub fn collect(&mut self, codes: &[u32], items: &[Item]) {
        self.codes.clear();
        self.codes.extend(items.iter().map(|i| codes[i.slot as usize]));
        self.runs.clear();
        self.classes.clear();
        let (least, most) = self.codes.iter().fold((u32::MAX, 0), |(a, b), c| (a.min(*c), b.max(*c)));
        if least == most {
            // One run says that the column does not vary; nobody asks for more of it.
            self.runs.push(Run { code: least, ..Run::default() });
            return;
        }
        let span = (most - least) as usize + 1;
        if span <= SORT_COST * items.len() { self.count(items, least, span) } else { self.sort(items) }
    }

    fn count(&mut self, items: &[Item], least: u32, span: usize) {
        self.counters.clear();
        self.counters.resize(span, Counter::default());
        if self.width == 0 {
            for (item, code) in items.iter().zip(&self.codes) {
                let run = &mut self.counters[(code - least) as usize];
                run.count += 1;
                run.weight += item.weight;
                run.total += item.y * i64::from(item.weight);
            }
        } else {
            self.class_counters.clear();
            self.class_counters.resize(span * self.width, 0);
            for (item, code) in items.iter().zip(&self.codes) {
                let at = (code - least) as usize;
                self.counters[at].count += 1;
                self.counters[at].weight += item.weight;
                self.class_counters[at * self.width + item.y as usize] += u64::from(item.weight);
            }
        }
        for (at, run) in self.counters.iter().enumerate().filter(|(_, r)| r.count > 0) {
            let Counter { total, count, weight } = *run;
            self.runs.push(Run { code: least + at as u32, count, weight, total });
            if self.width > 0 {
                self.classes.extend_from_slice(&self.class_counters[at * self.width..(at + 1) * self.width]);
            }
        }
    }

    fn sort(&mut self, items: &[Item]) {
        self.keys.clear();
        self.keys.extend(self.codes.iter().zip(0u64..).map(|(code, i)| u64::from(*code) << 32 | i));
        self.keys.sort_unstable();
        for key in &self.keys {
            let (code, item) = ((key >> 32) as u32, &items[(key & 0xffff_ffff) as usize]);
            if self.runs.last().is_none_or(|r| r.code != code) {
                self.runs.push(Run { code, ..Run::default() });
                self.classes.resize(self.runs.len() * self.width, 0);
            }
            let at = self.runs.len() - 1;
            let run = &mut self.runs[at];
            run.count += 1;
            run.weight += item.weight;
            if self.width == 0 {
                run.total += item.y * i64::from(item.weight);
            } else {
                self.classes[at * self.width + item.y as usize] += u64::from(item.weight);
            }
        }
    }
}
