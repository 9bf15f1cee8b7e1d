//! How far each claim is on its right side: a row a claim.

use super::shown::{claim_name, urgency, verdict_ink};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Side};
use crate::render::number::significant;
use crate::report::Report;
use crate::verdict::{ClaimResult, Verdict};

/// Claims that are drawn; others stand in the list.
const MOST: usize = 30;

/// The claims.
#[derive(Debug)]
pub struct Claims;

impl FigureKind for Claims {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "claims",
            summary: "Claims with their verdict, and by how much they are kept or missed",
            of: Of::Report,
            section: Section::Answer,
            needs: "{claim}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let report = subject.report;
        let mut claims: Vec<&ClaimResult> = report.claims.iter().collect();
        if claims.is_empty() {
            return None;
        }
        claims.sort_by_key(|claim| urgency(claim));
        let mut numbers =
            Numbers::new(&["claim", "model", "verdict", "margin", "lower bound", "upper bound", "confidence"]);
        let mut marks =
            vec![Mark::Upright { ink: Ink::Text, dash: Dash::Short, at: 0.0, text: "limit; kept to its right".into() }];
        for (row, claim) in claims.iter().take(MOST).enumerate() {
            let y = row as f64;
            let ink = verdict_ink(claim);
            let bounds = claim.margin_bounds.unwrap_or_default();
            // Claims have units of their own; those of several models that say the same are on one scale.
            let same = report.claims.iter().filter(|other| other.text == claim.text);
            let largest = same.flat_map(sizes).fold(0.0, f64::max);
            let place = |value: f64| if largest > 0.0 { value / largest } else { 0.0 };
            if claim.margin_bounds.is_some() {
                let [low, high] = [bounds[0].map_or(-1.0, place), bounds[1].map_or(1.0, place)];
                marks.push(Mark::Line { ink, dash: Dash::Solid, width: 2.0, points: vec![[low, y], [high, y]] });
            }
            if let Some(margin) = claim.margin {
                marks.push(Mark::Boxes {
                    ink,
                    opacity: 0.35,
                    boxes: vec![[place(margin).min(0.0), place(margin).max(0.0), y + 0.25, y - 0.25]],
                });
                marks.push(Mark::Points { ink, radius: 4.5, points: vec![[place(margin), y]], series: None });
            }
            marks.push(Mark::Words { ink: Ink::Text, at: [1.02, y], side: Side::Right, text: verdict(claim) });
            let number = |v: Option<f64>| v.map_or("–".into(), significant);
            numbers.push([
                claim_name(claim),
                claim.model.clone(),
                claim.verdict.name().to_owned(),
                number(claim.margin),
                number(bounds[0]),
                number(bounds[1]),
                number(claim.confidence),
            ]);
        }
        let count = |verdict| claims.iter().filter(|claim| claim.verdict == verdict).count();
        let named = [Verdict::Fails, Verdict::Undecided, Verdict::Holds].map(|v| (count(v), v.name()));
        let counts: Vec<String> = named
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, name)| format!("{count} {}", if *count == 1 { name } else { plural(name) }))
            .collect();
        let rows: Vec<String> = claims.iter().take(MOST).map(|claim| label(report, claim)).collect();
        let rest = claims.len().saturating_sub(MOST);
        let left_out = if rest > 0 { format!("; {rest} are left out") } else { String::new() };
        Some(Figure {
            title: format!("Claims: {}{left_out}", crate::names::listed(&counts, "and")),
            description: "A row for each claim and model, each claim on a scale of its own: a dot where it stands, to the right of the limit where it \
                          is on its right side, and a line between the bounds of its margin where it has a confidence."
                .into(),
            panels: vec![Panel {
                title: String::new(),
                x: Axis {
                    ticks: false,
                    ..Axis::new("margin, a claim on a scale of its own", Scale::Linear { low: -1.05, high: 2.1 })
                },
                height: 24.0 * rows.len() as f64 + 8.0,
                y: Axis::new("", Scale::Band(rows)),
                marks,
            }],
            columns: 1,
            numbers,
            ..Figure::default()
        })
    }
}

/// The sizes of a claim's margin and its bounds.
fn sizes(claim: &ClaimResult) -> impl Iterator<Item = f64> + use<> {
    claim.margin_bounds.unwrap_or_default().into_iter().chain([claim.margin]).flatten().map(f64::abs)
}

/// What so many claims do.
fn plural(verdict: &str) -> &str {
    match verdict {
        "holds" => "hold",
        "fails" => "fail",
        other => other,
    }
}

/// What stands before a claim's row: with the model, where there are several.
fn label(report: &Report, claim: &ClaimResult) -> String {
    let is_of_all = claim.model.contains(", ");
    if report.models.len() < 2 || is_of_all {
        claim_name(claim)
    } else {
        format!("{} · {}", claim_name(claim), claim.model)
    }
}

/// The verdict of a claim, and by how much.
fn verdict(claim: &ClaimResult) -> String {
    let name = claim.verdict.name();
    match claim.margin {
        Some(margin) if claim.verdict == Verdict::Undecided => format!("{name}, margin {}", significant(margin)),
        Some(margin) => format!("{name} by {}", significant(margin.abs())),
        None => name.to_owned(),
    }
}
