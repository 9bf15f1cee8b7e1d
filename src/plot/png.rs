//! Figures as PNG, drawn from their SVG.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::{Figure, SvgOptions};

/// Letters that every machine then has (see `font/LICENSE`), so that a picture is the same on all of them.
const FONT: &[u8] = include_bytes!("font/DejaVuSans.ttf");
/// From here on there are letters that the font has not.
const EASTERN: char = '\u{2e80}';

impl Figure {
    /// Draws it as PNG, with so many pixels for each of its own.
    ///
    /// # Errors
    /// Why it cannot be drawn: it would be too large.
    pub fn png(&self, scale: f64) -> Result<Vec<u8>, String> {
        let svg = self.svg(SvgOptions { standalone: true, adaptive: false });
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(FONT.to_vec());
        // Looking through the fonts of a machine takes a while.
        if svg.chars().any(|c| c >= EASTERN) {
            fonts.load_system_fonts();
        }
        fonts.set_sans_serif_family("DejaVu Sans");
        let options = Options { fontdb: Arc::new(fonts), font_family: "DejaVu Sans".into(), ..Options::default() };
        let tree = Tree::from_str(&svg, &options).map_err(|e| e.to_string())?;
        let pixels = |length: f32| (f64::from(length) * scale).ceil() as u32;
        let size = tree.size();
        let mut pixmap = Pixmap::new(pixels(size.width()), pixels(size.height())).ok_or("it would be too large")?;
        resvg::render(&tree, Transform::from_scale(scale as f32, scale as f32), &mut pixmap.as_mut());
        pixmap.encode_png().map_err(|e| e.to_string())
    }
}
