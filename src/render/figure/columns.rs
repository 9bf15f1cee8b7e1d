//! How the values of each column are distributed.

use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::plot::{Axis, Figure, Ink, Mark, Numbers, Panel, Scale};
use crate::render::number::{percent, significant};
use crate::report::{FeatureEntry, Histogram};

/// Columns that are drawn, the first of the table.
const MOST: usize = 40;

/// The columns.
#[derive(Debug)]
pub struct Columns;

impl FigureKind for Columns {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "columns",
            summary: "How the values of each column are distributed",
            of: Of::Report,
            section: Section::Data,
            needs: "{probe=curves}",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let data = subject.report.data.as_ref()?;
        let of: Vec<(&FeatureEntry, &Histogram)> =
            data.features.iter().filter_map(|feature| Some((feature, feature.histogram.as_ref()?))).collect();
        if of.is_empty() {
            return None;
        }
        let mut numbers = Numbers::new(&["column", "values", "missing", "rows by bin or level"]);
        let panels = of.iter().take(MOST).map(|(feature, histogram)| {
            let missing = match feature.missing {
                0 => String::new(),
                missing => format!(" ({} missing)", percent(missing as f64 / data.rows_used.max(1) as f64)),
            };
            numbers.push([
                feature.name.clone(),
                histogram
                    .range
                    .map_or_else(|| "levels".into(), |[l, h]| format!("{} to {}", significant(l), significant(h))),
                feature.missing.to_string(),
                counts(histogram),
            ]);
            panel(format!("{}{missing}", feature.name), histogram)
        });
        let panels: Vec<Panel> = panels.collect();
        let rest = of.len().saturating_sub(MOST);
        let rest = if rest > 0 { format!("; {rest} more are left out") } else { String::new() };
        Some(Figure {
            title: format!("How the values of the columns are distributed{rest}"),
            description: format!(
                "A histogram for each of {} columns over the used rows, of 20 bins for numbers, and a bar a level for others, the \
                 most frequent level first.",
                panels.len()
            ),
            columns: if panels.len() < 3 { panels.len() } else { 4 },
            panels,
            numbers,
            ..Figure::default()
        })
    }
}

/// The rows of each bin, or of each level with its name, in one cell: a row a bin would be hundreds.
fn counts(histogram: &Histogram) -> String {
    let other = (histogram.other > 0).then(|| format!("others {}", histogram.other));
    let bins = histogram.counts.iter().enumerate().map(|(at, count)| match histogram.levels.get(at) {
        Some(level) => format!("{level} {count}"),
        None => count.to_string(),
    });
    bins.chain(other).collect::<Vec<_>>().join(", ")
}

/// The histogram of one column.
fn panel(title: String, histogram: &Histogram) -> Panel {
    let mut boxes = Vec::new();
    let (x, label) = match histogram.range {
        Some([low, high]) => {
            let width = (high - low) / histogram.counts.len().max(1) as f64;
            for (bin, count) in histogram.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
                let edges = [low + bin as f64 * width, low + (bin + 1) as f64 * width];
                // All values are the same.
                let [from, to] = if high > low { edges } else { [low - 0.2, low + 0.2] };
                boxes.push([from, to, 0.0, *count as f64]);
            }
            (Scale::around([low, high]), format!("{} to {}", significant(low), significant(high)))
        }
        None => {
            let levels = histogram.levels.iter().cloned().zip(histogram.counts.iter().copied());
            let other = (histogram.other > 0).then(|| ("others".to_owned(), histogram.other));
            let (names, rows): (Vec<String>, Vec<usize>) = levels.chain(other).unzip();
            let bar = |(at, rows): (usize, &usize)| [at as f64 - 0.4, at as f64 + 0.4, 0.0, *rows as f64];
            boxes.extend(rows.iter().enumerate().map(bar));
            let first = names.first().map_or("", String::as_str);
            let label =
                if names.len() < 2 { first.to_owned() } else { format!("{first} and {} more", names.len() - 1) };
            (Scale::Row(names), label)
        }
    };
    let most = boxes.iter().map(|sides| sides[3]).fold(0.0, f64::max);
    Panel {
        title,
        x: Axis { ticks: false, ..Axis::new(label, x) },
        y: Axis::bare(Scale::from_zero([most])),
        height: 44.0,
        marks: vec![Mark::Boxes { ink: Ink::Muted, opacity: 0.8, boxes }],
    }
}
