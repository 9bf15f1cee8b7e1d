//! The score against the noise in a column at prediction time.

use super::shown::{axis_name, claim_name, digits, limits, n, named_models, verdict_ink};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::report::{MetricSummary, Model};

/// Columns that are drawn.
const MOST: usize = 12;
/// Models that are drawn, and up to how many of them have their spread.
const MODELS: usize = 8;
const WITH_SPREAD: usize = 3;

/// The score by noise.
#[derive(Debug)]
pub struct Noise;

impl FigureKind for Noise {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "noise",
            summary: "Score against the noise in a column at prediction time, with the limits of claims",
            of: Of::Report,
            section: Section::Models,
            needs: "{probe=cascade:COLUMN}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let Subject { report, metric, .. } = *subject;
        let d = digits(report, metric);
        let mut columns: Vec<String> = Vec::new();
        let of_models: Vec<_> = named_models(report)
            .into_iter()
            .map(|(at, model, name)| (at, model, name, levels(model, metric)))
            .filter(|(.., levels)| !levels.is_empty())
            .take(MODELS)
            .collect();
        for (.., levels) in &of_models {
            for (column, ..) in levels {
                if !columns.iter().any(|known| known == column) {
                    columns.push((*column).to_owned());
                }
            }
        }
        let direction = of_models.first()?.1.metrics.get(metric)?.direction;
        let limits = limits(report, metric);
        let mut numbers = Numbers::new(&["column", "noise", "model", "mean", "5 %", "95 %"]);
        let mut panels = Vec::new();
        for column in columns.iter().take(MOST) {
            let mut marks = Vec::new();
            let (mut across, mut up) = (Vec::new(), limits.iter().map(|(limit, _)| *limit).collect::<Vec<_>>());
            for (at, _, name, levels) in &of_models {
                let own: Vec<(f64, &MetricSummary)> =
                    levels.iter().filter(|(of, ..)| of == column).map(|(_, level, m)| (*level, *m)).collect();
                let x: Vec<f64> = own.iter().map(|(level, _)| *level).collect();
                let q = |m: &MetricSummary, name: &str| m.quantiles.get(name).copied().or(m.mean).unwrap_or(f64::NAN);
                let low: Vec<f64> = own.iter().map(|(_, m)| q(m, "p05")).collect();
                let high: Vec<f64> = own.iter().map(|(_, m)| q(m, "p95")).collect();
                let points: Vec<[f64; 2]> = own.iter().filter_map(|(level, m)| Some([*level, m.mean?])).collect();
                for ((level, m), (low, high)) in own.iter().zip(low.iter().zip(&high)) {
                    let row = [m.mean, Some(*low), Some(*high)].map(|v| v.map_or("–".into(), |v| n(v, d)));
                    numbers.push([column.clone(), level.to_string(), name.clone()].into_iter().chain(row));
                }
                across.extend(&x);
                up.extend(points.iter().map(|point| point[1]));
                let ink = Ink::Model(*at);
                // Bands of many models hide each other.
                if of_models.len() <= WITH_SPREAD {
                    up.extend(low.iter().chain(&high));
                    marks.push(Mark::Area { ink, x, low, high });
                }
                marks.push(Mark::Line { ink, dash: Dash::Solid, width: 2.0, points: points.clone() });
                marks.push(Mark::Points { ink, radius: 3.5, points, series: None });
            }
            for (limit, claim) in &limits {
                let text = claim_name(claim);
                marks.push(Mark::Level { ink: verdict_ink(claim), dash: Dash::Long, at: *limit, text });
            }
            panels.push(Panel {
                title: column.clone(),
                x: Axis::new("noise, in sd of a number or as the share of rows changed", Scale::around(across)),
                y: Axis::new(axis_name(metric, direction), Scale::around(up)),
                height: 180.0,
                marks,
            });
        }
        let rest = columns.len().saturating_sub(MOST);
        let rest = if rest > 0 { format!("; {rest} more columns are left out") } else { String::new() };
        Some(Figure {
            title: format!("{metric} where a column is wrong at prediction time, by how wrong it is{rest}"),
            description:
                "For each column and model a line through the means over splits against the noise that is put into the \
                          column, with a band for 9 of 10 splits where models are few; a level for each claim."
                    .into(),
            columns: if panels.len() > 1 { 2 } else { 1 },
            panels,
            key: of_models.iter().map(|(at, _, name, _)| (Ink::Model(*at), name.clone())).collect(),
            numbers,
            ..Figure::default()
        })
    }
}

/// Columns and levels of noise with what the metric is there, from readings such as `cascade[carat 0.5 r2]`; ascending by
/// level within a column.
fn levels<'m>(model: &'m Model, metric: &str) -> Vec<(&'m str, f64, &'m MetricSummary)> {
    let end = format!(" {metric}]");
    let of = |name: &'m str| {
        let (column, level) = name.strip_prefix("cascade[")?.strip_suffix(end.as_str())?.rsplit_once(' ')?;
        Some((column, level.parse::<f64>().ok()?))
    };
    let mut levels: Vec<(&str, f64, &MetricSummary)> = model
        .probes
        .iter()
        .filter(|(_, m)| m.mean.is_some())
        .filter_map(|(name, m)| of(name).map(|(column, level)| (column, level, m)))
        .collect();
    levels.sort_by(|a, b| a.1.total_cmp(&b.1));
    levels
}
