//! For each figure marks are read back and compared with the report.

use std::sync::LazyLock;

use randsplit::Evaluation;
use randsplit::plot::SvgOptions;
use randsplit::report::{Model, Report};

use super::svg::{drawn, figure, near, panels};

static TWO: LazyLock<Report> = LazyLock::new(|| {
    let models = ["ridge", "tree:max_depth=3"];
    Evaluation::new("data/diabetes.csv", "target")
        .models(models)
        .splits(60)
        .probes(["coefficients", "importance", "learning", "residuals"])
        .fail_below("r2=0.1")
        .run()
        .unwrap()
});

static CLASSES: LazyLock<Report> = LazyLock::new(|| {
    Evaluation::new("data/penguins.csv", "species").models(["tree:max_depth=2"]).splits(20).run().unwrap()
});

fn scores(model: &Model, metric: &str) -> Vec<(u64, f64)> {
    model.scores(metric).collect()
}

#[test]
fn strokes_of_splits_stand_at_their_scores() {
    for metric in ["r2", "rmse"] {
        for (name, rugs) in [("scores", 2), ("answer", 2)] {
            let metric = if name == "answer" { "r2" } else { metric };
            let panels = drawn(&TWO, name, Some(metric), None);
            let found: Vec<_> =
                panels.iter().flat_map(|panel| panel.of("rug").into_iter().map(move |rug| (panel, rug))).collect();
            assert_eq!(found.len(), rugs, "{name}");
            for (panel, rug) in found {
                let scores = scores(&TWO.models[rug.model.unwrap()], metric);
                assert_eq!(rug.splits, scores.iter().map(|s| s.0).collect::<Vec<_>>());
                assert_eq!(rug.parts.len(), 60);
                for (part, (_, score)) in rug.parts.iter().zip(&scores) {
                    near(&panel.x, part[0][0], *score);
                }
            }
        }
    }
}

#[test]
fn bars_are_counts_of_splits_and_boxes_quantiles() {
    let panels = drawn(&TWO, "scores", Some("rmse"), None);
    for (model, pair) in TWO.models.iter().zip(panels.chunks(2)) {
        let scores = scores(model, "rmse");
        let bars = &pair[0].of("box")[0].parts;
        let mut counted = 0;
        for bar in bars {
            let (from, to) = (pair[0].x.at(bar[0][0]), pair[0].x.at(bar[1][0]));
            let (bottom, top) =
                bar.iter().fold((f64::MIN, f64::MAX), |(low, high), at| (low.max(at[1]), high.min(at[1])));
            let count = pair[0].y.at(top).round();
            near(&pair[0].y, bottom, 0.0);
            near(&pair[0].y, top, count);
            let edge = pair[0].x.tolerance();
            let inside =
                |least: f64| scores.iter().filter(|(_, s)| *s > from + least && *s < to - least).count() as f64;
            assert!(inside(edge) <= count && count <= inside(-edge), "{from} {to} {count}");
            counted += count as usize;
        }
        assert_eq!(counted, 60);
        let quantiles = &model.metrics["rmse"].quantiles;
        let quartiles = &pair[1].of("box")[0].parts[0];
        near(&pair[1].x, quartiles[0][0], quantiles["p25"]);
        near(&pair[1].x, quartiles[1][0], quantiles["p75"]);
        let lines = pair[1].of("line");
        near(&pair[1].x, lines[0].parts[0][0][0], quantiles["p05"]);
        near(&pair[1].x, lines[0].parts[0][1][0], quantiles["p95"]);
        near(&pair[1].x, lines[1].parts[0][0][0], quantiles["p50"]);
    }
}

#[test]
fn the_answer_has_means_intervals_baseline_and_claim() {
    let panel = &drawn(&TWO, "answer", None, None)[0];
    for (model, dot) in TWO.models.iter().zip(panel.of("pts")) {
        let m = &model.metrics["r2"];
        near(&panel.x, dot.parts[0][0][0], m.mean.unwrap());
    }
    let intervals: Vec<_> = panel.of("line").into_iter().filter(|path| path.class.contains("line-ink")).collect();
    assert_eq!(intervals.len(), 2);
    for (model, interval) in TWO.models.iter().zip(intervals) {
        let ends = model.metrics["r2"].ci95.unwrap();
        near(&panel.x, interval.parts[0][0][0], ends[0]);
        near(&panel.x, interval.parts[0][1][0], ends[1]);
    }
    let rules = panel.of("rule");
    let at: Vec<f64> = rules.iter().map(|rule| panel.x.at(rule.parts[0][0][0])).collect();
    let baseline = TWO.baseline.as_ref().unwrap().metrics["r2"].mean.unwrap();
    for value in [baseline, 0.1] {
        assert!(at.iter().any(|got| (got - value).abs() <= panel.x.tolerance()), "{value} {at:?}");
    }
}

#[test]
fn running_lines_end_at_the_mean_and_worst_of_all() {
    for metric in ["r2", "rmse"] {
        let panel = &drawn(&TWO, "running", Some(metric), None)[0];
        for (model, lines) in TWO.models.iter().zip(panel.of("line").chunks(2)) {
            let m = &model.metrics[metric];
            for (line, value) in lines.iter().zip([m.mean.unwrap(), m.worst.unwrap().score]) {
                let end = line.parts[0].last().unwrap();
                near(&panel.x, end[0], 60.0);
                near(&panel.y, end[1], value);
            }
        }
    }
}

#[test]
fn dots_stand_at_both_scores_of_their_split() {
    let panel = &drawn(&TWO, "train-test", Some("r2"), None)[0];
    for dots in panel.of("pts") {
        let model = &TWO.models[dots.model.unwrap()];
        let (train, test) = (model.splits.train_scores("r2"), model.splits.scores("r2"));
        for (k, part) in dots.parts.iter().enumerate() {
            near(&panel.x, part[0][0], train.at(k).unwrap());
            near(&panel.y, part[0][1], test.at(k).unwrap());
        }
    }
    let panel = &drawn(&TWO, "two-metrics", None, None)[0];
    let dots = panel.of("pts");
    assert_eq!(dots.len(), 2);
    let (r2, rmse) = (TWO.models[1].splits.scores("r2"), TWO.models[1].splits.scores("rmse"));
    for (k, part) in dots[1].parts.iter().enumerate() {
        near(&panel.x, part[0][0], r2.at(k).unwrap());
        near(&panel.y, part[0][1], rmse.at(k).unwrap());
    }
}

#[test]
fn differences_are_of_the_same_split_and_positive_where_the_best_is_better() {
    let best = TWO.leader().unwrap();
    let other = TWO.models.iter().find(|model| model.name != best.name).unwrap();
    for (metric, sign) in [("r2", 1.0), ("rmse", -1.0)] {
        let panel = &drawn(&TWO, "pairs", Some(metric), None)[0];
        let rugs = panel.of("rug");
        assert_eq!(rugs.len(), usize::from(metric == "r2"), "splits are followed in the primary metric");
        let (a, b) = (best.splits.scores(metric), other.splits.scores(metric));
        for (k, part) in rugs.iter().flat_map(|rug| rug.parts.iter().enumerate()) {
            near(&panel.x, part[0][0], sign * (a.at(k).unwrap() - b.at(k).unwrap()));
        }
        let c = TWO.pairs.iter().find(|c| c.metric == metric).unwrap();
        let mean = if c.a == best.name { c.mean_difference } else { -c.mean_difference };
        near(&panel.x, panel.of("pts")[0].parts[0][0][0], mean);
    }
}

#[test]
fn readings_of_probes_are_means_and_quantiles() {
    for (name, family) in [("importance", "importance"), ("coefficients", "coefficient")] {
        let panel = &drawn(&TWO, name, None, Some("ridge"))[0];
        let mut readings: Vec<_> = TWO.models[0]
            .probes
            .iter()
            .filter(|(name, _)| name.starts_with(&format!("{family}[")))
            .map(|(_, m)| m)
            .collect();
        readings.sort_by(|a, b| b.mean.unwrap().abs().total_cmp(&a.mean.unwrap().abs()));
        assert!(readings.len() >= 10);
        for (m, dot) in readings.iter().zip(panel.of("pts")) {
            near(&panel.x, dot.parts[0][0][0], m.mean.unwrap());
        }
        for (m, bar) in readings.iter().zip(panel.of("box")) {
            near(&panel.x, bar.parts[0][0][0], m.quantiles["p05"]);
            near(&panel.x, bar.parts[0][1][0], m.quantiles["p95"]);
        }
    }
    let panel = &drawn(&TWO, "learning", None, Some("ridge"))[0];
    let dots = panel.of("pts")[0];
    for part in &dots.parts {
        let share = (panel.x.at(part[0][0]) / 100.0 * 1000.0).round() / 1000.0;
        let m = TWO.models[0].probes.get(&format!("learning[{share}]")).unwrap_or(&TWO.models[0].metrics["r2"]);
        near(&panel.y, part[0][1], m.mean.unwrap());
    }
}

#[test]
fn cells_are_as_dark_as_their_share() {
    let figure = figure(&CLASSES, "confusion", None, None);
    let confusion = CLASSES.models[0].confusion.as_ref().unwrap();
    let panel = &panels(&figure.svg(SvgOptions::default()))[0];
    let cells: usize = panel.of("cell").iter().map(|path| path.parts.len()).sum();
    let filled = confusion.cells.iter().flatten().filter(|cell| cell.share.is_some_and(|share| share > 0.0)).count();
    assert_eq!(cells, filled);
    let share = |row: usize, column: usize| confusion.cells[row][column].share.unwrap();
    assert_eq!(figure.numbers.rows.len(), 9);
    assert_eq!(figure.numbers.rows[4][4], format!("{:.3}", share(1, 1)));
    assert!(
        figure
            .title
            .contains(&confusion.labels[(0..3).min_by(|a, b| share(*a, *a).total_cmp(&share(*b, *b))).unwrap()])
    );
}
