//! What the report is about: data, target and plan.

use super::{Block, Page, Title};
use crate::escape::shorten_name;
use crate::report::Report;
use crate::run::columns::Counts;

impl Page {
    pub(super) fn title(&mut self, report: &Report) {
        let (d, p) = (&report.data, &report.plan);
        let dropped = if d.dropped.is_empty() { String::new() } else { format!(" ({} left out)", d.dropped.len()) };
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let features = format!("{} feature{}{dropped}", d.features.len(), s(d.features.len()));
        let range = |sizes: &Counts| match (sizes.iter().min(), sizes.iter().max()) {
            (Some(low), Some(high)) if low < high => format!("{low}–{high}"),
            (Some(low), _) => low.to_string(),
            _ => "0".into(),
        };
        let stratify = match (&p.stratify, p.scheme.as_str()) {
            (Some(column), scheme) if column != "target" || !scheme.starts_with("stratified") => {
                format!(" on {}", shorten_name(column))
            }
            _ => String::new(),
        };
        let by = p.group.iter().chain(&p.time).map(|c| format!(" by {}", shorten_name(c))).collect::<String>();
        let partial = if p.partial { format!(" of {} asked for", p.splits) } else { String::new() };
        let splits = format!("{} {}{by}{stratify} split{}{partial}", p.done, shorten_name(&p.scheme), s(p.done));
        let sizes = &report.baseline.splits;
        let sizes = format!("{} train / {} test rows", range(&sizes.n_train), range(&sizes.n_test));
        let mut plan = vec![splits, sizes, format!("seed {}", p.seed)];
        plan.extend(d.positive.as_ref().map(|label| format!("positive class '{}'", shorten_name(label))));
        self.push(Block::Title(Title {
            subject: d.path.clone(),
            what: d.task.name().to_owned(),
            of: d.target.clone(),
            facts: [vec![format!("{} rows", d.rows_used), features], plan],
        }));
    }
}
