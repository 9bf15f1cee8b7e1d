//! What the splits of a tuned model have chosen.

use super::Run;
use crate::metric::NamedMetric;
use crate::model::ParamValue;
use crate::model::registry::ParamKind;
use crate::report::document::{Named, TunedSetting, Tuning};
use crate::run::{Choice, EQUAL, NamedModel, Tuned};
use crate::warning::{Code, Warning};

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let values: Vec<f64> = values.collect();
    (!values.is_empty()).then(|| crate::stats::mean(&values))
}

/// The parameters of a specification by name.
fn named_params(params: &[(&'static str, ParamValue)]) -> Named<ParamValue> {
    params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// The parameters that a model has on every split.
pub(super) fn params(model: &NamedModel) -> Named<ParamValue> {
    let settings = || model.tuned.iter().flat_map(|tuned| &tuned.settings);
    let mut params = named_params(model.spec.as_ref().map_or(&[], |spec| spec.params.as_slice()));
    params.retain(|name, value| settings().all(|s| s.spec.params.iter().any(|(n, v)| n == name && v == value)));
    params
}

/// What the model's splits chose; `None` where it is not tuned.
pub(super) fn tuning(run: &Run, m: usize, warnings: &mut Vec<Warning>) -> Option<Tuning> {
    let model = &run.models[m];
    let tuned = model.tuned.as_ref()?;
    let metric = &run.metrics[0];
    let of_model = &run.part.splits().models[m];
    let test = of_model.test(&metric.name);
    let chosen = |k: usize| Some((of_model.choice(k)?, test.at(k)));
    let splits: Vec<(Choice, Option<f64>)> = (0..run.part.splits().len()).filter_map(chosen).collect();
    let sign = metric.direction.sign();
    let n = splits.len();
    let setting = |at: usize| TunedSetting {
        name: tuned.settings[at].name.clone(),
        params: named_params(&tuned.settings[at].spec.params),
        picked: splits.iter().filter(|(c, _)| c.setting == at).count() as f64 / n.max(1) as f64,
        inner_mean: mean(splits.iter().filter_map(|(c, _)| c.inner[at])),
        failed: splits.iter().filter(|(c, _)| c.inner[at].is_none()).count() as f64 / n.max(1) as f64,
    };
    let gap = |(c, test): &(Choice, Option<f64>)| Some(sign * (c.inner[c.setting]? - (*test)?));
    if n > 0 {
        warnings.extend(edge(model, tuned, &splits, metric));
    }
    Some(Tuning {
        grid: tuned.grid.clone(),
        folds: splits.iter().map(|(c, _)| c.folds).max().unwrap_or(0),
        metric: metric.name.clone(),
        settings: (0..tuned.settings.len()).map(setting).collect(),
        inner_mean: mean(splits.iter().filter_map(|(c, _)| c.inner[c.setting])),
        optimism: mean(splits.iter().filter_map(gap)),
    })
}

/// The value as a place on a line; `None` for words other than those for no limit.
fn place(value: &ParamValue) -> Option<f64> {
    match value {
        ParamValue::Number(v) => Some(*v),
        ParamValue::Integer(v) => Some(*v as f64),
        ParamValue::Word(word) if matches!(word.as_str(), "none" | "inf") => Some(f64::INFINITY),
        ParamValue::Word(_) | ParamValue::Flag(_) => None,
    }
}

/// Whether a parameter can go beyond this value.
fn can_go_on(kind: &ParamKind, value: f64, up: bool) -> bool {
    let least = match kind {
        ParamKind::Number { least, above: false, .. } => *least,
        ParamKind::Whole { least } | ParamKind::WholeOrNone { least } => *least as f64,
        ParamKind::Count { .. } => 1.0,
        ParamKind::Share | ParamKind::Power => 0.0,
        _ => f64::NEG_INFINITY,
    };
    let most = match kind {
        ParamKind::Share => 1.0,
        ParamKind::Power => 10.0,
        ParamKind::Count { most } => *most as f64,
        _ => f64::INFINITY,
    };
    if up { value < most } else { value > least }
}

/// A warning where most splits pick a value at one end of a grid that could go on there, and not for want of a
/// difference. Two values have nothing but ends, so three are asked for.
fn edge(model: &NamedModel, tuned: &Tuned, splits: &[(Choice, Option<f64>)], metric: &NamedMetric) -> Vec<Warning> {
    let sign = metric.direction.sign();
    let mut found = Vec::new();
    // All settings are of one kind.
    let Some(spec) = tuned.settings.first().map(|setting| &setting.spec) else { return found };
    for (at, (name, _)) in spec.params.iter().enumerate() {
        let values: Option<Vec<f64>> = tuned.settings.iter().map(|s| place(&s.spec.params[at].1)).collect();
        let Some(values) = values else { continue };
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        let [first, _, .., last] = sorted[..] else { continue };
        for (end, word, up) in [(first, "smallest", false), (last, "largest", true)] {
            // As good as a setting elsewhere in the grid says nothing of what lies beyond its end.
            let alone = |choice: &Choice| {
                let others = choice.inner.iter().zip(&values).filter(|(_, value)| **value != end);
                let best = others.filter_map(|(mean, _)| Some(sign * (*mean)?)).fold(f64::NEG_INFINITY, f64::max);
                choice.inner[choice.setting].is_some_and(|mean| sign * mean > best + EQUAL * best.abs())
            };
            let here = splits.iter().filter(|(c, _)| values[c.setting] == end && alone(c));
            let count = here.clone().count();
            if 2 * count <= splits.len() || !can_go_on(&spec.info.params[at].kind, end, up) {
                continue;
            }
            let value = here.map(|(c, _)| &tuned.settings[c.setting].spec.params[at].1).next();
            found.push(Warning::new(
                Code::GridEdge,
                format!(
                    "{} picks {name}={}, the {word} of its grid, on {count} of {} splits: a wider grid may be better",
                    model.name,
                    value.map_or_else(String::new, ToString::to_string),
                    splits.len()
                ),
            ));
        }
    }
    found
}
