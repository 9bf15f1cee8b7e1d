//! Learning curves: what fewer train rows would have scored on the same test rows.

use super::registry::{BOTH, ProbeInfo};
use super::{Conclusion, Names, Probe, ProbeContext, ProbeResults, Recorder, part_train};
use crate::metric::{Direction, Undefined};
use crate::run::FittedSplit;
use crate::split::Split;

pub(super) const INFO: ProbeInfo = ProbeInfo {
    shares: Some("0.1,0.3,1.0"),
    ..ProbeInfo::new(
        "learning",
        BOTH,
        "the primary score with fewer train rows and the same test rows: is more data worth it?",
        "predictions",
        &["learning", "learning_gain"],
        |spec, _| Ok(Box::new(Learning { shares: spec.shares.clone() })),
    )
};

/// The primary score with random shares of each split's train rows; smaller ones are parts of larger ones.
pub struct Learning {
    /// The shares, ascending.
    pub shares: Vec<f64>,
}

impl Learning {
    fn score(&self, fitted: &FittedSplit, share: f64) -> Result<f64, Undefined> {
        if share == 1.0 {
            return fitted.test[0];
        }
        // One seed for all shares: the same order of rows, cut at different places.
        let (train, _) = part_train(fitted.seed(4), fitted.split, share);
        if train.is_empty() {
            return Err(Undefined("no train row is left"));
        }
        let part = Split { train, test: fitted.split.test.clone() };
        let fit = fitted.fitter.at(fitted.k, &part).fit(fitted.model);
        let fit = fit.map_err(|_| Undefined("the model could not be fitted to so few train rows"))?;
        fitted.scorer().score(&fit.predictions.test).first().copied().unwrap_or(Err(Undefined("there is no metric")))
    }
}

impl Probe for Learning {
    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        let direction = scene.metrics[0].direction;
        self.shares.iter().for_each(|share| names.reading(format!("learning[{share}]"), direction));
        names.reading("learning_gain", Direction::None);
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let direction = fitted.context.metrics[0].direction;
        let scores: Vec<Result<f64, Undefined>> = self.shares.iter().map(|s| self.score(fitted, *s)).collect();
        for (share, score) in self.shares.iter().zip(&scores) {
            notes.read(format!("learning[{share}]"), direction, *score);
        }
        if let [.., before, last] = scores[..] {
            let sign = direction.sign();
            let gain = last.and_then(|last| before.map(|before| sign * (last - before)));
            notes.read("learning_gain", Direction::None, gain);
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let point = |share: &f64| {
            let mean = over.mean(&format!("learning[{share}]"))?;
            Some(format!("{mean:.4} at {:.0} %", share * 100.0))
        };
        let points: Vec<String> = self.shares.iter().filter_map(point).collect();
        let gains = over.values("learning_gain");
        let still = match over.interval(&gains, 0.95) {
            Some((_, [low, _])) if low > 0.0 => "; it still gets better, so more rows are likely worth it",
            Some(_) => "; no sure gain in the last step, so more rows may not help",
            None => "",
        };
        conclusion.lines.push(format!("learning: {} {} of train rows{still}", over.metric, points.join(", ")));
    }
}
