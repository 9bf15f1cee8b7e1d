//! Impurity importance of trees and forests (Breiman 2001; scikit-learn's `feature_importances_`).

use super::registry::{BOTH, ProbeInfo, TOP};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, Recorder, columns, inside, ranking};
use crate::metric::Direction;
use crate::model::trees::RowTree;
use crate::model::{FittedPredictor, Inside};
use crate::run::FittedSplit;

pub(super) const INFO: ProbeInfo = ProbeInfo {
    params: &[TOP],
    ..ProbeInfo::new(
        "impurity",
        BOTH,
        "share of the fall of impurity that a tree or forest owes to each column",
        "a tree, forest or extra-trees with shared work; of your own, one with feature_importances_",
        &["impurity"],
        |spec, _| Ok(Box::new(ImpurityShare { top: spec.whole("top") })),
    )
};

/// The share of all falls of impurity that are due to splits on a column; the mean over a forest's trees.
pub struct ImpurityShare {
    /// How many columns the top is.
    pub top: usize,
}

/// Brings numbers to a sum of 1; all 0 stay 0.
fn normalise(values: &mut [f64]) {
    let sum: f64 = values.iter().sum();
    if sum > 0.0 {
        values.iter_mut().for_each(|v| *v /= sum);
    }
}

/// The shares of columns, given the column of each part.
fn shares(trees: &[RowTree], column_of_part: &[usize], columns: usize) -> Vec<f64> {
    let mut all = vec![0.0; columns];
    for tree in trees {
        let mut own = vec![0.0; columns];
        for node in tree.nodes.iter().filter(|n| n.left != 0) {
            own[column_of_part[node.part as usize]] += node.decrease;
        }
        normalise(&mut own);
        all.iter_mut().zip(own).for_each(|(a, o)| *a += o);
    }
    normalise(&mut all);
    all
}

impl Probe for ImpurityShare {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        names.open.push("impurity");
        names.ranked("impurity", self.top, scene);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let model = match fitted.rows {
            Some(FittedPredictor::Trees(model)) => model,
            Some(FittedPredictor::ByRows(model)) => {
                return inside::weights(Inside::Importances, "impurity", &[], true, model, notes);
            }
            _ => return,
        };
        if !model.has_impurity() {
            return;
        }
        let columns = columns(fitted);
        let of_part: Vec<usize> =
            columns.iter().enumerate().flat_map(|(c, (_, parts))| parts.clone().map(move |_| c)).collect();
        for ((name, _), share) in columns.iter().zip(shares(&model.trees, &of_part, columns.len())) {
            notes.read(format!("impurity[{name}]"), Direction::None, Ok(share));
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        ranking::conclude("impurity", self.top, over, conclusion);
    }
}
