//! Figures of predictions, and of what sets splits apart.

use std::sync::LazyLock;

use randsplit::Evaluation;
use randsplit::report::Report;

use super::svg::{drawn, figure, near};

/// Two classes.
pub static BINARY: LazyLock<Report> = LazyLock::new(|| {
    let run = Evaluation::new("data/breast_cancer.csv", "target").models(["logistic"]).splits(20).figures(true);
    run.probes(["curves"]).run().unwrap()
});

/// Numbers.
pub static NUMBERS: LazyLock<Report> = LazyLock::new(|| {
    let run = Evaluation::new("data/diabetes.csv", "target").models(["ridge"]).splits(30).figures(true);
    run.probes(["curves", "conformal", "residuals"]).run().unwrap()
});

#[test]
fn curves_are_medians_with_the_best_and_the_worst_split() {
    for (name, curve) in [("roc", "roc"), ("precision-recall", "precision_recall"), ("gain", "gain")] {
        let panel = &drawn(&BINARY, name, None, None)[0];
        let curve = &BINARY.models[0].curves[curve];
        let lines = panel.of("line");
        let [best, worst] = [&curve.best, &curve.worst].map(|split| split.as_ref().unwrap());
        let middle = lines.len() - 1;
        for (line, y) in [(middle - 2, &best.y), (middle - 1, &worst.y), (middle, &curve.median)] {
            // Places on a straight line are left out.
            for place in &lines[line].parts[0] {
                let x = (panel.x.at(place[0]) * 100.0).round() as usize;
                near(&panel.y, place[1], y[x]);
            }
            assert!(lines[line].parts[0].len() >= 3, "{name}");
        }
        assert_eq!(panel.of("area").len(), 2);
    }
    let panels = drawn(&BINARY, "threshold", None, None);
    let curves: Vec<_> =
        BINARY.models[0].curves.iter().filter(|(name, _)| name.starts_with("threshold.")).map(|(_, c)| c).collect();
    assert_eq!(panels.len(), curves.len());
    for (panel, curve) in panels.iter().zip(curves) {
        let line = *panel.of("line").last().unwrap();
        for place in &line.parts[0] {
            near(&panel.y, place[1], curve.median[(panel.x.at(place[0]) * 100.0).round() as usize]);
        }
    }
}

#[test]
fn the_threshold_that_splits_have_chosen_is_drawn_in() {
    let asked =
        ["eval", "data/breast_cancer.csv", "-t", "target", "--positive", "malignant", "-m", "logistic", "-n", "6"];
    let flags = ["--claims", "examples/worth.toml", "--probe", "curves", "-q"];
    let report: Report = serde_json::from_value(crate::program::judged(&[&asked[..], &flags].concat())).unwrap();
    let chosen = &report.models[0].figures["threshold"];
    for panel in drawn(&report, "threshold", None, None) {
        near(&panel.x, panel.of("rule")[0].parts[0][0][0], chosen.mean);
        let all = &panel.of("box")[0].parts[0];
        near(&panel.x, all[0][0], chosen.min);
        near(&panel.x, all[1][0], chosen.max);
    }
}

#[test]
fn bins_of_probabilities_stand_at_their_means_and_are_as_high_as_their_rows() {
    let panels = drawn(&BINARY, "reliability", None, None);
    let bins = &BINARY.models[0].reliability_bins.as_ref().unwrap().bins;
    let filled: Vec<_> = bins.iter().filter(|bin| bin.rows > 0).collect();
    let dots = &panels[0].of("pts")[0].parts;
    let bars = &panels[1].of("box")[0].parts;
    assert!(dots.len() == filled.len() && bars.len() == filled.len() && filled.len() > 3);
    for ((bin, dot), bar) in filled.iter().zip(dots).zip(bars) {
        near(&panels[0].x, dot[0][0], bin.predicted.unwrap());
        near(&panels[0].y, dot[0][1], bin.observed.unwrap());
        near(&panels[1].y, bar[0][1], bin.rows as f64);
    }
}

#[test]
fn cells_stand_where_rows_were_counted() {
    let counts = NUMBERS.models[0].predicted.as_ref().unwrap();
    for (name, grid) in [("predicted", &counts.truth), ("residual-map", &counts.residual)] {
        let panel = &drawn(&NUMBERS, name, None, None)[0];
        let (rows, columns) = (grid.counts.len() as f64, grid.counts[0].len() as f64);
        let middle = |[low, high]: [f64; 2], share: f64| low + share * (high - low);
        let places: Vec<[f64; 2]> = panel
            .of("cell")
            .iter()
            .flat_map(|path| &path.parts)
            .map(|part| [panel.x.at((part[0][0] + part[1][0]) / 2.0), panel.y.at(part[0][1])])
            .collect();
        let filled = grid.counts.iter().flatten().filter(|count| **count > 0).count();
        assert!(places.len() == filled && filled > 20, "{name}");
        for (row, of_row) in grid.counts.iter().enumerate() {
            for (column, _) in of_row.iter().enumerate().filter(|(_, count)| **count > 0) {
                let x = middle(grid.x_range, (column as f64 + 0.5) / columns);
                let y = middle(grid.y_range, (row as f64 + 0.5) / rows);
                let is_there = places.iter().any(|place| {
                    (place[0] - x).abs() <= 2.0 * panel.x.tolerance()
                        && (place[1] - y).abs() <= 2.0 * panel.y.tolerance()
                });
                assert!(is_there, "{name} {row} {column}");
            }
        }
        let counted: u64 = grid.counts.iter().flatten().sum();
        let shown: u64 =
            figure(&NUMBERS, name, None, None).numbers.rows.iter().map(|r| r[2].parse::<u64>().unwrap()).sum();
        assert_eq!(shown, counted);
    }
}

#[test]
fn what_drifted_stands_at_its_difference_and_the_range_of_others() {
    let extremes = NUMBERS.models[0].extremes.as_ref().unwrap();
    let panels = drawn(&NUMBERS, "drift", None, None);
    assert_eq!(panels.len(), extremes.splits.len());
    for (panel, split) in panels.iter().zip(&extremes.splits) {
        let dots = &panel.of("pts")[0].parts;
        assert_eq!(dots.len(), split.drift.len());
        for ((dot, bar), drift) in dots.iter().zip(&panel.of("box")[0].parts).zip(&split.drift) {
            near(&panel.x, dot[0][0], drift.difference);
            near(&panel.x, bar[0][0], drift.others[0]);
            near(&panel.x, bar[1][0], drift.others[2]);
        }
    }
}

#[test]
fn intervals_have_a_stroke_a_split_and_the_coverage_that_was_wanted() {
    let panels = drawn(&NUMBERS, "coverage", None, None);
    for (panel, reading) in panels.iter().zip(["coverage", "interval_width"]) {
        let column = NUMBERS.models[0].splits.probes(reading);
        let rug = panel.of("rug")[0];
        assert_eq!(rug.splits.len(), 30);
        for (part, split) in rug.parts.iter().zip(&rug.splits) {
            near(&panel.x, part[0][0], column.at(*split as usize).unwrap());
        }
        let counted: f64 = panel.of("box")[0].parts.iter().map(|bar| panel.y.at(bar[0][1]).round()).sum();
        assert_eq!(counted, 30.0);
    }
    near(&panels[0].x, panels[0].of("rule")[0].parts[0][0][0], 0.9);
}

#[test]
fn residuals_by_prediction_are_means_and_quantiles() {
    let panel = &drawn(&NUMBERS, "residuals", None, None)[0];
    for (bin, dot) in panel.of("pts").iter().enumerate() {
        let m = &NUMBERS.models[0].probes[&format!("residual[{}]", bin + 1)];
        near(&panel.x, dot.parts[0][0][0], m.mean.unwrap());
    }
    assert_eq!(panel.of("pts").len(), 5);
}
