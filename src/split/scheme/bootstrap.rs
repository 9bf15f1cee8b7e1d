//! The bootstrap: train rows drawn with replacement, test rows those never drawn.

use rand_chacha::ChaCha8Rng;

use super::{SchemeInfo, plain};
use crate::error::{Error, Result};
use crate::setting::{SCHEME, TRAIN_SIZE};
use crate::split::context::SplitContext;
use crate::split::random::{below, stream};
use crate::split::resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
use crate::split::split::Split;

pub(super) const INFO: SchemeInfo = SchemeInfo {
    name: "bootstrap",
    form: "bootstrap",
    summary: "train rows with replacement, test rows those never drawn",
    read: |rest| plain("bootstrap", rest, Bootstrap),
};

/// See the module.
#[derive(Debug, Clone, Copy)]
pub struct Bootstrap;

impl Resampling for Bootstrap {
    fn id(&self) -> String {
        "bootstrap".into()
    }

    fn settings(&self) -> &'static [PlanSetting] {
        &[PlanSetting::TrainSize]
    }

    fn prepare(&self, context: &mut SplitContext) -> Result<Box<dyn Splitter>> {
        let rows = context.rows();
        if rows < 2 {
            return Err(Error::setting(format!("{rows} row cannot be split")).advise("add rows"));
        }
        let n_train = context.options.train_size.map_or(rows, |s| s.rows(rows, false));
        let most = most_train_rows(rows);
        if n_train == 0 || n_train > most {
            return Err(Error::setting(format!(
                "{n_train} rows drawn from {rows} leave {} part without rows",
                if n_train == 0 { "the train" } else { "nearly every test" }
            ))
            .advise(format!("give a {TRAIN_SIZE} from 1 to {most}")));
        }
        Ok(Box::new(Draws { rows, n_train }))
    }

    fn is_independent(&self) -> bool {
        true
    }

    fn class_advice(&self, _: &ScarceClass) -> String {
        format!("{} helps, or more rows of the class", SCHEME.to("stratified"))
    }
}

struct Draws {
    rows: usize,
    n_train: usize,
}

impl Splitter for Draws {
    fn draw(&self, seed: u64, k: usize) -> Split {
        draw(&mut stream(seed, k as u64), self.rows, self.n_train)
    }
}

/// The most train rows that `n` rows can give: beyond it more than nine draws in ten would leave no row to test.
fn most_train_rows(n: usize) -> usize {
    // n·(1 − 1/n)^m rows are left out on average.
    let left = |m: usize| n as f64 * (m as f64 * (-1.0 / n as f64).ln_1p()).exp();
    let mut most = n;
    while left(most + most / 8 + 1) >= 0.1 {
        most += most / 8 + 1;
    }
    most
}

/// `n_train` rows drawn with replacement, ascending with repeats; the test part is what is left
/// out. Drawn again in the rare case that nothing is.
fn draw(rng: &mut ChaCha8Rng, n: usize, n_train: usize) -> Split {
    loop {
        let mut times = vec![0u32; n];
        for _ in 0..n_train {
            times[below(rng, n as u32) as usize] += 1;
        }
        let mut split = Split { train: Vec::with_capacity(n_train), test: Vec::new() };
        for (row, times) in times.iter().enumerate() {
            if *times == 0 {
                split.test.push(row as u32);
            }
            split.train.extend(std::iter::repeat_n(row as u32, *times as usize));
        }
        if !split.test.is_empty() {
            return split;
        }
    }
}
