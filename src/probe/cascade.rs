//! What becomes of the score where a column is wrong at prediction time, as the output of a sensor or of a model
//! upstream may be.

use super::behaviour::normal;
use super::registry::{BOTH, ProbeInfo};
use super::{Conclusion, Line, Names, Probe, ProbeContext, ProbeResults, Recorder, columns, spread};
use crate::data::{Encoding, FeatureColumn};
use crate::error::{Error, Result};
use crate::metric::{Scorer, Undefined};
use crate::run::FittedSplit;

pub(super) const INFO: ProbeInfo = ProbeInfo {
    shares: Some("0..0.5"),
    of_column: true,
    ..ProbeInfo::new(
        "cascade",
        BOTH,
        "the scores with noise in a column at prediction time, and the noise at which claims break",
        "predictions",
        &["cascade"],
        |spec, scene| Ok(Box::new(Cascade::new(spec.column.as_deref().unwrap_or_default(), &spec.shares, scene)?)),
    )
};

/// The metrics on the test rows with noise in one column. Of a number, normal noise of `level` standard deviations
/// of the train rows is added; of a level (or a boolean) a share `level` of the rows gets that of a train row drawn at
/// random. The same draws serve all levels of a split.
pub struct Cascade {
    /// The column.
    pub column: String,
    /// The levels of noise, ascending from 0.
    pub levels: Vec<f64>,
    /// Whether values are replaced, and not blurred.
    replaced: bool,
}

/// The name of a reading.
pub fn reading(column: &str, level: f64, metric: &str) -> String {
    format!("cascade[{column} {level} {metric}]")
}

impl Cascade {
    /// For a column of the features.
    ///
    /// # Errors
    /// An input error where it is no feature, a date, or has levels and more noise than a share.
    pub fn new(column: &str, levels: &[f64], scene: &ProbeContext) -> Result<Self> {
        let at = scene.features.place_of(column);
        let at = at.map_err(|why| Error::probe(format!("probe 'cascade': {why}")))?;
        let feature = &scene.features.used[at];
        if feature.encoding == Encoding::Calendar {
            return Err(
                Error::probe(format!("probe 'cascade': column '{column}' is a date")).advise("name a number or a text")
            );
        }
        let replaced = feature.kind == "boolean" || feature.encoding != Encoding::Numeric;
        if let Some(level) = levels.iter().find(|l| replaced && **l > 1.0) {
            return Err(Error::probe(format!(
                "probe 'cascade': noise in column '{column}' is the share of rows with another value, and {level} is above 1"
            )));
        }
        Ok(Self { column: column.to_owned(), levels: levels.to_vec(), replaced })
    }

    /// The scores at each level, in the order of the metrics.
    fn scores(&self, fitted: &FittedSplit) -> Option<Vec<Vec<std::result::Result<f64, Undefined>>>> {
        let model = fitted.rows?;
        let features = fitted.context.features;
        let (_, parts) = columns(fitted).into_iter().find(|(name, _)| *name == self.column)?;
        let part = parts.start;
        let from = features.cells(&fitted.split.test);
        let train = features.cells(&fitted.split.train).column(part).to_vec();
        let known: Vec<f64> = match &features.parts[part] {
            FeatureColumn::Number { .. } => train.iter().copied().filter(|v| !v.is_nan()).collect(),
            FeatureColumn::Levels { levels, .. } => {
                train.iter().copied().filter(|c| (*c as usize) < levels.len()).collect()
            }
        };
        let (metrics, target) = (fitted.context.metrics, fitted.context.target);
        let scorer = Scorer::new(metrics, target, &fitted.split.test);
        let sd = spread(&known);
        let mut random = crate::split::stream(fitted.seed(12), 0);
        let draw = |_: &f64| {
            use rand::Rng;
            let other = known[random.gen_range(0..known.len().max(1))];
            (random.r#gen::<f64>(), other, normal(&mut random))
        };
        let draws: Vec<(f64, f64, f64)> =
            if known.is_empty() { Vec::new() } else { from.column(part).iter().map(draw).collect() };
        let mut cells = from.clone();
        let at = |level: &f64| {
            for (cell, (before, (chance, other, noise))) in
                cells.column_mut(part).iter_mut().zip(from.column(part).iter().zip(&draws))
            {
                *cell = match &features.parts[part] {
                    // A gap stays one.
                    FeatureColumn::Levels { levels, .. } if *before as usize >= levels.len() => *before,
                    _ if before.is_nan() => *before,
                    _ if self.replaced => {
                        if chance < level {
                            *other
                        } else {
                            *before
                        }
                    }
                    _ => before + level * sd * noise,
                };
            }
            scorer.score_at(&model.predict(Some(&fitted.split.test), cells.view()), fitted.threshold)
        };
        Some(self.levels.iter().map(at).collect())
    }
}

impl Probe for Cascade {
    fn needs_model(&self) -> bool {
        true
    }

    fn names(&self, scene: &ProbeContext, names: &mut Names) {
        for level in &self.levels {
            scene.metrics.iter().for_each(|m| names.reading(reading(&self.column, *level, &m.name), m.direction));
        }
    }

    fn look(&self, fitted: &FittedSplit, notes: &mut Recorder) {
        let Some(scores) = self.scores(fitted) else { return };
        for (level, scores) in self.levels.iter().zip(scores) {
            for (metric, score) in fitted.context.metrics.iter().zip(scores) {
                notes.read(reading(&self.column, *level, &metric.name), metric.direction, score);
            }
        }
    }

    fn conclude(&self, over: &ProbeResults, conclusion: &mut Conclusion) {
        let line = |level: &f64| {
            let values = over.values(&reading(&self.column, *level, over.metric));
            let mean = over.mean(&reading(&self.column, *level, over.metric));
            let ends = [f64::min, f64::max].map(|f| values.iter().copied().reduce(f));
            let cells = [("noise", Some(*level)), ("mean", mean), ("min", ends[0]), ("max", ends[1])];
            cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Line>()
        };
        let table: Vec<Line> = self.levels.iter().map(line).collect();
        let point = |line: &Line| Some(format!("{:.4} at {}", line["mean"]?, line["noise"]?));
        let points: Vec<String> = table.iter().filter_map(point).collect();
        let what = if self.replaced { "shares of other values" } else { "standard deviations of noise" };
        conclusion.lines.push(format!("cascade: {} {} {what} in {}", over.metric, points.join(", "), self.column));
        conclusion.tables.push((format!("cascade[{}]", self.column), table));
    }
}
