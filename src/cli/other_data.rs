//! Whether two reports may be compared: of the same evaluation, or of another.

use std::path::Path;

use crate::error::{Error, Result};
use crate::report::{Data, Model, Report};

/// What is refused unless it is asked for: scores that answer other questions.
fn refused(a: &Report, b: &Report) -> Vec<String> {
    let mut all = match (&a.data, &b.data) {
        (Some(x), Some(y)) => other_question(x, y),
        (None, None) => Vec::new(),
        _ => vec!["scores that were made elsewhere and an evaluation".into()],
    };
    let kind = |r: &Report| r.plan.scheme.split(':').next().unwrap_or_default().to_owned();
    if kind(a) != kind(b) {
        all.push(format!("scheme {} and scheme {}", a.plan.scheme, b.plan.scheme));
    }
    let named = |what: &str, x: &Option<String>, y: &Option<String>| {
        let of = |v: &Option<String>| v.as_ref().map_or_else(|| format!("no {what}"), |v| format!("{what} '{v}'"));
        (x != y).then(|| format!("{} and {}", of(x), of(y)))
    };
    all.extend(named("group", &a.plan.group, &b.plan.group));
    all.extend(named("time", &a.plan.time, &b.plan.time));
    let worth = |r: &Report| r.value.as_ref().map(|v| (v.rows_per_year, v.cost_per_year, v.terms.clone()));
    if let (Some(v), Some(w)) = (worth(a), worth(b))
        && v != w
    {
        all.push("[value] tables of other terms".into());
    }
    all
}

/// In what the questions differ that are asked of data.
fn other_question(x: &Data, y: &Data) -> Vec<String> {
    let mut all = Vec::new();
    if x.target != y.target {
        all.push(format!("target '{}' and target '{}'", x.target, y.target));
    }
    if x.task != y.task {
        all.push(format!("{} and {}", x.task.name(), y.task.name()));
    }
    if let (Some(p), Some(q)) = (&x.positive, &y.positive)
        && p != q
    {
        all.push(format!("positive class '{p}' and positive class '{q}'"));
    }
    let common = x.features.iter().any(|f| y.features.iter().any(|g| g.name == f.name));
    if !common && !x.features.is_empty() && !y.features.is_empty() {
        let first = |data: &Data| data.features.first().map_or(String::new(), |f| format!("'{}'", f.name));
        all.push(format!("other columns ({} … and {} …, none in common)", first(x), first(y)));
    }
    all
}

/// What is said: the same evaluation of other rows, columns or splits.
fn noted(a: &Report, b: &Report) -> Vec<String> {
    let mut all = a.data.as_ref().zip(b.data.as_ref()).map_or_else(Vec::new, |(x, y)| other_rows(x, y));
    let mut plan = |what: &str, x: String, y: String| {
        if x != y {
            all.push(format!("{what} {x} and {y}"));
        }
    };
    let size = |v: Option<f64>| v.map_or_else(|| "none".to_owned(), |v| v.to_string());
    let seed = |r: &Report| r.plan.seed.map_or_else(|| "none".to_owned(), |seed| seed.to_string());
    plan("scheme", a.plan.scheme.clone(), b.plan.scheme.clone());
    plan("seed", seed(a), seed(b));
    plan("test size", size(a.plan.test_size), size(b.plan.test_size));
    plan("train size", size(a.plan.train_size), size(b.plan.train_size));
    plan("gap", a.plan.gap.to_string(), b.plan.gap.to_string());
    let strata = |r: &Report| r.plan.stratify.clone().unwrap_or_else(|| "none".into());
    plan("strata", strata(a), strata(b));
    all
}

/// In what the rows and columns of data differ.
fn other_rows(x: &Data, y: &Data) -> Vec<String> {
    let mut all = Vec::new();
    if x.rows_used != y.rows_used {
        all.push(format!("{} and {} rows", x.rows_used, y.rows_used));
    } else if x.fingerprint != y.fingerprint {
        all.push(format!("other values ({} and {})", x.path, y.path));
    }
    let only = |x: &Data, y: &Data| {
        let names = x.features.iter().map(|f| f.name.clone());
        let missing: Vec<String> = names.filter(|name| !y.features.iter().any(|g| g.name == *name)).collect();
        (missing.len(), missing.into_iter().next().unwrap_or_default())
    };
    for ((count, first), which) in [(only(x, y), "first"), (only(y, x), "second")] {
        match count {
            0 => {}
            1 => all.push(format!("the {which} alone uses column '{first}'")),
            n => all.push(format!("the {which} alone uses {n} columns, such as '{first}'")),
        }
    }
    all
}

/// In which parameters two models of one name differ; `None` where they do not.
fn parameters(a: &Model, b: &Model) -> Option<String> {
    let shown = |model: &Model, name: &str| model.params.get(name).map_or_else(|| "none".into(), ToString::to_string);
    let names: Vec<&String> =
        a.params.keys().chain(b.params.keys().filter(|name| !a.params.contains_key(*name))).collect();
    let differ = names.into_iter().filter(|name| a.params.get(*name) != b.params.get(*name));
    let mut all: Vec<String> = differ.map(|name| format!("{name} {} and {}", shown(a, name), shown(b, name))).collect();
    let grid = |model: &Model| {
        model.tuning.as_ref().map_or_else(|| "not tuned".to_owned(), |t| format!("tuned by {}", t.grid))
    };
    if grid(a) != grid(b) {
        all.push(format!("{} and {}", grid(a), grid(b)));
    }
    (!all.is_empty()).then(|| format!("{} has {}", a.name, all.join(", ")))
}

/// The sentence about two reports that are not of the same data and splits, or of models that have one name and not the same
/// parameters; `None` where they are the same. `pairs` are the models that are held against each other.
///
/// # Errors
/// An input error where they answer other questions and that is not `allowed`.
pub fn relation(
    a: (&Report, &Path),
    b: (&Report, &Path),
    allowed: bool,
    pairs: &[(String, String)],
) -> Result<Option<String>> {
    let (other, mut differs) = (refused(a.0, b.0), noted(a.0, b.0));
    for (name, _) in pairs.iter().filter(|(one, other)| one == other) {
        let [first, second] = [a.0, b.0].map(|report| report.models.iter().find(|m| m.name == *name));
        differs.extend(first.zip(second).and_then(|(a, b)| parameters(a, b)));
    }
    let between = format!("{} and {}", a.1.display(), b.1.display());
    if !other.is_empty() && !allowed {
        return Err(Error::report(format!("{between} cannot be compared: they have {}", other.join(", ")))
            .advise("check the paths, or give --allow-other-data"));
    }
    let all = [other, differs].concat();
    Ok((!all.is_empty())
        .then(|| format!("RS204 {between} differ: {}; a difference of scores may be one of these", all.join(", "))))
}
