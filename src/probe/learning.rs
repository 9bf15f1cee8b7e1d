//! Learning curves: what fewer train rows would have scored on the same test rows.

use super::{Conclusion, Names, Notebook, Over, Probe, Scene, part_train};
use crate::metric::{Direction, Undefined};
use crate::run::Seen;
use crate::split::Split;

/// The primary score with random shares of each split's train rows; smaller ones are parts of larger ones.
pub struct Learning {
    /// The shares, ascending.
    pub shares: Vec<f64>,
}

impl Learning {
    fn score(&self, seen: &Seen, share: f64) -> Result<f64, Undefined> {
        if share == 1.0 {
            return seen.test[0];
        }
        // One seed for all shares: the same order of rows, cut at different places.
        let (train, _) = part_train(seen.seed(4), seen.split, share);
        if train.is_empty() {
            return Err(Undefined("no train row is left"));
        }
        let part = Split { train, test: seen.split.test.clone() };
        let fit = seen.fitter.at(seen.k, &part).fit(seen.model);
        let fit = fit.map_err(|_| Undefined("the model could not be fitted to so few train rows"))?;
        seen.scorer().score(&fit.predictions.test).first().copied().unwrap_or(Err(Undefined("there is no metric")))
    }
}

impl Probe for Learning {
    fn names(&self, scene: &Scene, names: &mut Names) {
        let direction = scene.metrics[0].direction;
        self.shares.iter().for_each(|share| names.reading(format!("learning[{share}]"), direction));
        names.reading("learning_gain", Direction::None);
    }

    fn look(&self, seen: &Seen, notes: &mut Notebook) {
        let direction = seen.question.metrics[0].direction;
        let scores: Vec<Result<f64, Undefined>> = self.shares.iter().map(|s| self.score(seen, *s)).collect();
        for (share, score) in self.shares.iter().zip(&scores) {
            notes.read(format!("learning[{share}]"), direction, *score);
        }
        if let [.., before, last] = scores[..] {
            let sign = direction.sign();
            let gain = last.and_then(|last| before.map(|before| sign * (last - before)));
            notes.read("learning_gain", Direction::None, gain);
        }
    }

    fn conclude(&self, over: &Over, conclusion: &mut Conclusion) {
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
