//! Figures in letters, for a terminal: dots of Braille letters, eight to a letter, and blocks for what is counted.

use unicode_width::UnicodeWidthStr;

use super::{Figure, Mark, Panel, Scale};
use crate::escape::{shorten, terminal};

/// Pixels of a figure's height that a line of letters stands for.
const LINE: f64 = 15.0;
/// Letters of a tick of the vertical axis at most.
const LONGEST: usize = 24;
/// Shades of a cell, the darkest last.
const SHADES: [char; 4] = ['░', '▒', '▓', '█'];

impl Figure {
    /// Draws it in so many columns, a line each.
    pub fn text(&self, columns: usize) -> Vec<String> {
        let mut lines = vec![terminal::sentence(&self.title)];
        let left = self.panels.iter().map(left_of).max().unwrap_or(0);
        for panel in &self.panels {
            if !panel.title.is_empty() {
                lines.push(terminal::sentence(&panel.title));
            }
            lines.extend(draw(panel, left, columns.max(left + 12)));
        }
        lines
    }
}

fn label(text: &str) -> String {
    shorten(&terminal::sentence(text), LONGEST).into_owned()
}

/// Ticks of the vertical axis, by line.
fn left_of(panel: &Panel) -> usize {
    let ticks = if panel.y.ticks { panel.y.scale.ticks() } else { Vec::new() };
    ticks.iter().map(|(_, text)| label(text).width()).max().unwrap_or(0)
}

/// Letters with dots, and what is written over them.
struct Canvas {
    columns: usize,
    lines: usize,
    dots: Vec<u8>,
    letters: Vec<Option<char>>,
}

/// Bits of the dots of a Braille letter, by column and line.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

impl Canvas {
    fn new(columns: usize, lines: usize) -> Self {
        Self { columns, lines, dots: vec![0; columns * lines], letters: vec![None; columns * lines] }
    }

    /// The dot at shares of the width and of the height, from the bottom.
    fn place(&self, x: f64, y: f64) -> Option<(usize, usize)> {
        if !(-0.001..=1.001).contains(&x) || !(-0.001..=1.001).contains(&y) {
            return None;
        }
        let (across, down) = (2 * self.columns - 1, 4 * self.lines - 1);
        let at = |share: f64, last: usize| (share.clamp(0.0, 1.0) * last as f64).round() as usize;
        Some((at(x, across), down - at(y, down)))
    }

    fn dot(&mut self, (x, y): (usize, usize)) {
        self.dots[(y / 4) * self.columns + x / 2] |= DOTS[x % 2][y % 4];
    }

    fn line(&mut self, from: [f64; 2], to: [f64; 2], every: usize) {
        let steps = (2 * self.columns).max(4 * self.lines);
        for step in (0..=steps).step_by(every.max(1)) {
            let share = step as f64 / steps as f64;
            let at = |i: usize| from[i] + share * (to[i] - from[i]);
            if let Some(place) = self.place(at(0), at(1)) {
                self.dot(place);
            }
        }
    }

    /// Fills a box with dots.
    fn fill(&mut self, [x0, x1]: [f64; 2], [y0, y1]: [f64; 2]) {
        let clamp = |v: f64| v.clamp(0.0, 1.0);
        let (Some(low), Some(high)) = (self.place(clamp(x0), clamp(y0)), self.place(clamp(x1), clamp(y1))) else {
            return;
        };
        for x in low.0.min(high.0)..=low.0.max(high.0) {
            for y in low.1.min(high.1)..=low.1.max(high.1) {
                self.dot((x, y));
            }
        }
    }

    fn letter(&mut self, x: f64, y: f64, letter: char) {
        if let Some((x, y)) = self.place(x, y) {
            self.letters[(y / 4) * self.columns + x / 2] = Some(letter);
        }
    }

    fn text(&self, line: usize) -> String {
        let cell = |at: usize| match (self.letters[at], self.dots[at]) {
            (Some(letter), _) => letter,
            (None, 0) => ' ',
            (None, dots) => char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' '),
        };
        (line * self.columns..(line + 1) * self.columns).map(cell).collect()
    }
}

fn draw(panel: &Panel, left: usize, columns: usize) -> Vec<String> {
    let lines = ((panel.height / LINE).round() as usize).max(1);
    let mut canvas = Canvas::new(columns - left - 1, lines);
    panel.marks.iter().for_each(|mark| put(mark, panel, &mut canvas));
    let mut names = vec![String::new(); lines];
    if panel.y.ticks {
        for (value, text) in panel.y.scale.ticks() {
            if let Some((_, y)) = canvas.place(0.0, panel.y.scale.share(value)) {
                names[y / 4] = label(&text);
            }
        }
    }
    let axis = if panel.y.ticks { '│' } else { ' ' };
    let mut out: Vec<String> = (0..lines)
        .map(|line| {
            let name = &names[line];
            format!("{:pad$}{name}{axis}{}", "", canvas.text(line), pad = left - name.width()).trim_end().to_owned()
        })
        .collect();
    if panel.x.ticks {
        out.push(ticks(&panel.x.scale, left, columns));
    }
    if !panel.x.label.is_empty() {
        let name = label(&panel.x.label);
        let room = (columns - left - 1).saturating_sub(name.width()) / 2;
        out.push(format!("{:pad$}{name}", "", pad = left + 1 + room));
    }
    out
}

/// The ticks of the horizontal axis that have room.
fn ticks(scale: &Scale, left: usize, columns: usize) -> String {
    let width = columns - left - 1;
    let mut line = String::new();
    let mut used = 0;
    for (value, text) in scale.ticks() {
        let text = label(&text);
        let middle = scale.share(value) * (width - 1) as f64;
        let start = ((middle - text.width() as f64 / 2.0).max(0.0) as usize).min(width.saturating_sub(text.width()));
        if start < used + usize::from(used > 0) {
            continue;
        }
        line += &" ".repeat(start - used);
        line += &text;
        used = start + text.width();
    }
    format!("{:pad$}{line}", "", pad = left + 1)
}

/// Draws a mark; words have no room.
fn put(mark: &Mark, panel: &Panel, canvas: &mut Canvas) {
    let x = |value: f64| panel.x.scale.share(value);
    let y = |value: f64| panel.y.scale.share(value);
    match mark {
        Mark::Boxes { boxes, .. } => {
            for [left, right, bottom, top] in boxes {
                canvas.fill([x(*left), x(*right)], [y(*bottom), y(*top)]);
            }
        }
        Mark::Cells { cells, .. } => {
            for ([left, right, bottom, top], share) in cells.iter().filter(|(_, share)| *share > 0.0) {
                let shade = SHADES[((share * SHADES.len() as f64).ceil() as usize).clamp(1, SHADES.len()) - 1];
                shade_box([x(*left), x(*right)], [y(*bottom), y(*top)], shade, canvas);
            }
        }
        Mark::Area { x: places, low, high, .. } => {
            for edge in [low, high] {
                let points: Vec<[f64; 2]> = places.iter().zip(edge).map(|(px, py)| [x(*px), y(*py)]).collect();
                points.windows(2).for_each(|pair| canvas.line(pair[0], pair[1], 6));
            }
        }
        Mark::Line { points, dash, .. } => {
            let every = if *dash == super::Dash::Solid { 1 } else { 5 };
            let places: Vec<[f64; 2]> = points.iter().map(|[px, py]| [x(*px), y(*py)]).collect();
            places.windows(2).for_each(|pair| canvas.line(pair[0], pair[1], every));
        }
        Mark::Points { points, radius, .. } => {
            for [px, py] in points {
                if *radius >= 3.0 {
                    canvas.letter(x(*px), y(*py), '●');
                } else if let Some(place) = canvas.place(x(*px), y(*py)) {
                    canvas.dot(place);
                }
            }
        }
        Mark::Rug { at, y: base, .. } => {
            for value in at {
                if let Some(place) = canvas.place(x(*value), y(*base)) {
                    canvas.dot(place);
                }
            }
        }
        Mark::Upright { at, .. } => canvas.line([x(*at), 0.0], [x(*at), 1.0], 2),
        Mark::Level { at, .. } => canvas.line([0.0, y(*at)], [1.0, y(*at)], 2),
        Mark::Words { at, text, .. } => {
            // In the cells of a matrix there is room for a few letters.
            let text = label(text);
            if matches!(panel.x.scale, Scale::Row(_)) {
                let step = 1.0 / canvas.columns as f64;
                let start = x(at[0]) - step * (text.chars().count() / 2) as f64;
                for (i, letter) in text.chars().enumerate() {
                    canvas.letter(start + step * i as f64, y(at[1]), letter);
                }
            }
        }
    }
}

fn shade_box([x0, x1]: [f64; 2], [y0, y1]: [f64; 2], shade: char, canvas: &mut Canvas) {
    let (columns, lines) = (canvas.columns, canvas.lines);
    let at = |share: f64, count: usize| (share.clamp(0.0, 1.0) * count as f64).round() as usize;
    let (first, last) = (at(x0.min(x1), columns), at(x0.max(x1), columns));
    let (bottom, top) = (at(y0.min(y1), lines), at(y0.max(y1), lines));
    for line in lines - top.max(bottom + 1).min(lines)..lines - bottom.min(lines - 1) {
        for column in first.min(columns - 1)..last.max(first + 1).min(columns) {
            canvas.letters[line * columns + column] = Some(shade);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::{Axis, Dash, Ink};

    fn panel(marks: Vec<Mark>) -> Panel {
        Panel {
            title: String::new(),
            x: Axis::new("x", Scale::Linear { low: 0.0, high: 10.0 }),
            y: Axis::new("y", Scale::Linear { low: 0.0, high: 1.0 }),
            height: 60.0,
            marks,
        }
    }

    #[test]
    fn lines_are_as_wide_as_asked_and_axes_have_names() {
        let points = vec![[0.0, 0.0], [10.0, 1.0]];
        let figure = Figure {
            title: "a line".into(),
            panels: vec![panel(vec![Mark::Line { ink: Ink::Text, dash: Dash::Solid, width: 1.0, points }])],
            ..Figure::default()
        };
        for columns in [40, 80, 120] {
            let lines = figure.text(columns);
            assert!(lines.iter().all(|line| line.width() <= columns), "{lines:#?}");
            // From the bottom left to the top right.
            assert!(
                lines[1].trim_end().width() == columns && lines[4].contains("│⡠") || lines[4].contains("│⣀"),
                "{lines:#?}"
            );
            assert!(lines.iter().any(|line| line.contains("10")) && lines.last().unwrap().trim() == "x");
        }
    }

    #[test]
    fn boxes_are_full_and_what_lies_outside_is_not_drawn() {
        let boxes = vec![[0.0, 10.0, 0.0, 1.0]];
        let full = draw(&panel(vec![Mark::Boxes { ink: Ink::Text, opacity: 1.0, boxes }]), 3, 24);
        assert!(full[..4].iter().all(|line| line.matches('⣿').count() == 20), "{full:#?}");
        let points = vec![[50.0, 0.5]];
        let empty = draw(&panel(vec![Mark::Points { ink: Ink::Text, radius: 1.0, points, series: None }]), 3, 24);
        assert!(empty[..4].iter().all(|line| !line.chars().any(|c| ('\u{2801}'..'\u{28ff}').contains(&c))));
    }
}
