//! From the counts of each split to the confusion matrix and the rates of each label.

use super::Run;
use super::plan::list;
use crate::data::Target;
use crate::metric::{MOST_TABLED, rates_of_class};
use crate::report::document::{BestWorst, ClassEntry, ClassRate, ConfusionCell, ConfusionMatrix, Model};
use crate::stats::{mean, standard_deviation};
use crate::warning::{Code, Warning};

/// Adds what the model calls rows of each label; nothing for numbers, and where there are too many labels for a table.
pub(super) fn add_confusion(run: &Run, m: usize, model: &mut Model) {
    let splits = run.part.splits();
    let tables = &splits.models[m].confusions;
    let Target::Classification { codes, labels, .. } = run.target else { return };
    if tables.is_empty() || tables.size() != labels.len() {
        return;
    }
    let k = labels.len();
    let number = |at: usize| splits.numbers.at(at);
    let mut matrix = ConfusionMatrix { labels: labels.clone(), splits: tables.len(), cells: Vec::with_capacity(k) };
    // One label at a time: numbers of all splits are held for its row and column alone.
    for (class, label) in labels.iter().enumerate() {
        let mut counts = vec![Vec::with_capacity(tables.len()); k];
        let mut shares = vec![Vec::new(); k];
        let mut rates = [const { Vec::new() }; 3];
        let (mut support, mut tested) = (Vec::with_capacity(tables.len()), Vec::new());
        for (at, table) in tables.iter() {
            let row = &table[class * k..(class + 1) * k];
            row.iter().zip(&mut counts).for_each(|(count, all)| all.push(*count));
            let rows: u32 = row.iter().sum();
            support.push(f64::from(rows));
            if rows > 0 {
                tested.push(at);
                row.iter().zip(&mut shares).for_each(|(count, all)| all.push(f64::from(*count) / f64::from(rows)));
                let called: u32 = (0..k).map(|truth| table[truth * k + class]).sum();
                let of_class = rates_of_class(f64::from(row[class]), f64::from(rows), f64::from(called));
                rates.iter_mut().zip(of_class).for_each(|(all, rate)| all.push(rate));
            }
        }
        matrix.cells.push(counts.iter().zip(&shares).map(|(counts, shares)| cell(counts, shares)).collect());
        let [precision, recall, f1] = rates.map(|rates| rate(&rates, |i| number(tested[i])));
        model.classes.push(ClassEntry {
            label: label.clone(),
            rows: codes.iter().filter(|code| **code as usize == class).count(),
            support: mean(&support),
            tested: tested.len(),
            precision,
            recall,
            f1,
        });
    }
    model.confusion = Some(matrix);
}

/// Classes that a model never finds, and that there is no table of many.
pub(super) fn warn_about_classes(run: &Run, models: &[Model], warnings: &mut Vec<Warning>) {
    let labels = run.target.labels().len();
    if labels > MOST_TABLED {
        let text =
            format!("the target has {labels} labels: there is no confusion matrix, which has up to {MOST_TABLED}");
        warnings.push(Warning::new(Code::ManyLabels, text));
    }
    for model in models {
        let never: Vec<&ClassEntry> = model.classes.iter().filter(|c| c.recall.mean == Some(0.0)).collect();
        if never.is_empty() {
            continue;
        }
        let text = format!(
            "{}: class {} never found: recall 0 on all splits that test {}",
            model.name,
            list(never.iter().map(|class| (class.label.as_str(), class.rows))),
            if never.len() == 1 { "it" } else { "them" },
        );
        warnings.push(Warning::new(Code::ClassNeverFound, text));
    }
}

fn cell(counts: &[u32], shares: &[f64]) -> ConfusionCell {
    let numbers: Vec<f64> = counts.iter().map(|count| f64::from(*count)).collect();
    ConfusionCell {
        mean: mean(&numbers),
        sd: standard_deviation(&numbers),
        min: counts.iter().copied().min().unwrap_or(0),
        max: counts.iter().copied().max().unwrap_or(0),
        share: (!shares.is_empty()).then(|| mean(shares)),
        share_sd: standard_deviation(shares),
    }
}

fn rate(rates: &[f64], number: impl Fn(usize) -> u64) -> ClassRate {
    let worst = (0..rates.len()).reduce(|worst, i| if rates[i] < rates[worst] { i } else { worst });
    ClassRate {
        mean: (!rates.is_empty()).then(|| mean(rates)),
        sd: standard_deviation(rates),
        worst: worst.map(|i| BestWorst { score: rates[i], split: number(i) }),
    }
}
