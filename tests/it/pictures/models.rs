//! Figures of models and claims.

use std::sync::LazyLock;

use randsplit::plot::Mark;
use randsplit::report::{MetricSummary, Model, Report};

use super::svg::{drawn, figure, near};
use crate::program::{judged, write};

/// Claims, behaviours, all probes, a grid over a number, one over two parameters, one over a word, and a tuned model.
pub static ALL: LazyLock<Report> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let behaviours = std::fs::read_to_string("examples/behaviours.toml").unwrap();
    let claims = "[[claim]]\nname = 'good on average'\nexpr = 'mean(r2) >= 0.3'\nconfidence = 0.9\n\
                  [[claim]]\nname = 'never bad'\nexpr = 'worst(r2) >= 0.5'\n";
    let claims = write(folder.path(), "claims.toml", &format!("{behaviours}\n{claims}"));
    let flags = [
        &["eval", "data/diabetes.csv", "-t", "target", "-n", "24", "-m", "ridge", "--claims", &claims][..],
        &["--probe", "all", "--probe", "cascade:bmi,0..1", "--probe", "partial-dependence"],
        &["--grid", "lasso:alpha=0.01,0.1,1,10", "--grid", "tree:max_depth=1,3,min_samples_leaf=1,20"],
        &["--grid", "knn:weights=uniform,distance", "--tune", "tree:max_depth=2,4,6"],
    ];
    serde_json::from_value(judged(&flags.concat())).unwrap()
});

fn model(name: &str) -> &'static Model {
    ALL.models.iter().find(|model| model.name == name).unwrap_or_else(|| panic!("{name}"))
}

#[test]
fn claims_stand_on_their_side_of_the_limit() {
    let panel = &drawn(&ALL, "claims", None, None)[0];
    let mut claims: Vec<_> = ALL.claims.iter().collect();
    claims.sort_by_key(|claim| ["fails", "undecided", "holds"].iter().position(|v| *v == claim.verdict.name()));
    let with_margin: Vec<_> = claims.iter().take(30).filter_map(|claim| Some((claim, claim.margin?))).collect();
    let dots = panel.of("pts");
    assert_eq!(dots.len(), with_margin.len());
    assert!(dots.len() > 8);
    for ((claim, margin), dot) in with_margin.iter().zip(&dots) {
        let same = ALL.claims.iter().filter(|other| other.text == claim.text);
        let sizes = same.flat_map(|other| other.margin_bounds.unwrap_or_default().into_iter().chain([other.margin]));
        let largest = sizes.flatten().fold(0.0f64, |most, v| most.max(v.abs()));
        near(&panel.x, dot.parts[0][0][0], if largest > 0.0 { margin / largest } else { 0.0 });
        let ink = match claim.verdict.name() {
            "holds" => "line-good",
            "fails" => "line-bad",
            _ => "line-muted",
        };
        assert!(dot.class.contains(ink), "{} {}", claim.text, dot.class);
    }
    let lines = panel.of("line");
    let bounded: Vec<_> = claims.iter().take(30).filter(|claim| claim.margin_bounds.is_some()).collect();
    assert_eq!(lines.len(), bounded.len());
    assert!(!lines.is_empty());
    let figure = figure(&ALL, "claims", None, None);
    let fails = ALL.claims.iter().filter(|claim| claim.verdict.name() == "fails").count();
    assert!(figure.title.contains(&format!("{fails} fail")), "{}", figure.title);
}

#[test]
fn bars_are_shares_of_splits_in_the_top() {
    let panels = drawn(&ALL, "ranks", None, Some("ridge"));
    let figures = &model("ridge").probe_figures;
    for (panel, of) in panels.iter().zip(["importance", "shap"]) {
        let mut shares: Vec<f64> = figures
            .iter()
            .filter(|(name, share)| name.starts_with(&format!("{of}.top3[")) && **share > 0.0)
            .map(|(_, share)| *share)
            .collect();
        shares.sort_by(|a, b| b.total_cmp(a));
        let bars = &panel.of("box")[0].parts;
        assert_eq!(bars.len(), shares.len());
        assert!(bars.len() >= 3);
        for (bar, share) in bars.iter().zip(shares) {
            near(&panel.x, bar[0][0], 0.0);
            near(&panel.x, bar[1][0], share);
        }
    }
    assert_eq!(panels.len(), 2);
}

#[test]
fn a_grid_is_a_line_a_map_or_rows() {
    let panels = drawn(&ALL, "grid", None, None);
    assert_eq!(panels.len(), 3);
    let r2 = |name: &str| &model(name).metrics["r2"];
    // The base stands first in each grid, with the parameters that it has by itself.
    let grid = &ALL.grids[0];
    let line = panels[0].of("line")[0];
    let mut at: Vec<(f64, &MetricSummary)> = Vec::new();
    for setting in &grid.settings {
        let alpha = match &model(&setting.model).params["alpha"] {
            randsplit::model::ParamValue::Number(alpha) => *alpha,
            other => panic!("{other}"),
        };
        at.push((alpha, r2(&setting.model)));
    }
    at.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(line.parts[0].len(), at.len());
    for (place, (alpha, m)) in line.parts[0].iter().zip(&at) {
        near(&panels[0].x, place[0], *alpha);
        near(&panels[0].y, place[1], m.mean.unwrap());
    }
    let cells: usize = panels[1].of("cell").iter().map(|path| path.parts.len()).sum();
    assert_eq!(cells, ALL.grids[1].settings.len());
    for (setting, dot) in ALL.grids[2].settings.iter().zip(panels[2].of("pts")) {
        near(&panels[2].x, dot.parts[0][0][0], r2(&setting.model).mean.unwrap());
    }
}

#[test]
fn choices_of_a_tuned_model_are_shares_and_inner_means() {
    let tuned = ALL.models.iter().find(|model| model.tuning.is_some()).unwrap();
    let panels = drawn(&ALL, "tuning", None, Some(&tuned.name));
    let settings = &tuned.tuning.as_ref().unwrap().settings;
    for ((setting, bar), dot) in settings.iter().zip(&panels[0].of("box")[0].parts).zip(&panels[1].of("pts")[0].parts) {
        near(&panels[0].x, bar[1][0], setting.picked);
        near(&panels[1].x, dot[0][0], setting.inner_mean.unwrap());
    }
    assert_eq!(panels[0].of("box")[0].parts.len(), 3);
}

#[test]
fn shap_values_go_from_low_to_high_values_of_the_column() {
    let panel = &drawn(&ALL, "shap-values", None, Some("ridge"))[0];
    let mut columns: Vec<_> = model("ridge").curves.iter().filter(|(name, _)| name.starts_with("shap[")).collect();
    columns.sort_by(|a, b| {
        let size = |name: &String| model("ridge").probes[name].mean.unwrap();
        size(b.0).total_cmp(&size(a.0))
    });
    assert_eq!(columns.len(), 10);
    let mut middles: Vec<f64> = Vec::new();
    for cells in panel.of("cell") {
        // Cells of one height are lines.
        middles.extend(cells.parts.iter().map(|part| panel.x.at((part[0][0] + part[1][0]) / 2.0)));
    }
    let all: Vec<f64> = columns.iter().flat_map(|(_, curve)| curve.mean.clone()).collect();
    assert_eq!(middles.len(), all.len());
    for value in &all {
        assert!(middles.iter().any(|m| (m - value).abs() <= 2.0 * panel.x.tolerance()), "{value}");
    }
    // Ridge is linear: more weight is more disease, at equal steps of the column.
    let bmi = &model("ridge").curves["shap[bmi]"];
    assert!(bmi.mean.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", bmi.mean);
    let slope = |i: usize| (bmi.mean[i + 1] - bmi.mean[i]) / (bmi.x[i + 1] - bmi.x[i]);
    assert!((slope(1) / slope(2) - 1.0).abs() < 0.35, "{} {}", slope(1), slope(2));
}

#[test]
fn scores_fall_with_noise_as_the_report_says() {
    let panel = &drawn(&ALL, "noise", None, None)[0];
    let ridge = panel.of("pts")[0];
    assert!(ridge.parts.len() >= 3);
    for dot in &ridge.parts {
        let level = (panel.x.at(dot[0][0]) * 100.0).round().abs() / 100.0;
        let m = &model("ridge").probes[&format!("cascade[bmi {level} r2]")];
        near(&panel.y, dot[0][1], m.mean.unwrap());
    }
    // Each of the two claims on r2 has one limit, whatever the number of models.
    let limits: Vec<f64> = panel.of("rule").iter().map(|rule| panel.y.at(rule.parts[0][0][1])).collect();
    assert_eq!(limits.len(), 2);
    assert!([0.3, 0.5].iter().all(|limit| limits.iter().any(|got| (got - limit).abs() <= panel.y.tolerance())));
}

#[test]
fn behaviours_have_a_stroke_a_split_and_their_limit() {
    let panels = drawn(&ALL, "behaviours", None, Some("ridge"));
    let readings: Vec<_> = model("ridge").probes.iter().filter(|(name, _)| name.starts_with("behaviour[")).collect();
    assert_eq!(panels.len(), readings.len());
    assert!(panels.len() >= 5);
    for (panel, (name, m)) in panels.iter().zip(readings) {
        let column = model("ridge").splits.probes(name);
        let rug = panel.of("rug")[0];
        for (part, split) in rug.parts.iter().zip(&rug.splits) {
            near(&panel.x, part[0][0], column.at(*split as usize).unwrap());
        }
        near(&panel.x, panel.of("pts")[0].parts[0][0][0], m.mean.unwrap());
    }
}

#[test]
fn partial_dependence_and_importance_have_the_numbers_of_the_report() {
    let figure = figure(&ALL, "partial-dependence", None, Some("ridge"));
    let panels = drawn(&ALL, "partial-dependence", None, Some("ridge"));
    let curves: Vec<_> =
        model("ridge").curves.iter().filter(|(name, _)| name.starts_with("partial_dependence[")).collect();
    assert_eq!(panels.len(), curves.len());
    for (panel, (name, curve)) in panels.iter().zip(&curves) {
        let line = *panel.of("line").last().unwrap();
        for (place, (x, y)) in line.parts[0].iter().zip(curve.x.iter().zip(&curve.median)) {
            near(&panel.x, place[0], *x);
            near(&panel.y, place[1], *y);
        }
        assert!(name.contains(&curve.x_name));
    }
    assert!(figure.panels[0].marks.iter().any(|mark| matches!(mark, Mark::Area { .. })));
    for (name, family, of) in [("shap", "shap", "ridge"), ("impurity", "impurity", "tree")] {
        let panel = &drawn(&ALL, name, None, Some(of))[0];
        let mut means: Vec<f64> = model(of)
            .probes
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("{family}[")))
            .filter_map(|(_, m)| m.mean)
            .collect();
        means.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        for (mean, dot) in means.iter().zip(panel.of("pts")) {
            near(&panel.x, dot.parts[0][0][0], *mean);
        }
    }
}

#[test]
fn the_score_stands_against_what_goes_with_it() {
    let driver = |model: &'static Model| Some((model, model.extremes.as_ref()?.driver.as_ref()?));
    let (model, driver) = ALL.models.iter().find_map(driver).unwrap();
    let panel = &drawn(&ALL, "driver", None, Some(&model.name))[0];
    let dots = panel.of("pts")[0];
    assert_eq!(dots.parts.len(), driver.values.len());
    let scores = model.splits.scores("r2");
    for (dot, (split, value)) in dots.parts.iter().zip(&driver.values) {
        near(&panel.x, dot[0][0], *value);
        near(&panel.y, dot[0][1], scores.at(*split as usize).unwrap());
    }
}
