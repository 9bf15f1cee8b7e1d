//! How often each column is among the first of a ranking.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::percent;
use crate::report::Model;

/// Columns of a ranking that are drawn.
const MOST: usize = 20;

/// The stability of rankings.
#[derive(Debug)]
pub struct Ranks;

/// A ranking of columns over splits.
struct Ranking<'m> {
    /// What is ranked, such as `importance`.
    of: &'m str,
    /// How many are first.
    top: &'m str,
    /// Columns with the share of splits in which they are among the first, the most frequent first.
    columns: Vec<(&'m str, f64)>,
}

impl FigureKind for Ranks {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "ranks",
            summary: "In how many splits each column is among the most important ones",
            of: Of::Model,
            section: Section::Models,
            needs: "{probe=importance}, {probe=impurity} or {probe=shap}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let rankings = rankings(model);
        if rankings.is_empty() {
            return None;
        }
        let mut numbers = Numbers::new(&["ranking", "column", "share of splits"]);
        let mut panels = Vec::new();
        for ranking in &rankings {
            let shown = &ranking.columns[..ranking.columns.len().min(MOST)];
            let bar = |(row, (_, share)): (usize, &(&str, f64))| [0.0, *share, row as f64 + 0.36, row as f64 - 0.36];
            let boxes = shown.iter().enumerate().map(bar).collect();
            let name = format!("{}, first {}", ranking.of, ranking.top);
            for (column, share) in &ranking.columns {
                numbers.push([name.clone(), (*column).to_owned(), format!("{share:.3}")]);
            }
            let w = model.probe_figures.get(&format!("{}.kendall_w", ranking.of));
            let agreement = w.map_or(String::new(), |w| format!("; Kendall's W {w:.2}"));
            panels.push(Panel {
                title: format!("{}: in the top {}{agreement}", ranking.of, ranking.top),
                x: Axis::new("share of splits", Scale::Linear { low: 0.0, high: 1.0 }),
                height: 20.0 * shown.len() as f64 + 8.0,
                y: Axis::new("", Scale::Band(shown.iter().map(|(column, _)| (*column).to_owned()).collect())),
                marks: vec![
                    Mark::Boxes { ink: Ink::Model(at), opacity: 0.7, boxes },
                    Mark::Upright { ink: Ink::Muted, dash: Dash::Short, at: 1.0, text: String::new() },
                ],
            });
        }
        let Ranking { of, top, columns } = &rankings[0];
        let always = columns.iter().filter(|(_, share)| *share >= 1.0).count();
        Some(Figure {
            title: match (always, columns.len() - always) {
                (always, 0) => format!("{}: the top {always} by {of} are the same on every split", model.name),
                (0, some) => {
                    format!("{}: no column is in the top {top} by {of} on every split, {some} are on some", model.name)
                }
                (always, some) => {
                    format!(
                        "{}: {always} of the top {top} by {of} are there on every split, {some} more on some",
                        model.name
                    )
                }
            },
            description: format!(
                "For each ranking a bar a column: the share of splits in which it is among the first. Of {of} the most frequent is \
                 {}, in {}.",
                columns[0].0,
                percent(columns[0].1)
            ),
            panels,
            columns: 1,
            numbers,
            ..Figure::default()
        })
    }
}

/// The rankings of a model, from figures such as `importance.top5[bmi]`.
fn rankings(model: &Model) -> Vec<Ranking<'_>> {
    let mut rankings: Vec<Ranking> = Vec::new();
    for (name, share) in model.probe_figures.iter().filter(|(_, share)| **share > 0.0) {
        let parts = name.split_once(".top").and_then(|(of, rest)| Some((of, rest.strip_suffix(']')?.split_once('[')?)));
        let Some((of, (top, column))) = parts else { continue };
        if !top.bytes().all(|byte| byte.is_ascii_digit()) {
            continue;
        }
        match rankings.iter_mut().find(|ranking| ranking.of == of) {
            Some(ranking) => ranking.columns.push((column, *share)),
            None => rankings.push(Ranking { of, top, columns: vec![(column, *share)] }),
        }
    }
    rankings.iter_mut().for_each(|ranking| ranking.columns.sort_by(|a, b| b.1.total_cmp(&a.1)));
    rankings
}
