//! Where the parts of a figure stand.

use super::{LETTER, LONGEST, LONGEST_KEY, width_of};
use crate::plot::{Figure, Mark, Panel, WIDTH};

/// Room around the whole, and between panels.
const EDGE: f64 = 12.0;
const GAP: f64 = 18.0;
const LINE: f64 = 17.0;

/// Where the marks of a panel may stand, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    /// Where the panel begins, with the name of its axis.
    pub edge: f64,
    /// Room above the marks for the words of upright rules.
    pub head: f64,
    /// Where those words stand, rule by rule.
    pub rules: Vec<Option<RuleWords>>,
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

/// Where the words of an upright rule stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleWords {
    pub x: f64,
    /// Whether they end at `x`, and do not begin there.
    pub ends: bool,
    /// The line above the marks, the highest first.
    pub line: usize,
}

/// Height of a line of such words.
pub const RULE_LINE: f64 = 14.0;

/// Where the words of each upright rule of a panel stand, which has its edge, left and right end there: on the side that has
/// room, and below the words of earlier rules that they would cover.
fn words_of_rules(panel: &Panel, [edge, left, right]: [f64; 3]) -> Vec<Option<RuleWords>> {
    let mut taken: Vec<([f64; 2], usize)> = Vec::new();
    let mut rules = Vec::new();
    for mark in &panel.marks {
        let Mark::Upright { at, text, .. } = mark else { continue };
        if text.is_empty() {
            rules.push(None);
            continue;
        }
        let (x, width) = (left + panel.x.scale.share(*at) * (right - left), width_of(text, LONGEST));
        let ends = x + 4.0 + width > right && x - 4.0 - width > edge;
        let place = if ends { [x - 4.0 - width, x - 4.0] } else { [x + 4.0, x + 4.0 + width] };
        let is_free =
            |line: usize| taken.iter().all(|(other, on)| *on != line || other[1] < place[0] || place[1] < other[0]);
        let line = (0..taken.len()).find(|line| is_free(*line)).unwrap_or(taken.len());
        taken.push((place, line));
        rules.push(Some(RuleWords { x: if ends { place[1] } else { place[0] }, ends, line }));
    }
    rules
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
            let place = |(column, panel): (usize, &Panel)| {
                let edge = EDGE + column as f64 * (across + GAP);
                let (left, right) = (edge + lefts[column], edge + across - 14.0);
                let right = if figure.square { right.min(left + panel.height) } else { right };
                let rules = words_of_rules(panel, [edge, left, right]);
                Place { edge, left, right, top: 0.0, bottom: 0.0, head: 0.0, rules }
            };
            let places: Vec<Place> = row.iter().enumerate().map(place).collect();
            let titled = row.iter().any(|panel| !panel.title.is_empty());
            let lines =
                places.iter().flat_map(|place| &place.rules).flatten().map(|words| words.line + 1).max().unwrap_or(0);
            let head = RULE_LINE * lines as f64;
            let top = y + head + if titled { 20.0 } else { 6.0 };
            let mut end = top;
            for (panel, place) in row.iter().zip(places) {
                let bottom = top + panel.height;
                panels.push(Place { top, bottom, head, ..place });
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
