//! The list of probes, their parameters and defaults, and how each is built.

use super::behaviour::BEHAVIOURS;
use super::{
    Probe, ProbeContext, ProbeSpec, calibration, cascade, chain, churn, coefficients, conformal, curves, gap,
    importance, impurity, leak_check, learning, partial_dependence, residuals, shap,
};
use crate::data::Task;
use crate::error::{Error, Result, Subject};
use crate::model::registry::{ParamInfo, ParamKind};
use crate::setting::{CHAIN, PROBE};

/// How a probe is made of what was asked for, for a run.
type Make = fn(&ProbeSpec, &ProbeContext) -> Result<Box<dyn Probe>>;

/// What there is to know of a probe before it is used.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ProbeInfo {
    /// Name on the command line.
    pub name: &'static str,
    /// The tasks it can do.
    pub tasks: &'static [Task],
    /// What it measures, in one line.
    pub summary: &'static str,
    /// What a model must be.
    pub needs: &'static str,
    /// Its parameters.
    pub params: &'static [ParamInfo],
    /// The numbers it takes without a name, as one would write them.
    pub shares: Option<&'static str>,
    /// Whether it is of a column, which is named first.
    pub of_column: bool,
    /// Whether a column may be named first. Such a probe is not among all, which would be of many columns.
    pub names_column: bool,
    /// Families of the names that it gives: `importance` of `importance[carat]` and `importance.kendall_w`.
    pub gives: &'static [&'static str],
    /// Whether predictions for the test rows are all that it looks at.
    pub of_predictions: bool,
    pub(super) make: Make,
}

impl PartialEq for ProbeInfo {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl ProbeInfo {
    /// A probe without parameters.
    pub(super) const fn new(
        name: &'static str,
        tasks: &'static [Task],
        summary: &'static str,
        needs: &'static str,
        gives: &'static [&'static str],
        make: Make,
    ) -> Self {
        Self {
            name,
            tasks,
            summary,
            needs,
            params: &[],
            shares: None,
            of_column: false,
            names_column: false,
            gives,
            of_predictions: false,
            make,
        }
    }

    /// How it is asked for.
    pub fn flag(&self) -> String {
        PROBE.to(format!("{}{}", self.name, if self.of_column { ":COLUMN" } else { "" }))
    }
}

pub(super) const BOTH: &[Task] = &[Task::Regression, Task::Classification];
pub(super) const NUMBERS: &[Task] = &[Task::Regression];
pub(super) const CLASSES: &[Task] = &[Task::Classification];

/// Of probes that name the top columns.
pub(super) const TOP: ParamInfo =
    ParamInfo::new("top", ParamKind::Whole { least: 1 }, "3", "how many columns the top is");

/// All probes, in the order in which they are listed. A new one is a file and a line here.
pub static PROBES: &[ProbeInfo] = &[
    coefficients::INFO,
    impurity::INFO,
    importance::INFO,
    shap::INFO,
    calibration::INFO,
    residuals::INFO,
    conformal::INFO,
    curves::INFO,
    partial_dependence::INFO,
    churn::INFO,
    gap::INFO,
    learning::INFO,
    leak_check::INFO,
    cascade::INFO,
];

/// Families of names that probes give, each with what has to be asked for.
pub fn offered() -> Vec<(&'static str, String)> {
    let mut offered: Vec<(&'static str, String)> = Vec::new();
    let of_probes = PROBES.iter().flat_map(|probe| probe.gives.iter().map(|family| (*family, probe.flag())));
    let of_chains = chain::GIVES.iter().map(|family| (*family, CHAIN.to("COLUMN")));
    let of_behaviours = BEHAVIOURS.iter().flat_map(|kind| kind.gives);
    let of_behaviours = of_behaviours.map(|family| (*family, "a [[behaviour]] in a claims file of eval".to_owned()));
    for offer in of_probes.chain(of_chains).chain(of_behaviours) {
        if !offered.iter().any(|other| other.0 == offer.0) {
            offered.push(offer);
        }
    }
    offered
}

/// The probe that gives a reading or a figure of this name; `chain` and `behaviour` for those of chains and behaviours.
pub fn probe_of(name: &str) -> Option<&'static str> {
    let family = name.split(['[', '.']).next().unwrap_or(name);
    if chain::GIVES.contains(&family) {
        return Some("chain");
    }
    if BEHAVIOURS.iter().any(|kind| kind.gives.contains(&family)) {
        return Some(super::BEHAVIOUR);
    }
    PROBES.iter().find(|probe| probe.gives.contains(&family)).map(|probe| probe.name)
}

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
        return Err(Error::probe(format!(
            "probe '{name}' is for {}, and the target is one of {}",
            spec.info.tasks[0].name(),
            task.name()
        ))
        .about(Subject::Probe(name.to_owned()))
        .advise("see `randsplit probes`"));
    }
    let made = (spec.info.make)(spec, scene).map_err(|e| e.about(Subject::Probe(name.to_owned())));
    made.map(Some)
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
        let part = |name: &str| FeatureColumn::Number {
            name: name.into(),
            values: vec![1.0, 2.0, 3.0].into(),
            has_missing: false,
        };
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
    fn no_family_is_of_two_probes() {
        let mut families: Vec<&str> = PROBES.iter().flat_map(|probe| probe.gives).copied().collect();
        families.extend(chain::GIVES);
        families.sort_unstable();
        assert!(families.windows(2).all(|two| two[0] != two[1]), "{families:?}");
        assert!(!families.iter().any(|family| family.starts_with("behaviour")));
    }

    #[test]
    fn names_lead_to_their_probes() {
        for (name, probe) in [
            ("importance[carat.x]", "importance"),
            ("impurity.top3[carat]", "impurity"),
            ("interval_width", "conformal"),
            ("residual[1]", "residuals"),
            ("chain[bmi]", "chain"),
            ("behaviour[more, with more]", "behaviour"),
        ] {
            assert_eq!(probe_of(name), Some(probe), "{name}");
        }
        assert_eq!(probe_of("r2"), None);
    }

    #[test]
    fn every_default_is_a_value_of_its_kind_and_every_probe_is_built() {
        for info in PROBES {
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
                    assert!(info.gives.contains(&family), "{name} of {}", info.name);
                }
            }
        }
    }
}
