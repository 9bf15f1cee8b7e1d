//! What models are called on a page.

use crate::escape::shorten_name;
use crate::model::{ModelSpec, ParamValue};
use crate::report::Model;

/// The name of a model; where it is that of its kind alone, with the parameters that are not the usual ones:
/// `ridge (alpha=0.5)`.
pub(in crate::render) fn called(model: &Model) -> String {
    let name = shorten_name(&model.name).into_owned();
    // Of a tuned model the settings stand in its name.
    let Some(usual) = ModelSpec::parse(&model.name).ok().filter(|_| model.tuning.is_none()) else { return name };
    if usual.info.name != model.name {
        return name;
    }
    let is_usual =
        |param: &str, value: &ParamValue| usual.params.iter().any(|(name, usual)| *name == param && usual == value);
    let other = model.params.iter().filter(|(param, value)| !is_usual(param, value));
    let other: Vec<String> = other.map(|(param, value)| format!("{param}={value}")).collect();
    if other.is_empty() { name } else { format!("{name} ({})", other.join(", ")) }
}

/// The baseline, known as one by its name.
pub(super) fn called_baseline(model: &Model) -> String {
    let name = called(model);
    if model.name == "baseline" { name } else { format!("{name} (baseline)") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evaluation;

    #[test]
    fn parameters_stand_behind_the_name_where_they_are_not_the_usual_ones() {
        let called = |specs: &[&str]| -> Vec<String> {
            let evaluation = Evaluation::new("data/mtcars.csv", "mpg").models(specs.iter().copied()).splits(2);
            evaluation.checks(false).run().unwrap().models.iter().map(called).collect()
        };
        assert_eq!(called(&["ridge:alpha=0.5", "ols"]), ["ridge (alpha=0.5)", "ols"]);
        assert_eq!(
            called(&["ridge:alpha=1.0", "lasso:alpha=2,max_iter=50"]),
            ["ridge", "lasso (alpha=2, max_iter=50)"]
        );
        // Where there are two of a kind the names tell it.
        assert_eq!(called(&["ridge:alpha=0.5", "ridge"]), ["ridge:alpha=0.5", "ridge"]);
    }
}
