//! The coefficients of a linear model, in units that can be compared, and whether their signs hold.

use super::registry::{BOTH, ProbeInfo};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, Recorder, inside};
use crate::data::{Encoding, FeatureColumn, Target, Term};
use crate::metric::{Direction, Undefined};
use crate::model::{FittedPredictor, LinearPredictor};
use crate::run::FittedSplit;
use crate::stats::population_deviation;

pub(super) const INFO: ProbeInfo = ProbeInfo::new(
    "coefficients",
    BOTH,
    "standardised coefficients of a linear model, and how often their signs flip over splits",
    "a linear model; of your own, one with coef_",
    &["coefficient"],
    |_, _| Ok(Box::new(Coefficients)),
);

/// Of a number: the change of the linear predictor for one standard deviation (divisor n, over the train rows,
/// gaps filled as the model fills them). Of a level: how far rows with it lie from the mean of the train rows,
/// which does not depend on how the levels share their freedom with the intercept. The one predictor of two
/// classes is that of the positive class.
pub struct Coefficients;

/// The readings of one part, whose terms have these names.
fn of_part<'n>(
    part: &FeatureColumn,
    names: &'n [String],
    term: &Term,
    cells: &[f64],
) -> Vec<(&'n str, Result<f64, Undefined>)> {
    let shares: Vec<f64> = cells.iter().map(|c| term.of(*c)).collect();
    let (mean, spread) = population_deviation(&shares);
    match (part, term) {
        (FeatureColumn::Levels { levels, encoding: Encoding::OneHot, .. }, Term::Levels(of_level)) => {
            let mut known = vec![false; of_level.len()];
            cells.iter().for_each(|c| known[(*c as usize).min(levels.len())] = true);
            let value = |l: usize| {
                if known[l] { Ok(of_level[l] - mean) } else { Err(Undefined("no train row has the level")) }
            };
            // A column without gaps has no level for missing.
            let used = |l: &usize| *l < levels.len() || known[*l];
            (0..of_level.len()).filter(used).map(|l| (names[l].as_str(), value(l))).collect()
        }
        (FeatureColumn::Number { .. } | FeatureColumn::Levels { .. }, term) => {
            // Levels that stand for numbers are signed from the first to the last of them.
            let sign = match term {
                Term::Number { slope, .. } => slope.signum(),
                Term::Levels(of) => (of.get(of.len().saturating_sub(2)).unwrap_or(&0.0) - of[0]).signum(),
            };
            vec![(names[0].as_str(), Ok(sign * spread))]
        }
    }
}

fn read(fitted: &FittedSplit, model: &LinearPredictor, notes: &mut Recorder) {
    let features = fitted.context.features;
    let terms = ProbeContext { features, target: fitted.context.target, metrics: fitted.context.metrics }.terms();
    let cells = features.cells(&fitted.split.train);
    let turned = model.is_turned(fitted.context.target);
    for (o, output) in model.outputs.iter().enumerate() {
        let of_class = match (fitted.context.target, model.outputs.len()) {
            (Target::Classification { labels, .. }, 2..) => format!("{}: ", labels[model.present[o] as usize]),
            _ => String::new(),
        };
        let parts = features.parts.iter().zip(&terms).zip(output.terms.iter().zip(cells.columns()));
        for ((part, names), (term, column)) in parts {
            for (name, value) in of_part(part, names, term, &column.to_vec()) {
                // Zero has no sign to turn.
                let value = value.map(|v| if turned && v != 0.0 { -v } else { v });
                notes.read(format!("coefficient[{of_class}{name}]"), Direction::None, value);
            }
        }
    }
}

/// The share of values whose sign is the rarer one.
fn flips(values: &[Option<f64>]) -> Option<f64> {
    let count = |is: fn(&f64) -> bool| values.iter().flatten().filter(|v| is(v)).count();
    let (up, down) = (count(|v| *v > 0.0), count(|v| *v < 0.0));
    (up + down > 0).then(|| up.min(down) as f64 / (up + down) as f64)
}

impl Probe for Coefficients {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        names.open.push("coefficient");
        for term in scene.terms().into_iter().flatten() {
            // With several outputs each class has its own.
            let of_class = scene.target.labels().iter().map(|label| format!("{label}: {term}"));
            for name in of_class.chain([term.clone()]) {
                names.reading(format!("coefficient[{name}]"), Direction::None);
                names.figures.push(format!("coefficient.flips[{name}]"));
            }
        }
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        match fitted.rows {
            Some(FittedPredictor::LinearPredictor(model)) => read(fitted, model, notes),
            Some(FittedPredictor::ByRows(model)) => inside::coefficients(fitted, model, notes),
            _ => {}
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let shares: Vec<(&str, f64)> =
            over.bracketed("coefficient").iter().filter_map(|(name, v)| Some((*name, flips(v)?))).collect();
        let mut flipping: Vec<&(&str, f64)> = shares.iter().filter(|(_, share)| *share > 0.0).collect();
        flipping.sort_by(|a, b| b.1.total_cmp(&a.1));
        conclusion.lines.push(if flipping.is_empty() {
            "coefficients: no sign flips over the splits".into()
        } else {
            let list: Vec<String> =
                flipping.iter().take(5).map(|(name, share)| format!("{name} in {:.0} %", share * 100.0)).collect();
            let more = if flipping.len() > 5 { format!(" and {} more", flipping.len() - 5) } else { String::new() };
            format!("coefficients: signs flip over the splits: {}{more}", list.join(", "))
        });
        conclusion.figures.extend(shares.iter().map(|(name, share)| (format!("coefficient.flips[{name}]"), *share)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rarer_sign_is_counted_and_zero_has_none() {
        assert_eq!(flips(&[Some(1.0), Some(-2.0), None, Some(3.0), Some(0.0), Some(4.0)]), Some(0.25));
        assert_eq!(flips(&[Some(-1.0), Some(-2.0)]), Some(0.0));
        assert_eq!(flips(&[Some(0.0), None]), None);
    }
}
