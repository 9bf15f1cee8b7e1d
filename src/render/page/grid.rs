//! Grids: settings of a model, compared.

use super::Page;
use super::table::{Column, Row};
use crate::escape::shorten_name;
use crate::render::number::{decimals, show};
use crate::report::{Grid, GridSetting, Report};

impl Page {
    /// A row a setting, and the best of them.
    pub(super) fn grid(&mut self, report: &Report, grid: &Grid) {
        self.heading(format!("{} of {} against {}", grid.metric, grid.grid, grid.base));
        let row = |s: &GridSetting| {
            let sd = report.models.iter().find(|m| m.name == s.model).and_then(|m| m.metrics.get(&grid.metric)?.sd);
            let d = decimals(sd, s.mean.unwrap_or(0.0));
            let ratios =
                [s.variance_ratio, s.iqr_ratio, s.range_ratio, s.shorth_ratio, s.ks, s.cvm, s.rank_correlation];
            let mut cells = vec![shorten_name(&s.model).into_owned()];
            cells.extend([s.mean, s.worst].map(|v| show(v, d)));
            cells.extend(ratios.map(|v| show(v, 3)));
            Row::new(cells)
        };
        let numbers = [
            ("mean", 0),
            ("worst", 1),
            ("variance ×", 2),
            ("IQR ×", 4),
            ("range ×", 3),
            ("shorth ×", 5),
            ("KS", 6),
            ("CvM", 7),
            ("rank r", 3),
        ];
        let numbers = numbers.map(|(head, rank)| Column::numbers(head).rank(rank));
        let columns = [Column::words("")].into_iter().chain(numbers).collect();
        self.rows(columns, grid.settings.iter().map(row).collect());
        let name = |n: &Option<String>| n.as_deref().map_or_else(|| "none".into(), |n| shorten_name(n).into_owned());
        let (mean, worst) = (name(&grid.best_by_mean), name(&grid.best_by_worst));
        self.sentence(format!("best by mean: {mean}; best by worst split: {worst}"));
    }
}
