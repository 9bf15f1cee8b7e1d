//! Curves over splits: a line for the middle, bands for the spread, and the worst and best split.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::significant;
use crate::report::{CurveSummary, Model};

/// Panels of a figure at most: of more classes the first are drawn.
const MOST: usize = 12;

/// Curves of one kind.
#[derive(Debug)]
pub struct Curves {
    name: &'static str,
    summary: &'static str,
    needs: &'static str,
    /// The name of the curve, before brackets or a dot.
    family: &'static str,
    /// What is to be seen, after the model's name.
    title: &'static str,
    guide: Guide,
    /// Whether both axes are shares that are looked at together.
    square: bool,
    section: Section,
}

/// What a curve is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guide {
    /// The line from corner to corner, of a model that knows nothing.
    Diagonal,
    None,
}

/// Receiver operating characteristic.
pub static ROC: Curves = Curves {
    name: "roc",
    summary: "ROC curves as a band over splits",
    needs: "classification with {probe=curves}",
    family: "roc",
    title: "ROC curve of the middle split; bands hold half and 9 of 10 splits",
    guide: Guide::Diagonal,
    square: true,
    section: Section::Predictions,
};

/// Precision against recall.
pub static PRECISION_RECALL: Curves = Curves {
    name: "precision-recall",
    summary: "Precision against recall as a band over splits",
    needs: "classification with {probe=curves}",
    family: "precision_recall",
    title: "precision against recall; bands hold half and 9 of 10 splits",
    guide: Guide::None,
    square: true,
    section: Section::Predictions,
};

/// Cumulative gain.
pub static GAIN: Curves = Curves {
    name: "gain",
    summary: "Share of the positive rows found among the first so many rows",
    needs: "two classes with {probe=curves}",
    family: "gain",
    title: "positive rows found when rows are taken by falling probability; bands hold half and 9 of 10 splits",
    guide: Guide::Diagonal,
    square: true,
    section: Section::Predictions,
};

/// Scores by threshold.
pub static THRESHOLD: Curves = Curves {
    name: "threshold",
    summary: "Scores against the probability from which a row counts as positive",
    needs: "two classes with {probe=curves}",
    family: "threshold",
    title: "scores by the probability from which a row counts as positive; bands hold half and 9 of 10 splits",
    guide: Guide::None,
    square: false,
    section: Section::Predictions,
};

/// Partial dependence.
pub static PARTIAL_DEPENDENCE: Curves = Curves {
    name: "partial-dependence",
    summary: "Mean prediction with a column set to each of its values, as a band over splits",
    needs: "{probe=partial-dependence}",
    family: "partial_dependence",
    title: "mean prediction with a column set to each value; bands hold half and 9 of 10 splits",
    guide: Guide::None,
    square: false,
    section: Section::Models,
};

impl FigureKind for Curves {
    fn info(&self) -> FigureInfo {
        FigureInfo { name: self.name, summary: self.summary, of: Of::Model, section: self.section, needs: self.needs }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let (at, model) = subject.model;
        let curves = self.of_model(model);
        let (_, first) = curves.first()?;
        let left_out = curves.len().saturating_sub(MOST);
        let columns = match curves.len() {
            1 => 1,
            2 | 4 => 2,
            _ => 3,
        };
        let mut numbers = Numbers::new(&["curve", &first.x_name, "mean", "5 %", "25 %", "median", "75 %", "95 %"]);
        let mut panels = Vec::new();
        for (title, curve) in curves.iter().take(MOST) {
            let mut panel = self.panel(title, curve, at, columns);
            if self.family == THRESHOLD.family {
                panel.marks.extend(chosen(model));
            }
            panels.push(panel);
            // Every place would be more than anybody reads.
            let every = if curve.x.len() > 30 { 5 } else { 1 };
            for place in (0..curve.x.len()).step_by(every) {
                let x = curve.levels.get(place).cloned().unwrap_or_else(|| significant(curve.x[place]));
                let lists = [&curve.mean, &curve.p05, &curve.p25, &curve.median, &curve.p75, &curve.p95];
                let values = lists.map(|list| list.get(place).map_or("–".into(), |v| significant(*v)));
                numbers.push([title.clone(), x].into_iter().chain(values));
            }
        }
        let rest = if left_out > 0 { format!("; {left_out} more are left out") } else { String::new() };
        let mut key = vec![(Ink::Model(at), "median over splits".into())];
        if let Some(best) = &first.best {
            key.push((Ink::Good, format!("best split, #{}", best.split)));
        }
        if let Some(worst) = &first.worst {
            key.push((Ink::Bad, format!("worst split, #{} (dashed)", worst.split)));
        }
        Some(Figure {
            title: format!("{}: {}{rest}", model.name, self.title),
            description: format!(
                "At each place of the horizontal axis the median over {} splits, a band for the middle half of them and one for 9 \
                 of 10, and the curves of the splits that are worst and best in the primary metric.",
                first.splits
            ),
            columns,
            square: self.square,
            panels,
            key,
            numbers,
            ..Figure::default()
        })
    }
}

/// The threshold that splits have chosen, where they have: its mean with all that were chosen.
fn chosen(model: &Model) -> Vec<Mark> {
    let Some(threshold) = model.figures.get("threshold") else { return Vec::new() };
    let text = format!("chosen: {} on average", significant(threshold.mean));
    vec![
        Mark::Boxes { ink: Ink::Muted, opacity: 0.15, boxes: vec![[threshold.min, threshold.max, 0.0, 1.0]] },
        Mark::Upright { ink: Ink::Text, dash: Dash::Long, at: threshold.mean, text },
    ]
}

impl Curves {
    /// The curves of this kind, each with what tells it from the others.
    fn of_model<'m>(&self, model: &'m Model) -> Vec<(String, &'m CurveSummary)> {
        let inner = |name: &str| -> Option<String> {
            let rest = name.strip_prefix(self.family)?;
            if rest.is_empty() {
                return Some(String::new());
            }
            let bracketed = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            bracketed.or_else(|| rest.strip_prefix('.')).map(str::to_owned)
        };
        model.curves.iter().filter_map(|(name, curve)| Some((inner(name)?, curve))).collect()
    }

    fn panel(&self, title: &str, curve: &CurveSummary, at: usize, columns: usize) -> Panel {
        let ink = Ink::Model(at);
        let x = curve.x.clone();
        let points = |y: &[f64]| -> Vec<[f64; 2]> { curve.x.iter().zip(y).map(|(x, y)| [*x, *y]).collect() };
        let area = |low: &[f64], high: &[f64]| Mark::Area { ink, x: x.clone(), low: low.to_vec(), high: high.to_vec() };
        let mut marks = vec![area(&curve.p05, &curve.p95), area(&curve.p25, &curve.p75)];
        if self.guide == Guide::Diagonal {
            let points = vec![[0.0, 0.0], [1.0, 1.0]];
            marks.push(Mark::Line { ink: Ink::Muted, dash: Dash::Short, width: 1.0, points });
        }
        let splits = [(&curve.best, Ink::Good, Dash::Solid), (&curve.worst, Ink::Bad, Dash::Long)];
        for (split, ink, dash) in splits {
            if let Some(split) = split {
                marks.push(Mark::Line { ink, dash, width: 1.2, points: points(&split.y) });
            }
        }
        marks.push(Mark::Line { ink, dash: Dash::Solid, width: 2.0, points: points(&curve.median) });
        let share = Scale::Linear { low: 0.0, high: 1.0 };
        let dependence = self.family == "partial_dependence";
        let all = || [&curve.p05, &curve.p95].into_iter().flatten().copied();
        let y = if dependence { Scale::around(all()) } else { share.clone() };
        let x_scale = match (dependence, curve.levels.is_empty()) {
            (false, _) => share,
            (true, true) => Scale::around(curve.x.iter().copied()),
            (true, false) => Scale::Row(curve.levels.clone()),
        };
        Panel {
            title: title.to_owned(),
            x: Axis::new(curve.x_name.clone(), x_scale),
            y: Axis::new(if dependence { String::new() } else { curve.y_name.clone() }, y),
            height: match columns {
                _ if !self.square => 190.0,
                1 => 300.0,
                2 => 270.0,
                _ => 160.0,
            },
            marks,
        }
    }
}
