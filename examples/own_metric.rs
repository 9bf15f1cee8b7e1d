//! A metric of one's own: the pinball loss of a forecast that should be too low in nine of ten rows.
//!
//! `cargo run --release --example own_metric`

use randsplit::{Direction, Evaluation, Metric, Needs, ScoredRows, Undefined};

/// The mean over rows of `share` × (true − predicted) where the prediction is too low, and of (1 − `share`) ×
/// (predicted − true) where it is too high (Koenker and Bassett 1978).
#[derive(Debug, Clone, Copy)]
struct Pinball {
    share: f64,
}

impl Metric for Pinball {
    fn name(&self) -> String {
        format!("pinball_{}", 100.0 * self.share)
    }

    fn direction(&self) -> Direction {
        Direction::Lower
    }

    fn needs(&self) -> Needs {
        Needs::Numbers
    }

    fn bounds(&self) -> [f64; 2] {
        [0.0, f64::INFINITY]
    }

    // Looking into a split, a row costs the size of its error.
    fn is_absolute(&self) -> bool {
        true
    }

    fn score(&self, rows: &ScoredRows) -> Result<f64, Undefined> {
        let (truth, predicted) = rows.numbers()?;
        let loss = |(t, p): (&f64, &f64)| if t > p { self.share * (t - p) } else { (1.0 - self.share) * (p - t) };
        Ok(truth.iter().zip(predicted).map(loss).sum::<f64>() / truth.len() as f64)
    }
}

fn evaluation() -> Evaluation {
    Evaluation::new("data/diabetes.csv", "target")
        .models(["ridge"])
        .metric(Pinball { share: 0.9 })
        .metric("mae")
        .splits(20)
        .claim("mean(pinball_90) < baseline.mean(pinball_90)")
}

fn main() -> randsplit::Result<()> {
    let report = evaluation().run()?;
    let loss = &report.models[0].metrics["pinball_90"];
    println!("mean pinball loss {:.2}, worst {:.2}", loss.mean.unwrap(), loss.worst.unwrap().score);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use randsplit::Verdict;
    use randsplit::check::check_metric;

    const LOSS: Pinball = Pinball { share: 0.9 };

    /// A file of our own, and its path.
    fn file(name: &str, text: &str) -> String {
        let path = std::env::temp_dir().join(format!("randsplit-own-metric-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn the_metric_keeps_the_contract() {
        assert_eq!(check_metric(&LOSS), Ok(()));
    }

    #[test]
    fn a_score_is_the_one_worked_out_by_hand() {
        // The baseline predicts the mean of the other two: 15 for 0, 10 for 10, 5 for 20.
        let path = file("hand.csv", "x,y\n1,0.5\n2,10.5\n3,20.5\n");
        let scheme: randsplit::Scheme = "kfold:3".parse().unwrap();
        let evaluation = Evaluation::new(&path, "y").models(["ridge"]).metric(LOSS).scheme(scheme).splits(3);
        let report = evaluation.run().unwrap();
        let mut scores: Vec<f64> =
            report.baseline.as_ref().unwrap().scores("pinball_90").map(|(_, score)| score).collect();
        scores.sort_by(f64::total_cmp);
        // 0.1 × 15 too high, none, and 0.9 × 15 too low.
        for (score, hand) in scores.iter().zip([0.0, 1.5, 13.5]) {
            assert!((score - hand).abs() < 1e-12, "{scores:?}");
        }
        assert_eq!(report.baseline.as_ref().unwrap().metrics["pinball_90"].worst.unwrap().score, scores[2]);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn half_the_mae_is_the_pinball_loss_of_the_median() {
        let report = evaluation().metric(Pinball { share: 0.5 }).run().unwrap();
        let ridge = &report.models[0];
        for ((_, half), (_, mae)) in ridge.scores("pinball_50").zip(ridge.scores("mae")) {
            assert!((half - 0.5 * mae).abs() < 1e-9 * mae);
        }
        assert_eq!(report.metrics, ["pinball_90", "mae", "pinball_50"]);
    }

    #[test]
    fn claims_bounds_probes_and_tuning_take_it() {
        let report = evaluation()
            .fail_above("pinball_90=1000")
            .claim("worst(pinball_90) <= 1")
            .claim("gap(pinball_90) < 1000")
            .claim("mean(importance[bmi]) > 0")
            .probes(["importance", "gap"])
            .tunes(["ridge:alpha=0.001,1000000"])
            .confidence(Some(0.95))
            .run()
            .unwrap();
        let verdicts = |text: &str| -> Vec<Verdict> {
            report.claims.iter().filter(|claim| claim.text.starts_with(text)).map(|claim| claim.verdict).collect()
        };
        assert_eq!(verdicts("worst(pinball_90) <= 1000"), [Verdict::Holds; 2]);
        assert_eq!(
            verdicts("worst(pinball_90) <= 1"),
            [Verdict::Holds, Verdict::Holds, Verdict::Fails, Verdict::Fails]
        );
        assert_eq!(verdicts("mean(importance[bmi])"), [Verdict::Holds; 2]);
        // Heavy shrinkage predicts the mean, and the metric tells.
        let tuned = report.models.iter().find(|model| model.tuning.is_some()).unwrap();
        let picked: Vec<_> = tuned.tuning.as_ref().unwrap().settings.iter().map(|setting| setting.picked).collect();
        assert_eq!(picked, [1.0, 0.0]);
        assert!(report.models[0].probes.contains_key("gap[pinball_90]"));
    }

    /// The share of rows with the right label: accuracy by another name.
    #[derive(Debug)]
    struct Right;

    impl Metric for Right {
        fn name(&self) -> String {
            "right".into()
        }

        fn direction(&self) -> Direction {
            Direction::Higher
        }

        fn needs(&self) -> Needs {
            Needs::Labels
        }

        fn bounds(&self) -> [f64; 2] {
            [0.0, 1.0]
        }

        fn score(&self, rows: &ScoredRows) -> Result<f64, Undefined> {
            let (truth, called) = rows.labels()?;
            Ok(truth.iter().zip(called).filter(|(t, c)| t == c).count() as f64 / truth.len() as f64)
        }
    }

    #[test]
    fn a_metric_of_ours_under_another_name_has_the_same_report_and_verdicts() {
        let evaluation = Evaluation::new("data/breast_cancer.csv", "target")
            .models(["nb"])
            .metric(Right)
            .metric("accuracy")
            .splits(30)
            .confidence(Some(0.95))
            .claim("mean(right) >= 0.9")
            .claim("mean(accuracy) >= 0.9");
        let report = evaluation.run().unwrap();
        let [right, accuracy] = ["right", "accuracy"].map(|name| report.models[0].metrics[name].clone());
        assert_eq!(
            (right.ci95, right.worst, right.outliers.len()),
            (accuracy.ci95, accuracy.worst, accuracy.outliers.len())
        );
        assert_eq!(right.bounds, Some([Some(0.0), Some(1.0)]));
        assert_eq!(report.claims[0].margin_bounds, report.claims[1].margin_bounds);
        // Whoever judges the report later knows the bounds too.
        let table = serde_json::from_str::<randsplit::Report>(&serde_json::to_string(&report).unwrap());
        assert_eq!(table.unwrap().score_table().bounds("right"), [0.0, 1.0]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |evaluation: Evaluation| evaluation.run().unwrap_err().to_string();
        assert!(error(evaluation().metric(LOSS)).contains("two metrics 'pinball_90'"));
        let task = error(Evaluation::new("data/breast_cancer.csv", "target").metric(LOSS));
        assert!(task.contains("'pinball_90' is for numbers") && task.contains("accuracy"), "{task}");
        let claim = error(evaluation().claim("mean(pinball_9) > 0"));
        assert!(claim.contains("did you mean 'pinball_90'?"), "{claim}");
        // A report of it can be judged, but not looked into again: nothing says how it is computed.
        let report = evaluation().run().unwrap();
        let again = Evaluation::from_report(&report, &report.models[0], None).unwrap_err().to_string();
        assert!(again.contains("the report's metric 'pinball_90' is a program's own"), "{again}");
    }
}
