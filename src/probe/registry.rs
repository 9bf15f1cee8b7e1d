//! The list of probes, their parameters and defaults, and how each is built.

use super::{
    Probe, ProbeContext, ProbeSpec, calibration, cascade, churn, coefficients, conformal, gap, importance, impurity,
    learning, residuals, shap,
};
use crate::data::Task;
use crate::error::{Error, Result};
use crate::model::registry::{ParamInfo, ParamKind};

/// One entry of the list of probes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbeInfo {
    /// Name on the command line.
    pub name: &'static str,
    /// The tasks it can do.
    pub tasks: &'static [Task],
    /// One line of help.
    pub help: &'static str,
    /// What a model must be.
    pub needs: &'static str,
    /// Its parameters.
    pub params: &'static [ParamInfo],
    /// The numbers it takes without a name, as one would write them.
    pub shares: Option<&'static str>,
    /// Whether it is of a column, which is named first.
    pub of_column: bool,
}

const BOTH: &[Task] = &[Task::Regression, Task::Classification];
const NUMBERS: &[Task] = &[Task::Regression];
const CLASSES: &[Task] = &[Task::Classification];

const fn param(name: &'static str, kind: ParamKind, default: &'static str, help: &'static str) -> ParamInfo {
    ParamInfo::new(name, kind, default, help)
}

const fn probe(
    name: &'static str,
    tasks: &'static [Task],
    help: &'static str,
    needs: &'static str,
    params: &'static [ParamInfo],
) -> ProbeInfo {
    ProbeInfo { name, tasks, help, needs, params, shares: None, of_column: false }
}

const TOP: ParamInfo = param("top", ParamKind::Whole { least: 1 }, "3", "how many columns the top is");

/// All probes, in the order in which they are listed.
pub const PROBES: [ProbeInfo; 11] = [
    probe(
        "coefficients",
        BOTH,
        "standardised coefficients of a linear model, and how often their signs flip over splits",
        "a linear model",
        &[],
    ),
    probe(
        "impurity",
        BOTH,
        "share of the fall of impurity that a tree or forest owes to each column",
        "a tree, forest or extra-trees with shared work",
        &[TOP],
    ),
    probe(
        "importance",
        BOTH,
        "fall of the primary score when a column is shuffled among the test rows",
        "predictions",
        &[param("repeats", ParamKind::Count { most: 1_000_000 }, "5", "shuffles a column"), TOP],
    ),
    probe(
        "shap",
        BOTH,
        "mean |SHAP value| of each column: exact for linear models, path-dependent for trees",
        "a linear model, or trees with shared work",
        &[param("rows", ParamKind::Whole { least: 1 }, "200", "most test rows a split"), TOP],
    ),
    probe(
        "calibration",
        CLASSES,
        "whether a probability of 0.8 comes true in 80 % of rows",
        "probabilities",
        &[param("bins", ParamKind::Whole { least: 2 }, "10", "bins of equal width")],
    ),
    probe(
        "residuals",
        NUMBERS,
        "bias of the residuals along the prediction, and whether their spread changes",
        "numbers as predictions",
        &[param("bins", ParamKind::Whole { least: 2 }, "5", "bins of equally many rows, by prediction")],
    ),
    probe(
        "conformal",
        NUMBERS,
        "coverage and width of a split-conformal interval made on part of the train rows",
        "numbers as predictions",
        &[
            param("level", ParamKind::Share, "0.9", "the coverage wanted"),
            param("aside", ParamKind::Share, "0.25", "share of the train rows that makes the interval"),
        ],
    ),
    probe("churn", BOTH, "how much a row's prediction varies over the splits that test it", "predictions", &[]),
    probe("gap", BOTH, "how much better each metric is on the train rows, split by split", "predictions", &[]),
    ProbeInfo {
        shares: Some("0.1,0.3,1.0"),
        ..probe(
            "learning",
            BOTH,
            "the primary score with fewer train rows and the same test rows: is more data worth it?",
            "predictions",
            &[],
        )
    },
    ProbeInfo {
        shares: Some("0..0.5"),
        of_column: true,
        ..probe(
            "cascade",
            BOTH,
            "the scores with noise in a column at prediction time, and the noise at which claims break",
            "predictions",
            &[],
        )
    },
];

/// Families of names that probes give, each with what has to be asked for.
pub const OFFERED: [(&str, &str); 25] = [
    ("coefficient", "--probe coefficients"),
    ("impurity", "--probe impurity"),
    ("importance", "--probe importance"),
    ("shap", "--probe shap"),
    ("ece", "--probe calibration"),
    ("mce", "--probe calibration"),
    ("ece_by_chance", "--probe calibration"),
    ("brier_reliability", "--probe calibration"),
    ("brier_resolution", "--probe calibration"),
    ("brier_uncertainty", "--probe calibration"),
    ("calibration_slope", "--probe calibration"),
    ("calibration_intercept", "--probe calibration"),
    ("residual", "--probe residuals"),
    ("residual_spread_trend", "--probe residuals"),
    ("coverage", "--probe conformal"),
    ("interval_width", "--probe conformal"),
    ("churn", "--probe churn"),
    ("gap", "--probe gap"),
    ("learning", "--probe learning"),
    ("learning_gain", "--probe learning"),
    ("cascade", "--probe cascade:COLUMN"),
    ("chain", "--chain COLUMN"),
    ("behaviour", "a [[behaviour]] in a claims file of eval"),
    ("behaviour_size", "a [[behaviour]] in a claims file of eval"),
    ("behaviour_group", "a [[behaviour]] in a claims file of eval"),
];

/// Builds a probe for a task; `None` where `all` asked for it and it is of the other task.
///
/// # Errors
/// An input error where it is of the other task and was asked for by name, or its parameters are out of range.
pub(super) fn build(spec: &ProbeSpec, scene: &ProbeContext) -> Result<Option<Box<dyn Probe>>> {
    let task = scene.target.task();
    let name = spec.info.name;
    if !spec.info.tasks.contains(&task) {
        if spec.among_all {
            return Ok(None);
        }
        return Err(Error::input(format!(
            "probe '{name}' is for {}, and the target is one of {}; see `randsplit probes`",
            spec.info.tasks[0].name(),
            task.name()
        )));
    }
    let top = spec.whole("top");
    Ok(Some(match name {
        "coefficients" => Box::new(coefficients::Coefficients),
        "impurity" => Box::new(impurity::ImpurityShare { top }),
        "importance" => Box::new(importance::Permutation { repeats: spec.whole("repeats"), top }),
        "shap" => Box::new(shap::Shap { rows: spec.whole("rows"), top }),
        "calibration" => Box::new(calibration::Calibration { bins: spec.whole("bins") }),
        "residuals" => Box::new(residuals::Residuals { bins: spec.whole("bins") }),
        "conformal" => {
            let (level, auxiliary_fit) = (spec.number("level"), spec.number("aside"));
            if level <= 0.0 || level >= 1.0 || auxiliary_fit <= 0.0 || auxiliary_fit >= 1.0 {
                return Err(Error::input("probe 'conformal': level and aside must lie between 0 and 1"));
            }
            Box::new(conformal::Conformal { level, auxiliary_fit })
        }
        "churn" => Box::new(churn::Churn),
        "gap" => Box::new(gap::Gap),
        "cascade" => Box::new(cascade::Cascade::new(spec.column.as_deref().unwrap_or_default(), &spec.shares, scene)?),
        _ => Box::new(learning::Learning { shares: spec.shares.clone() }),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Encoding, Feature, FeatureColumn, Features, Target};
    use crate::metric::NamedMetric;
    use crate::probe::Names;

    fn features() -> Features {
        let feature = |name: &str| Feature {
            name: name.into(),
            kind: "number",
            encoding: Encoding::Numeric,
            missing: 0,
            calendar: vec![],
        };
        let part =
            |name: &str| FeatureColumn::Number { name: name.into(), values: vec![1.0, 2.0, 3.0], has_missing: false };
        Features { used: vec![feature("x"), feature("z")], dropped: vec![], parts: vec![part("x"), part("z")], rows: 3 }
    }

    fn targets() -> [Target; 2] {
        let labels = vec!["a".into(), "b".into()];
        [
            Target::Regression { values: vec![1.0, 2.0, 4.0] },
            Target::Classification { codes: vec![0, 1, 1], labels, positive: Some(1) },
        ]
    }

    #[test]
    fn every_default_is_a_value_of_its_kind_and_every_probe_is_built() {
        for info in &PROBES {
            assert!(info.params.iter().all(|p| p.kind.read(p.default).is_some()), "{}", info.name);
            let text = if info.of_column { format!("{}:x", info.name) } else { info.name.to_owned() };
            let spec = ProbeSpec::parse(&text).unwrap();
            for target in targets() {
                let metrics = NamedMetric::parse_all(&[], &target).unwrap();
                let scene = ProbeContext { features: &features(), target: &target, metrics: &metrics };
                let built = build(&spec, &scene);
                assert_eq!(built.is_ok(), info.tasks.contains(&target.task()), "{}", info.name);
                let Ok(Some(probe)) = built else { continue };
                // Whoever claims something about a probe that was not asked for is told what to ask for.
                let mut names = Names::default();
                probe.names(&scene, &mut names);
                for name in names.readings.iter().map(|r| &r.0).chain(&names.figures) {
                    let family = name.split(['[', '.']).next().unwrap();
                    let ask = OFFERED.iter().find(|o| o.0 == family).unwrap_or_else(|| panic!("{name}")).1;
                    assert!(ask.starts_with(&format!("--probe {}", info.name)), "{name}: {ask}");
                }
            }
        }
    }
}
