//! An SVG as a reader of the picture sees it: panels, and marks at numbers of their axes.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use randsplit::plot::{Figure, SvgOptions};
use randsplit::render::{figure_kind, figures_of};
use randsplit::report::Report;

/// An axis: the numbers at its ends and the pixels of these.
#[derive(Debug, Clone)]
pub struct Axis {
    is_log: bool,
    low: f64,
    high: f64,
    first: f64,
    last: f64,
}

impl Axis {
    fn read(text: &str) -> Self {
        let words: Vec<&str> = text.split(' ').collect();
        let n = |at: usize| words[at].parse::<f64>().unwrap();
        Self { is_log: words[0] == "log", low: n(1), high: n(2), first: n(3), last: n(4) }
    }

    /// The number at a pixel.
    pub fn at(&self, pixel: f64) -> f64 {
        let share = (pixel - self.first) / (self.last - self.first);
        if self.is_log {
            return self.low * (self.high / self.low).powf(share);
        }
        self.low + share * (self.high - self.low)
    }

    /// How far a number may be from one that is drawn to a tenth of a pixel.
    pub fn tolerance(&self) -> f64 {
        assert!(!self.is_log, "on a logarithmic axis it is a ratio");
        0.11 * ((self.high - self.low) / (self.last - self.first)).abs()
    }
}

/// That a pixel stands for a number.
pub fn near(axis: &Axis, pixel: f64, value: f64) {
    let got = axis.at(pixel);
    let is_near = if axis.is_log {
        (got / value).ln().abs() <= 0.11 * ((axis.high / axis.low).ln() / (axis.last - axis.first)).abs()
    } else {
        (got - value).abs() <= axis.tolerance()
    };
    assert!(is_near, "{got} is drawn for {value}");
}

/// A path: its class, the splits that it belongs to, and its sub-paths as lists of places in pixels.
#[derive(Debug, Clone)]
pub struct Path {
    pub class: String,
    pub model: Option<usize>,
    pub splits: Vec<u64>,
    pub parts: Vec<Vec<[f64; 2]>>,
}

#[derive(Debug, Clone)]
pub struct Panel {
    pub x: Axis,
    pub y: Axis,
    pub paths: Vec<Path>,
}

impl Panel {
    /// The paths of a class, such as `rug`.
    pub fn of(&self, class: &str) -> Vec<&Path> {
        self.paths.iter().filter(|path| path.class.split(' ').any(|word| word == class)).collect()
    }
}

/// The first figure of that name.
pub fn figure(report: &Report, name: &str, metric: Option<&str>, model: Option<&str>) -> Figure {
    let mut figures = figures_of(figure_kind(name).unwrap(), report, metric, model);
    assert!(!figures.is_empty(), "{name}");
    figures.remove(0)
}

/// Its panels.
pub fn drawn(report: &Report, name: &str, metric: Option<&str>, model: Option<&str>) -> Vec<Panel> {
    panels(&figure(report, name, metric, model).svg(SvgOptions::default()))
}

/// The panels of an SVG, which is well-formed XML.
pub fn panels(svg: &str) -> Vec<Panel> {
    let mut reader = Reader::from_str(svg);
    let mut panels: Vec<Panel> = Vec::new();
    let (mut depth, mut inside) = (0usize, None);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                depth += 1;
                if attribute(&tag, "class").as_deref() == Some("panel") {
                    let axis = |name: &str| Axis::read(&attribute(&tag, name).unwrap());
                    panels.push(Panel { x: axis("data-x"), y: axis("data-y"), paths: Vec::new() });
                    inside = Some(depth);
                }
            }
            Event::Empty(tag) if tag.name().as_ref() == b"path" && inside.is_some() => {
                let splits = attribute(&tag, "data-splits").map(|text| numbers(&text)).unwrap_or_default();
                let path = Path {
                    class: attribute(&tag, "class").unwrap(),
                    model: attribute(&tag, "data-model").map(|text| text.parse().unwrap()),
                    splits,
                    parts: places(&attribute(&tag, "d").unwrap()),
                };
                panels.last_mut().unwrap().paths.push(path);
            }
            Event::End(_) => {
                if inside == Some(depth) {
                    inside = None;
                }
                depth -= 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    panels
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let found = tag.attributes().map(Result::unwrap).find(|a| a.key.as_ref() == name.as_bytes())?;
    Some(String::from_utf8(found.value.into_owned()).unwrap())
}

/// `0-3,5` as numbers.
fn numbers(text: &str) -> Vec<u64> {
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => first.parse().unwrap()..=last.parse().unwrap(),
        None => part.parse().unwrap()..=part.parse().unwrap(),
    };
    text.split(',').filter(|part| !part.is_empty()).flat_map(range).collect()
}

/// The places that a path goes through, each sub-path by itself.
fn places(path: &str) -> Vec<Vec<[f64; 2]>> {
    let mut parts: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut at = [0.0, 0.0];
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(|c: char| c.is_ascii_alphabetic()).map_or(rest.len(), |end| end + 1);
        let values: Vec<f64> =
            rest[1..end].split([' ', ',']).filter(|v| !v.is_empty()).map(|v| v.parse().unwrap()).collect();
        match command {
            'M' => {
                at = [values[0], values[1]];
                parts.push(Vec::new());
            }
            'L' => at = [values[0], values[1]],
            'H' => at[0] = values[0],
            'V' => at[1] = values[0],
            'h' => at[0] += values[0],
            'v' => at[1] += values[0],
            'z' | 'Z' => {}
            other => panic!("{other} in {path}"),
        }
        if !matches!(command, 'z' | 'Z') {
            parts.last_mut().unwrap().push(at);
        }
        rest = &rest[end..];
    }
    parts
}
