//! An inspection as a page.

use crate::inspect::{Inspection, Reason, RowEntry, SplitFinding, number, whole_percent};
use crate::metric::Direction;

use super::table::{Column, Row};
use super::{Page, Tone};
use crate::render::number::percent;

/// Reasons that are told of a split; the JSON has all.
const REASONS: usize = 3;
/// The loss of a label: right or wrong.
const WRONG: &str = "wrong class";

/// A p-value.
fn p_value(p: f64) -> String {
    if p < 1e-4 { "<0.0001".into() } else { format!("{p:.4}") }
}

fn or_dash(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "–".into(), show)
}

/// A table of rows of the file: behind the number of each stand its target, its prediction and its telling values, then
/// `head` and the other cells.
fn table_of_rows(page: &mut Page, found: &Inspection, head: &[&str], rows: Vec<(u32, Vec<String>)>) {
    let of = |row: u32| found.row_values.iter().find(|values| values.row == row);
    let names: Vec<&String> = found.row_values.first().map_or_else(Vec::new, |values| values.values.keys().collect());
    let predicted = match found.loss.as_str() {
        "squared error" | "absolute error" => "mean over the splits that test the row",
        _ => "what most splits that test the row say",
    };
    let mut columns = vec![Column::numbers("row")];
    columns.extend(found.data.id.clone().map(Column::words));
    columns.push(Column::numbers(found.data.target.clone()).rank(1));
    columns.push(Column::numbers("predicted").explained(predicted).rank(2));
    let ranked = names.iter().enumerate().map(|(i, name)| Column::numbers((*name).clone()).rank(4 + i as u8));
    columns.extend(ranked);
    columns.extend(head.iter().enumerate().map(|(i, head)| Column::numbers(*head).rank(if i == 0 { 0 } else { 3 })));
    let line = |(row, cells): (u32, Vec<String>)| {
        let values = of(row);
        let mut line = vec![row.to_string()];
        line.extend(found.data.id.iter().map(|_| values.and_then(|v| v.id.clone()).unwrap_or_else(|| "–".into())));
        line.push(values.map_or_else(|| "–".into(), |v| v.target.clone()));
        line.push(values.and_then(|v| v.prediction.clone()).unwrap_or_else(|| "–".into()));
        line.extend(
            names.iter().map(|name| values.and_then(|v| v.values.get(*name).cloned()).unwrap_or_else(|| "–".into())),
        );
        line.extend(cells);
        Row::new(line)
    };
    page.rows(columns, rows.into_iter().map(line).collect());
}

/// A column of numbers with the same decimals: four digits of the one in the middle by size. Where they span more than
/// digits can show, all are written with an exponent.
fn column(values: impl Iterator<Item = Option<f64>>) -> Vec<String> {
    let values: Vec<Option<f64>> = values.map(|v| v.filter(|v| v.is_finite())).collect();
    let mut sizes: Vec<f64> = values.iter().flatten().map(|v| v.abs()).filter(|v| *v > 0.0).collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let middle = sizes.get(sizes.len() / 2).copied().unwrap_or(1.0);
    let decimals = (3.0 - middle.log10().floor()).clamp(0.0, 6.0) as usize;
    let (least, most) = (sizes.first().copied().unwrap_or(1.0), sizes.last().copied().unwrap_or(1.0));
    let wide = most >= 1e9 || least < 0.5 * 10f64.powi(-(decimals as i32));
    let show = |v: f64| match (v, wide) {
        (0.0, _) => "0".into(),
        (v, true) => format!("{v:.2e}"),
        (v, false) => format!("{v:.decimals$}"),
    };
    values.into_iter().map(|v| v.map_or_else(|| "–".into(), show)).collect()
}

/// A score with four decimals where it is of the order of one, else with four digits.
fn score(value: f64) -> String {
    if value.abs() < 10.0 { format!("{value:.4}") } else { number(value) }
}

/// The page of an inspection. `one` shows the splits asked for alone, `rows` the rows in more detail.
pub fn inspection_page(found: &Inspection, one: bool, rows: bool) -> Page {
    let mut page = Page::default();
    let d = &found.data;
    let better = match found.direction {
        Direction::Higher => "higher is better",
        Direction::Lower => "lower is better",
        Direction::None => "no direction",
    };
    page.heading(format!("{}: {} of {} on {} splits", d.path, found.model, d.target, found.splits_scored));
    page.line(Tone::Dim, format!("{} ({better}); a row's loss is its {}", found.metric, found.loss));
    found.splits.iter().for_each(|split| split_reasons(&mut page, found, split));
    if !one {
        suspicion_block(&mut page, found);
    }
    // Of several outliers the reasons alone: one that is asked for is shown whole.
    let whole = |s: &&SplitFinding| one || s.roles.iter().any(|role| role == "best" || role == "worst");
    for split in found.splits.iter().filter(whole) {
        page.heading(format!("split #{}{}", split.split, roles(split)));
        split_block(&mut page, found, split);
    }
    if !one || rows {
        row_blocks(&mut page, found, rows);
    }
    if !one {
        over_all_splits(&mut page, found);
    }
    if !found.notes.is_empty() {
        page.heading("notes");
        found.notes.iter().for_each(|note| page.line(Tone::Plain, format!("  {note}")));
    }
    page
}

fn roles(split: &SplitFinding) -> String {
    if split.roles.is_empty() { String::new() } else { format!(" ({})", split.roles.join(", ")) }
}

/// What a split scored, and the likeliest reasons.
fn split_reasons(page: &mut Page, found: &Inspection, split: &SplitFinding) {
    let scored = split.scores.get(&found.metric).and_then(|p| Some((p.score?, p.rank?, p.of)));
    let scored =
        scored.map_or(String::new(), |(s, rank, of)| format!(": {} {}, rank {rank} of {of}", found.metric, score(s)));
    page.heading(format!("why is split #{}{} as it is{scored}", split.split, roles(split)));
    let known: Vec<&Reason> = split.reasons.iter().filter(|r| r.kind != "none").take(REASONS).collect();
    if known.is_empty() {
        split.reasons.iter().for_each(|reason| page.sentence(format!("  {}", reason.text)));
    }
    for (i, reason) in known.iter().enumerate() {
        page.line(Tone::Warn, format!("  {}. {}", i + 1, reason.text));
    }
}

fn split_block(page: &mut Page, found: &Inspection, split: &SplitFinding) {
    let scores = split.scores.iter().map(|(name, s)| {
        let rank = or_dash(s.rank, |r| format!("{r} of {}", s.of));
        vec![name.clone(), or_dash(s.score, score), rank, or_dash(s.train, score), or_dash(s.gap, score)]
    });
    let sizes = format!("{} train / {} test rows", split.n_train, split.n_test);
    page.line(Tone::Dim, format!("  {sizes}"));
    page.table(&["metric", "test", "rank", "train", "gap"], scores.collect());
    let gaps = split.drift.iter().any(|c| c.missing != 0.0);
    let drift = split.drift.iter().map(|c| {
        let name = if c.target { format!("{} (target)", c.column) } else { c.column.clone() };
        let sides = match (&c.means, &c.level, &c.shares) {
            (Some([test, train]), ..) => format!("mean {} / {}", number(*test), number(*train)),
            (None, Some(level), Some([test, train])) => format!("{level} {} / {}", percent(*test), percent(*train)),
            _ => "–".into(),
        };
        let mut cells = vec![
            name,
            sides,
            c.difference.map_or_else(|| "–".into(), |d| format!("{d:+.2}")),
            or_dash(c.value, |v| format!("{} {v:.3}", if c.statistic == "ks" { "KS" } else { "V" })),
            or_dash(c.q, p_value),
            or_dash(c.place, whole_percent),
        ];
        cells.extend(gaps.then(|| if c.missing == 0.0 { "0".into() } else { format!("{:+.1} %", 100.0 * c.missing) }));
        cells
    });
    let head = ["column", "test / train", "in sd", "distance", "corrected p", "stronger than", "missing"];
    page.table(&head[..if gaps { 7 } else { 6 }], drift.collect());
    let losses = column(split.rows.iter().map(|r| Some(r.loss)));
    let rows = split.rows.iter().zip(losses).map(|(r, loss)| {
        let leverage = or_dash(r.leverage, |l| format!("{l:.3}"));
        (r.row, vec![loss, percent(r.share), leverage, format!("{} of {}", r.high, r.tested)])
    });
    // Of right and wrong, half says nothing.
    if found.loss != WRONG {
        let (rows, of) = (split.half_of_loss, split.n_test);
        let make = if rows == 1 { "makes" } else { "make" };
        page.line(Tone::Dim, format!("  {rows} of {of} test rows {make} half of the {}", found.loss));
    }
    table_of_rows(page, found, &["loss", "share", "leverage", "among the worst 5 % in"], rows.collect());
    let fit = &split.fit;
    let mut odd = Vec::new();
    odd.extend(fit.setting.as_ref().map(|setting| format!("tuned to {setting}")));
    odd.extend(fit.condition_number.map(|c| format!("condition number {}", number(c))));
    odd.extend(fit.iterations.map(|i| format!("{i} iterations")));
    odd.extend(fit.figures.iter().map(|(name, value)| format!("{name} {}", number(*value))));
    odd.extend(fit.difficulty.clone());
    if !odd.is_empty() {
        page.line(Tone::Dim, format!("  fit: {}", odd.join(", ")));
    }
    // Coefficients of different columns have different units.
    let odd = fit.coefficients.iter().map(|c| {
        let both = column([Some(c.value), Some(c.median)].into_iter());
        vec![c.name.clone(), both[0].clone(), both[1].clone(), format!("{:+.1}", c.z)]
    });
    page.table(&["odd coefficient", "here", "median", "z"], odd.collect());
}

fn row_blocks(page: &mut Page, found: &Inspection, more: bool) {
    let rows = &found.rows;
    page.heading("rows on which the score depends");
    let passing = rows.influential_count;
    page.line(
        if passing > 0 { Tone::Warn } else { Tone::Plain },
        match passing {
            0 => "  none moves the mean score by much; the strongest are".into(),
            1 => format!("  1 of {} rows stands out", found.data.rows_used),
            n => format!("  {n} of {} rows stand out", found.data.rows_used),
        },
    );
    let shown = rows.influential.iter().flat_map(|r| [r.mean_tested, r.mean_trained, r.influence, r.error]);
    let shown = column(shown.map(Some));
    let list = rows.influential.iter().zip(shown.chunks(4)).map(|(r, shown)| {
        let cells = vec![
            format!("{} ± {}", shown[2], shown[3]),
            format!("{} ({})", shown[0], r.tested),
            format!("{} ({})", shown[1], r.trained),
            format!("{:+.1}", r.z),
            p_value(r.p),
        ];
        (r.row, cells)
    });
    let head = ["difference", "mean where tested (splits)", "where trained on (splits)", "z", "p, all rows"];
    table_of_rows(page, found, &head, list.collect());
    let e = &rows.explained;
    if !e.rows.is_empty() {
        let called = |id: &Option<String>| id.as_ref().map_or(String::new(), |id| format!("{id}, "));
        let list: Vec<String> =
            e.rows.iter().map(|r| format!("{} ({}{:+.4})", r.row, called(&r.id), r.effect)).collect();
        page.line(
            Tone::Plain,
            format!(
                "  whether {} tested explains {} of the scores' variance over splits ({} on splits left out)",
                if list.len() == 1 { format!("row {} is", list[0]) } else { format!("rows {} are", list.join(", ")) },
                percent(e.r2.max(0.0)),
                percent(e.r2_left_out.max(0.0))
            ),
        );
    }
    if let Some(share) = e.by_losses {
        page.line(
            Tone::Plain,
            format!(
                "  which rows are tested, by what they cost on other splits, explains {} of the variance of the scores",
                percent(share)
            ),
        );
    }
    let most = if more { 10 } else { 5 };
    let table = |list: &[RowEntry]| -> Vec<(u32, Vec<String>)> {
        let list = &list[..most.min(list.len())];
        let of = |value: fn(&RowEntry) -> Option<f64>| column(list.iter().map(value)).into_iter();
        let columns = of(|r| r.loss).zip(of(|r| r.spread)).zip(of(|r| r.influence));
        let line = |(r, ((loss, spread), influence)): (&RowEntry, ((String, String), String))| {
            let high = format!("{} of {}", r.high, r.tested);
            (r.row, vec![loss, r.tested.to_string(), high, spread, influence])
        };
        list.iter().zip(columns).map(line).collect()
    };
    let head = ["mean loss", "tested", "among the worst 5 % in", "spread of prediction", "influence"];
    page.heading(match found.loss.as_str() {
        WRONG => "rows most often misclassified".to_owned(),
        loss => format!("rows with the largest {loss}"),
    });
    table_of_rows(page, found, &head, table(&rows.costly));
    if more {
        page.heading("rows whose prediction varies most over splits");
        table_of_rows(page, found, &head, table(&rows.unstable));
    }
}

fn over_all_splits(page: &mut Page, found: &Inspection) {
    page.heading("what moves with the score over all splits");
    if found.drivers.is_empty() {
        page.line(Tone::Plain, "  no column's mean, share or spread in the test rows does, beyond chance");
    }
    let drivers = found.drivers.iter().take(5).map(|d| {
        let word = if d.correlation > 0.0 { "better" } else { "worse" };
        vec![d.what.clone(), format!("{word} where higher"), format!("{:+.2}", d.correlation), p_value(d.q)]
    });
    page.table(&["in the test rows", "scores are", "rank correlation", "corrected p"], drivers.collect());
    if !found.worst_splits.is_empty() {
        page.heading("what the worst tenth of the splits tests more of");
        let list = found.worst_splits.iter().map(|s| {
            let share = |share: f64| format!("{} %", number(100.0 * share));
            vec![
                s.slice.clone(),
                share(s.share_worst),
                share(s.share_other),
                format!("{:+.2}", s.correlation),
                p_value(s.q),
            ]
        });
        page.table(
            &["slice", "of their test rows", "of the others'", "rank correlation", "corrected p"],
            list.collect(),
        );
    }
    page.heading("where the model is weak");
    if found.slices.is_empty() {
        page.line(
            Tone::Plain,
            "  no slice of one or two conditions passes on the half of the rows that did not find it",
        );
    }
    // All are mean losses, and comparable.
    let shown = column(found.slices.iter().flat_map(|s| [s.loss, s.loss_rest, s.ci95[0], s.ci95[1]]).map(Some));
    let slices = found.slices.iter().zip(shown.chunks(4)).map(|(s, shown)| {
        let size = format!("{} ({})", s.rows, percent(s.share));
        let interval = format!("{} to {}", shown[2], shown[3]);
        vec![s.slice.clone(), size, shown[0].clone(), shown[1].clone(), interval, p_value(s.p)]
    });
    page.table(&["slice", "rows", "mean loss", "of the rest", "95 % of difference", "p"], slices.collect());
}

fn suspicion_block(page: &mut Page, found: &Inspection) {
    page.heading("suspicions about the data");
    if found.suspicions.is_empty() {
        page.line(Tone::Plain, "  none of the checks RS101 to RS108 fires");
    }
    for s in &found.suspicions {
        page.led(Tone::Warn, format!("  {}", s.code), s.message.as_str());
    }
}
