//! The metrics of a target where none is asked for: accuracy does not come first where a class is rare.

use super::registry::usual;
use crate::data::Target;
use crate::setting::METRIC;

/// A class is rare up to this share of the rows.
const RARE: f64 = 0.05;

/// The rarest class of a target that is rare, with its share, and the commonest one with its.
fn rarest(target: &Target) -> Option<[(u32, f64); 2]> {
    let Target::Classification { codes, labels, .. } = target else { return None };
    let mut rows = vec![0usize; labels.len()];
    codes.iter().for_each(|code| rows[*code as usize] += 1);
    let share = |class: u32| (class, rows[class as usize] as f64 / codes.len() as f64);
    let classes = || 0..labels.len() as u32;
    let rarest = classes().filter(|c| rows[*c as usize] > 0).min_by_key(|c| (rows[*c as usize], *c))?;
    let commonest = classes().max_by_key(|c| (rows[*c as usize], std::cmp::Reverse(*c)))?;
    Some([share(rarest), share(commonest)]).filter(|[rarest, _]| rarest.1 <= RARE)
}

/// The metric that comes first in place of accuracy.
fn first(target: &Target, rarest: u32) -> &'static str {
    if target.positive() == Some(rarest) { "average_precision" } else { "balanced_accuracy" }
}

/// The metrics that are reported when none is asked for; the first is the primary one.
pub(super) fn usual_metrics(target: &Target) -> Vec<&'static str> {
    let mut names: Vec<&str> = usual(target.task(), target.labels().len()).map(|metric| metric.name).collect();
    if let Some([rare, _]) = rarest(target) {
        let first = first(target, rare.0);
        names.retain(|name| *name != first);
        names.insert(0, first);
    }
    names
}

/// What is said of metrics that were chosen for the sake of a rare class; `None` where there is none.
pub(crate) fn rare_class_note(target: &Target) -> Option<String> {
    let [(rare, share), (common, most)] = rarest(target)?;
    let (labels, first) = (target.labels(), first(target, rare));
    Some(format!(
        "'{}' is {:.2} % of the rows: {first} is the primary metric, since always predicting '{}' has an accuracy of {most:.3}; {} takes that instead",
        labels[rare as usize],
        100.0 * share,
        labels[common as usize],
        METRIC.to("accuracy")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target with so many rows of each class.
    fn target(rows: &[usize], positive: Option<u32>) -> Target {
        let codes = rows.iter().enumerate().flat_map(|(class, n)| std::iter::repeat_n(class as u32, *n)).collect();
        let labels = (0..rows.len()).map(|class| format!("c{class}")).collect();
        Target::Classification { codes, labels, positive }
    }

    #[test]
    fn accuracy_comes_first_unless_a_class_is_rare() {
        let first = |rows: &[usize], positive| usual_metrics(&target(rows, positive))[0];
        assert_eq!(first(&[94, 6], Some(1)), "accuracy");
        assert_eq!(first(&[95, 5], Some(1)), "average_precision");
        assert_eq!(first(&[95, 5], Some(0)), "balanced_accuracy");
        assert_eq!(first(&[5, 95], Some(0)), "average_precision");
        assert_eq!(first(&[50, 45, 5], None), "balanced_accuracy");
        assert_eq!(first(&[50, 44, 6], None), "accuracy");
        assert_eq!(usual_metrics(&Target::Regression { values: vec![1.0, 2.0] })[0], "r2");
        // The others stay, each once.
        let [common, rare] = [[60, 40], [99, 1]].map(|rows| usual_metrics(&target(&rows, Some(1))));
        assert_eq!(rare[1..], common[..]);
        let mut other = usual_metrics(&target(&[99, 1], Some(0)));
        assert_eq!(other.remove(0), "balanced_accuracy");
        assert_eq!(other, common.into_iter().filter(|name| *name != "balanced_accuracy").collect::<Vec<_>>());
        assert!(rare_class_note(&target(&[60, 40], Some(1))).is_none());
        let note = rare_class_note(&target(&[99, 1], Some(1))).unwrap();
        assert!(
            note.contains("'c1' is 1.00 %") && note.contains("always predicting 'c0' has an accuracy of 0.990"),
            "{note}"
        );
    }
}
