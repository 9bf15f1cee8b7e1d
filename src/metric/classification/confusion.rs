//! The confusion matrix, and what metrics of labels make of it.

use crate::metric::contract::Undefined;
use crate::stats::{mean, weighted_mean};

/// What the metrics need of the confusion matrix: its diagonal and its margins. The matrix itself would grow with the
/// square of the number of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Confusion {
    hit: Vec<f64>,
    /// By true class.
    truth: Vec<f64>,
    /// By predicted class.
    called: Vec<f64>,
}

/// Labels of a target whose true and predicted rows are counted pair by pair; the table of more would be too large to
/// keep for each split, and to read.
pub const MOST_TABLED: usize = 50;

/// Rows by true and predicted label, true label by true label.
pub fn counts(truth: &[u32], predicted: &[u32], labels: usize) -> Vec<u32> {
    let mut table = vec![0; labels * labels];
    for (t, p) in truth.iter().zip(predicted) {
        table[*t as usize * labels + *p as usize] += 1;
    }
    table
}

/// Precision, recall and F1 of a label with `rows` rows, of `called` that are given the label and `hit` that are and have
/// it; 0 where the divisor is 0, scikit-learn's default.
pub fn rates_of_class(hit: f64, rows: f64, called: f64) -> [f64; 3] {
    let of = |top: f64, bottom: f64| if bottom == 0.0 { 0.0 } else { top / bottom };
    [of(hit, called), of(hit, rows), of(2.0 * hit, called + rows)]
}

/// Which of precision, recall and F1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rate {
    Precision,
    Recall,
    F1,
}

/// How the rates of several classes become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Average {
    Class(u32),
    Macro,
    Weighted,
}

impl Confusion {
    pub fn new(truth: &[u32], predicted: &[u32], classes: usize) -> Self {
        let zeros = || vec![0.0; classes];
        let mut it = Self { hit: zeros(), truth: zeros(), called: zeros() };
        it.add(truth, predicted);
        it
    }

    /// Counts more rows.
    pub fn add(&mut self, truth: &[u32], predicted: &[u32]) {
        if self.classes() == 2 {
            return self.add_of_two(truth, predicted);
        }
        for (t, p) in truth.iter().zip(predicted) {
            self.truth[*t as usize] += 1.0;
            self.called[*p as usize] += 1.0;
            self.hit[*t as usize] += f64::from(u8::from(t == p));
        }
    }

    /// The same of two classes, where sums of codes say it all.
    fn add_of_two(&mut self, truth: &[u32], predicted: &[u32]) {
        let (mut of_second, mut called, mut both) = (0_usize, 0_usize, 0_usize);
        for (t, p) in truth.iter().zip(predicted) {
            of_second += *t as usize;
            called += *p as usize;
            both += (t & p) as usize;
        }
        let rows = truth.len();
        let [rows, of_second, called, both] = [rows, of_second, called, both].map(|count| count as f64);
        self.truth[0] += rows - of_second;
        self.truth[1] += of_second;
        self.called[0] += rows - called;
        self.called[1] += called;
        self.hit[0] += rows - of_second - called + both;
        self.hit[1] += both;
    }

    fn classes(&self) -> usize {
        self.hit.len()
    }

    /// Rows whose true class is `c`.
    pub fn support(&self, c: usize) -> f64 {
        self.truth[c]
    }

    fn called(&self, c: usize) -> f64 {
        self.called[c]
    }

    fn hits(&self) -> f64 {
        self.hit.iter().sum()
    }

    fn total(&self) -> f64 {
        self.truth.iter().sum()
    }

    pub fn accuracy(&self) -> f64 {
        self.hits() / self.total()
    }

    /// Mean recall over the classes that occur.
    pub fn balanced_accuracy(&self) -> f64 {
        let recalls: Vec<f64> =
            (0..self.classes()).filter(|c| self.support(*c) > 0.0).map(|c| self.hit[c] / self.support(c)).collect();
        mean(&recalls)
    }

    /// 0 where the divisor is 0, scikit-learn's default.
    fn rate_of(&self, rate: Rate, c: usize) -> f64 {
        let [precision, recall, f1] = rates_of_class(self.hit[c], self.support(c), self.called(c));
        match rate {
            Rate::Precision => precision,
            Rate::Recall => recall,
            Rate::F1 => f1,
        }
    }

    /// Averages go over the classes that occur among the true or the predicted labels.
    pub fn rate(&self, rate: Rate, average: Average) -> f64 {
        let present = || (0..self.classes()).filter(|c| self.support(*c) + self.called(*c) > 0.0);
        match average {
            Average::Class(c) => self.rate_of(rate, c as usize),
            Average::Macro => weighted_mean(present().map(|c| (self.rate_of(rate, c), 1.0))),
            Average::Weighted => weighted_mean(present().map(|c| (self.rate_of(rate, c), self.support(c)))),
        }
    }

    /// Matthews correlation for any number of classes (Gorodkin 2004); 0 where it is 0/0.
    pub fn mcc(&self) -> f64 {
        let n = self.total();
        let (mut cross, mut truth2, mut called2) = (0.0, 0.0, 0.0);
        for c in 0..self.classes() {
            let (t, p) = (self.support(c), self.called(c));
            cross += t * p;
            truth2 += t * t;
            called2 += p * p;
        }
        let bottom = (n * n - truth2) * (n * n - called2);
        if bottom == 0.0 { 0.0 } else { (self.hits() * n - cross) / bottom.sqrt() }
    }

    /// Cohen's kappa.
    pub fn kappa(&self) -> Result<f64, Undefined> {
        let n = self.total();
        let chance: f64 = (0..self.classes()).map(|c| self.support(c) * self.called(c)).sum::<f64>() / (n * n);
        if chance >= 1.0 {
            return Err(Undefined("all true and predicted labels are of one class"));
        }
        Ok((self.hits() / n - chance) / (1.0 - chance))
    }
}
