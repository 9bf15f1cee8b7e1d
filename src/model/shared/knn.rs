//! Nearest neighbours from one graph of all rows, looked through again in each split's scale.

use std::borrow::Cow;

use super::{EachAlone, Fallback, Share, SharedCache, SharedSolver, SplitPredictions, SplitState};
use crate::data::{Encoder, Encoding, FeatureColumn, PartEncoding, Scaling, Target};
use crate::model::FitContext;
use crate::model::graph::{Bound, Graph, PartScale, PointPart, Points, SplitScale, degree_for};
use crate::model::interrupt::check;
use crate::model::knn::{Knn, normalise, weigh};

/// Scaled numbers of a split are kept up to this many; beyond, they are worked out at each look.
const KEPT_NUMBERS: usize = 4 << 20;
/// A graph of so many candidates is built whatever the table's size.
const SMALL_GRAPH: usize = 8 << 20;

/// The shared solver of `knn`.
pub struct KnnSolver<'a> {
    params: Knn,
    points: Points<'a>,
    graph: Graph,
    /// Whether a split's scaled numbers are kept.
    copy: bool,
}

/// The scaling of a split (or of all rows) as the graph wants it.
fn scale(encoder: &Encoder) -> SplitScale {
    let parts = encoder.parts().map(|part| match part {
        PartEncoding::Number { fill, mean, scale } => PartScale::Number { fill, mean, scale },
        PartEncoding::Levels { known } => PartScale::Level { known },
    });
    SplitScale { parts: parts.collect() }
}

impl<'a> KnnSolver<'a> {
    /// Builds the graph; `None` where text stands for numbers that differ from split to split.
    fn new(params: Knn, common: &'a SharedCache<'a>) -> Option<Self> {
        let rows = common.features.rows;
        let mut numbers = 0;
        let parts = common.features.parts.iter().map(|part| match part {
            FeatureColumn::Number { values, .. } => {
                numbers += 1;
                Some(PointPart::Number(values))
            }
            FeatureColumn::Levels { codes, levels, encoding: Encoding::OneHot, .. } => Some(PointPart::Level {
                codes: Cow::Owned(codes.iter().map(|c| (*c).min(levels.len() as u32)).collect()),
                levels: levels.len() + 1,
            }),
            FeatureColumn::Levels { .. } => None,
        });
        let points = Points { parts: parts.collect::<Option<_>>()?, rows };
        let all: Vec<u32> = (0..rows as u32).collect();
        let reference = scale(&Encoder::fit(common.features, &all, Scaling::Standard));
        let wanted = degree_for(params.n_neighbors, common.train_share, rows);
        // The graph may be as large as the encoded table, at four bytes a candidate.
        let fits = wanted <= 2 * points.encoded_columns() || wanted * rows <= SMALL_GRAPH;
        let copy = numbers * rows <= KEPT_NUMBERS;
        let graph = Graph::new(&points, &reference, if fits { wanted } else { 0 }, copy);
        Some(Self { params, points, graph, copy })
    }

    /// Calls `each` with every row and its neighbours in train as (weight, row).
    fn for_each_row(&self, work: &SplitState, mut each: impl FnMut(usize, &[(f64, u32)])) {
        let scale = scale(&Encoder::fit(work.common.features, &work.split().train, Scaling::Standard));
        let counts: Vec<u16> = work.counts().iter().map(|c| u16::try_from(*c).unwrap_or(u16::MAX)).collect();
        let bound = Bound::new(&self.graph, &self.points, &scale, &counts, self.copy);
        let mut near = Vec::new();
        for row in self.graph.order() {
            check();
            let row = *row as usize;
            self.graph.nearest(&bound, row, self.params.n_neighbors, &mut near);
            weigh(self.params.weights, &mut near);
            each(row, &near);
        }
    }
}

impl SharedSolver for KnnSolver<'_> {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        if work.n_train() < self.params.n_neighbors {
            return Err(Fallback::Refit);
        }
        let rows = work.common.features.rows;
        let (test, train) = match work.common.target {
            Target::Regression { values } => {
                let mut all = vec![0.0; rows];
                self.for_each_row(work, |row, near| {
                    let total: f64 = near.iter().map(|(w, _)| w).sum();
                    all[row] = near.iter().map(|(w, r)| w * values[*r as usize]).sum::<f64>() / total;
                });
                work.values(&all)
            }
            Target::Classification { codes, labels, .. } => {
                let classes = labels.len();
                let mut all = vec![0.0; rows * classes];
                self.for_each_row(work, |row, near| {
                    let cells = &mut all[row * classes..(row + 1) * classes];
                    near.iter().for_each(|(w, r)| cells[codes[*r as usize] as usize] += w);
                    normalise(cells);
                });
                work.classes(classes, |row, out| out.copy_from_slice(&all[row * classes..(row + 1) * classes]))
            }
        };
        Ok(SplitPredictions::new(test, train))
    }
}

impl Share for Knn {
    fn under(&self, terms: &FitContext) -> Self {
        Self { origin: terms.origin, ..*self }
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        match KnnSolver::new(*self, common) {
            Some(solver) => Some(Box::new(solver)),
            None => Some(Box::new(EachAlone)),
        }
    }
}
