//! Colours. Those of models are told apart by colour-blind readers too (after Okabe and Ito, darkened for contrast on white);
//! `page.css` has those of dark screens.

use crate::plot::{Dash, Ink};

/// Colours of models on a light ground, in order.
pub const PALETTE: [&str; 8] = ["#0072b2", "#d55e00", "#009e73", "#87104f", "#675200", "#00527c", "#977dfb", "#6b6b6b"];
/// Colours of models on a dark ground.
const DARK: [&str; 8] = ["#56b4e9", "#ff9d57", "#3fd0a4", "#e59ac8", "#d9bd45", "#9ad1f5", "#b0a2f0", "#bdbdbd"];
const CLASSES: [&str; 8] = ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"];

/// Writing.
pub const TEXT: &str = "#1b1b1b";
/// What may be overlooked.
pub const MUTED: &str = "#5f5f5f";
/// Lines of a grid.
pub const GRID: &str = "#e3e3e3";

/// The class of an ink, after `fill-` or `line-`.
pub fn class(ink: Ink) -> &'static str {
    match ink {
        Ink::Model(number) => CLASSES[number % CLASSES.len()],
        Ink::Baseline => "base",
        Ink::Good => "good",
        Ink::Bad => "bad",
        Ink::Text => "ink",
        Ink::Muted => "muted",
    }
}

/// The colour of an ink on a light ground.
pub fn colour(ink: Ink) -> &'static str {
    match ink {
        Ink::Model(number) => PALETTE[number % PALETTE.len()],
        Ink::Baseline => "#767676",
        Ink::Good => "#00724c",
        Ink::Bad => "#b3261e",
        Ink::Text => TEXT,
        Ink::Muted => MUTED,
    }
}

/// The attribute of a broken line.
pub fn dash(dash: Dash) -> &'static str {
    match dash {
        Dash::Solid => "",
        Dash::Long => " stroke-dasharray=\"8 4\"",
        Dash::Short => " stroke-dasharray=\"2 3\"",
    }
}

/// How lines of an ink are broken in a key.
pub fn dash_of(ink: Ink) -> &'static str {
    match ink {
        Ink::Baseline => dash(Dash::Short),
        Ink::Model(_) | Ink::Good | Ink::Bad | Ink::Text | Ink::Muted => "",
    }
}

/// How opaque a cell of this share is; the lightest can still be seen.
pub fn opacity(share: f64) -> String {
    format!("{:.2}", 0.06 + 0.84 * share)
}

/// The style sheet of a picture in a file of its own: other colours where the screen is dark.
pub fn style() -> String {
    let mut rules = String::from(".ground{fill:#16181d}.ink{fill:#ececec}.muted{fill:#b4b4b4}.grid{stroke:#34373f}");
    let named =
        [("base", "#a6a6a6"), ("good", "#5fd6a5"), ("bad", "#ff8a80"), ("ink", "#ececec"), ("muted", "#b4b4b4")];
    for (class, colour) in CLASSES.into_iter().zip(DARK).chain(named) {
        rules += &format!(".fill-{class}{{fill:{colour}}}.line-{class}{{stroke:{colour}}}");
    }
    format!("<style>@media(prefers-color-scheme:dark){{{rules}}}</style>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.2.
    fn luminance(colour: &str) -> f64 {
        let channel = |at: usize| {
            let c = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn marks_and_words_stand_out_from_both_grounds() {
        for colour in PALETTE {
            assert!(contrast(colour, "#ffffff") >= 3.0, "{colour}");
        }
        for colour in DARK {
            assert!(contrast(colour, "#16181d") >= 3.0, "{colour}");
        }
        for ink in [Ink::Baseline, Ink::Good, Ink::Bad, Ink::Text, Ink::Muted] {
            assert!(contrast(colour(ink), "#ffffff") >= 4.5, "{ink:?}");
        }
    }
}
