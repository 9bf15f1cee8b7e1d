//! Random forests (Breiman 2001) and extremely randomised trees (Geurts, Ernst and Wehenkel 2006).

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, ArrayView2, Axis, Data, Ix2};

use super::columns::Columns;
use super::draw::Generator;
use super::grow::GrownTree;
use super::grown::Grown;
use super::impurity::Truth;
use super::rows::{RowTree, leaf_weights};
use super::task::{Entry, FeatureSampler, Growth, TreeData};
use super::tree::{Tree, class_codes};
use crate::model::FitError;
use crate::model::adapter::{ClassScores, FitDiagnostics, first_largest, winners};

/// How many encoded columns a node looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFeatures {
    /// All.
    All,
    /// Their square root.
    Sqrt,
    /// Their binary logarithm.
    Log2,
    /// A share of them.
    Share(f64),
    /// So many.
    Count(usize),
}

impl MaxFeatures {
    /// The number, from 1 to the number of encoded columns.
    pub fn of(self, columns: usize) -> usize {
        let n = columns as f64;
        let wanted = match self {
            Self::All => columns,
            Self::Sqrt => n.sqrt() as usize,
            Self::Log2 => n.log2() as usize,
            Self::Share(share) => (share * n) as usize,
            Self::Count(count) => count,
        };
        wanted.clamp(1, columns.max(1))
    }
}

/// A forest with its parameters; as a linfa model it fits classes (see [`RegressionForest`] for numbers).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forest {
    /// Extra-trees: one random threshold a column, instead of the best.
    pub extra: bool,
    /// Number of trees.
    pub n_estimators: usize,
    /// Encoded columns a node looks at.
    pub max_features: MaxFeatures,
    /// Whether each tree has its own sample of the train rows, drawn with replacement.
    pub bootstrap: bool,
    /// Whether the score of rows by the trees that did not draw them is wanted.
    pub oob_score: bool,
    /// Seed of all random numbers.
    pub seed: u64,
    /// How each tree is grown.
    pub tree: Tree,
}

/// What a forest says about rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Votes {
    /// train rows × outputs: class shares, or means.
    pub train: Array2<f64>,
    /// The same of the other rows.
    pub others: Array2<f64>,
    /// Out-of-bag R² or accuracy, where wanted and possible.
    pub oob_score: Option<f64>,
}

/// Running means over the trees that did not draw a row.
struct OutOfBag {
    sums: Array2<f64>,
    trees: Vec<u32>,
}

impl Forest {
    /// Grows tree after tree and hands each to `each`, with how often it drew each train row; `others` ride along, as do train rows that a tree did
    /// not draw. Returns the out-of-bag score.
    fn trees(
        &self,
        columns: &Columns,
        train: &[u32],
        truth: Truth,
        others: &[u32],
        keep_nodes: bool,
        mut each: impl FnMut(GrownTree, &[u32]),
    ) -> Option<f64> {
        let width = if let Truth::Classes { classes, .. } = truth { classes } else { 1 };
        let mut bag = (self.oob_score && self.bootstrap)
            .then(|| OutOfBag { sums: Array2::zeros((train.len(), width)), trees: vec![0; train.len()] });
        let all = train.iter().map(|row| Entry { row: *row, weight: 1 });
        let task = TreeData::new(columns, all, truth, self.tree.criterion);
        let wanted = self.max_features.of(task.encoded_columns());
        let mut drawn = vec![1; train.len()];
        for number in 0..self.n_estimators {
            let mut draws = Generator::new(self.seed, number);
            if self.bootstrap {
                drawn.fill(0);
                (0..train.len()).for_each(|_| drawn[draws.below(train.len() as u32) as usize] += 1);
            }
            let entry = |(row, weight): (&u32, &u32)| Entry { row: *row, weight: *weight };
            let entries = train.iter().zip(&drawn).map(entry).filter(|e| e.weight > 0);
            // Which of equally good splits is taken is drawn too: small nodes have many, and a forest should not
            // lean on its first columns. With all columns there is nothing else to draw.
            let places = Some(draws.order(task.encoded_columns()));
            let sampler = match (self.extra, wanted == task.encoded_columns()) {
                (true, _) => FeatureSampler::Thresholds(wanted, &mut draws),
                (false, false) => FeatureSampler::Subset(wanted, &mut draws),
                (false, true) => FeatureSampler::All,
            };
            let left_out = train.iter().zip(&drawn).filter(|(_, weight)| **weight == 0).map(|(row, _)| *row);
            let passive = others.iter().copied().chain(left_out).collect();
            let grown_tree =
                task.grow(entries, Growth { limits: self.tree.limits(), sampler, passive, keep_nodes, places });
            if let Some(bag) = &mut bag {
                bag.add(&grown_tree, train, &drawn);
            }
            each(grown_tree, &drawn);
        }
        bag.and_then(|bag| bag.score(train, truth))
    }

    /// Fits to train rows (which may repeat) and predicts these and `others`, holding one tree at a time.
    pub fn fit_predict(&self, columns: &Columns, train: &[u32], truth: Truth, others: &[u32]) -> Votes {
        self.vote(columns, train, truth, others, None)
    }

    /// [`Forest::fit_predict`] with the trees as well.
    pub fn fit_and_keep(
        &self,
        columns: &Columns,
        train: &[u32],
        truth: Truth,
        others: &[u32],
    ) -> (Votes, Vec<RowTree>) {
        let mut trees = Vec::with_capacity(self.n_estimators);
        let votes = self.vote(columns, train, truth, others, Some(&mut trees));
        (votes, trees)
    }

    fn vote(
        &self,
        columns: &Columns,
        train: &[u32],
        truth: Truth,
        others: &[u32],
        mut kept: Option<&mut Vec<RowTree>>,
    ) -> Votes {
        let width = if let Truth::Classes { classes, .. } = truth { classes } else { 1 };
        let mut own = Array2::zeros((train.len(), width));
        let mut rest = Array2::zeros((others.len(), width));
        let oob_score = self.trees(columns, train, truth, others, kept.is_some(), |grown_tree, drawn| {
            if let Some(kept) = &mut kept {
                let entries = train.iter().copied().zip(drawn.iter().copied());
                let weights = leaf_weights(grown_tree.tree.leaves(), &grown_tree.leaves, entries);
                kept.push(RowTree::of_grown(&grown_tree.tree, &weights));
            }
            for (rows, outputs) in [(train, &mut own), (others, &mut rest)] {
                for (row, mut out) in rows.iter().zip(outputs.outer_iter_mut()) {
                    let said = grown_tree.output(*row);
                    out.iter_mut().zip(said).for_each(|(o, v)| *o += v);
                }
            }
        });
        own /= self.n_estimators as f64;
        rest /= self.n_estimators as f64;
        Votes { train: own, others: rest, oob_score }
    }

    /// Fits to train rows (which may repeat) and keeps the trees; returns them and the out-of-bag score.
    pub fn fit_columns(&self, columns: &Columns, train: &[u32], truth: Truth) -> (Vec<Grown>, Option<f64>) {
        let mut trees = Vec::with_capacity(self.n_estimators);
        let oob_score = self.trees(columns, train, truth, &[], true, |grown_tree, _| trees.push(grown_tree.tree));
        (trees, oob_score)
    }
}

impl OutOfBag {
    fn add(&mut self, grown_tree: &GrownTree, train: &[u32], drawn: &[u32]) {
        for (i, row) in train.iter().enumerate().filter(|(i, _)| drawn[*i] == 0) {
            let said = grown_tree.output(*row);
            self.sums.row_mut(i).iter_mut().zip(said).for_each(|(s, v)| *s += v);
            self.trees[i] += 1;
        }
    }

    /// R² or accuracy over the entries that some tree did not draw; `None` if there are too few.
    fn score(&self, train: &[u32], truth: Truth) -> Option<f64> {
        let left: Vec<usize> = (0..train.len()).filter(|i| self.trees[*i] > 0).collect();
        match truth {
            Truth::Values(y) => {
                let own: Vec<f64> = left.iter().map(|i| y[train[*i] as usize]).collect();
                let mean = own.iter().sum::<f64>() / own.len() as f64;
                let spread: f64 = own.iter().map(|v| (v - mean) * (v - mean)).sum();
                let said = |i: &usize| self.sums[[*i, 0]] / f64::from(self.trees[*i]);
                let missed: f64 = left.iter().zip(&own).map(|(i, v)| (v - said(i)).powi(2)).sum();
                (left.len() > 1 && spread > 0.0).then(|| 1.0 - missed / spread)
            }
            Truth::Classes { codes, .. } => {
                let right = |i: &&usize| first_largest(self.sums.row(**i)) as u32 == codes[train[**i] as usize];
                (!left.is_empty()).then(|| left.iter().filter(right).count() as f64 / left.len() as f64)
            }
        }
    }
}

/// A fitted forest for classes (`usize`) or numbers (`f64`).
#[derive(Debug, Clone, PartialEq)]
pub struct FittedForest<L> {
    trees: Vec<Grown>,
    oob_score: Option<f64>,
    kind: std::marker::PhantomData<L>,
}

impl<L> FittedForest<L> {
    fn outputs(&self, x: ArrayView2<f64>) -> Array2<f64> {
        let width = self.trees.first().map_or(1, |t| t.width);
        let mut outputs = Array2::zeros((x.nrows(), width));
        for tree in &self.trees {
            for (row, mut out) in x.outer_iter().zip(outputs.outer_iter_mut()) {
                out.iter_mut().zip(tree.leaf(row)).for_each(|(o, v)| *o += v);
            }
        }
        outputs / self.trees.len() as f64
    }
}

fn fit<L>(forest: &Forest, x: ArrayView2<f64>, truth: Truth) -> Result<FittedForest<L>, FitError> {
    forest.tree.check(matches!(truth, Truth::Classes { .. }), x.nrows())?;
    let train: Vec<u32> = (0..x.nrows() as u32).collect();
    let (trees, oob_score) = forest.fit_columns(&Columns::from_matrix(x), &train, truth);
    Ok(FittedForest { trees, oob_score, kind: std::marker::PhantomData })
}

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = usize>> Fit<ArrayBase<D, Ix2>, T, FitError> for Forest {
    type Object = FittedForest<usize>;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedForest<usize>, FitError> {
        let (codes, classes) = class_codes(dataset.targets());
        fit(self, dataset.records().view(), Truth::Classes { codes: &codes, classes })
    }
}

/// The same forest for numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RegressionForest(pub Forest);

impl<D: Data<Elem = f64>, T: AsSingleTargets<Elem = f64>> Fit<ArrayBase<D, Ix2>, T, FitError> for RegressionForest {
    type Object = FittedForest<f64>;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<FittedForest<f64>, FitError> {
        let y = dataset.as_single_targets().to_vec();
        fit(&self.0, dataset.records().view(), Truth::Values(&y))
    }
}

impl<L> FitDiagnostics for FittedForest<L> {
    fn figures(&self) -> Vec<(&'static str, f64)> {
        self.oob_score.map(|score| ("oob_score", score)).into_iter().collect()
    }
}

impl ClassScores for FittedForest<usize> {
    const PROBABILITIES: bool = true;

    fn scores(&self, x: ArrayView2<f64>) -> Array2<f64> {
        self.outputs(x)
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for FittedForest<usize> {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        *y = winners(self.outputs(x.view()).view());
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

impl<D: Data<Elem = f64>> PredictInplace<ArrayBase<D, Ix2>, Array1<f64>> for FittedForest<f64> {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<f64>) {
        *y = self.outputs(x.view()).index_axis_move(Axis(1), 0);
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<f64> {
        Array1::zeros(x.nrows())
    }
}
