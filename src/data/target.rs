//! The target column: what kind of task it poses and its values on the rows that have one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::feature_builder::stray_text;
use super::{Column, MISSING, NumberFormat, Table, Values, place_of_label};
use crate::error::{Error, Result, Subject, did_you_mean};
use crate::setting::{KEEP_NA, NA, POSITIVE, TARGET, TASK};
use crate::warning::{Code, Warning};

/// An integer target with at most this many distinct values is taken as classes.
const FEW_DISTINCT: usize = 10;
/// A target in which so large a share of values are numbers is one of numbers with strays.
const MOSTLY: f64 = 0.5;

/// What is predicted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// A number.
    Regression,
    /// One of several labels.
    Classification,
}

impl Task {
    /// `regression` or `classification`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Regression => "regression",
            Self::Classification => "classification",
        }
    }
}

/// What was said about the target on the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetOptions {
    /// The task, or `None` to tell it from the column.
    pub task: Option<Task>,
    /// The positive label of a two-class target; the last in sorted order where `None`.
    pub positive: Option<String>,
}

/// The target on the used rows, in row order.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Numbers to predict, one per used row.
    Regression {
        /// The values.
        values: Vec<f64>,
    },
    /// Labels to predict.
    Classification {
        /// The label of each used row, as a code into `labels`.
        codes: Vec<u32>,
        /// The labels, sorted (numbers in numeric order); every one occurs.
        labels: Vec<String>,
        /// The code of the positive label, for two classes only.
        positive: Option<u32>,
    },
}

impl Target {
    /// Number of used rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Regression { values } => values.len(),
            Self::Classification { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps the given rows, in the given order; all labels stay, whether they occur there or not.
    pub fn take(&self, rows: &[u32]) -> Self {
        match self {
            Self::Regression { values } => {
                Self::Regression { values: rows.iter().map(|r| values[*r as usize]).collect() }
            }
            Self::Classification { codes, labels, positive } => Self::Classification {
                codes: rows.iter().map(|r| codes[*r as usize]).collect(),
                labels: labels.clone(),
                positive: *positive,
            },
        }
    }

    /// Which task this target poses.
    pub fn task(&self) -> Task {
        match self {
            Self::Regression { .. } => Task::Regression,
            Self::Classification { .. } => Task::Classification,
        }
    }

    /// The code of the positive label, for two classes.
    pub fn positive(&self) -> Option<u32> {
        match self {
            Self::Regression { .. } => None,
            Self::Classification { positive, .. } => *positive,
        }
    }

    /// The labels of a classification target; empty for regression.
    pub fn labels(&self) -> &[String] {
        match self {
            Self::Regression { .. } => &[],
            Self::Classification { labels, .. } => labels,
        }
    }
}

/// Reads the target column. Returns the target, the used rows (those whose target is not missing, as
/// positions in the table), and warnings.
///
/// # Errors
/// An input error where the column is unknown, all missing, constant, has infinite values, or does
/// not suit the task; and for an unknown positive label.
pub fn read_target(table: &Table, name: &str, options: &TargetOptions) -> Result<(Target, Vec<u32>, Vec<Warning>)> {
    read(table, name, options).map_err(|e| e.about(Subject::Column(name.to_owned())))
}

fn read(table: &Table, name: &str, options: &TargetOptions) -> Result<(Target, Vec<u32>, Vec<Warning>)> {
    let column = table.column(name)?;
    let path = &table.path;
    if column.non_finite > 0 && options.task != Some(Task::Classification) {
        let row = (0..table.rows).find(|r| column.values.is_missing(*r)).unwrap_or(0);
        return Err(Error::data(format!("target '{name}' has {} infinite or NaN values", column.non_finite))
            .at(format!("{path} {}", table.place(row)))
            .advise("correct or remove those rows"));
    }
    let rows: Vec<u32> = (0..table.rows).filter(|r| !column.values.is_missing(*r)).map(|r| r as u32).collect();
    if rows.is_empty() {
        return Err(Error::data(format!("target '{name}' is missing in every row"))
            .at(path)
            .advise(format!("choose another {TARGET}")));
    }
    let mut warnings = Vec::new();
    let left_out = table.rows - rows.len();
    if left_out > 0 {
        warnings.push(Warning::new(
            Code::TargetMissing,
            format!("{left_out} of {} rows have no '{name}' and are left out{}", table.rows, taken_words(column)),
        ));
    }
    let task = match options.task {
        Some(task) => task,
        None => tell_task(&column.values, &rows, name, &mut warnings),
    };
    let values = column.values.take(&rows);
    let target = match task {
        Task::Regression => {
            table.check_range(column, &rows)?;
            regression(table, name, values, &rows)?
        }
        Task::Classification => {
            let names = column.names().take(&rows);
            warnings.extend(marks_among_labels(name, &names));
            classification(path, name, &names, options.positive.as_deref())?
        }
    };
    if task == Task::Regression && options.positive.is_some() {
        return Err(Error::data(format!("{POSITIVE} is for classification, and '{name}' is a regression target"))
            .about(POSITIVE)
            .advise(format!("leave it out or add {}", TASK.to("classification"))));
    }
    Ok((target, rows, warnings))
}

/// The words of the target that were taken as missing, and how to keep them.
fn taken_words(column: &Column) -> String {
    let Some((first, _)) = column.words.iter().max_by_key(|(_, count)| *count) else { return String::new() };
    let words: Vec<String> = column.words.iter().map(|(word, count)| format!("'{word}' in {count}")).collect();
    format!(" ({}; {} keeps it as a value)", words.join(", "), KEEP_NA.item(first))
}

/// Marks that often stand for a missing value, and are not taken for one.
const MARKS: [&str; 16] = [
    "?", "??", "-", "--", "---", ".", "..", "*", "unknown", "Unknown", "UNKNOWN", "missing", "Missing", "n.a.", "na",
    "NIL",
];

/// A note where labels are numbers but for a few texts, or one of them is a usual mark for a missing value.
fn marks_among_labels(name: &str, values: &Values) -> Option<Warning> {
    let Values::Text { codes, levels } = values else { return None };
    let marked = |text: &&String| MARKS.contains(&text.as_str());
    let mark = levels.iter().position(|l| marked(&l)).filter(|at| codes.contains(&(*at as u32)));
    let text = match (stray_text(values, MOSTLY), mark) {
        (Some(stray), _) => {
            format!("target '{name}' holds numbers but for texts such as '{stray}', so it is taken as classes")
        }
        (None, Some(at)) => format!("target '{name}' has '{}' as a class", levels[at]),
        (None, None) => return None,
    };
    let mark = stray_text(values, MOSTLY).or(mark.map(|at| levels[at].as_str()))?;
    let advice = format!("{text}; if it stands for a missing value, {} leaves such rows out", NA.item(mark));
    Some(Warning::new(Code::MostlyNumbers, advice))
}

fn tell_task(values: &Values, rows: &[u32], name: &str, warnings: &mut Vec<Warning>) -> Task {
    let Values::Number(v) = values else {
        return if matches!(values, Values::Time(..)) { Task::Regression } else { Task::Classification };
    };
    let mut distinct: Vec<f64> = Vec::new();
    for r in rows {
        let x = v[*r as usize];
        if x.fract() != 0.0 {
            return Task::Regression;
        }
        if !distinct.contains(&x) {
            distinct.push(x);
            if distinct.len() > FEW_DISTINCT {
                return Task::Regression;
            }
        }
    }
    // Ten rows with ten values are a small regression, not ten classes.
    if distinct.len() * 3 > rows.len() {
        return Task::Regression;
    }
    warnings.push(Warning::new(
        Code::TaskGuessed,
        format!(
            "target '{name}' holds {} distinct whole numbers and is taken as classes; {} treats it as a number",
            distinct.len(),
            TASK.to("regression")
        ),
    ));
    Task::Classification
}

fn regression(table: &Table, name: &str, values: Values, rows: &[u32]) -> Result<Target> {
    let path = &table.path;
    let values = match values {
        Values::Number(v) | Values::Boolean(v, _) => v,
        Values::Time(..) => {
            return Err(Error::data(format!("target '{name}' is a date"))
                .at(path)
                .advise("turn it into a number (days since …) first"));
        }
        Values::Text { codes, levels } => {
            let numbers: Vec<Option<f64>> =
                levels.iter().map(|l| NumberFormat::default().parse(l).filter(|x| x.is_finite())).collect();
            match codes.iter().position(|c| numbers[*c as usize].is_none()) {
                Some(at) => {
                    let text = &levels[codes[at] as usize];
                    return Err(Error::data(format!("target '{name}' is '{text}', not a number"))
                        .at(format!("{path} {}", table.place(rows[at] as usize)))
                        .advise(format!(
                            "correct it, {}",
                            match stray_text(&Values::Text { codes: codes.clone(), levels: levels.clone() }, MOSTLY) {
                                Some(_) => format!("or leave such rows out with {}", NA.item(text)),
                                None => format!("or use {}", TASK.to("classification")),
                            }
                        )));
                }
                None => codes.iter().map(|c| numbers[*c as usize].unwrap_or(f64::NAN)).collect(),
            }
        }
    };
    if values.iter().all(|v| *v == values[0]) {
        return Err(Error::data(format!(
            "target '{name}' is {} in every row, so there is nothing to predict",
            values[0]
        ))
        .at(path)
        .advise(format!("choose another {TARGET}")));
    }
    Ok(Target::Regression { values: values.into_vec() })
}

fn classification(path: &str, name: &str, values: &Values, positive: Option<&str>) -> Result<Target> {
    if matches!(values, Values::Time(..)) {
        return Err(Error::data(format!("target '{name}' is a date, which has no classes"))
            .at(path)
            .advise(format!("choose another {TARGET}")));
    }
    let (codes, levels) = values.as_levels();
    // Levels that only rows without … a Boolean column lists both, a text column may list more.
    let mut occurs = vec![false; levels.len()];
    codes.iter().filter(|c| **c != MISSING).for_each(|c| occurs[*c as usize] = true);
    let kept: Vec<usize> = (0..levels.len()).filter(|i| occurs[*i]).collect();
    let labels: Vec<String> = kept.iter().map(|i| levels[*i].clone()).collect();
    let codes: Vec<u32> = codes.iter().map(|c| kept.partition_point(|k| *k < *c as usize) as u32).collect();
    if labels.len() < 2 {
        return Err(Error::data(format!(
            "target '{name}' has only one class, '{}', so there is nothing to predict",
            labels[0]
        ))
        .at(path)
        .advise(format!("choose another {TARGET}")));
    }
    if labels.len() > 20 && labels.len() * 2 > codes.len() {
        if let Some(stray) = stray_text(values, MOSTLY) {
            return Err(Error::data(format!(
                "target '{name}' holds numbers but for texts such as '{stray}', which make it {} classes in {} rows",
                labels.len(),
                codes.len()
            ))
            .at(path)
            .advise(format!("{} leaves such rows out", NA.item(stray))));
        }
        return Err(Error::data(format!("target '{name}' has {} classes in {} rows", labels.len(), codes.len()))
            .at(path)
            .advise(format!("use {} for a number, or choose another {TARGET}", TASK.to("regression"))));
    }
    let positive = match positive {
        Some(_) if labels.len() > 2 => {
            return Err(Error::data(format!(
                "{POSITIVE} needs a target with two classes, and '{name}' has {}",
                labels.len()
            ))
            .about(POSITIVE)
            .advise("leave it out"));
        }
        Some(p) => Some(place_of_label(p, labels.iter().map(String::as_str)).map(|i| i as u32).ok_or_else(|| {
            Error::data(format!(
                "no label '{p}' in target '{name}'{}",
                did_you_mean(p, labels.iter().map(String::as_str))
            ))
            .about(POSITIVE)
            .at(path)
            .advise(format!("its labels are {}", labels.join(", ")))
        })?),
        None => (labels.len() == 2).then_some(1),
    };
    Ok(Target::Classification { codes, labels, positive })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Spelling;

    fn table(values: Values) -> Table {
        let rows = values.len();
        let column = Column::new("y", values);
        Table {
            path: "t.csv".into(),
            names: vec!["y".into()],
            columns: vec![column],
            rows,
            unsupported: vec![],
            index: vec![],
            lines: vec![],
            notes: vec![],
            row_names: None,
        }
    }

    fn read(values: Values) -> (Target, Vec<u32>, Vec<Warning>) {
        read_target(&table(values), "y", &TargetOptions::default()).unwrap()
    }

    #[test]
    fn tasks_are_told_from_the_values() {
        let few: Vec<f64> = (0..40).map(|i| f64::from(i % 3)).collect();
        let (t, _, w) = read(Values::Number(few.into()));
        assert_eq!((t.task(), w[0].code), (Task::Classification, Code::TaskGuessed));
        let many: Vec<f64> = (0..40).map(f64::from).collect();
        assert_eq!(read(Values::Number(many.into())).0.task(), Task::Regression);
        let halves: Vec<f64> = (0..40).map(|i| f64::from(i % 3) / 2.0).collect();
        assert_eq!(read(Values::Number(halves.into())).0.task(), Task::Regression);
        assert_eq!(read(Values::Boolean(vec![0.0, 1.0].into(), Spelling::Upper)).0.labels(), ["FALSE", "TRUE"]);
    }

    #[test]
    fn rows_without_a_target_are_left_out_and_counted() {
        let (t, rows, w) =
            read(Values::Text { codes: vec![1, MISSING, 0].into(), levels: vec!["a".into(), "b".into()] });
        assert_eq!(rows, [0, 2]);
        assert_eq!(w[0].code, Code::TargetMissing);
        assert_eq!(
            t,
            Target::Classification { codes: vec![1, 0], labels: vec!["a".into(), "b".into()], positive: Some(1) }
        );
    }

    #[test]
    fn unsuitable_targets_say_why() {
        let err = |v| read_target(&table(v), "y", &TargetOptions::default()).unwrap_err().to_string();
        assert!(err(Values::Number(vec![f64::NAN; 3].into())).contains("missing in every row"));
        assert!(err(Values::Boolean(vec![1.0; 3].into(), Spelling::Lower)).contains("only one class"));
        assert!(err(Values::Number(vec![2.5; 3].into())).contains("2.5 in every row"));
        let options = TargetOptions { task: Some(Task::Regression), positive: None };
        let text = table(Values::Text { codes: vec![0, 1].into(), levels: vec!["1".into(), "x".into()] });
        let e = read_target(&text, "y", &options).unwrap_err().to_string();
        assert!(e.contains("row 1") && e.contains("'x'"), "{e}");
    }
}
