//! Rows over all splits: how often tested, at what loss, and how much the answer for them varies.

use rayon::prelude::*;

use crate::data::Target;
use crate::model::Predictions;

/// A test row is among the worst of its split where its loss is above this quantile of the split's.
pub const HIGH: f64 = 0.95;

/// A split's test rows with their losses and answers.
pub struct Tested {
    /// The rows, among the used rows.
    pub rows: Vec<u32>,
    /// The loss of each.
    pub losses: Vec<f64>,
    /// Error (predicted less true) of each, or its predicted class.
    pub answers: Vec<f64>,
    /// The loss above which a row is among the worst of the split.
    pub high: f64,
}

impl Tested {
    /// From the predictions for the test rows and their losses.
    pub fn new(target: &Target, rows: Vec<u32>, losses: Vec<f64>, predictions: &Predictions) -> Self {
        let answers = match (target, predictions) {
            (Target::Regression { values }, Predictions::Values(predicted)) => {
                predicted.iter().zip(&rows).map(|(p, r)| p - values[*r as usize]).collect()
            }
            (_, Predictions::Classes { labels, .. }) => labels.iter().map(|l| f64::from(*l)).collect(),
            _ => vec![f64::NAN; rows.len()],
        };
        let mut sorted = losses.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let high = crate::stats::quantile(&sorted, HIGH);
        Self { rows, losses, answers, high }
    }

    /// Sum of the losses.
    pub fn total(&self) -> f64 {
        self.losses.iter().sum()
    }
}

/// Sums over splits for every row.
pub struct RowSums {
    classes: usize,
    tested: Vec<u32>,
    high: Vec<u32>,
    loss: Vec<f64>,
    /// Σ and Σ² of the error, for numbers.
    error: Vec<[f64; 2]>,
    /// Times that each class was predicted, rows × classes.
    votes: Vec<u32>,
}

/// One row over the splits that tested it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowRecord {
    /// The row, among the used rows.
    pub row: u32,
    /// Splits that tested it.
    pub tested: usize,
    /// Its mean loss in them.
    pub loss: f64,
    /// In how many of them it was among the worst 5 %.
    pub high: usize,
    /// Standard deviation of its prediction over splits, or share of splits that disagree with the majority.
    pub spread: f64,
}

impl RowSums {
    /// For a target of this kind.
    pub fn new(target: &Target) -> Self {
        let (rows, classes) = (target.len(), target.labels().len());
        Self {
            classes,
            tested: vec![0; rows],
            high: vec![0; rows],
            loss: vec![0.0; rows],
            error: if classes == 0 { vec![[0.0; 2]; rows] } else { Vec::new() },
            votes: vec![0; rows * classes],
        }
    }

    /// Adds a split.
    pub fn add(&mut self, split: &Tested) {
        for ((row, loss), answer) in split.rows.iter().zip(&split.losses).zip(&split.answers) {
            let row = *row as usize;
            self.tested[row] += 1;
            self.high[row] += u32::from(*loss > split.high);
            self.loss[row] += loss;
            if self.classes == 0 {
                self.error[row][0] += answer;
                self.error[row][1] += answer * answer;
            } else {
                self.votes[row * self.classes + *answer as usize] += 1;
            }
        }
    }

    /// The mean error of a row's predictions, or the class that most of them say, of equals the first; `None` where no split
    /// tested it.
    pub fn answer(&self, row: u32) -> Option<f64> {
        let i = row as usize;
        let n = f64::from(self.tested[i]);
        if n == 0.0 {
            return None;
        }
        if self.classes == 0 {
            return Some(self.error[i][0] / n);
        }
        let votes = &self.votes[i * self.classes..(i + 1) * self.classes];
        let most = votes.iter().max()?;
        votes.iter().position(|v| v == most).map(|class| class as f64)
    }

    /// One row; `None` where no split tested it.
    pub fn row(&self, row: u32) -> Option<RowRecord> {
        let i = row as usize;
        let n = f64::from(self.tested[i]);
        if n == 0.0 {
            return None;
        }
        let spread = if self.classes == 0 {
            let [sum, square] = self.error[i];
            ((square - sum * sum / n) / (n - 1.0).max(1.0)).max(0.0).sqrt()
        } else {
            let votes = &self.votes[i * self.classes..(i + 1) * self.classes];
            1.0 - f64::from(votes.iter().copied().max().unwrap_or(0)) / n
        };
        Some(RowRecord {
            row,
            tested: self.tested[i] as usize,
            loss: self.loss[i] / n,
            high: self.high[i] as usize,
            spread,
        })
    }

    /// Mean loss of every row; NaN where no split tested it.
    pub fn mean_losses(&self) -> Vec<f64> {
        self.loss.iter().zip(&self.tested).map(|(l, n)| if *n == 0 { f64::NAN } else { l / f64::from(*n) }).collect()
    }

    /// The rows with the largest values, at most `most`, largest first and then by number.
    pub fn largest(&self, most: usize, value: impl Fn(&RowRecord) -> f64 + Sync) -> Vec<RowRecord> {
        let mut all: Vec<RowRecord> =
            (0..self.tested.len() as u32).into_par_iter().filter_map(|row| self.row(row)).collect();
        let order = |a: &RowRecord, b: &RowRecord| value(b).total_cmp(&value(a)).then(a.row.cmp(&b.row));
        if all.len() > most {
            all.select_nth_unstable_by(most, order);
            all.truncate(most);
        }
        all.sort_by(order);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_summed_over_the_splits_that_test_them() {
        let target = Target::Regression { values: vec![1.0, 2.0, 3.0] };
        let mut sums = RowSums::new(&target);
        for (rows, predicted) in [(vec![0, 2], vec![2.0, 3.0]), (vec![0], vec![4.0])] {
            let losses = rows.iter().zip(&predicted).map(|(r, p)| (f64::from(*r) + 1.0 - p).powi(2)).collect();
            sums.add(&Tested::new(&target, rows, losses, &Predictions::Values(predicted)));
        }
        let first = sums.row(0).unwrap();
        assert_eq!((first.tested, first.loss), (2, 5.0));
        // Predictions 2 and 4: standard deviation √2.
        assert!((first.spread - 2f64.sqrt()).abs() < 1e-12);
        assert_eq!(sums.row(1), None);
        assert!(sums.mean_losses()[1].is_nan());
        assert_eq!(sums.largest(1, |r| r.loss)[0].row, 0);
    }

    #[test]
    fn classes_vary_by_their_disagreement() {
        let labels = vec!["a".to_owned(), "b".to_owned()];
        let target = Target::Classification { codes: vec![0, 1], labels, positive: Some(1) };
        let mut sums = RowSums::new(&target);
        for label in [0, 0, 1, 0] {
            let predictions = Predictions::Classes { labels: vec![label], probabilities: None, decision: None };
            sums.add(&Tested::new(&target, vec![1], vec![f64::from(u8::from(label != 1))], &predictions));
        }
        let row = sums.row(1).unwrap();
        assert_eq!((row.tested, row.loss, row.spread), (4, 0.75, 0.25));
    }
}
