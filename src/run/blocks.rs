//! Blocks of splits, handed out to threads.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::split::{BLOCK, SplitSet};

/// Splits that are still to be done. Blocks are no longer than models want them: results then come nearly in order,
/// and a stop gives up few splits that are done for the sake of one before them that is not.
pub(super) struct Blocks<'s> {
    set: &'s SplitSet,
    /// How many were handed out.
    next: AtomicUsize,
    longest: usize,
}

impl<'s> Blocks<'s> {
    /// Hands out the splits of a set, at most `at_once` together, and such that each of some workers has some.
    pub(super) fn new(set: &'s SplitSet, at_once: usize, workers: usize) -> Self {
        let share = set.len().div_ceil(workers.max(1));
        Self { set, next: AtomicUsize::new(0), longest: at_once.min(share) }
    }

    /// The block that begins with the `i`-th split.
    fn at(&self, i: usize) -> Option<Range<usize>> {
        let Range { start, end } = self.set.stretch(i)?;
        Some(start..end.min(start + self.longest).min((start / BLOCK + 1) * BLOCK))
    }

    /// The next splits to work on together, by their places in the plan, and how many of the set are before them;
    /// `None` where none are left.
    pub(super) fn next(&self) -> Option<(usize, Range<usize>)> {
        let taken = |i: usize| self.at(i).map(|places| i + places.len());
        let first = self.next.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).ok()?;
        Some((first, self.at(first)?))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Mutex};

    use ndarray::{Array2, ArrayView2};

    use super::*;
    use crate::Evaluation;
    use crate::data::Scaling;
    use crate::model::shared::{Fallback, SharedCache, SharedSolver, SplitPredictions, SplitState};
    use crate::model::{FitContext, FitError, Fitted, Learner, Predictions, TrainTarget};
    use crate::run::{Engine, NamedModel, SplitScores, stream};
    use crate::split::{Scheme, SplitBlock, scheme};

    /// Predicts the mean of the train rows; with shared work, those of a block's splits are all summed up in one pass.
    struct Mean {
        breaks: bool,
        blocks: Mutex<Vec<Range<usize>>>,
    }

    struct FittedMean(f64);

    impl Fitted for FittedMean {
        fn predict(&self, x: ArrayView2<f64>) -> Predictions {
            Predictions::Values(vec![self.0; x.nrows()])
        }
    }

    impl Learner for Mean {
        fn scaling(&self) -> Option<Scaling> {
            Some(Scaling::Standard)
        }

        fn fit(&self, _: Array2<f64>, answers: TrainTarget, _: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
            let TrainTarget::Values(y) = answers else { return Err(FitError::new("numbers are wanted")) };
            Ok(Box::new(FittedMean(y.iter().sum::<f64>() / y.len() as f64)))
        }

        fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
            let crate::data::Target::Regression { values } = common.target else { return None };
            Some(Box::new(MeanOfTable { model: self, values }))
        }
    }

    struct MeanOfTable<'a> {
        model: &'a Mean,
        values: &'a [f64],
    }

    impl SharedSolver for MeanOfTable<'_> {
        fn fit_predict(&self, _: &SplitState) -> Result<SplitPredictions, Fallback> {
            if self.model.breaks { Err(Fallback::Refit) } else { panic!("the block has it") }
        }

        fn at_once(&self) -> usize {
            BLOCK
        }

        fn block<'b>(&'b self, block: &'b SplitBlock) -> Option<Box<dyn SharedSolver + 'b>> {
            self.model.blocks.lock().unwrap().push(block.places());
            assert!(!self.model.breaks, "the block is too much");
            let mut sums = vec![(0.0, 0.0); BLOCK];
            for (row, tests) in block.tests().iter().enumerate() {
                for (s, (sum, count)) in sums.iter_mut().enumerate() {
                    let times = match block.train_times() {
                        None => f64::from(u8::from(tests >> s & 1 == 0)),
                        Some(digits) => {
                            digits.iter().rev().fold(0.0, |times, words| 2.0 * times + (words[row] >> s & 1) as f64)
                        }
                    };
                    (*sum, *count) = (*sum + times * self.values[row], *count + times);
                }
            }
            Some(Box::new(MeansOfBlock(sums.into_iter().map(|(sum, count)| sum / count).collect())))
        }
    }

    struct MeansOfBlock(Vec<f64>);

    impl SharedSolver for MeansOfBlock {
        fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
            let of = |rows: &[u32]| Predictions::Values(vec![self.0[work.k % BLOCK]; rows.len()]);
            Ok(SplitPredictions::new(of(&work.split().test), of(&work.split().train)))
        }
    }

    /// The splits of a run, and the blocks that the model was handed.
    fn run(scheme: Scheme, breaks: bool, engine: Engine, threads: usize, n: usize) -> (Vec<SplitScores>, Vec<usize>) {
        let evaluation = Evaluation::new("data/mtcars.csv", "mpg").scheme(scheme).splits(n);
        let prepared = evaluation.threads(threads).engine(engine).metrics(["mae"]).prepare().unwrap();
        let mean = Mean { breaks, blocks: Mutex::default() };
        let mean: &'static Mean = Box::leak(Box::new(mean));
        let spec = prepared.models[1].spec.clone();
        let models = [NamedModel { name: "mean".into(), spec, learner: Arc::new(Shown(mean)), tuned: None }];
        let mut seen = Vec::new();
        let each = |split: &SplitScores| {
            seen.push(split.clone());
            Ok(())
        };
        stream(&prepared.evaluation(&models), &AtomicBool::new(false), each).unwrap();
        let mut blocks = mean.blocks.lock().unwrap().clone();
        blocks.sort_by_key(|places| places.start);
        assert!(blocks.iter().all(|places| places.start / BLOCK == (places.end - 1) / BLOCK), "{blocks:?}");
        assert!(blocks.iter().flat_map(Clone::clone).eq(0..if engine == Engine::PerSplit { 0 } else { n }));
        (seen, blocks.into_iter().map(|places| places.len()).collect())
    }

    /// The model, of which a run owns no more than a look.
    struct Shown(&'static Mean);

    impl Learner for Shown {
        fn scaling(&self) -> Option<Scaling> {
            self.0.scaling()
        }

        fn fit(&self, x: Array2<f64>, answers: TrainTarget, terms: &FitContext) -> Result<Box<dyn Fitted>, FitError> {
            self.0.fit(x, answers, terms)
        }

        fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
            self.0.share(common)
        }
    }

    #[test]
    fn models_are_handed_blocks_and_splits_do_not_depend_on_them() {
        for scheme in [Scheme::from(scheme::Shuffle), scheme::Bootstrap.into()] {
            let (alone, none) = run(scheme.clone(), false, Engine::PerSplit, 1, 150);
            assert!(none.is_empty());
            for (threads, n, want) in [
                (1, 150, &[64, 64, 22][..]),
                (2, 150, &[64, 64, 22]),
                (3, 150, &[50, 14, 50, 14, 22]),
                (1, 100, &[64, 36]),
                (2, 12, &[6, 6]),
                (3, 2, &[1, 1]),
            ] {
                let (splits, blocks) = run(scheme.clone(), false, Engine::Auto, threads, n);
                assert_eq!(blocks, want, "{threads} threads");
                assert_eq!(splits.len(), n);
                for (one, other) in splits.iter().zip(&alone) {
                    let score = |split: &SplitScores| split.models[0].as_ref().unwrap().test[0].unwrap();
                    assert_eq!((one.number, one.parts), (other.number, other.parts));
                    assert!((score(one) - score(other)).abs() < 1e-12, "split {}", one.number);
                }
            }
        }
    }

    #[test]
    fn a_block_that_breaks_down_is_done_split_by_split() {
        let (alone, _) = run(scheme::Shuffle.into(), true, Engine::PerSplit, 1, 70);
        let (splits, blocks) = run(scheme::Shuffle.into(), true, Engine::Auto, 1, 70);
        assert_eq!(blocks, [64, 6]);
        assert_eq!(splits, alone);
    }
}
