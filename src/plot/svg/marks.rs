//! Marks of a panel.

use super::ink::{self, dash};
use super::layout::{Place, RULE_LINE, RuleWords};
use super::path::{self, number, ranges};
use super::{Words, attributes, put, text_at};
use crate::plot::{Dash, Ink, Mark, Panel, Series, Side};

/// Dots and strokes from which on they are put on whole pixels.
const CLOUD: usize = 300;

/// Places on a panel.
struct On<'p> {
    panel: &'p Panel,
    place: &'p Place,
}

impl On<'_> {
    fn x(&self, value: f64) -> f64 {
        self.place.x(self.panel.x.scale.share(value))
    }

    fn y(&self, value: f64) -> f64 {
        self.place.y(self.panel.y.scale.share(value))
    }

    fn at(&self, [x, y]: [f64; 2]) -> [f64; 2] {
        [self.x(x), self.y(y)]
    }

    /// A box as left, top, width and height.
    fn rectangle(&self, [left, right, bottom, top]: [f64; 4]) -> [f64; 4] {
        let (x0, x1, y0, y1) = (self.x(left), self.x(right), self.y(bottom), self.y(top));
        [x0.min(x1), y0.min(y1), (x1 - x0).abs(), (y1 - y0).abs()]
    }
}

/// Numbers and splits of a series, for those who follow a split.
fn of_series(series: Option<&Series>) -> String {
    series.map_or_else(String::new, |series| {
        let model = series.model.map_or_else(String::new, |model| format!(" data-model=\"{model}\""));
        format!("{model} data-splits=\"{}\"", ranges(&series.splits))
    })
}

/// Writes the marks of a panel.
pub fn write_all(panel: &Panel, place: &Place, out: &mut String) {
    let on = On { panel, place };
    let mut rules = place.rules.iter().copied();
    for mark in &panel.marks {
        let words = if matches!(mark, Mark::Upright { .. }) { rules.next().flatten() } else { None };
        write(mark, words, &on, out);
    }
}

/// Writes a mark, with the place of its words where it is an upright rule that has some.
fn write(mark: &Mark, words: Option<RuleWords>, on: &On, out: &mut String) {
    let place = on.place;
    match mark {
        Mark::Boxes { ink, opacity, boxes } => {
            let (class, colour) = attributes(*ink);
            let path: String = boxes.iter().map(|sides| box_path(on.rectangle(*sides))).collect();
            let opacity = if *opacity < 1.0 { format!(" fill-opacity=\"{opacity}\"") } else { String::new() };
            put(out, format_args!("<path class=\"box fill-{class}\" d=\"{path}\" fill=\"{colour}\"{opacity}/>\n"));
        }
        Mark::Cells { ink, cells } => write_cells(*ink, cells, on, out),
        Mark::Area { ink, x, low, high } => {
            let (class, colour) = attributes(*ink);
            let upper = x.iter().zip(high).map(|(x, y)| on.at([*x, *y]));
            let lower = x.iter().zip(low).rev().map(|(x, y)| on.at([*x, *y]));
            let path = path::line(upper.chain(lower));
            put(
                out,
                format_args!(
                    "<path class=\"area fill-{class}\" d=\"{path}Z\" fill=\"{colour}\" fill-opacity=\".22\"/>\n"
                ),
            );
        }
        Mark::Line { ink, dash: broken, width, points } => {
            let (class, colour) = attributes(*ink);
            let path = path::line(points.iter().map(|point| on.at(*point)));
            put(
                out,
                format_args!(
                    "<path class=\"line line-{class}\" d=\"{path}\" fill=\"none\" stroke=\"{colour}\" \
                     stroke-width=\"{}\"{}/>\n",
                    number(*width),
                    dash(*broken)
                ),
            );
        }
        Mark::Points { ink, radius, points, series } => {
            let (class, colour) = attributes(*ink);
            // Of a cloud nobody sees tenths of a pixel, and they are a quarter of its characters.
            let is_cloud = points.len() > CLOUD;
            let dot = |point: &[f64; 2]| {
                let [x, y] = on.at(*point).map(|place| if is_cloud { place.round() } else { place });
                format!("M{} {}h0", number(x), number(y))
            };
            let path: String = points.iter().map(dot).collect();
            put(
                out,
                format_args!(
                    "<path class=\"pts line-{class}\"{} d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{}\" \
                     stroke-linecap=\"round\"{}/>\n",
                    of_series(series.as_ref()),
                    number(2.0 * radius),
                    faint(points.len())
                ),
            );
        }
        Mark::Rug { ink, at, y, height, series } => {
            let (class, colour) = attributes(*ink);
            let base = on.y(*y).round();
            let place = |x: &f64| if at.len() > CLOUD { on.x(*x).round() } else { on.x(*x) };
            let stroke = |x: &f64| format!("M{} {}v{}", number(place(x)), number(base), number(-height));
            let path: String = at.iter().map(stroke).collect();
            put(
                out,
                format_args!(
                    "<path class=\"rug line-{class}\"{} d=\"{path}\" stroke=\"{colour}\"{}/>\n",
                    of_series(series.as_ref()),
                    faint(at.len())
                ),
            );
        }
        Mark::Upright { ink, dash, at, text } => {
            let x = on.x(*at);
            let Some(words) = words else {
                return write_rule(*ink, *dash, [[x, place.top], [x, place.bottom]], out);
            };
            let line = place.top - place.head + RULE_LINE * words.line as f64;
            write_rule(*ink, *dash, [[x, line], [x, place.bottom]], out);
            text_at(out, Words::label(words.x, line + 11.0, if words.ends { "end" } else { "" }, "ink"), text);
        }
        Mark::Level { ink, dash, at, text } => {
            let y = on.y(*at);
            write_rule(*ink, *dash, [[place.left, y], [place.right, y]], out);
            let y = if y - 5.0 < place.top + 8.0 { y + 13.0 } else { y - 4.0 };
            write_word(text, Words::label(place.right - 2.0, y, "end", "ink"), out);
        }
        Mark::Words { at, side, text, ink } => {
            let [x, y] = on.at(*at);
            let (x, anchor) = match side {
                Side::Right => (x + 5.0, ""),
                Side::Left => (x - 5.0, "end"),
                Side::Middle => (x, "middle"),
            };
            let class = if *ink == Ink::Muted { "muted" } else { "ink" };
            write_word(text, Words::label(x, y + 4.0, anchor, class), out);
        }
    }
}

fn write_word(text: &str, words: Words, out: &mut String) {
    if !text.is_empty() {
        text_at(out, words, text);
    }
}

fn write_rule(ink: Ink, broken: Dash, ends: [[f64; 2]; 2], out: &mut String) {
    let (class, colour) = attributes(ink);
    let path = path::line(ends);
    put(
        out,
        format_args!(
            "<path class=\"rule line-{class}\" d=\"{path}\" stroke=\"{colour}\" stroke-width=\"1.5\"{}/>\n",
            dash(broken)
        ),
    );
}

/// Many marks cover each other, and are drawn so that one sees how many there are.
fn faint(marks: usize) -> &'static str {
    match marks {
        0..=60 => "",
        61..=600 => " stroke-opacity=\".6\"",
        _ => " stroke-opacity=\".35\"",
    }
}

fn box_path([x, y, width, height]: [f64; 4]) -> String {
    format!("M{} {}h{}v{}h{}z", number(x), number(y), number(width), number(height), number(-width))
}

/// Cells of one darkness are one path: of lines as thick as a cell is high, where all are, which take fewer characters.
fn write_cells(ink: Ink, cells: &[([f64; 4], f64)], on: &On, out: &mut String) {
    const STEPS: usize = 20;
    let (class, colour) = attributes(ink);
    let step = |share: f64| (share.clamp(0.0, 1.0) * STEPS as f64).ceil() as usize;
    let heights = || cells.iter().map(|(sides, _)| on.rectangle(*sides)[3]);
    let height = heights().next().unwrap_or(0.0);
    let is_even = heights().all(|other| (other - height).abs() < 0.01);
    let row_path =
        |[x, y, width, height]: [f64; 4]| format!("M{} {}h{}", number(x), number(y + height / 2.0), number(width));
    for dark in 1..=STEPS {
        let of_step = cells.iter().filter(|(_, share)| step(*share) == dark).map(|(sides, _)| on.rectangle(*sides));
        let path: String = if is_even { of_step.map(row_path).collect() } else { of_step.map(box_path).collect() };
        if !path.is_empty() {
            let opacity = ink::opacity(dark as f64 / STEPS as f64);
            if is_even {
                let height = number(height);
                put(
                    out,
                    format_args!(
                        "<path class=\"cell line-{class}\" d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{height}\" \
                         stroke-opacity=\"{opacity}\"/>\n"
                    ),
                );
                continue;
            }
            put(
                out,
                format_args!(
                    "<path class=\"cell fill-{class}\" d=\"{path}\" fill=\"{colour}\" fill-opacity=\"{opacity}\"/>\n"
                ),
            );
        }
    }
}
