//! Trees on columns that are ranked once: ranks order rows as their values do, whatever rows a split
//! takes.

use std::borrow::Cow;

use ndarray::Array2;

use super::{Fallback, Share, SharedCache, SharedSolver, SplitPredictions, SplitState};
use crate::data::{Encoding, FeatureColumn, Features, MISSING, Target, value_of_levels};
use crate::model::adapter::{FitDiagnostics, likeliest};
use crate::model::trees::{
    Boost, Boosted, Column, Columns, Forest, GrownTree, Ranks, RegressionBoost, RegressionForest, RegressionTree, Tree,
    TreeRows, Truth, Values, Votes,
};
use crate::model::{FitContext, FittedPredictor, Predictions};

/// All columns, ranked over all rows; of levels, the codes, what is missing being the last. Levels that stand
/// for numbers wait for a split's own.
pub fn ranked(features: &Features) -> Vec<Ranks> {
    use rayon::prelude::*;
    let ranks = |part: &FeatureColumn| match part {
        FeatureColumn::Number { values, .. } => Ranks::new(values),
        FeatureColumn::Levels { codes, levels, .. } => {
            let codes = codes.iter().map(|c| (*c).min(levels.len() as u32)).collect();
            Ranks { codes, rows: Vec::new() }
        }
    };
    features.parts.par_iter().map(ranks).collect()
}

/// The columns as a split encodes them: borrowed, but for ordinal and frequency encodings, whose numbers
/// come from the train rows.
fn of_split<'a>(work: &SplitState<'a>) -> Columns<'a> {
    let features = work.common.features;
    let column = |(part, ranks): (&'a FeatureColumn, &'a Ranks)| match part {
        FeatureColumn::Number { values, .. } => {
            Column::Number { codes: (&ranks.codes).into(), values: Values::Rows { rows: &ranks.rows, numbers: values } }
        }
        FeatureColumn::Levels { encoding: Encoding::OneHot, levels, .. } => {
            Column::Levels { codes: (&ranks.codes).into(), levels: levels.len() + 1 }
        }
        FeatureColumn::Levels { encoding, levels, .. } => {
            let mut counts = vec![0; levels.len() + 1];
            work.split().train.iter().for_each(|r| counts[ranks.codes[*r as usize] as usize] += 1);
            let (of_level, _) = value_of_levels(&counts, *encoding, work.n_train());
            let places = Ranks::new(&of_level);
            let values = places.rows.iter().map(|level| of_level[*level as usize]).collect();
            let codes = ranks.codes.iter().map(|c| places.codes[*c as usize]).collect();
            Column::Number { codes: Cow::Owned(codes), values: Values::Sorted(values) }
        }
    };
    Columns { columns: features.parts.iter().zip(work.common.columns()).map(column).collect(), rows: features.rows }
}

fn truth(target: &Target) -> Truth<'_> {
    match target {
        Target::Regression { values } => Truth::Values(values),
        Target::Classification { codes, labels, .. } => Truth::Classes { codes, classes: labels.len() },
    }
}

/// Outputs (rows × classes, or × 1) as predictions.
fn predictions(target: &Target, outputs: Array2<f64>) -> Predictions {
    match target {
        Target::Regression { .. } => Predictions::Values(outputs.into_raw_vec_and_offset().0),
        Target::Classification { .. } => Predictions::Classes {
            labels: outputs.outer_iter().map(|row| likeliest(row) as u32).collect(),
            probabilities: Some(outputs),
            decision: None,
        },
    }
}

/// For each part the numbers that stand for its levels in a split, then for a missing one.
fn numbers_of_levels(work: &SplitState) -> Vec<Option<Vec<f64>>> {
    let numbers = |part: &FeatureColumn| match part {
        FeatureColumn::Levels { codes, levels, encoding, .. } if *encoding != Encoding::OneHot => {
            let mut counts = vec![0; levels.len() + 1];
            work.split().train.iter().for_each(|r| counts[(codes[*r as usize] as usize).min(levels.len())] += 1);
            Some(value_of_levels(&counts, *encoding, work.n_train()).0)
        }
        _ => None,
    };
    work.common.features.parts.iter().map(numbers).collect()
}

fn is_classes(work: &SplitState) -> bool {
    matches!(work.common.target, Target::Classification { .. })
}

/// The predictions of a grove for the rows of its split.
fn of_grove(work: &SplitState, grown_tree: &GrownTree) -> SplitPredictions {
    let of = |rows: &[u32]| {
        let cells = rows.iter().flat_map(|r| grown_tree.output(*r)).copied().collect();
        let outputs = Array2::from_shape_vec((rows.len(), grown_tree.tree.width), cells).unwrap_or_default();
        predictions(work.common.target, outputs)
    };
    SplitPredictions::new(of(&work.split().test), of(&work.split().train))
}

impl SharedSolver for Tree {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let (truth, split) = (truth(work.common.target), work.split());
        Ok(of_grove(work, &self.fit_along(&of_split(work), &split.train, truth, &split.test)))
    }

    fn fit_and_keep(
        &self,
        work: &SplitState,
    ) -> Result<(SplitPredictions, Option<FittedPredictor<'static>>), Fallback> {
        let (truth, split) = (truth(work.common.target), work.split());
        let (grown_tree, tree) = Tree::fit_and_keep(self, &of_split(work), &split.train, truth, &split.test);
        let rows = TreeRows::mean(vec![tree], numbers_of_levels(work), is_classes(work));
        Ok((of_grove(work, &grown_tree), Some(FittedPredictor::Trees(rows))))
    }
}

/// The predictions that a forest's votes amount to.
fn of_votes(work: &SplitState, votes: Votes) -> SplitPredictions {
    let target = work.common.target;
    let (test, train) = (predictions(target, votes.others), predictions(target, votes.train));
    let oob_score = votes.oob_score.map(|score| ("oob_score", score));
    SplitPredictions { figures: oob_score.into_iter().collect(), ..SplitPredictions::new(test, train) }
}

impl SharedSolver for Forest {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        let (truth, split) = (truth(work.common.target), work.split());
        let forest = self.under(&work.terms);
        Ok(of_votes(work, forest.fit_predict(&of_split(work), &split.train, truth, &split.test)))
    }

    fn fit_and_keep(
        &self,
        work: &SplitState,
    ) -> Result<(SplitPredictions, Option<FittedPredictor<'static>>), Fallback> {
        let (truth, split) = (truth(work.common.target), work.split());
        let forest = self.under(&work.terms);
        let (votes, trees) = Forest::fit_and_keep(&forest, &of_split(work), &split.train, truth, &split.test);
        let rows = TreeRows::mean(trees, numbers_of_levels(work), is_classes(work));
        Ok((of_votes(work, votes), Some(FittedPredictor::Trees(rows))))
    }
}

impl Share for Tree {
    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        common.columns();
        Some(Box::new(*self))
    }
}

impl Share for RegressionTree {
    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        self.0.share(common)
    }
}

impl Share for Forest {
    fn under(&self, terms: &FitContext) -> Self {
        Self { seed: terms.seed, ..*self }
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        common.columns();
        Some(Box::new(*self))
    }
}

impl Share for RegressionForest {
    fn under(&self, terms: &FitContext) -> Self {
        Self(self.0.under(terms))
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        self.0.share(common)
    }
}

impl SharedSolver for Boost {
    fn fit_predict(&self, work: &SplitState) -> Result<SplitPredictions, Fallback> {
        Ok(boost(self, work)?.0)
    }

    fn fit_and_keep(
        &self,
        work: &SplitState,
    ) -> Result<(SplitPredictions, Option<FittedPredictor<'static>>), Fallback> {
        let (predictions, boosted) = boost(self, work)?;
        let train = work.common.features.cells(&work.split().train);
        let rows = TreeRows::boosted(boosted, numbers_of_levels(work), train.view());
        Ok((predictions, Some(FittedPredictor::Trees(rows))))
    }
}

fn boost(model: &Boost, work: &SplitState) -> Result<(SplitPredictions, Boosted), Fallback> {
    let target = work.common.target;
    let columns = of_split(work);
    let (split, model) = (work.split(), model.under(&work.terms));
    let (boosted, raw) = model.fit_and_score(&columns, &split.train, &split.test, truth(target))?;
    let of = |raw: Array2<f64>| match target {
        Target::Regression { .. } => Predictions::Values(boosted.values(raw.view())),
        Target::Classification { .. } => predictions(target, boosted.probabilities(raw.view())),
    };
    let figures = boosted.figures();
    let [train, test] = raw.map(of);
    let predictions = SplitPredictions { figures, ..SplitPredictions::new(test, train) };
    Ok((predictions, boosted))
}

impl Share for Boost {
    fn under(&self, terms: &FitContext) -> Self {
        Self { seed: terms.seed, levels: terms.levels.clone(), ..self.clone() }
    }

    fn joined_levels(&self, features: &Features) -> Vec<String> {
        let own = self.max_bins - 1;
        let sentence = |part: &FeatureColumn| match part {
            FeatureColumn::Levels { name, codes, levels, encoding: Encoding::OneHot } => {
                let mut occurs = vec![false; levels.len()];
                codes.iter().filter(|c| **c != MISSING).for_each(|c| occurs[*c as usize] = true);
                let count = occurs.iter().filter(|o| **o).count();
                (count > self.max_bins).then(|| {
                    format!(
                        "column '{name}' has {count} levels, of which it keeps {own} apart: in each split all but the {own} most frequent of its train rows share a bin"
                    )
                })
            }
            _ => None,
        };
        features.parts.iter().filter_map(sentence).collect()
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        common.columns();
        Some(Box::new(self.clone()))
    }
}

impl Share for RegressionBoost {
    fn under(&self, terms: &FitContext) -> Self {
        Self(self.0.under(terms))
    }

    fn joined_levels(&self, features: &Features) -> Vec<String> {
        self.0.joined_levels(features)
    }

    fn share<'a>(&'a self, common: &'a SharedCache<'a>) -> Option<Box<dyn SharedSolver + 'a>> {
        self.0.share(common)
    }
}
