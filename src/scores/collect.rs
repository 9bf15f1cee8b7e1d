//! Scores by model, metric and split, and what their splits are.

use std::collections::HashMap;

use indexmap::IndexSet;

use super::direction::direction_of;
use super::{ScoreRow, ScoreRows, ScoresOptions};
use crate::error::{Error, Result, Subject, suggestion_or_list};
use crate::metric::{Direction, bounds, place_of_metric};
use crate::setting::{GREATER_IS_BETTER, LOWER_IS_BETTER, METRIC, N_TEST, N_TRAIN, TEST_SIZE};

/// Scores are this far beyond the ends of their metric by rounding alone.
const ROUNDING: f64 = 1e-9;

/// A metric of the scores.
pub(super) struct ScoreMetric {
    pub name: String,
    pub direction: Direction,
    /// The least and the largest value.
    pub bounds: [f64; 2],
}

/// A split of the scores.
#[derive(Default)]
pub(super) struct ScoreSplit {
    pub number: u64,
    /// What it is called, where that is no number.
    pub name: Option<String>,
    pub n_train: Option<usize>,
    pub n_test: Option<usize>,
}

/// All scores, each under its place.
pub(super) struct Collected<'s> {
    pub splits: Vec<ScoreSplit>,
    pub models: Vec<&'s str>,
    pub metrics: Vec<ScoreMetric>,
    rows: HashMap<(usize, usize, usize), &'s ScoreRow>,
}

impl<'s> Collected<'s> {
    /// Puts scores in order: splits by number where they have numbers, else as they come; models and metrics as they come.
    ///
    /// # Errors
    /// An input error where there are none, two are of one split, model and metric, a metric's direction is not known, a
    /// score cannot be one of its metric, or sizes of splits are missing or do not agree.
    pub fn new(scores: &'s ScoreRows, options: &ScoresOptions) -> Result<Self> {
        let about = |e: Error| e.about(Subject::File(scores.name.clone()));
        if scores.rows.is_empty() {
            return Err(about(Error::file(format!("{} has no scores", scores.name)).advise("it needs a row for each")));
        }
        let metrics = metrics(scores, options)?;
        let place = |row: &ScoreRow| metrics.iter().position(|metric| metric.name == row.metric);
        let used: Vec<(usize, usize)> =
            scores.rows.iter().enumerate().filter_map(|(at, row)| Some((at, place(row)?))).collect();
        let names: IndexSet<&str> = used.iter().map(|(at, _)| scores.rows[*at].split.as_str()).collect();
        let (mut splits, order) = numbered(&names);
        let models: IndexSet<&str> = used.iter().map(|(at, _)| scores.rows[*at].model.as_str()).collect();
        let mut rows = HashMap::with_capacity(used.len());
        let mut said = HashMap::new();
        for (at, metric) in used {
            let row = &scores.rows[at];
            check_score(scores, at, &metrics[metric])?;
            let split = names.get_index_of(row.split.as_str()).map_or(0, |place| order[place]);
            let model = models.get_index_of(row.model.as_str()).unwrap_or(0);
            if let Some(before) = said.insert((model, metric, split), at) {
                return Err(about(
                    Error::file(format!(
                        "split {} has two scores of model '{}' in {}; the first is {}",
                        row.split,
                        row.model,
                        row.metric,
                        scores.place(before)
                    ))
                    .at(scores.place(at))
                    .advise("leave one out, or number the splits of all repetitions through"),
                ));
            }
            rows.insert((model, metric, split), row);
            let of = &mut splits[split];
            for (name, known, new) in
                [("n_train", &mut of.n_train, row.n_train), ("n_test", &mut of.n_test, row.n_test)]
            {
                match (*known, new) {
                    (Some(one), Some(other)) if one != other => {
                        return Err(about(
                            Error::file(format!("split {} has {name} {other} here and {one} above", row.split))
                                .at(scores.place(at))
                                .advise("the same split has the same rows for all models"),
                        ));
                    }
                    (None, Some(_)) => *known = new,
                    _ => {}
                }
            }
        }
        size(&mut splits, scores, options)?;
        Ok(Self { splits, models: models.into_iter().collect(), metrics, rows })
    }

    /// The score of a model and metric on a split, where there is a row for it.
    pub fn row(&self, model: usize, metric: usize, split: usize) -> Option<&'s ScoreRow> {
        self.rows.get(&(model, metric, split)).copied()
    }
}

/// A score that is a number.
pub(super) fn score_of(row: &ScoreRow) -> Option<f64> {
    row.score.filter(|score| score.is_finite())
}

/// The splits of these names, and the place of each name among them.
fn numbered(names: &IndexSet<&str>) -> (Vec<ScoreSplit>, Vec<usize>) {
    let numbers: Option<IndexSet<u64>> = names.iter().map(|name| name.parse().ok()).collect();
    let Some(numbers) = numbers.filter(|numbers| numbers.len() == names.len()) else {
        let split = |(at, name): (usize, &&str)| ScoreSplit {
            number: at as u64,
            name: Some((*name).to_owned()),
            ..ScoreSplit::default()
        };
        return (names.iter().enumerate().map(split).collect(), (0..names.len()).collect());
    };
    let mut sorted: Vec<u64> = numbers.iter().copied().collect();
    sorted.sort_unstable();
    let order = numbers.iter().map(|number| sorted.partition_point(|other| other < number)).collect();
    (sorted.into_iter().map(|number| ScoreSplit { number, ..ScoreSplit::default() }).collect(), order)
}

/// The metrics of the scores, those that were asked for in that order.
fn metrics(scores: &ScoreRows, options: &ScoresOptions) -> Result<Vec<ScoreMetric>> {
    let there: IndexSet<&str> = scores.rows.iter().map(|row| row.metric.as_str()).collect();
    let found = |name: &String, setting: String| {
        place_of_metric(name, there.iter().copied()).map(|at| there[at]).ok_or_else(|| {
            let near = suggestion_or_list(name, || there.iter().copied());
            Error::metric(format!("{setting}: {} has no metric '{name}'{near}", scores.name))
                .about(Subject::Metric(name.clone()))
        })
    };
    let mut names: IndexSet<&str> =
        options.metrics.iter().map(|name| found(name, METRIC.to(name))).collect::<Result<_>>()?;
    if names.is_empty() {
        names.clone_from(&there);
    }
    let mut stated: HashMap<&str, Direction> = HashMap::new();
    for (name, direction) in &options.directions {
        let setting = if *direction == Direction::Lower { LOWER_IS_BETTER } else { GREATER_IS_BETTER };
        let name = found(name, setting.to(name))?;
        if stated.insert(name, *direction).is_some_and(|before| before != *direction) {
            return Err(Error::metric(format!("'{name}' is named by {GREATER_IS_BETTER} and by {LOWER_IS_BETTER}"))
                .about(Subject::Metric(name.to_owned()))
                .advise("leave one out"));
        }
    }
    let metric = |name: &str| {
        let known = direction_of(name);
        let direction = stated.get(name).copied().or(known).ok_or_else(|| {
            Error::metric(format!("it is not known which way '{name}' gets better"))
                .about(Subject::Metric(name.to_owned()))
                .at(&scores.name)
                .advise(format!(
                    "say {} or {}, or name the metrics to use with {METRIC}",
                    GREATER_IS_BETTER.to(name),
                    LOWER_IS_BETTER.to(name)
                ))
        })?;
        // What gets better the other way is something else than the metric of that name.
        let bounds = if known == Some(direction) { bounds(name) } else { [f64::NEG_INFINITY, f64::INFINITY] };
        Ok(ScoreMetric { name: name.to_owned(), direction, bounds })
    };
    names.into_iter().map(metric).collect()
}

/// Refuses a score that no predictions can have: it is of another unit, or has another sign.
fn check_score(scores: &ScoreRows, at: usize, metric: &ScoreMetric) -> Result<()> {
    let row = &scores.rows[at];
    let [least, most] = metric.bounds;
    let wrong = |score: f64, what: String, advice: &str| {
        Error::file(format!("{} is {score}, and it {what}", metric.name))
            .about(Subject::Metric(metric.name.clone()))
            .at(scores.place(at))
            .advise(advice)
    };
    match score_of(row) {
        Some(score) if score > most + ROUNDING && (least, most) == (0.0, 1.0) => {
            Err(wrong(score, "is at most 1".into(), "divide percentages by 100, or give the metric another name"))
        }
        Some(score) if score > most + ROUNDING => {
            Err(wrong(score, format!("is at most {most}"), "give the metric another name if it is another one"))
        }
        Some(score) if score < least - ROUNDING => {
            let advice = format!("if its sign was turned, call it neg_{}", metric.name);
            Err(wrong(score, format!("is at least {least}"), &advice))
        }
        _ => Ok(()),
    }
}

/// Gives each split the sizes that are known of it.
fn size(splits: &mut [ScoreSplit], scores: &ScoreRows, options: &ScoresOptions) -> Result<()> {
    let wrong = |text: String, advice: &str| Err(Error::setting(text).at(&scores.name).advise(advice));
    if let Some(share) = options.test_size.filter(|share| !(*share > 0.0 && *share < 1.0)) {
        let text = format!("{} is no share between 0 and 1", TEST_SIZE.to(share));
        return Err(Error::setting(text)
            .about(TEST_SIZE)
            .advise(format!("numbers of rows are {N_TRAIN} and {N_TEST}")));
    }
    for (given, name, setting) in [(options.n_train, "n_train", N_TRAIN), (options.n_test, "n_test", N_TEST)] {
        if given == Some(0) {
            return Err(Error::setting(format!("{} is no number of rows", setting.to(0))).advise("give 1 or more"));
        }
        let known = |split: &ScoreSplit| if name == "n_train" { split.n_train } else { split.n_test };
        let first = splits.iter().find(|split| known(split).is_some());
        if let (Some(split), Some(_)) = (first, given) {
            let is = known(split).unwrap_or_default();
            return wrong(format!("the scores say {name} themselves ({is}), and so does {setting}"), "leave one out");
        }
        let missing = splits.iter().find(|split| known(split).is_none());
        if let (Some(_), Some(split)) = (first, missing) {
            let called = split.name.clone().unwrap_or_else(|| split.number.to_string());
            return wrong(format!("{name} is given for other splits and missing for split {called}"), "fill it in");
        }
        for split in splits.iter_mut() {
            let of = if name == "n_train" { &mut split.n_train } else { &mut split.n_test };
            *of = of.or(given);
        }
    }
    let Some(split) = splits.first() else { return Ok(()) };
    let advice = "give both";
    match (split.n_train, split.n_test, options.test_size) {
        (Some(_), Some(_), Some(_)) => wrong(
            format!("{TEST_SIZE} has no effect where the numbers of train and test rows are known"),
            "leave it out",
        ),
        (Some(_), None, _) => wrong("n_train is known and n_test is not".into(), advice),
        (None, Some(_), _) => wrong("n_test is known and n_train is not".into(), advice),
        _ => Ok(()),
    }
}
