//! The report as Markdown, for pull requests and pages.

use std::io::{self, Write};

use super::table::by_chance;
use super::{Format, WriteOptions, WritePage};
use crate::escape::markdown::{code, code_name, name as shown_name, text as shown};
use crate::render::cascade::cascade_line;
use crate::render::claim::claim_reason;
use crate::render::comparison::{comparisons_of, standing_lines};
use crate::render::histogram::histogram;
use crate::render::number::{decimals_of, percent, show, spread_of};
use crate::render::probes::{CASCADE, sampled};
use crate::render::tuning;
use crate::report::{BestWorst, Report};
use crate::verdict::Verdict;

/// With a capital and a full stop, as the lines beside it.
fn sentence(line: &str) -> String {
    let mut letters = line.chars();
    letters.next().map_or(String::new(), |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// The table as Markdown.
#[derive(Debug)]
pub struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn summary(&self) -> &'static str {
        "The table as Markdown"
    }

    fn good_for(&self) -> &'static str {
        "pull requests and pages"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["md", "markdown"]
    }

    fn write(&self, report: &Report, _: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
        write_markdown(report, out)
    }

    fn page(&self) -> Option<WritePage> {
        Some(|page, _, out| page.write_markdown(out))
    }
}

/// Writes a section a model with a row a metric.
fn write_markdown(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let (d, p) = (&report.data, &report.plan);
    writeln!(out, "## {}: {} of {}\n", shown_name(&d.path), d.task.name(), code_name(&d.target))?;
    let partial = if p.partial { format!(" (stopped early, {} asked for)", p.splits) } else { String::new() };
    writeln!(
        out,
        "{} rows, {} features, {} {} splits{partial}, seed {}.\n",
        d.rows_used,
        d.features.len(),
        p.done,
        shown_name(&p.scheme),
        p.seed
    )?;
    for model in &report.models {
        let params: Vec<String> = model.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(out, "### {}\n", shown_name(&model.name))?;
        if !params.is_empty() {
            writeln!(out, "{}\n", code(&params.join(" ")))?;
        }
        writeln!(
            out,
            "| metric | mean | sd | 95 % interval | worst (split) | 5 % | median | 95 % | best (split) | gap | baseline | distribution |"
        )?;
        writeln!(out, "| --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")?;
        for name in &report.metrics {
            let Some(m) = model.metrics.get(name) else { continue };
            let digits = decimals_of(m);
            let n = |v| show(v, digits);
            let q = |key: &str| n(m.quantiles.get(key).copied());
            let place =
                |e: Option<BestWorst>| e.map_or_else(|| n(None), |e| format!("{} (#{})", n(Some(e.score)), e.split));
            let interval =
                m.ci95.map_or_else(|| n(None), |[low, high]| format!("{} to {}", n(Some(low)), n(Some(high))));
            let scores: Vec<f64> = model.scores(name).map(|(_, score)| score).collect();
            writeln!(
                out,
                "| {} | {} | {} | {interval} | {} | {} | {} | {} | {} | {} | {} | `{}` |",
                shown_name(name),
                n(m.mean),
                n(spread_of(m)),
                place(m.worst),
                q("p05"),
                q("p50"),
                q("p95"),
                place(m.best),
                n(m.gap_mean),
                n(report.baseline.metrics.get(name).and_then(|b| b.mean)),
                histogram(&scores, 12)
            )?;
        }
        writeln!(out)?;
        for name in &report.metrics {
            let Some(m) = model.metrics.get(name).filter(|m| !m.outliers.is_empty()) else { continue };
            let digits = decimals_of(m);
            let list: Vec<String> = m
                .outliers
                .iter()
                .map(|o| format!("#{} ({}, {}, z {:+.1})", o.split, show(Some(o.score), digits), o.side, o.z))
                .collect();
            writeln!(
                out,
                "- Outlier splits in {}: {}; {} expected by chance",
                shown_name(name),
                list.join(", "),
                by_chance(m)
            )?;
        }
        for (split, reason) in model.why.iter().flat_map(|w| w.reasons.iter().map(|r| (w.split, r))) {
            writeln!(out, "- Why #{split}: {}", shown(&reason.text))?;
        }
        for line in tuning::lines(model) {
            writeln!(out, "- {}", shown(&line))?;
        }
        if model.probes.keys().any(|name| !name.starts_with(CASCADE)) {
            writeln!(out, "\n| probe | mean | sd | least | most |\n| --- | ---: | ---: | ---: | ---: |")?;
            for (name, m) in model.probes.iter().filter(|(name, _)| !name.starts_with(CASCADE)) {
                let n = |v| show(v, decimals_of(m));
                writeln!(
                    out,
                    "| {} | {} | {} | {} | {} |",
                    shown_name(name),
                    n(m.mean),
                    n(spread_of(m)),
                    n(m.min),
                    n(m.max)
                )?;
            }
            writeln!(out)?;
            // On none at all is a warning.
            for (name, m) in model.probes.iter().filter(|(_, m)| m.undefined > 0 && m.count > 0) {
                writeln!(
                    out,
                    "- {} is undefined on {} splits: {}",
                    shown_name(name),
                    m.undefined,
                    shown(&m.why_undefined())
                )?;
            }
        }
        for note in sampled(report).iter().filter(|_| !model.probes.is_empty()).chain(&model.probe_notes) {
            writeln!(out, "- {}", shown(note))?;
        }
        if let Some((name, m)) = report.primary(model)
            && let (Some(worst), Some(bound)) = (m.worst, m.worst_bound)
        {
            let digits = decimals_of(m);
            writeln!(
                out,
                "- With 95 % confidence at most {} of such splits of these rows have {} worse than {}.",
                percent(bound.share),
                shown_name(name),
                show(Some(worst.score), digits)
            )?;
        }
        for line in comparisons_of(report, model) {
            writeln!(out, "- {}", shown(&sentence(&line)))?;
        }
        writeln!(out)?;
    }
    let standings = standing_lines(report);
    if !standings.is_empty() {
        writeln!(out, "### models against each other\n")?;
        standings.iter().try_for_each(|line| writeln!(out, "- {}", shown(line)))?;
        writeln!(out)?;
    }
    if !report.claims.is_empty() {
        writeln!(out, "### claims\n")?;
    }
    for claim in &report.claims {
        let mark = match claim.verdict {
            Verdict::Holds => "holds",
            Verdict::Fails => "**fails**",
            Verdict::Undecided => "*undecided*",
        };
        let name = claim.name.as_ref().map_or(String::new(), |n| format!(" {}:", shown_name(n)));
        let (text, model) = (code(&claim.text), shown_name(&claim.model));
        writeln!(out, "- {mark}:{name} {text} for {model}, {}", shown(&claim_reason(claim)))?;
    }
    for cascade in &report.cascades {
        writeln!(out, "- {}", shown(&cascade_line(cascade)))?;
    }
    if !report.warnings.is_empty() {
        let apart = if report.claims.is_empty() { "" } else { "\n" };
        writeln!(out, "{apart}### notes\n")?;
    }
    for w in &report.warnings {
        writeln!(out, "- {} {}", shown_name(&w.code), shown(&w.message))?;
    }
    Ok(())
}
