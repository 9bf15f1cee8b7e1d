//! Axes of a panel: lines of a grid, ticks and names.

use super::ink::GRID;
use super::layout::Place;
use super::path::number;
use super::{Words, put, text_at};
use crate::plot::{Panel, Scale};

/// Writes the axes of a panel.
pub fn write(panel: &Panel, place: &Place, out: &mut String) {
    out.push_str("<g class=\"axis\">\n");
    if !panel.title.is_empty() {
        let at = Words::label(place.left, place.top - place.head - 7.0, "", "ink").within(place.right - place.left);
        text_at(out, at, &panel.title);
    }
    if panel.y.ticks {
        let band = matches!(panel.y.scale, Scale::Band(_));
        for (value, text) in panel.y.scale.ticks() {
            let y = place.y(panel.y.scale.share(value));
            if !band {
                rule(out, format_args!("M{} {}H{}", number(place.left), number(y), number(place.right)));
            }
            let class = if band { "ink" } else { "muted" };
            text_at(out, Words::label(place.left - 6.0, y + 4.0, "end", class), &text);
        }
    }
    if panel.x.ticks {
        for (value, text) in panel.x.scale.ticks() {
            let x = place.x(panel.x.scale.share(value));
            rule(out, format_args!("M{} {}V{}", number(x), number(place.top), number(place.bottom)));
            text_at(out, Words::label(x, place.bottom + 15.0, "middle", "muted"), &text);
        }
    }
    let middle = (place.left + place.right) / 2.0;
    let mut below = place.bottom + if panel.x.ticks { 32.0 } else { 16.0 };
    if !panel.x.label.is_empty() {
        let at = Words::label(middle, below, "middle", "ink").within(place.right - place.edge);
        text_at(out, at, &panel.x.label);
    }
    if !panel.y.label.is_empty() {
        below = (place.top + place.bottom) / 2.0;
        let x = place.edge + 10.0;
        put(out, format_args!("<g transform=\"rotate(-90 {} {})\">", number(x), number(below)));
        let at = Words::label(x, below, "middle", "ink").within(place.bottom - place.top + 24.0);
        text_at(out, at, &panel.y.label);
        out.push_str("</g>\n");
    }
    out.push_str("</g>\n");
}

fn rule(out: &mut String, path: std::fmt::Arguments) {
    put(out, format_args!("<path class=\"grid\" d=\"{path}\" stroke=\"{GRID}\"/>\n"));
}
