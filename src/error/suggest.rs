//! The nearest of the names that there are, for a name that there is not.

use crate::escape::{MOST_OF_NAME, terminal};
use crate::names::invisible_difference;

/// `, did you mean 'x'?` for the candidate that is nearest to `wanted`, or an empty string where
/// none is near.
pub fn did_you_mean<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    did_you_mean_one_of(wanted, candidates.into_iter().map(|c| (c, c)))
}

/// The same for candidates that are each known by some spelling: the nearest spelling's name is suggested.
pub fn did_you_mean_one_of<'a>(wanted: &str, candidates: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let candidates: Vec<(&str, &str)> = candidates.into_iter().collect();
    let alike = candidates.iter().find_map(|(_, name)| Some((name, invisible_difference(wanted, name)?)));
    if let Some((name, difference)) = alike {
        return format!(", did you mean '{}' ({difference})?", terminal::name(name));
    }
    // A name that is as long as a page is no slip for another one, and comparing it would take ages.
    let long = |name: &str| name.len() > 4 * MOST_OF_NAME;
    if long(wanted) {
        return String::new();
    }
    let lower = wanted.to_lowercase();
    candidates
        .into_iter()
        // The very name would be no help.
        .filter(|(spelling, name)| *spelling != wanted && *name != wanted && !long(spelling))
        .filter_map(|(spelling, name)| Some((nearness(&lower, &spelling.to_lowercase())?, name)))
        // Of equally near ones the first.
        .reduce(|best, other| if other.0 > best.0 { other } else { best })
        .map_or_else(String::new, |(_, name)| format!(", did you mean '{}'?", terminal::name(name)))
}

/// How near two names are; `None` where one can hardly be a slip for the other.
fn nearness(wanted: &str, other: &str) -> Option<f64> {
    let edits = strsim::damerau_levenshtein(wanted, other);
    let similarity = strsim::normalized_damerau_levenshtein(wanted, other);
    let shorter = wanted.chars().count().min(other.chars().count());
    let begins = shorter >= 3 && (wanted.starts_with(other) || other.starts_with(wanted));
    let slip = similarity >= 0.6 || (edits == 1 && shorter >= 2);
    (slip || begins).then_some(similarity + if begins { 0.3 } else { 0.0 })
}

/// `, did you mean …?` or, where nothing is near, what something has of that kind (at most 12).
pub fn suggestion_or_list<'a, I: Iterator<Item = &'a str>>(wanted: &str, names: impl Fn() -> I) -> String {
    nearest_or("it has", wanted, names)
}

/// The same of what there is at all.
pub fn suggestion_or_all<'a, I: Iterator<Item = &'a str>>(wanted: &str, names: impl Fn() -> I) -> String {
    nearest_or("there are", wanted, names)
}

fn nearest_or<'a, I: Iterator<Item = &'a str>>(lead: &str, wanted: &str, names: impl Fn() -> I) -> String {
    let near = did_you_mean(wanted, names());
    if !near.is_empty() {
        return near;
    }
    let mut list: Vec<String> = names().take(12).map(terminal::name).collect();
    if names().count() > 12 {
        list.push("…".into());
    }
    format!("; {lead} {}", list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        assert_eq!(did_you_mean("rigde", ["ols", "ridge", "lasso"]), ", did you mean 'ridge'?");
        assert_eq!(did_you_mean("bim", ["age", "bmi", "bp"]), ", did you mean 'bmi'?");
        assert_eq!(did_you_mean("zzz", ["ols", "ridge", "lasso"]), "");
        assert_eq!(did_you_mean("linear", ["linfa-tree", "lasso"]), "");
        assert_eq!(did_you_mean("elastic", ["lasso", "elastic-net"]), ", did you mean 'elastic-net'?");
        assert_eq!(did_you_mean("a", ["b", "c"]), "");
    }

    #[test]
    fn the_name_of_the_nearest_spelling_is_suggested() {
        let known = [("forest", "forest"), ("RandomForestClassifier", "forest"), ("ridge", "ridge")];
        assert_eq!(did_you_mean_one_of("RandomForestClasifier", known), ", did you mean 'forest'?");
    }
}
