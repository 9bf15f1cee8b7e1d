//! Nearest neighbours from one graph of all rows, looked through again in each split's scale.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::{EachAlone, Fallback, Share, SharedCache, SharedSolver, SplitPredictions, SplitState};
use crate::data::{Encoder, Encoding, FeatureColumn, Features, PartEncoding, Scaling, Target};
use crate::model::FitContext;
use crate::model::graph::{
    Bound, Graph, ManyNearest, ManySplits, PartScale, PointPart, Points, RawRows, ScaledRows, SplitScale, crowding,
    degree_for,
};
use crate::model::interrupt::check;
use crate::model::knn::{Knn, Weights, normalise, weigh};
use crate::split::{BLOCK, Split, SplitBlock};

/// Scaled numbers of a split are kept up to this many; beyond, they are worked out at each look.
const KEPT_NUMBERS: usize = 4 << 20;
/// A graph of so many candidates is built whatever the table's size.
const SMALL_GRAPH: usize = 8 << 20;
/// Neighbours of all rows in the splits of a block are kept up to so many; beyond, splits are searched one by one.
const KEPT_NEIGHBOURS: usize = 8 << 20;
/// Splits that are searched together, at least: a register of them.
const TOGETHER: usize = 8;
/// More neighbours than these are searched for split by split.
const MOST_NEIGHBOURS: usize = 64;
/// The most candidates that a row has for the sake of columns whose scale strays.
const MOST_CANDIDATES: usize = 128;
/// Splits are searched one by one where one row in so many is like many others.
const LIKE_ROWS: usize = 4;
/// In place of a neighbour, where a row has to be searched for in the one split.
const UNSETTLED: u32 = u32::MAX;

/// Takes a row and its neighbours as (weight, row).
type EachRow<'e> = &'e mut dyn FnMut(usize, &[(f64, u32)]);

/// The shared solver of `knn`.
pub struct KnnSolver<'a> {
    features: &'a Features,
    params: Knn,
    points: Points<'a>,
    graph: Graph,
    /// The rows as blocks of splits look at them.
    raw: RawRows<'a>,
    /// Whether a split's scaled numbers are kept.
    copy: bool,
    /// Whether splits are worth searching together: where most rows are like many others, each split has to settle ties.
    is_varied: bool,
}

/// The neighbours of all rows in the splits of a block.
struct BlockSolver<'b> {
    alone: &'b KnnSolver<'b>,
    /// The place of the first split in the plan.
    first: usize,
    /// By split.
    scales: Vec<SplitScale>,
    /// By split, for each place of the graph's order as many rows as there are neighbours.
    near: Vec<Vec<u32>>,
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
        let most = (2 * points.encoded_columns()).max(SMALL_GRAPH / rows.max(1));
        let crowd = (wanted as f64 * crowding(&points, &reference, common.train_share)).min(MOST_CANDIDATES as f64);
        let degree = (crowd as usize).max(wanted).next_multiple_of(TOGETHER).min(most);
        let graph = Graph::new(&points, &reference, if wanted <= most { degree } else { 0 });
        let raw = RawRows::new(&graph, &points);
        let (copy, is_varied) = (numbers * rows <= KEPT_NUMBERS, LIKE_ROWS * graph.crowded() < rows);
        Some(Self { features: common.features, params, points, graph, raw, copy, is_varied })
    }

    /// The split with what a search in it alone needs.
    fn bound(&self, work: &SplitState, scale: &SplitScale) -> Bound<'_> {
        let counts: Vec<u16> = work.counts().iter().map(|c| u16::try_from(*c).unwrap_or(u16::MAX)).collect();
        Bound::new(&self.graph, &self.points, scale, &counts, self.copy)
    }

    fn scale(&self, split: &Split) -> SplitScale {
        scale(&Encoder::fit(self.features, &split.train, Scaling::Standard))
    }

    /// Calls `each` with every row and its neighbours in train as (weight, row).
    fn for_each_row(&self, work: &SplitState, each: EachRow) {
        let bound = self.bound(work, &self.scale(work.split()));
        let mut near = Vec::new();
        for row in self.graph.order() {
            check();
            let row = *row as usize;
            self.graph.nearest(&bound, row, self.params.n_neighbors, &mut near);
            in_order_of_rows(&mut near);
            weigh(self.params.weights, &mut near);
            each(row, &near);
        }
    }

    /// How many splits are searched together: none where their neighbours would take too much memory.
    fn together(&self) -> usize {
        let fits = KEPT_NEIGHBOURS / (self.points.rows * self.params.n_neighbors).max(1);
        if !self.is_varied || fits < TOGETHER || self.params.n_neighbors > MOST_NEIGHBOURS {
            1
        } else {
            (fits / TOGETHER * TOGETHER).min(BLOCK)
        }
    }
}

impl<'b> BlockSolver<'b> {
    fn new(alone: &'b KnnSolver<'b>, block: &SplitBlock) -> Self {
        let (k, places) = (alone.params.n_neighbors, block.places());
        let (lanes, shift) = (places.len(), places.start % BLOCK);
        let scales: Vec<SplitScale> = places.clone().map(|place| alone.scale(&block.split(place))).collect();
        let order = alone.graph.order();
        let in_order = |word: &dyn Fn(usize) -> u64| order.iter().map(|row| word(*row as usize) >> shift).collect();
        let times: Vec<Vec<u64>> = match block.train_times() {
            None => vec![in_order(&|row| !block.tests()[row])],
            Some(digits) => digits.iter().map(|words| in_order(&|row| words[row])).collect(),
        };
        let many = ManySplits::new(&alone.graph, &alone.raw, &scales, &times);
        let mut near = vec![vec![UNSETTLED; k * order.len()]; lanes];
        let mut found = ManyNearest::default();
        for place in 0..order.len() {
            check();
            let settled = many.nearest(place, k, &mut found);
            for (lane, near) in near.iter_mut().enumerate().filter(|(lane, _)| settled >> lane & 1 == 1) {
                let near = near[place * k..(place + 1) * k].iter_mut().enumerate();
                near.for_each(|(i, near)| *near = order[found.place(i, lane)]);
            }
        }
        Self { alone, first: places.start, scales, near }
    }

    /// Calls `each` with every row and its neighbours in train as (weight, row).
    fn for_each_row(&self, work: &SplitState, each: EachRow) {
        let KnnSolver { params, graph, .. } = self.alone;
        let lane = work.k - self.first;
        let (bound, scaled) = (OnceCell::new(), OnceCell::new());
        let bound = || bound.get_or_init(|| self.alone.bound(work, &self.scales[lane]));
        let scaled = || scaled.get_or_init(|| ScaledRows::new(graph, &self.alone.points, &self.scales[lane]));
        let mut near = Vec::new();
        for (row, rows) in graph.order().iter().zip(self.near[lane].chunks_exact(params.n_neighbors)) {
            let row = *row as usize;
            if rows[0] == UNSETTLED {
                check();
                graph.nearest(bound(), row, params.n_neighbors, &mut near);
            } else if params.weights == Weights::Uniform {
                near.clear();
                near.extend(rows.iter().map(|row| (1.0, *row)));
            } else {
                scaled().distances(row as u32, rows, &mut near);
            }
            in_order_of_rows(&mut near);
            weigh(params.weights, &mut near);
            each(row, &near);
        }
    }
}

/// Neighbours in an order that does not depend on how they were found, so that sums over them do not either.
fn in_order_of_rows(near: &mut [(f64, u32)]) {
    near.sort_unstable_by_key(|(_, row)| *row);
}

/// Predicts all rows of a split from their neighbours, which `for_each_row` gives as (weight, row).
fn predict(work: &SplitState, for_each_row: impl FnOnce(EachRow)) -> SplitPredictions {
    let rows = work.common.features.rows;
    let (test, train) = match work.common.target {
        Target::Regression { values } => {
            let mut all = vec![0.0; rows];
            for_each_row(&mut |row, near| {
                let total: f64 = near.iter().map(|(w, _)| w).sum();
                all[row] = near.iter().map(|(w, r)| w * values[*r as usize]).sum::<f64>() / total;
            });
            work.values(&all)
        }
        Target::Classification { codes, labels, .. } => {
            let classes = labels.len();
            let mut all = vec![0.0; rows * classes];
            for_each_row(&mut |row, near| {
                let cells = &mut all[row * classes..(row + 1) * classes];
                near.iter().for_each(|(w, r)| cells[codes[*r as usize] as usize] += w);
                normalise(cells);
            });
            work.classes(classes, |row, out| out.copy_from_slice(&all[row * classes..(row + 1) * classes]))
        }
    };
    SplitPredictions::new(test, train)
}

impl SharedSolver for KnnSolver<'_> {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        if work.n_train() < self.params.n_neighbors {
            return Err(Fallback::Refit);
        }
        Ok(predict(work, |each| self.for_each_row(work, each)))
    }

    fn at_once(&self) -> usize {
        self.together()
    }

    fn block<'b>(&'b self, block: &'b SplitBlock) -> Option<Box<dyn SharedSolver + 'b>> {
        let is_worth_it = self.together() > 1 && block.places().len() > 1;
        is_worth_it.then(|| Box::new(BlockSolver::new(self, block)) as Box<dyn SharedSolver + 'b>)
    }
}

impl SharedSolver for BlockSolver<'_> {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        if work.n_train() < self.alone.params.n_neighbors {
            return Err(Fallback::Refit);
        }
        Ok(predict(work, |each| self.for_each_row(work, each)))
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
