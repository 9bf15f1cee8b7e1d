//! True and predicted labels: a table of counts, and how well each label is found.

use super::{Block, Heading, Page, Tone};
use crate::escape::shorten_name;
use crate::render::number::{decimals, percent, show};
use crate::report::{ClassRate, ConfusionCell, Model};

/// Labels that a table shows; the others stand in the JSON.
const SHOWN: usize = 12;

impl Page {
    /// Adds the confusion matrix of a model and the rates of its labels; nothing for numbers.
    pub(super) fn confusion(&mut self, model: &Model) {
        let Some(matrix) = &model.confusion else { return };
        let shown = shown(model);
        let names: Vec<String> = shown.iter().map(|at| model.classes[*at].label.clone()).collect();
        let text = format!("true and predicted labels of {}", shorten_name(&model.name));
        self.push(Block::Heading(Heading { text, detail: true, ..Heading::default() }));
        self.line(
            Tone::Dim,
            format!(
                "rows: true, columns: predicted; test rows a split, mean ± sd over {} splits, and their share of the true label",
                matrix.splits
            ),
        );
        let head: Vec<&str> = ["true"].into_iter().chain(names.iter().map(String::as_str)).collect();
        let rows = shown.iter().map(|truth| {
            let at = |predicted: &usize| matrix.cells.get(*truth)?.get(*predicted);
            let cells = shown.iter().map(|predicted| at(predicted).map_or_else(String::new, cell));
            [model.classes[*truth].label.clone()].into_iter().chain(cells).collect()
        });
        self.table(&head, rows.collect());
        let rows = shown.iter().map(|at| &model.classes[*at]).map(|class| {
            let [precision, recall, f1] = [class.precision, class.recall, class.f1];
            let mut cells = vec![class.label.clone(), show(Some(class.support), 1)];
            cells.extend([precision, recall, f1].iter().flat_map(|rate| [spread(rate), worst(rate)]));
            cells
        });
        let head = ["label", "test rows", "precision", "worst", "recall", "worst", "F1", "worst"];
        self.table(&head, rows.collect());
        if model.classes.iter().any(|class| class.tested < matrix.splits) {
            self.line(Tone::Dim, "rates are over the splits that test the label, which are not all of them");
        }
        let more = model.classes.len() - shown.len();
        if more > 0 {
            self.line(Tone::Dim, format!("{more} more labels, with fewer rows, stand in the JSON"));
        }
    }
}

/// The labels that are shown, those with the most rows, in their own order.
fn shown(model: &Model) -> Vec<usize> {
    let mut places: Vec<usize> = (0..model.classes.len()).collect();
    places.sort_by_key(|at| (std::cmp::Reverse(model.classes[*at].rows), *at));
    places.truncate(SHOWN);
    places.sort_unstable();
    places
}

/// Such as `12.3 ± 1.2 (89 %)`.
fn cell(cell: &ConfusionCell) -> String {
    if cell.max == 0 {
        return "0".into();
    }
    let d = decimals(cell.sd, cell.mean).saturating_sub(1).min(2);
    let sd = cell.sd.map_or(String::new(), |sd| format!(" ± {}", show(Some(sd), d)));
    let share = cell.share.map_or(String::new(), |share| format!(" ({})", percent(share)));
    format!("{}{sd}{share}", show(Some(cell.mean), d))
}

fn spread(rate: &ClassRate) -> String {
    let sd = rate.sd.map_or(String::new(), |sd| format!(" ± {}", show(Some(sd), 3)));
    format!("{}{sd}", show(rate.mean, 3))
}

/// The smallest score and its split.
fn worst(rate: &ClassRate) -> String {
    rate.worst.map_or("–".into(), |worst| format!("{} #{}", show(Some(worst.score), 3), worst.split))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evaluation;
    use crate::render::Style;
    use crate::render::page::TextOptions;

    fn text(model: &Model) -> String {
        let mut page = Page::default();
        page.confusion(model);
        let (mut text, mut markdown) = (Vec::new(), Vec::new());
        page.write_text(TextOptions { style: Style::PLAIN, width: 100, detail: true, plot: false }, &mut text).unwrap();
        page.write_markdown(crate::render::page::MarkdownPictures::LeftOut, &mut markdown).unwrap();
        let [text, markdown] = [text, markdown].map(|bytes| String::from_utf8(bytes).unwrap());
        // Both say the same numbers.
        let cells = |of: &str| of.matches(" ± ").count();
        assert_eq!(cells(&text), cells(&markdown), "{text}{markdown}");
        text
    }

    #[test]
    fn labels_are_counted_and_rated_in_two_tables() {
        let report =
            Evaluation::new("data/penguins.csv", "species").models(["tree:max_depth=2"]).splits(20).run().unwrap();
        let shown = text(&report.models[0]);
        let line = |name: &str| {
            shown.lines().filter(|l| l.trim_start().starts_with(name)).map(str::to_owned).collect::<Vec<_>>()
        };
        for (class, row) in report.models[0].classes.iter().zip(&report.models[0].confusion.as_ref().unwrap().cells) {
            let [counts, rates] = &line(&class.label)[..] else { panic!("{shown}") };
            let own = row.iter().map(cell).collect::<Vec<_>>();
            assert!(own.iter().all(|cell| counts.contains(cell.as_str())), "{counts} {own:?}");
            assert!(rates.contains(&spread(&class.recall)) && rates.contains(&worst(&class.recall)), "{rates}");
        }
        assert!(text(&Evaluation::new("data/mtcars.csv", "mpg").splits(2).run().unwrap().models[0]).is_empty());
    }
}
