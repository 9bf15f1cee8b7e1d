//! The list of probes, their parameters and defaults, and how each is built.

use super::{
    Probe, Scene, calibration, cascade, churn, coefficients, conformal, gap, importance, impurity, learning, residuals,
    shap,
};
use crate::data::Task;
use crate::error::{Error, Result, did_you_mean, suggestion_or_list};
use crate::model::ParamValue;
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
    ParamInfo { name, kind, default, help }
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
        &[param("repeats", ParamKind::Whole { least: 1 }, "5", "shuffles a column"), TOP],
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

/// A probe as asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeSpec {
    /// The registry's entry.
    pub info: &'static ProbeInfo,
    /// Every parameter with its value.
    pub params: Vec<(&'static str, ParamValue)>,
    /// The shares (or levels of noise), ascending, of a probe that takes some.
    pub shares: Vec<f64>,
    /// The column of a probe that is of one.
    pub column: Option<String>,
    /// Whether `all` asked for it, so that it need not suit the task and every model.
    pub among_all: bool,
}

impl ProbeSpec {
    /// Reads what was asked for: `name`, `name:param=value,…` or `all`; a probe that is also named keeps the
    /// parameters given there.
    ///
    /// # Errors
    /// An input error for an unknown probe or parameter (with the nearest known one), a value out of its
    /// range, or a probe that is named twice.
    pub fn parse_all(texts: &[String]) -> Result<Vec<Self>> {
        let mut specs: Vec<Self> = Vec::new();
        for text in texts.iter().filter(|t| t.trim() != "all") {
            let spec = Self::parse(text.trim())?;
            if specs.iter().any(|other| other.info.name == spec.info.name && other.column == spec.column) {
                return Err(Error::input(format!("--probe {} is given twice; leave one out", spec.info.name)));
            }
            specs.push(spec);
        }
        if texts.iter().any(|t| t.trim() == "all") {
            for info in PROBES.iter().filter(|info| !info.of_column) {
                if !specs.iter().any(|s| s.info.name == info.name) {
                    specs.push(Self { among_all: true, ..Self::parse(info.name)? });
                }
            }
        }
        // In the registry's order, whatever order they were asked for in.
        specs.sort_by_key(|s| PROBES.iter().position(|p| p.name == s.info.name));
        Ok(specs)
    }

    fn parse(text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        let info = PROBES.iter().find(|p| p.name == name).ok_or_else(|| {
            let near = did_you_mean(name, PROBES.iter().map(|p| p.name).chain(["all"]));
            Error::input(format!("no probe '{name}'{near}; `randsplit probes` lists them"))
        })?;
        let read = |p: &ParamInfo| (p.name, p.kind.read(p.default).unwrap_or(ParamValue::Word(p.default.into())));
        let mut params: Vec<(&'static str, ParamValue)> = info.params.iter().map(read).collect();
        let (mut shares, mut column) = (Vec::new(), None);
        for item in rest.split(',').map(str::trim).filter(|i| !i.is_empty()) {
            match (item.split_once('='), info.shares) {
                (None, Some(_)) if info.of_column && column.is_none() => column = Some(item.to_owned()),
                (None, Some(_)) if info.of_column => shares.extend(noise(name, item)?),
                (None, Some(_)) => shares.push(share(name, item)?),
                (None, None) => {
                    let example = info.params.first().map_or(name.into(), |p| format!("{name}:{}=…", p.name));
                    return Err(Error::input(format!("probe '{text}': '{item}' is no parameter; write {example}")));
                }
                (Some((key, value)), _) => {
                    let (key, value) = (key.trim(), value.trim());
                    let at = info.params.iter().position(|p| p.name == key).ok_or_else(|| {
                        let near = if info.params.is_empty() {
                            "; it has none".into()
                        } else {
                            suggestion_or_list(key, || info.params.iter().map(|p| p.name))
                        };
                        Error::input(format!("probe '{name}' has no parameter '{key}'{near}"))
                    })?;
                    let kind = &info.params[at].kind;
                    params[at].1 = kind.read(value).ok_or_else(|| {
                        Error::input(format!("probe '{name}': {key}={value} is not {}", kind.describe()))
                    })?;
                }
            }
        }
        if let Some(default) = info.shares {
            if info.of_column {
                if column.is_none() {
                    let text = format!("probe '{name}' is of a column: name it, as in {name}:COLUMN,{default}");
                    return Err(Error::input(text));
                }
                if shares.is_empty() {
                    shares = noise(name, default)?;
                }
                // What is changed is held against what is not.
                shares.push(0.0);
            } else if shares.is_empty() {
                shares = default.split(',').map(|s| share(name, s)).collect::<Result<_>>()?;
            }
            shares.sort_by(f64::total_cmp);
            shares.dedup();
        }
        Ok(Self { info, params, shares, column, among_all: false })
    }

    fn whole(&self, name: &str) -> usize {
        match self.params.iter().find(|(n, _)| *n == name) {
            Some((_, ParamValue::Integer(v))) => usize::try_from(*v).unwrap_or(usize::MAX),
            _ => 0,
        }
    }

    fn number(&self, name: &str) -> f64 {
        match self.params.iter().find(|(n, _)| *n == name) {
            Some((_, ParamValue::Number(v))) => *v,
            _ => 0.0,
        }
    }
}

fn share(name: &str, text: &str) -> Result<f64> {
    let fits = |v: &f64| *v > 0.0 && *v <= 1.0;
    text.parse().ok().filter(fits).ok_or_else(|| {
        Error::input(format!("probe '{name}': '{text}' is not a share above 0 and up to 1, as in {name}:0.1,0.3,1.0"))
    })
}

/// Steps of a range of noise.
const STEPS: usize = 5;

/// Reads a level of noise, or a range `from..to`, which is walked in five equal steps.
fn noise(name: &str, text: &str) -> Result<Vec<f64>> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|v| *v >= 0.0 && v.is_finite());
    let range = match text.split_once("..") {
        None => number(text).map(|v| vec![v]),
        Some((from, to)) => match (number(from), number(to)) {
            (Some(from), Some(to)) if to > from => {
                let at = |i: usize| from + (to - from) * i as f64 / STEPS as f64;
                // Rounding should not show in names.
                let tidy = |v: f64| format!("{v:.12}").parse().unwrap_or(v);
                Some((0..=STEPS).map(|i| tidy(at(i))).collect())
            }
            _ => None,
        },
    };
    range.ok_or_else(|| {
        Error::input(format!(
            "probe '{name}': '{text}' is no level of noise from 0 up nor a range; write 0.2 or 0..0.5"
        ))
    })
}

/// Builds a probe for a task; `None` where `all` asked for it and it is of the other task.
///
/// # Errors
/// An input error where it is of the other task and was asked for by name, or its parameters are out of range.
pub(super) fn build(spec: &ProbeSpec, scene: &Scene) -> Result<Option<Box<dyn Probe>>> {
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
            let (level, aside) = (spec.number("level"), spec.number("aside"));
            if level <= 0.0 || level >= 1.0 || aside <= 0.0 || aside >= 1.0 {
                return Err(Error::input("probe 'conformal': level and aside must lie between 0 and 1"));
            }
            Box::new(conformal::Conformal { level, aside })
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
    use crate::data::{Encoding, Feature, Features, Part, Target};
    use crate::metric::Metric;
    use crate::probe::Names;

    fn features() -> Features {
        let feature =
            |name: &str| Feature { name: name.into(), kind: "number", encoding: Encoding::Numeric, missing: 0 };
        let part = |name: &str| Part::Number { name: name.into(), values: vec![1.0, 2.0, 3.0], gaps: false };
        Features { used: vec![feature("x"), feature("z")], dropped: vec![], parts: vec![part("x"), part("z")], rows: 3 }
    }

    fn targets() -> [Target; 2] {
        let labels = vec!["a".into(), "b".into()];
        [
            Target::Regression { values: vec![1.0, 2.0, 4.0] },
            Target::Classification { codes: vec![0, 1, 1], labels, positive: Some(1) },
        ]
    }

    fn parse(texts: &[&str]) -> Result<Vec<ProbeSpec>> {
        ProbeSpec::parse_all(&texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn parameters_are_read_and_all_adds_the_rest() {
        let specs = parse(&["all", "importance:repeats=20"]).unwrap();
        assert_eq!(specs.len(), PROBES.iter().filter(|p| !p.of_column).count());
        let importance = specs.iter().find(|s| s.info.name == "importance").unwrap();
        assert!((importance.whole("repeats"), importance.among_all) == (20, false) && specs[0].among_all);
        assert_eq!(parse(&["learning:1,0.2"]).unwrap()[0].shares, [0.2, 1.0]);
        assert_eq!(parse(&["learning"]).unwrap()[0].shares, [0.1, 0.3, 1.0]);
        let specs = parse(&["cascade:x,0..0.3,2", "cascade:z"]).unwrap();
        let [x, z] = [0, 1].map(|i| (specs[i].column.as_deref(), specs[i].shares.as_slice()));
        assert_eq!(x, (Some("x"), &[0.0, 0.06, 0.12, 0.18, 0.24, 0.3, 2.0][..]));
        assert_eq!(z, (Some("z"), &[0.0, 0.1, 0.2, 0.3, 0.4, 0.5][..]));
    }

    #[test]
    fn mistakes_are_named() {
        let err = |t: &[&str]| parse(t).unwrap_err().to_string();
        assert!(err(&["importence"]).contains("did you mean 'importance'?"));
        assert!(err(&["shap:row=3"]).contains("did you mean 'rows'?"));
        assert!(err(&["shap:rows=0"]).contains("from 1 up"));
        assert!(err(&["learning:1.5"]).contains("a share above 0"));
        assert!(err(&["gap", "gap"]).contains("twice"));
        assert!(err(&["gap:x=1"]).contains("it has none"));
        assert!(err(&["cascade"]).contains("of a column: name it, as in cascade:COLUMN,0..0.5"));
        assert!(err(&["cascade:x,0.5..0.1"]).contains("no level of noise"));
        assert!(err(&["cascade:x", "cascade:x,0.3"]).contains("twice"));
        assert!(err(&["importance:5"]).contains("importance:repeats="));
    }

    #[test]
    fn every_default_is_a_value_of_its_kind_and_every_probe_is_built() {
        for info in &PROBES {
            assert!(info.params.iter().all(|p| p.kind.read(p.default).is_some()), "{}", info.name);
            let text = if info.of_column { format!("{}:x", info.name) } else { info.name.to_owned() };
            let spec = ProbeSpec::parse(&text).unwrap();
            for target in targets() {
                let metrics = Metric::parse_all(&[], &target).unwrap();
                let scene = Scene { features: &features(), target: &target, metrics: &metrics };
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
