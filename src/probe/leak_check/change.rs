//! Rows with other features and targets.

use crate::data::{FeatureColumn, Features, MISSING, Target};

/// The features with other values in these rows: numbers beyond all others, other levels.
pub fn features(features: &Features, rows: &[u32]) -> Features {
    let mut changed = features.clone();
    for part in &mut changed.parts {
        match part {
            FeatureColumn::Number { values, .. } => beyond(values, rows),
            FeatureColumn::Levels { codes, levels, .. } => {
                let count = levels.len().max(1) as u32;
                let other = |code: u32| if code == MISSING { 0 } else { (code + 1) % count };
                rows.iter().for_each(|row| codes[*row as usize] = other(codes[*row as usize]));
            }
        }
    }
    changed
}

/// The target with other values in these rows.
pub fn target(target: &Target, rows: &[u32]) -> Target {
    let mut changed = target.clone();
    match &mut changed {
        Target::Regression { values } => beyond(values, rows),
        Target::Classification { codes, labels, .. } => {
            let count = labels.len() as u32;
            rows.iter().for_each(|row| codes[*row as usize] = (codes[*row as usize] + 1) % count);
        }
    }
    changed
}

/// Puts numbers in these rows that lie above all others, by no more than twice their range.
fn beyond(values: &mut [f64], rows: &[u32]) {
    let known = || values.iter().copied().filter(|value| value.is_finite());
    let Some(most) = known().reduce(f64::max) else { return };
    let range = most - known().fold(most, f64::min);
    let range = if range > 0.0 { range } else { 1.0 };
    for row in rows {
        values[*row as usize] = most + range * (1.0 + f64::from(row % 3) / 2.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_rows_are_others() {
        let numbers = Target::Regression { values: vec![0.0, 2.0, 4.0] };
        assert_eq!(target(&numbers, &[1]), Target::Regression { values: vec![0.0, 10.0, 4.0] });
        let labels = vec!["a".into(), "b".into()];
        let classes =
            |codes: &[u32]| Target::Classification { codes: codes.to_vec(), labels: labels.clone(), positive: None };
        assert_eq!(target(&classes(&[0, 1, 1]), &[0, 2]), classes(&[1, 1, 0]));
    }
}
