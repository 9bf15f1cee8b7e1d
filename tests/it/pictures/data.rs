//! Figures of the data and the plan.

use randsplit::Evaluation;

use super::predictions::NUMBERS;
use super::svg::{drawn, near};

#[test]
fn columns_have_the_counts_of_their_values() {
    let run = Evaluation::new("data/penguins.csv", "species").models(["tree"]).splits(4).figures(true);
    let report = run.run().unwrap();
    let panels = drawn(&report, "columns", None, None);
    let features = &report.data.as_ref().unwrap().features;
    assert_eq!(panels.len(), features.len());
    let mut levels = 0;
    for (panel, feature) in panels.iter().zip(features) {
        let histogram = feature.histogram.as_ref().unwrap();
        let counts: Vec<usize> =
            histogram.counts.iter().copied().chain([histogram.other]).filter(|count| *count > 0).collect();
        let bars = &panel.of("box")[0].parts;
        assert_eq!(bars.len(), counts.len());
        for (bar, count) in bars.iter().zip(counts) {
            near(&panel.y, bar[0][1], count as f64);
        }
        levels += usize::from(histogram.range.is_none());
    }
    assert!(levels >= 2);
}

#[test]
fn bars_are_rows_by_how_often_they_were_tested() {
    let panel = &drawn(&NUMBERS, "tested", None, None)[0];
    let filled: Vec<_> = NUMBERS.plan.tested.iter().filter(|bin| bin.rows > 0).collect();
    let bars = &panel.of("box")[0].parts;
    assert_eq!(bars.len(), filled.len());
    let mut rows = 0;
    for (bar, bin) in bars.iter().zip(filled) {
        near(&panel.x, bar[0][0], bin.from as f64 - 0.5);
        near(&panel.x, bar[1][0], bin.to as f64 + 0.5);
        near(&panel.y, bar[0][1], bin.rows as f64);
        rows += bin.rows;
    }
    assert_eq!(rows, 442);
}
