//! Figures as SVG. Colours are attributes, so that a picture can be read where style sheets are blocked, and classes, by which
//! a style sheet can change them.

mod axis;
mod ink;
mod layout;
mod marks;
mod path;

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::{Figure, Ink, WIDTH};
use crate::escape::{shorten, terminal, xml};

pub use ink::PALETTE;
use ink::{class, colour, dash_of};
use layout::Layout;
use path::number;

/// Pixels that a letter takes on average, and the size of letters.
const LETTER: f64 = 7.3;
const LETTERS: f64 = 12.0;
/// Letters of a label of a mark or tick at most.
const LONGEST: usize = 42;
/// Letters of a label of the key.
const LONGEST_KEY: usize = 90;

/// How a figure is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SvgOptions {
    /// Whether it is a file of its own, with its title and ground.
    pub standalone: bool,
    /// Whether its colours change with the reader's screen.
    pub adaptive: bool,
}

impl Figure {
    /// Draws it. The same figure gives the same bytes.
    pub fn svg(&self, options: SvgOptions) -> String {
        let layout = Layout::new(self, options.standalone);
        let (width, height) = (number(WIDTH), number(layout.height));
        let id = xml::text(&self.id);
        let mut out = String::new();
        let space = if options.standalone { " xmlns=\"http://www.w3.org/2000/svg\"" } else { "" };
        put(
            &mut out,
            format_args!(
                "<svg{space} viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
                 aria-labelledby=\"{id}-t {id}-d\" font-family=\"system-ui,DejaVu Sans,sans-serif\" \
                 font-size=\"{LETTERS}\">\n<title id=\"{id}-t\">{}</title>\n<desc id=\"{id}-d\">{}</desc>\n",
                xml::text(&self.title),
                xml::text(&self.description)
            ),
        );
        if options.standalone {
            if options.adaptive {
                out.push_str(&ink::style());
            }
            put(
                &mut out,
                format_args!("<rect class=\"ground\" width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n"),
            );
            for (i, line) in layout.title.iter().enumerate() {
                let y = number(20.0 + 17.0 * i as f64);
                let text = xml::text(line);
                put(
                    &mut out,
                    format_args!(
                        "<text class=\"ink\" x=\"12\" y=\"{y}\" font-size=\"14\" font-weight=\"600\" \
                         fill=\"#1b1b1b\">{text}</text>\n"
                    ),
                );
            }
        }
        self.write_key(&layout, &mut out);
        for (panel, place) in self.panels.iter().zip(&layout.panels) {
            let (x, y) = (&panel.x.scale, &panel.y.scale);
            let [x_low, x_high] = x.domain();
            let [y_low, y_high] = y.domain();
            // Where numbers lie, for those who read places back.
            put(
                &mut out,
                format_args!(
                    "<g class=\"panel\" data-x=\"{} {x_low} {x_high} {} {}\" data-y=\"{} {y_low} {y_high} {} {}\">\n",
                    x.kind(),
                    number(place.left),
                    number(place.right),
                    y.kind(),
                    number(place.bottom),
                    number(place.top)
                ),
            );
            axis::write(panel, place, &mut out);
            marks::write_all(panel, place, &mut out);
            out.push_str("</g>\n");
        }
        out.push_str("</svg>");
        out
    }

    /// What the inks mean, above the panels.
    fn write_key(&self, layout: &Layout, out: &mut String) {
        for ((ink, text), [x, y]) in self.key.iter().zip(&layout.key) {
            let (mid, end) = (number(y - 4.0), number(x + 18.0));
            let words = Words { most: LONGEST_KEY, ..Words::label(layout::after_swatch(*x), *y, "", "ink") };
            let x = number(*x);
            put(
                out,
                format_args!(
                    "<path class=\"line-{}\" d=\"M{x} {mid}H{end}\" stroke=\"{}\" stroke-width=\"4\"{}/>",
                    class(*ink),
                    colour(*ink),
                    dash_of(*ink)
                ),
            );
            text_at(out, words, text);
        }
    }
}

/// Where and how words are written.
struct Words<'w> {
    x: f64,
    y: f64,
    /// `text-anchor`; empty for the default.
    anchor: &'w str,
    class: &'w str,
    /// Letters at most.
    most: usize,
}

impl<'w> Words<'w> {
    /// Words of a label.
    fn label(x: f64, y: f64, anchor: &'w str, class: &'w str) -> Self {
        Self { x, y, anchor, class, most: LONGEST }
    }

    /// The same words, cut where they would take more than so many pixels.
    fn within(self, pixels: f64) -> Self {
        Self { most: ((pixels / LETTER) as usize).max(8), ..self }
    }
}

/// Words, which are cut where they are long; the whole is in their title.
fn text_at(out: &mut String, words: Words, text: &str) {
    let shown = label(text, words.most);
    let anchor = if words.anchor.is_empty() { String::new() } else { format!(" text-anchor=\"{}\"", words.anchor) };
    let fill = if words.class == "muted" { ink::MUTED } else { ink::TEXT };
    let whole = terminal::sentence(text);
    let title = if whole == shown { String::new() } else { format!("<title>{}</title>", xml::text(text)) };
    put(
        out,
        format_args!(
            "<text class=\"{}\" x=\"{}\" y=\"{}\" fill=\"{fill}\"{anchor}>{title}{}</text>\n",
            words.class,
            number(words.x),
            number(words.y),
            xml::text(&shown)
        ),
    );
}

/// A label, made safe and no longer than there is room for.
fn label(text: &str, most: usize) -> String {
    shorten(&terminal::sentence(text), most).into_owned()
}

/// Pixels that a label takes, about.
fn width_of(text: &str, most: usize) -> f64 {
    label(text, most).width() as f64 * LETTER
}

/// Adds formatted text, which cannot fail.
fn put(out: &mut String, text: std::fmt::Arguments) {
    let _ = out.write_fmt(text);
}

/// Ink and name of a class of lines or fills.
fn attributes(ink: Ink) -> (&'static str, &'static str) {
    (class(ink), colour(ink))
}
