//! The settings of a grid: a line over one number, a map over two parameters, else a row a setting.

use super::shown::{axis_name, digits, middle_ninety, n};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::metric::Direction;
use crate::model::ParamValue;
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale, Side};
use crate::report::{Grid, MetricSummary, Model, Report};

/// Settings that are drawn as rows.
const MOST: usize = 40;
/// Numbers whose largest is so many times the smallest are on a logarithmic scale.
const WIDE: f64 = 30.0;
/// Values of a parameter up to which scores are written into a map.
const WRITTEN: usize = 8;

/// The settings.
#[derive(Debug)]
pub struct Grids;

/// A setting with its score.
struct Setting<'r> {
    at: usize,
    model: &'r Model,
    score: &'r MetricSummary,
}

impl FigureKind for Grids {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "grid",
            summary: "Score of the settings of a grid, as a line or a map, with the spread over splits",
            of: Of::Report,
            section: Section::Models,
            needs: "{grid}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let report = subject.report;
        let mut numbers = Numbers::new(&["setting", "mean", "sd over splits", "5 %", "95 %", "worst"]);
        let panels: Vec<Panel> = report.grids.iter().filter_map(|grid| panel(report, grid, &mut numbers)).collect();
        let first = report.grids.first().filter(|_| !panels.is_empty())?;
        let best = first.best_by_mean.as_ref().map_or(String::new(), |best| format!("; the best mean has {best}"));
        Some(Figure {
            title: format!("{} of the settings of {}{best}", first.metric, first.grid),
            description: "Over a number a line through the means over splits, with a band for the middle half and one for 9 of 10 \
                          splits; over two parameters a cell each, darker the better, with the mean and the standard deviation \
                          over splits; else a row a setting, with a dot for the mean and a box for 9 of 10 splits."
                .into(),
            columns: if panels.len() > 1 { 2 } else { 1 },
            panels,
            numbers,
            ..Figure::default()
        })
    }
}

/// The settings of one grid.
fn panel(report: &Report, grid: &Grid, numbers: &mut Numbers) -> Option<Panel> {
    let setting = |name: &String| {
        let (at, model) = report.models.iter().enumerate().find(|(_, model)| model.name == *name)?;
        Some(Setting { at, model, score: model.metrics.get(&grid.metric).filter(|m| m.mean.is_some())? })
    };
    let settings: Vec<Setting> = grid.settings.iter().filter_map(|s| setting(&s.model)).collect();
    let direction = settings.first()?.score.direction;
    let d = digits(report, &grid.metric);
    for Setting { model, score, .. } in &settings {
        let q = |name: &str| score.quantiles.get(name).copied();
        let row = [score.mean, score.sd, q("p05"), q("p95"), score.worst.map(|worst| worst.score)];
        numbers.push(std::iter::once(model.name.clone()).chain(row.map(|v| v.map_or("–".into(), |v| n(v, d)))));
    }
    let title = if report.grids.len() > 1 { grid.grid.clone() } else { String::new() };
    let y_name = axis_name(&grid.metric, direction);
    let varied = varied(&settings);
    let panel = match varied.as_slice() {
        [one] => line(&settings, one, &y_name),
        [one, two] => map(&settings, [one, two], direction, d),
        _ => None,
    };
    Some(Panel { title, ..panel.unwrap_or_else(|| rows(&settings, &y_name)) })
}

/// The parameters that are not the same in all settings.
fn varied(settings: &[Setting]) -> Vec<String> {
    let Some(first) = settings.first() else { return Vec::new() };
    let differs = |name: &str| settings.iter().any(|s| s.model.params.get(name) != first.model.params.get(name));
    first.model.params.keys().filter(|name| differs(name)).cloned().collect()
}

fn number(value: &ParamValue) -> Option<f64> {
    match value {
        ParamValue::Integer(v) => Some(*v as f64),
        ParamValue::Number(v) => Some(*v),
        ParamValue::Flag(_) | ParamValue::Word(_) => None,
    }
}

/// A line over the values of a number; `None` where they are no numbers, or are given twice.
fn line(settings: &[Setting], param: &str, y_name: &str) -> Option<Panel> {
    let place = |s: &Setting| s.model.params.get(param).and_then(number);
    let mut at: Vec<(f64, &MetricSummary)> =
        settings.iter().map(|s| Some((place(s)?, s.score))).collect::<Option<_>>()?;
    at.sort_by(|a, b| a.0.total_cmp(&b.0));
    if at.len() < 3 || at.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return None;
    }
    let x: Vec<f64> = at.iter().map(|(x, _)| *x).collect();
    let q = |name: &str| -> Vec<f64> {
        at.iter().map(|(_, m)| m.quantiles.get(name).copied().or(m.mean).unwrap_or(f64::NAN)).collect()
    };
    let points: Vec<[f64; 2]> = at.iter().filter_map(|(x, m)| Some([*x, m.mean?])).collect();
    let ink = Ink::Model(0);
    let (low, high) = (q("p05"), q("p95"));
    let (least, most) = (x[0], x[x.len() - 1]);
    let scale = if least > 0.0 && most / least >= WIDE {
        let room = (most / least).powf(0.03);
        Scale::Log { low: least / room, high: most * room }
    } else {
        Scale::around(x.iter().copied())
    };
    Some(Panel {
        title: String::new(),
        x: Axis::new(param, scale),
        y: Axis::new(y_name, Scale::around(low.iter().chain(&high).copied())),
        height: 220.0,
        marks: vec![
            Mark::Area { ink, x: x.clone(), low, high },
            Mark::Area { ink, x, low: q("p25"), high: q("p75") },
            Mark::Line { ink, dash: Dash::Solid, width: 2.0, points: points.clone() },
            Mark::Points { ink, radius: 3.5, points, series: None },
        ],
    })
}

/// A cell for each pair of values; `None` where a pair is given twice.
fn map(settings: &[Setting], params: [&String; 2], direction: Direction, d: usize) -> Option<Panel> {
    let values = params.map(|param| {
        let mut values: Vec<&ParamValue> = settings.iter().filter_map(|s| s.model.params.get(param)).collect();
        // Words stay in the order of the grid.
        if values.iter().all(|value| number(value).is_some()) {
            values.sort_by(|a, b| number(a).unwrap_or(0.0).total_cmp(&number(b).unwrap_or(0.0)));
        }
        let mut known: Vec<String> = Vec::new();
        for value in values.iter().map(ToString::to_string) {
            if !known.contains(&value) {
                known.push(value);
            }
        }
        known
    });
    let means = || settings.iter().filter_map(|s| s.score.mean);
    let (low, high) = (means().fold(f64::INFINITY, f64::min), means().fold(f64::NEG_INFINITY, f64::max));
    let is_written = values.iter().all(|values| values.len() <= WRITTEN);
    let (mut cells, mut words, mut taken) = (Vec::new(), Vec::new(), Vec::new());
    for Setting { model, score, .. } in settings {
        let place = |i: usize| {
            let value = model.params.get(params[i])?.to_string();
            values[i].iter().position(|known| *known == value)
        };
        let (Some(column), Some(row), Some(mean)) = (place(0), place(1), score.mean) else { continue };
        if taken.contains(&(column, row)) {
            return None;
        }
        taken.push((column, row));
        let (x, y) = (column as f64, row as f64);
        let share = if high > low { (mean - low) / (high - low) } else { 0.5 };
        let share = if direction == Direction::Lower { 1.0 - share } else { share };
        cells.push(([x - 0.5, x + 0.5, y + 0.5, y - 0.5], 0.1 + 0.65 * share));
        if is_written {
            let sd = score.sd.filter(|_| values[0].len() <= 5).map_or(String::new(), |sd| format!(" ± {}", n(sd, d)));
            words.push(Mark::Words {
                ink: Ink::Text,
                at: [x, y],
                side: Side::Middle,
                text: format!("{}{sd}", n(mean, d)),
            });
        }
    }
    let mut marks = vec![Mark::Cells { ink: Ink::Model(0), cells }];
    marks.extend(words);
    let [across, down] = values;
    Some(Panel {
        title: String::new(),
        height: (34.0 * down.len() as f64).clamp(90.0, 620.0),
        x: Axis::new(params[0].as_str(), Scale::Row(across)),
        y: Axis::new(params[1].as_str(), Scale::Band(down)),
        marks,
    })
}

/// A row for each setting.
fn rows(settings: &[Setting], x_name: &str) -> Panel {
    let shown = &settings[..settings.len().min(MOST)];
    let mut marks = Vec::new();
    let mut values = Vec::new();
    for (row, Setting { at, score, .. }) in shown.iter().enumerate() {
        let (y, ink) = (row as f64, Ink::Model(*at));
        if let Some([low, high]) = middle_ninety(score) {
            marks.push(Mark::Boxes { ink, opacity: 0.45, boxes: vec![[low, high, y + 0.25, y - 0.25]] });
            values.extend([low, high]);
        }
        if let Some(mean) = score.mean {
            marks.push(Mark::Points { ink: Ink::Text, radius: 3.5, points: vec![[mean, y]], series: None });
            values.push(mean);
        }
    }
    Panel {
        title: String::new(),
        x: Axis::new(x_name, Scale::around(values)),
        height: 22.0 * shown.len() as f64 + 8.0,
        y: Axis::new("", Scale::Band(shown.iter().map(|s| s.model.name.clone()).collect())),
        marks,
    }
}
