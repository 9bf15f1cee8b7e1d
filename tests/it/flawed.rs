//! Models with one flaw each, for the checks of `sanity`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock};

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use randsplit::{FitContext, FitError, Fitted, Learner, Predictions, Scaling, TrainTarget};

use crate::program::data;

/// What is wrong with a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Flaw {
    Nothing,
    /// Its weights stay where they began.
    Still,
    /// Targets of many values are taken for noise.
    FewValues,
    /// Targets of two values are taken for noise.
    ManyValues,
    /// Columns are added up.
    AddsUp,
    /// Nothing above the middle of the targets is predicted.
    Clipped,
    Nan,
    Short,
    /// The answer is kept by the number of rows.
    Cached,
    Fickle,
    /// Rows are brought to the mean of those that are predicted with them.
    OfBatch,
    /// It knows the file.
    Knows,
    /// It remembers all rows that it was ever fitted to.
    Remembers,
    /// A column is divided by its spread, however small.
    Divides,
    /// Missing values are not taken.
    NoGaps,
    /// Labels and columns of probabilities are in different orders.
    Reversed,
}

type Bits = Vec<u64>;

fn bits(row: ArrayView1<f64>) -> Bits {
    row.iter().map(|x| x.to_bits()).collect()
}

/// Weighted neighbours with a flaw.
pub struct Flawed {
    flaw: Flaw,
    /// The targets of all rows of the file, by their columns.
    file: HashMap<Bits, f64>,
    memory: Mutex<HashMap<Bits, f64>>,
}

static FITS: AtomicU64 = AtomicU64::new(0);

impl Flawed {
    /// Weighted neighbours with this flaw.
    pub fn new(flaw: Flaw) -> Self {
        let mut file = HashMap::new();
        if flaw == Flaw::Knows {
            let text = std::fs::read_to_string(data("diabetes.csv")).unwrap();
            for line in text.lines().skip(1) {
                let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
                file.insert(cells[..10].iter().map(|x| x.to_bits()).collect(), cells[10]);
            }
            assert!(file.len() > 400);
        }
        Self { flaw, file, memory: Mutex::default() }
    }
}

/// Columns with the mean and spread of each taken off.
fn standardised(x: ArrayView2<f64>, means: &[f64], spreads: &[f64]) -> Array2<f64> {
    Array2::from_shape_fn(x.dim(), |(i, j)| (x[[i, j]] - means[j]) / spreads[j])
}

fn moments(x: ArrayView2<f64>) -> (Vec<f64>, Vec<f64>) {
    let of = |column: ArrayView1<f64>| {
        let mean = column.mean().unwrap();
        (mean, (column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / column.len() as f64).sqrt())
    };
    x.columns().into_iter().map(of).unzip()
}

impl Learner for Flawed {
    fn scaling(&self) -> Option<Scaling> {
        Some(if self.flaw == Flaw::NoGaps { Scaling::Gaps } else { Scaling::Raw })
    }

    fn fit(&self, x: Array2<f64>, answers: TrainTarget, _: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
        if x.iter().any(|x| x.is_nan()) {
            return Err(FitError("Input X contains NaN".into()));
        }
        let (y, classes) = match answers {
            TrainTarget::Values(y) => (y.to_vec(), 0),
            TrainTarget::Classes { codes, classes } => (codes.iter().map(|c| f64::from(*c)).collect(), classes),
        };
        let mean = y.iter().sum::<f64>() / y.len() as f64;
        let mut values = y.clone();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let blind = match self.flaw {
            Flaw::FewValues => values.len() > 2,
            Flaw::ManyValues => values.len() <= 2,
            _ => false,
        };
        let (means, mut spreads) = moments(x.view());
        let raw = spreads.clone();
        spreads.iter_mut().filter(|spread| **spread == 0.0).for_each(|spread| *spread = 1.0);
        let mut remembered = HashMap::new();
        if self.flaw == Flaw::Remembers {
            let mut memory = self.memory.lock().unwrap();
            memory.extend(x.rows().into_iter().map(bits).zip(y.iter().copied()));
            remembered = memory.clone();
        }
        if self.flaw == Flaw::Knows {
            remembered = self.file.clone();
        }
        Ok(Box::new(Neighbours {
            flaw: self.flaw,
            x: standardised(x.view(), &means, &spreads),
            y: if blind { vec![mean; y.len()] } else { y },
            classes,
            means,
            spreads,
            raw,
            remembered,
            number: FITS.fetch_add(1, Ordering::Relaxed),
            cache: Mutex::default(),
            weights: OnceLock::new(),
        }))
    }
}

struct Neighbours {
    flaw: Flaw,
    x: Array2<f64>,
    y: Vec<f64>,
    classes: usize,
    means: Vec<f64>,
    spreads: Vec<f64>,
    raw: Vec<f64>,
    remembered: HashMap<Bits, f64>,
    number: u64,
    cache: Mutex<HashMap<usize, Vec<f64>>>,
    weights: OnceLock<Array1<f64>>,
}

impl Neighbours {
    /// The nearest eight rows with their weights.
    fn near(&self, row: ArrayView1<f64>) -> Vec<(f64, usize)> {
        let apart = |other: ArrayView1<f64>| row.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let mut all: Vec<(f64, usize)> = self.x.rows().into_iter().map(apart).zip(0..).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        all.into_iter().take(8).map(|(apart, at)| (1.0 / (apart + 1e-12), at)).collect()
    }

    fn value(&self, row: ArrayView1<f64>) -> f64 {
        let near = self.near(row);
        near.iter().map(|(w, at)| w * self.y[*at]).sum::<f64>() / near.iter().map(|(w, _)| w).sum::<f64>()
    }

    /// Least squares by so many steps down the gradient.
    fn sum(&self, row: ArrayView1<f64>) -> f64 {
        let mean = self.y.iter().sum::<f64>() / self.y.len() as f64;
        let weights = self.weights.get_or_init(|| {
            let mut weights = Array1::<f64>::zeros(self.x.ncols());
            let y = Array1::from_iter(self.y.iter().map(|y| y - mean));
            for _ in 0..300 {
                let gradient = self.x.t().dot(&(self.x.dot(&weights) - &y)) / self.y.len() as f64;
                weights = weights - gradient / self.x.ncols() as f64;
            }
            weights
        });
        mean + row.dot(weights)
    }

    fn values(&self, x: ArrayView2<f64>) -> Vec<f64> {
        let mut rows = standardised(x, &self.means, &self.spreads);
        if self.flaw == Flaw::OfBatch && rows.nrows() > 1 {
            let means = moments(rows.view()).0;
            rows = standardised(rows.view(), &means, &vec![1.0; means.len()]);
        }
        let (low, high) = self.y.iter().fold((f64::MAX, f64::MIN), |(l, h), y| (l.min(*y), h.max(*y)));
        let of = |(at, row): (usize, ArrayView1<f64>)| {
            let value = self.value(row);
            match self.flaw {
                Flaw::Still => 150.0 - 20.0 * row[2],
                Flaw::AddsUp => self.sum(row),
                Flaw::Clipped => value.min(0.5 * (low + high)),
                Flaw::Nan if at % 10 == 3 => f64::NAN,
                Flaw::Fickle => value + 1e-3 * self.number as f64,
                Flaw::Divides => {
                    let raw = (0..row.len()).map(|j| (x[[at, j]] - self.means[j]) / (self.raw[j] + 1e-12));
                    value + 1e-3 * raw.sum::<f64>()
                }
                _ => self.remembered.get(&bits(x.row(at))).copied().unwrap_or(value),
            }
        };
        let mut made: Vec<f64> = rows.rows().into_iter().enumerate().map(|(at, row)| of((at, row))).collect();
        if self.flaw == Flaw::Short && made.len() > 1 {
            made.pop();
        }
        if self.flaw == Flaw::Cached {
            return self.cache.lock().unwrap().entry(made.len()).or_insert(made).clone();
        }
        made
    }
}

impl Fitted for Neighbours {
    fn predict(&self, x: ArrayView2<f64>) -> Predictions {
        if self.classes == 0 {
            return Predictions::Values(self.values(x));
        }
        let rows = standardised(x, &self.means, &self.spreads);
        let mut p = Array2::zeros((x.nrows(), self.classes));
        for (at, row) in rows.rows().into_iter().enumerate() {
            let near = self.near(row);
            let all: f64 = near.iter().map(|(w, _)| w).sum();
            near.iter().for_each(|(w, k)| p[[at, self.y[*k] as usize]] += w / all);
        }
        let likeliest = |row: ArrayView1<f64>| (0..row.len()).max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
        let labels = p.rows().into_iter().map(|row| likeliest(row) as u32).collect();
        if self.flaw == Flaw::Reversed {
            p.invert_axis(ndarray::Axis(1));
        }
        Predictions::Classes { labels, probabilities: Some(p), decision: None }
    }
}
