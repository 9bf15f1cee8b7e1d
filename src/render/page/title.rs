//! What the report is about: data, target and plan, or scores that were made elsewhere.

use super::{Block, Page, Title};
use crate::escape::shorten_name;
use crate::report::{Data, Report};
use crate::run::columns::Counts;

fn s(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

impl Page {
    pub(super) fn title(&mut self, report: &Report) {
        let title = match &report.data {
            Some(data) => of_data(report, data),
            None => of_scores(report),
        };
        self.push(Block::Title(title));
    }
}

fn of_data(report: &Report, d: &Data) -> Title {
    let p = &report.plan;
    let dropped = if d.dropped.is_empty() { String::new() } else { format!(" ({} left out)", d.dropped.len()) };
    let features = format!("{} feature{}{dropped}", d.features.len(), s(d.features.len()));
    let stratify = match (&p.stratify, p.scheme.as_str()) {
        (Some(column), scheme) if column != "target" || !scheme.starts_with("stratified") => {
            format!(" on {}", shorten_name(column))
        }
        _ => String::new(),
    };
    let by = p.group.iter().chain(&p.time).map(|c| format!(" by {}", shorten_name(c))).collect::<String>();
    let partial = if p.partial { format!(" of {} asked for", p.splits) } else { String::new() };
    let splits = format!("{} {}{by}{stratify} split{}{partial}", p.done, shorten_name(&p.scheme), s(p.done));
    let mut plan = vec![splits];
    plan.extend(sizes(report));
    plan.extend(p.seed.map(|seed| format!("seed {seed}")));
    plan.extend(d.positive.as_ref().map(|label| format!("positive class '{}'", shorten_name(label))));
    Title {
        subject: d.path.clone(),
        what: d.task.name().to_owned(),
        of: Some(d.target.clone()),
        facts: [vec![format!("{} rows", d.rows_used), features], plan],
    }
}

fn of_scores(report: &Report) -> Title {
    let models = report.models.len();
    let baseline = report.baseline.as_ref().map_or_else(String::new, |b| format!(" and the baseline {}", b.name));
    let metrics = match report.metrics.as_slice() {
        [one] => shorten_name(one).into_owned(),
        all => format!("{} metrics", all.len()),
    };
    let mut plan = vec![format!("{} split{} drawn elsewhere", report.plan.done, s(report.plan.done))];
    plan.extend(sizes(report).or_else(|| {
        let share = report.plan.test_size?;
        Some(format!("{} % of the rows in each test part", 100.0 * share))
    }));
    Title {
        subject: report.path().to_owned(),
        what: format!("scores of {models} model{}{baseline}", s(models)),
        of: None,
        facts: [vec![metrics], plan],
    }
}

/// Train and test rows, where they are known.
fn sizes(report: &Report) -> Option<String> {
    let splits = report.splits()?;
    let range = |sizes: &Counts| {
        let (low, high) = (sizes.iter().min()?, sizes.iter().max()?);
        (low > 0).then(|| if low < high { format!("{low}–{high}") } else { low.to_string() })
    };
    Some(format!("{} train / {} test rows", range(&splits.n_train)?, range(&splits.n_test)?))
}
