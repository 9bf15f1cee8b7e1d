//! The report as a table for people: a column a metric, a row a statistic.

use std::io::{self, Write};
use std::path::Path;

use super::{Format, WriteOptions, WritePage};
use crate::run::columns::Counts;
use crate::escape::terminal::{name as shown_name, sentence};
use crate::render::cascade::cascade_line;
use crate::render::claim::claim_line;
use crate::render::comparison::{comparisons_of, write_pairs};
use crate::render::grid::write_grid;
use crate::render::histogram::histogram;
use crate::render::number::{decimals_of, percent, show, spread_of};
use crate::render::probes::{sampled, shown};
use crate::render::style::Style;
use crate::render::tuning;
use crate::report::{BestWorst, MetricSummary, Model, OutlierEntry, Report};

const LABEL: usize = 18;
const COLUMN: usize = 14;
/// Outlier splits that are listed by number.
const LISTED: usize = 5;
/// Readings of one kind that are listed.
const READINGS: usize = 12;

/// A table for people.
#[derive(Debug)]
pub struct Table;

impl Format for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn summary(&self) -> &'static str {
        "A table for people"
    }

    fn good_for(&self) -> &'static str {
        "reading"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["txt"]
    }

    fn write(&self, report: &Report, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        write_table(report, options.kept, options.style, options.width, out)
    }

    fn page(&self) -> Option<WritePage> {
        Some(|page, options, out| page.write_text(options.style, options.width, out))
    }

    fn shows_verdicts(&self) -> bool {
        true
    }
}

/// Writes the table for a terminal of `width` columns.
fn write_table(
    report: &Report,
    kept: Option<&Path>,
    style: Style,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    header(report, style, out)?;
    // The settings of a grid get a line each, below.
    let settings: Vec<&str> = report.grids.iter().flat_map(|g| &g.settings).map(|s| s.model.as_str()).collect();
    let is_base = |name: &str| report.grids.iter().any(|g| g.base == name);
    let alone = |name: &str| !settings.contains(&name) || is_base(name);
    for model in report.models.iter().filter(|m| alone(&m.name)) {
        writeln!(out)?;
        writeln!(out, "{}{}", style.bold(&shown_name(&model.name)), style.dim(&sentence(&params(model))))?;
        let fit = ((width.max(60) - LABEL) / COLUMN).max(1);
        let names: Vec<&String> = report.metrics.iter().collect();
        for (i, names) in names.chunks(fit).enumerate() {
            if i > 0 {
                writeln!(out)?;
            }
            block(report, model, names, style, out)?;
        }
        notes_of(report, model, kept, style, out)?;
    }
    write_pairs(report, style, out)?;
    for grid in &report.grids {
        writeln!(out)?;
        write_grid(report, grid, style, out)?;
    }
    if !report.claims.is_empty() {
        writeln!(out)?;
        for claim in &report.claims {
            writeln!(out, "{}", claim_line(claim, style))?;
        }
    }
    for cascade in &report.cascades {
        writeln!(out, "{}", sentence(&cascade_line(cascade)))?;
    }
    if !report.warnings.is_empty() {
        writeln!(out)?;
        for w in &report.warnings {
            writeln!(out, "{} {}", style.warn(&shown_name(&w.code)), sentence(&w.message))?;
        }
    }
    Ok(())
}

fn header(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (d, p) = (&report.data, &report.plan);
    let dropped = if d.dropped.is_empty() { String::new() } else { format!(" ({} left out)", d.dropped.len()) };
    writeln!(
        out,
        "{}: {} {} · {} rows · {} feature{}{dropped}",
        style.bold(&shown_name(&d.path)),
        d.task.name(),
        style.bold(&shown_name(&d.target)),
        d.rows_used,
        d.features.len(),
        if d.features.len() == 1 { "" } else { "s" },
    )?;
    let range = |sizes: &Counts| match (sizes.iter().min(), sizes.iter().max()) {
        (Some(low), Some(high)) if low < high => format!("{low}–{high}"),
        (Some(low), _) => low.to_string(),
        _ => "0".into(),
    };
    let stratify = match (&p.stratify, p.scheme.as_str()) {
        (Some(column), scheme) if column != "target" || !scheme.starts_with("stratified") => {
            format!(" on {}", shown_name(column))
        }
        _ => String::new(),
    };
    let by = p.group.iter().chain(&p.time).map(|c| format!(" by {}", shown_name(c))).collect::<String>();
    let partial = if p.partial { format!(" of {} asked for", p.splits) } else { String::new() };
    let positive = d.positive.as_ref().map_or(String::new(), |l| format!(" · positive class '{}'", shown_name(l)));
    writeln!(
        out,
        "{} {}{by}{stratify} split{}{partial} · {} train / {} test rows · seed {}{positive}",
        p.done,
        shown_name(&p.scheme),
        if p.done == 1 { "" } else { "s" },
        range(&report.baseline.splits.n_train),
        range(&report.baseline.splits.n_test),
        p.seed
    )
}

fn params(model: &Model) -> String {
    let list: Vec<String> = model.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if list.is_empty() { String::new() } else { format!("  {}", list.join(" ")) }
}

fn block(report: &Report, model: &Model, names: &[&String], style: Style, out: &mut dyn Write) -> io::Result<()> {
    type Cell<'a> = &'a dyn Fn(&MetricSummary, usize, &str) -> String;
    let place = |e: Option<BestWorst>, d: usize| match e {
        Some(e) => format!("{} #{}", show(Some(e.score), d), e.split),
        None => show(None, d),
    };
    let quantile = |m: &MetricSummary, name: &str| m.quantiles.get(name).copied();
    let baseline = |name: &str| report.baseline.metrics.get(name).and_then(|m| m.mean);
    let scores = |name: &str| -> Vec<f64> { model.scores(name).map(|(_, score)| score).collect() };
    let rows: [(&str, Cell); 13] = [
        ("mean", &|m, d, _| show(m.mean, d)),
        ("  95 % from", &|m, d, _| show(m.ci95.map(|c| c[0]), d)),
        ("       to", &|m, d, _| show(m.ci95.map(|c| c[1]), d)),
        ("sd over splits", &|m, d, _| show(spread_of(m), d)),
        ("worst split", &|m, d, _| place(m.worst, d)),
        ("  5 % quantile", &|m, d, _| show(quantile(m, "p05"), d)),
        ("  25 %", &|m, d, _| show(quantile(m, "p25"), d)),
        ("  median", &|m, d, _| show(quantile(m, "p50"), d)),
        ("  75 %", &|m, d, _| show(quantile(m, "p75"), d)),
        ("  95 %", &|m, d, _| show(quantile(m, "p95"), d)),
        ("best split", &|m, d, _| place(m.best, d)),
        ("train - test gap", &|m, d, _| show(m.gap_mean, d)),
        ("baseline mean", &|m, d, name| show(baseline(name), decimals_of(m).min(d))),
    ];
    let heading: String = names.iter().map(|n| pad(&short(n), COLUMN)).collect();
    writeln!(out, "{:LABEL$}{}", "", style.bold(&heading))?;
    for (label, cell) in rows {
        write!(out, "{label:LABEL$}")?;
        for name in names {
            let text = model.metrics.get(*name).map_or(String::new(), |m| cell(m, decimals_of(m), name));
            write!(out, "{}", pad(&text, COLUMN))?;
        }
        writeln!(out)?;
    }
    let bars: String = names.iter().map(|n| pad(&histogram(&scores(n), COLUMN - 2), COLUMN)).collect();
    writeln!(out, "{:LABEL$}{bars}", "min to max")
}

/// Right-aligned in `width` characters (bars and dashes take more than a byte).
fn pad(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(text.chars().count())))
}

/// A metric's name cut to fit its column.
fn short(name: &str) -> String {
    let name = shown_name(name);
    if name.chars().count() < COLUMN {
        return name;
    }
    name.chars().take(COLUMN - 2).chain(['…']).collect()
}

fn notes_of(report: &Report, model: &Model, kept: Option<&Path>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for name in &report.metrics {
        let Some(m) = model.metrics.get(name) else { continue };
        let d = decimals_of(m);
        for (side, word) in [("bad", "worse"), ("good", "better")] {
            let of_side: Vec<&OutlierEntry> = m.outliers.iter().filter(|o| o.side == side).collect();
            if !of_side.is_empty() {
                writeln!(out, "{}", outlier_line(name, word, &of_side, m, d, style))?;
            }
        }
    }
    if let Some(why) = &model.why {
        for reason in &why.reasons {
            let more = match (reason.kind.as_str(), kept) {
                ("none", Some(path)) => format!(": randsplit inspect {} shows more", path.display()),
                ("none", None) => ": keep the report with -o run.json and randsplit inspect it".into(),
                _ => String::new(),
            };
            writeln!(out, "  why #{}: {}", why.split, sentence(&format!("{}{more}", reason.text)))?;
        }
    }
    for (name, f) in &model.figures {
        let cell = |v| show(Some(v), 4);
        let sd = f.sd.map_or(String::new(), |sd| format!(", sd {}", cell(sd)));
        let name = shown_name(name);
        writeln!(out, "{name}: mean {}{sd}, from {} to {} over splits", cell(f.mean), cell(f.min), cell(f.max))?;
    }
    for line in tuning::lines(model) {
        writeln!(out, "{}", sentence(&line))?;
    }
    probes_of(report, model, style, out)?;
    let Some((name, m)) = report.primary(model) else { return Ok(()) };
    if let Some(threshold) = m.outlier_threshold.filter(|_| m.outliers.is_empty()) {
        writeln!(out, "no split stands out in {} (z beyond {threshold})", shown_name(name))?;
    }
    if let (Some(worst), Some(bound)) = (m.worst, m.worst_bound) {
        let d = decimals_of(m);
        writeln!(
            out,
            "these rows: with 95 % confidence at most {} of such splits have {} worse than {}",
            percent(bound.share),
            shown_name(name),
            show(Some(worst.score), d)
        )?;
    }
    comparisons_of(report, model).into_iter().try_for_each(|line| writeln!(out, "{}", sentence(&line)))
}

/// A row for each number that probes have read, and what they conclude.
fn probes_of(report: &Report, model: &Model, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rows = shown(model, READINGS);
    let width = rows.iter().map(|(name, _)| shown_name(name).chars().count()).max().unwrap_or(0).clamp(LABEL, 56);
    if !rows.is_empty() {
        let heading: String = ["mean", "sd", "least", "most"].iter().map(|h| pad(h, COLUMN)).collect();
        writeln!(out, "{}", style.bold(&format!("{:width$}{heading}", "probes")))?;
    }
    for (name, left) in rows {
        let Some(m) = model.probes.get(name) else { continue };
        let d = decimals_of(m);
        let cells: String = [m.mean, spread_of(m), m.min, m.max].iter().map(|v| pad(&show(*v, d), COLUMN)).collect();
        let none = match (m.undefined, m.count) {
            (0, _) => String::new(),
            // On none at all is a warning.
            (undefined, 0) => format!("  undefined on {undefined}"),
            (undefined, _) => format!("  undefined on {undefined}: {}", m.why_undefined()),
        };
        writeln!(out, "{:width$}{cells}{}", shown_name(name), sentence(&none))?;
        if left > 0 {
            writeln!(out, "{}", style.dim(&format!("{:width$}  and {left} more in the JSON", "")))?;
        }
    }
    for note in sampled(report).iter().filter(|_| !model.probes.is_empty()).chain(&model.probe_notes) {
        writeln!(out, "{}", sentence(note))?;
    }
    Ok(())
}

fn outlier_line(name: &str, word: &str, list: &[&OutlierEntry], m: &MetricSummary, d: usize, style: Style) -> String {
    let mut list = list.to_vec();
    list.sort_by(|a, b| b.z.abs().total_cmp(&a.z.abs()));
    let shown: Vec<String> =
        list.iter().take(LISTED).map(|o| format!("#{} {} (z {:+.1})", o.split, show(Some(o.score), d), o.z)).collect();
    let more = if list.len() > LISTED { format!(" and {} more", list.len() - LISTED) } else { String::new() };
    let text = format!(
        "{} split{} far {word} in {}: {}{more}",
        list.len(),
        if list.len() == 1 { "" } else { "s" },
        shown_name(name),
        shown.join(", ")
    );
    let text = sentence(&text);
    let chance = format!("; {} expected by chance", by_chance(m));
    format!("{}{}", if word == "worse" { style.warn(&text) } else { text }, style.dim(&chance))
}

/// How many outliers are expected, with digits for less than one.
pub fn by_chance(m: &MetricSummary) -> String {
    if m.outliers_expected < 1.0 {
        format!("{:.2}", m.outliers_expected)
    } else {
        format!("{:.1}", m.outliers_expected)
    }
}
