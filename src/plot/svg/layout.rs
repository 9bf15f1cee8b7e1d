//! Where the parts of a figure stand.

use super::{LETTER, LONGEST, LONGEST_KEY, width_of};
use crate::plot::{Figure, Panel, WIDTH};

/// Room around the whole, and between panels.
const EDGE: f64 = 12.0;
const GAP: f64 = 18.0;
const LINE: f64 = 17.0;

/// Where the marks of a panel may stand, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    /// Where the panel begins, with the name of its axis.
    pub edge: f64,
}

/// Where everything stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    pub height: f64,
    /// Lines of the title.
    pub title: Vec<String>,
    /// Left end and line of each entry of the key.
    pub key: Vec<[f64; 2]>,
    pub panels: Vec<Place>,
}

/// Where words of the key begin, after their swatch.
pub fn after_swatch(x: f64) -> f64 {
    x + 24.0
}

/// Room to the left of the marks: words of ticks, and the name of the axis.
fn left_of(panel: &Panel) -> f64 {
    let ticks = if panel.y.ticks { panel.y.scale.ticks() } else { Vec::new() };
    let widest = ticks.iter().map(|(_, text)| width_of(text, LONGEST)).fold(0.0, f64::max);
    let name = if panel.y.label.is_empty() { 0.0 } else { 18.0 };
    widest + name + if widest > 0.0 { 8.0 } else { 0.0 }
}

/// Room below the marks.
fn below(panel: &Panel) -> f64 {
    let ticks = if panel.x.ticks { 18.0 } else { 2.0 };
    ticks + if panel.x.label.is_empty() { 0.0 } else { 18.0 }
}

/// A text in lines of at most so many pixels.
fn lines(text: &str, width: f64, letter: f64) -> Vec<String> {
    let most = (width / letter) as usize;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

impl Layout {
    /// Where the parts of a figure stand; the title has room where it is drawn.
    pub fn new(figure: &Figure, titled: bool) -> Self {
        let title = if titled {
            let whole = crate::escape::terminal::sentence(&figure.title);
            lines(&whole, WIDTH - 2.0 * EDGE, LETTER * 14.0 / 12.0)
        } else {
            Vec::new()
        };
        let mut y = if title.is_empty() { 4.0 } else { 12.0 + LINE * title.len() as f64 };
        let (mut key, mut x) = (Vec::new(), EDGE);
        if !figure.key.is_empty() {
            y += LINE;
        }
        for (_, text) in &figure.key {
            let wide = after_swatch(0.0) + width_of(text, LONGEST_KEY) + 16.0;
            if x + wide > WIDTH && x > EDGE {
                x = EDGE;
                y += LINE;
            }
            key.push([x, y]);
            x += wide;
        }
        if !figure.key.is_empty() {
            y += 8.0;
        }
        let columns = figure.columns.max(1);
        let across = (WIDTH - 2.0 * EDGE - GAP * (columns - 1) as f64) / columns as f64;
        // Panels below each other begin at one line.
        let left = |column: usize| {
            figure.panels.iter().skip(column).step_by(columns).map(left_of).fold(0.0, f64::max).min(0.6 * across)
        };
        let lefts: Vec<f64> = (0..columns).map(left).collect();
        let mut panels = Vec::new();
        for row in figure.panels.chunks(columns) {
            let titled = row.iter().any(|panel| !panel.title.is_empty());
            let top = y + if titled { 20.0 } else { 6.0 };
            let mut end = top;
            for (column, panel) in row.iter().enumerate() {
                let edge = EDGE + column as f64 * (across + GAP);
                let bottom = top + panel.height;
                panels.push(Place { edge, left: edge + lefts[column], right: edge + across - 14.0, top, bottom });
                end = end.max(bottom + below(panel));
            }
            y = end + 6.0;
        }
        Self { height: y + 4.0, title, key, panels }
    }
}

impl Place {
    /// Where a share of the horizontal axis lies.
    pub fn x(&self, share: f64) -> f64 {
        self.left + share * (self.right - self.left)
    }

    /// Where a share of the vertical axis lies.
    pub fn y(&self, share: f64) -> f64 {
        self.bottom - share * (self.bottom - self.top)
    }
}
