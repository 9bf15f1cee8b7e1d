//! What is true of all figures, and a few of them to the byte.

use std::collections::BTreeSet;

use randsplit::plot::SvgOptions;
use randsplit::render::{FIGURES, figures_of};

use super::models::ALL;
use super::predictions::{BINARY, NUMBERS};
use super::svg::{figure, panels};

#[test]
fn every_figure_says_what_it_shows_and_is_the_same_each_time() {
    let mut seen = BTreeSet::new();
    for report in [&*ALL, &*BINARY, &*NUMBERS] {
        for kind in FIGURES {
            for figure in figures_of(*kind, report, None, None) {
                seen.insert(kind.info().name);
                let svg = figure.svg(SvgOptions { standalone: true, adaptive: true });
                assert_eq!(svg, figure.svg(SvgOptions { standalone: true, adaptive: true }));
                assert!(
                    !panels(&svg).is_empty() && !svg.contains("NaN") && !svg.contains("inf"),
                    "{}",
                    kind.info().name
                );
                assert!(!figure.title.is_empty() && !figure.description.is_empty() && !figure.numbers.rows.is_empty());
                assert!(
                    figure.numbers.rows.iter().all(|row| row.len() == figure.numbers.head.len()),
                    "{}",
                    kind.info().name
                );
                assert!(figure.panels.iter().any(|panel| !panel.x.label.is_empty()), "{}", kind.info().name);
            }
        }
    }
    let missed: Vec<&str> = FIGURES.iter().map(|kind| kind.info().name).filter(|name| !seen.contains(name)).collect();
    assert!(missed.is_empty(), "no report here has {missed:?}");
}

/// The whole of a few figures, which nobody reads: who changes how marks are written sees it here.
#[test]
fn a_few_figures_are_as_they_were() {
    for (report, name) in [(&*ALL, "claims"), (&*ALL, "ranks"), (&*BINARY, "confusion"), (&*NUMBERS, "tested")] {
        let svg = figure(report, name, None, None).svg(SvgOptions { standalone: true, adaptive: false });
        insta::assert_snapshot!(format!("svg_{name}"), svg);
    }
}
