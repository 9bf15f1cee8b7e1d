//! How mean and worst score change as splits are added.

use super::shown::{axis_name, digits, n, named_models};
use super::{FigureInfo, FigureKind, Of, Section, Subject};
use crate::metric::Direction;
use crate::plot::{Axis, Dash, Figure, Ink, Mark, Numbers, Panel, Scale};

/// Points of a line, about.
const POINTS: usize = 100;
/// Splits before which a mean says little, and would stretch the axis.
const FIRST: usize = 5;

/// Running mean and worst.
#[derive(Debug)]
pub struct Running;

impl FigureKind for Running {
    fn info(&self) -> FigureInfo {
        FigureInfo {
            name: "running",
            summary: "Mean and worst score against the number of splits",
            of: Of::Metric,
            section: Section::Scores,
            needs: "",
        }
    }

    fn draw(&self, subject: &Subject) -> Option<Figure> {
        let Subject { report, metric, .. } = *subject;
        let d = digits(report, metric);
        let mut marks = Vec::new();
        let mut key = Vec::new();
        let mut numbers = Numbers::new(&["model", "splits", "mean", "worst"]);
        let (mut all, mut longest, mut direction) = (Vec::new(), 0, None);
        for (at, model, name) in named_models(report) {
            let Some(m) = model.metrics.get(metric) else { continue };
            let lines = running(model.scores(metric).map(|(_, score)| score), m.direction);
            if lines.len() <= FIRST {
                continue;
            }
            direction = direction.or(Some(m.direction));
            longest = longest.max(lines.len());
            let chosen = thinned(&lines);
            let line =
                |of: fn(&Step) -> f64| chosen.iter().map(|step| [step.splits as f64, of(step)]).collect::<Vec<_>>();
            let (mean, worst) = (line(|step| step.mean), line(|step| step.worst));
            all.extend(mean.iter().chain(&worst).map(|point| point[1]));
            marks.push(Mark::Line { ink: Ink::Model(at), dash: Dash::Solid, width: 2.0, points: mean });
            if m.direction != Direction::None {
                marks.push(Mark::Line { ink: Ink::Model(at), dash: Dash::Long, width: 1.5, points: worst });
            }
            key.push((Ink::Model(at), name));
            for step in lines.iter().filter(|step| is_round(step.splits) || step.splits == lines.len()) {
                numbers.push([model.name.clone(), step.splits.to_string(), n(step.mean, d), n(step.worst, d)]);
            }
        }
        let direction = direction?;
        let title = if direction == Direction::None {
            format!("Mean {metric} as splits are added")
        } else {
            format!("Mean {metric} (line) and the worst so far (dashed) as splits are added")
        };
        Some(Figure {
            title,
            description: format!(
                "The mean {metric} of the first so many splits, and with dashes the worst of them, from {} splits on.",
                FIRST + 1
            ),
            panels: vec![Panel {
                title: String::new(),
                x: Axis::new("splits", Scale::Linear { low: 0.0, high: longest as f64 }),
                y: Axis::new(axis_name(metric, direction), Scale::around(all)),
                height: 180.0,
                marks,
            }],
            columns: 1,
            key,
            numbers,
            ..Figure::default()
        })
    }
}

/// The first so many splits.
struct Step {
    splits: usize,
    mean: f64,
    worst: f64,
}

fn running(scores: impl Iterator<Item = f64>, direction: Direction) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut mean, mut worst) = (0.0, f64::NAN);
    for (before, score) in scores.enumerate() {
        // Welford's update, which loses no digits.
        mean += (score - mean) / (before + 1) as f64;
        worst = if direction == Direction::Lower { score.max(worst) } else { score.min(worst) };
        steps.push(Step { splits: before + 1, mean, worst });
    }
    steps
}

/// Steps for a line: those after the first few, no closer than one sees, and each at which the worst changes.
fn thinned(steps: &[Step]) -> Vec<&Step> {
    let every = (steps.len() / POINTS).max(1);
    let keeps = |at: usize| {
        let step = &steps[at];
        let changes =
            steps.get(at + 1).is_some_and(|next| next.worst != step.worst) || steps[at - 1].worst != step.worst;
        step.splits.is_multiple_of(every) || at + 1 == steps.len() || changes
    };
    (FIRST..steps.len()).filter(|at| keeps(*at)).map(|at| &steps[at]).collect()
}

/// 10, 20, 50, 100, …
fn is_round(splits: usize) -> bool {
    let mut power = 10;
    while power <= splits {
        if [1, 2, 5].iter().any(|factor| factor * power == splits) {
            return true;
        }
        power *= 10;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_worst_are_those_of_the_first_splits() {
        let scores = [0.5, 0.1, 0.9, 0.3];
        let steps = running(scores.into_iter(), Direction::Higher);
        assert!((steps[3].mean - 0.45).abs() < 1e-15 && (steps[1].mean - 0.3).abs() < 1e-15);
        assert_eq!(steps.iter().map(|s| s.worst).collect::<Vec<_>>(), [0.5, 0.1, 0.1, 0.1]);
        let worst: Vec<f64> = running(scores.into_iter(), Direction::Lower).iter().map(|s| s.worst).collect();
        assert_eq!(worst, [0.5, 0.5, 0.9, 0.9]);
    }

    #[test]
    fn long_runs_have_few_points_and_both_ends() {
        let steps = running((0..10_000).map(|k| f64::from(k % 97)), Direction::Higher);
        let kept = thinned(&steps);
        assert!(kept.len() < 2 * POINTS && kept.last().unwrap().splits == 10_000);
        assert!(is_round(10) && is_round(500) && !is_round(300) && !is_round(5));
    }
}
