//! What is drawn on a panel. Places are numbers of its axes; sizes are pixels.

/// What a mark stands for, which a drawing turns into a colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// One of several things that are compared, such as models, by number from 0.
    Model(usize),
    /// What the others are held against.
    Baseline,
    /// What is better, or holds.
    Good,
    /// What is worse, or fails.
    Bad,
    /// Writing, and lines as dark.
    Text,
    /// What may be overlooked.
    Muted,
}

/// How a line is broken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Dash {
    /// Not at all.
    #[default]
    Solid,
    /// Into long pieces.
    Long,
    /// Into short pieces.
    Short,
}

/// Splits that marks belong to, so that one can be followed through several pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The model, by number from 0; none where a mark is of several.
    pub model: Option<usize>,
    /// The split of each mark.
    pub splits: Vec<u64>,
}

/// Something drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// Boxes, each from `[left, right, bottom, top]`.
    Boxes { ink: Ink, opacity: f64, boxes: Vec<[f64; 4]> },
    /// Boxes as [`Mark::Boxes`], each as dark as its share, from 0 to 1.
    Cells { ink: Ink, cells: Vec<([f64; 4], f64)> },
    /// What lies between two lines over the same `x`.
    Area { ink: Ink, x: Vec<f64>, low: Vec<f64>, high: Vec<f64> },
    /// A line through points.
    Line { ink: Ink, dash: Dash, width: f64, points: Vec<[f64; 2]> },
    /// Dots.
    Points { ink: Ink, radius: f64, points: Vec<[f64; 2]>, series: Option<Series> },
    /// Strokes of `height` pixels, up from `y`.
    Rug { ink: Ink, at: Vec<f64>, y: f64, height: f64, series: Option<Series> },
    /// A line across the panel, up from a place of the horizontal axis, with a word at its top.
    Upright { ink: Ink, dash: Dash, at: f64, text: String },
    /// A line across the panel, at a place of the vertical axis, with a word at its right end.
    Level { ink: Ink, dash: Dash, at: f64, text: String },
    /// Words: to the right of the place, to its left, or around it.
    Words { ink: Ink, at: [f64; 2], side: Side, text: String },
}

/// Where words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// They begin at the place.
    Right,
    /// They end at the place.
    Left,
    /// The place is in their middle.
    Middle,
}
