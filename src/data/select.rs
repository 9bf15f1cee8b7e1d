//! Which columns are read and which become features.

use crate::error::{Error, Result, suggestion_or_list};

/// Columns that a message lists.
const LISTED: usize = 20;

/// Names given on the command line, before the file is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The target column.
    pub target: String,
    /// Features by name or glob (`*`, `?`); empty means all that are left.
    pub features: Vec<String>,
    /// Columns to leave out, by name or glob.
    pub drop: Vec<String>,
    /// Columns needed for the split plan (group, time, stratify); they are read even when dropped.
    pub plan: Vec<String>,
    /// Plan columns that are no features unless named in `features` (the group).
    pub plan_only: Vec<String>,
    /// Where not empty, just these columns are read, and there is no target: for rows that are to be predicted.
    pub only: Vec<String>,
    /// What those columns are for, as said after the name of one that is not there.
    pub only_for: &'static str,
    /// Columns whose cells name something (labels, levels, groups), so that `007` and `7` stay apart.
    pub levels: Vec<String>,
    /// Columns that may turn out to be such, where they have few different cells.
    pub few_levels: Vec<String>,
    /// Columns that are numbers where all cells are, though some begin with zeros or are too long to be exact.
    pub numbers: Vec<String>,
}

/// Whether `name` matches `pattern`, in which `*` stands for any text and `?` for one character. Only the last `*` is ever
/// tried again, so that the work is at most the product of the lengths.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    // The place behind the last `*`, and where the text that it stands for ends so far.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match (pattern.get(p), star) {
            (Some('*'), _) => {
                star = Some((p + 1, n));
                p += 1;
            }
            (Some(c), _) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            (_, Some((behind, end))) => {
                star = Some((behind, end + 1));
                p = behind;
                n = end + 1;
            }
            (_, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// How columns were asked for: the columns that one pattern means, and whether it is a column's very name.
struct Asked {
    columns: Vec<usize>,
    by_name: bool,
}

/// The columns that a pattern means: the one that is called so, or else all that match it.
fn meant(pattern: &str, names: &[String]) -> Option<Asked> {
    if let Some(at) = names.iter().position(|name| name == pattern) {
        return Some(Asked { columns: vec![at], by_name: true });
    }
    let columns: Vec<usize> = (0..names.len()).filter(|i| matches(pattern, &names[*i])).collect();
    match columns.is_empty() {
        false => Some(Asked { columns, by_name: false }),
        true if pattern.trim() != pattern => meant(pattern.trim(), names),
        true => None,
    }
}

/// What a list of patterns means, or the place of the one that means nothing. A comma parts patterns, and is in the
/// name of some columns: patterns that mean nothing by themselves are joined where this makes a column's name.
fn resolve(patterns: &[String], names: &[String]) -> std::result::Result<Vec<Asked>, usize> {
    let joined = |from: usize, to: usize| patterns[from..to].join(",");
    let most = names.iter().map(|name| name.matches(',').count() + 1).max().unwrap_or(1);
    // For each place that can be reached from the first pattern, the one before it.
    let mut before: Vec<Option<usize>> = vec![None; patterns.len() + 1];
    before[0] = Some(0);
    for at in 0..patterns.len() {
        if before[at].is_none() {
            continue;
        }
        for (end, start) in before.iter_mut().enumerate().take(at + most + 1).skip(at + 2) {
            if start.is_none() && names.contains(&joined(at, end)) {
                *start = Some(at);
            }
        }
        if meant(&patterns[at], names).is_some() {
            before[at + 1] = Some(at);
        }
    }
    let mut asked = Vec::new();
    let mut end = patterns.len();
    while end > 0 {
        let Some(at) = before[end] else {
            return Err((0..patterns.len()).rev().find(|i| before[*i].is_some()).unwrap_or(0));
        };
        asked.extend(meant(&joined(at, end), names));
        end = at;
    }
    Ok(asked)
}

impl Selection {
    fn expand(patterns: &[String], names: &[String], path: &str, option: &str) -> Result<Vec<Asked>> {
        resolve(patterns, names).map_err(|at| {
            let pattern = &patterns[at];
            let near = suggestion_or_list(pattern, || names.iter().map(String::as_str));
            Error::input(format!("{path}: no column '{pattern}' for {option}{near}"))
        })
    }

    /// Which of the file's columns a list of names and globs means; `option` is for messages.
    ///
    /// # Errors
    /// An input error for a name or glob that matches no column.
    pub(super) fn columns(patterns: &[String], names: &[String], path: &str, option: &str) -> Result<Vec<bool>> {
        let mut picked = vec![false; names.len()];
        let asked = Self::expand(patterns, names, path, option)?;
        asked.iter().flat_map(|a| &a.columns).for_each(|i| picked[*i] = true);
        Ok(picked)
    }

    /// Which of the file's columns `--features` asks for by their very names.
    pub(super) fn named(&self, names: &[String]) -> Vec<bool> {
        let mut named = vec![false; names.len()];
        let asked = resolve(&self.features, names).unwrap_or_default();
        asked.iter().filter(|a| a.by_name).flat_map(|a| &a.columns).for_each(|i| named[*i] = true);
        named
    }

    /// Which of the file's columns are features.
    ///
    /// # Errors
    /// An input error for a name or glob that matches no column, for the target among the named
    /// features, and when nothing is left.
    pub fn features(&self, names: &[String], path: &str) -> Result<Vec<bool>> {
        let dropped = Self::columns(&self.drop, names, path, "--drop")?;
        let mut picked: Vec<bool> = if self.features.is_empty() {
            names.iter().map(|n| !self.plan_only.contains(n)).collect()
        } else {
            let asked = Self::expand(&self.features, names, path, "--features")?;
            if asked.iter().any(|a| a.by_name && names[a.columns[0]] == self.target) {
                return Err(Error::input(format!(
                    "--features names the target '{}': a model that sees its target learns nothing; leave it out",
                    self.target
                )));
            }
            let mut picked = vec![false; names.len()];
            asked.iter().flat_map(|a| &a.columns).for_each(|i| picked[*i] = true);
            picked
        };
        for i in 0..names.len() {
            picked[i] &= !dropped[i] && names[i] != self.target;
        }
        if !picked.contains(&true) {
            return Err(Error::input(format!("{path}: no feature columns are left; check --features and --drop")));
        }
        Ok(picked)
    }

    /// Which of the file's columns must be read.
    ///
    /// # Errors
    /// As [`Selection::features`], and for an unknown target or plan column.
    pub fn needed(&self, names: &[String], path: &str) -> Result<Vec<bool>> {
        if !self.only.is_empty() {
            return match self.only.iter().find(|wanted| !names.contains(wanted)) {
                Some(wanted) => Err(Error::input(format!(
                    "{path}: no column '{wanted}', {}{}",
                    self.only_for,
                    suggestion_or_list(wanted, || names.iter().map(String::as_str))
                ))),
                None => Ok(names.iter().map(|name| self.only.contains(name)).collect()),
            };
        }
        if self.target.is_empty() {
            let names: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
            let more = if names.len() > LISTED { ", …" } else { "" };
            let listed = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
            return Err(Error::input(format!(
                "{path}: name the column to predict with --target; the columns are {listed}{more}"
            )));
        }
        for (wanted, what) in
            std::iter::once((&self.target, "the target")).chain(self.plan.iter().map(|p| (p, "the splits")))
        {
            if !names.contains(wanted) {
                return Err(Error::input(format!(
                    "{path}: no column '{wanted}' for {what}{}",
                    suggestion_or_list(wanted, || names.iter().map(String::as_str))
                )));
            }
        }
        let mut needed = self.features(names, path)?;
        for (n, name) in needed.iter_mut().zip(names) {
            *n |= *name == self.target || self.plan.contains(name);
        }
        Ok(needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<String> {
        ["mean radius", "mean area", "worst area", "y", "id"].map(String::from).to_vec()
    }

    #[test]
    fn a_star_stands_for_any_text_and_a_question_mark_for_one_character() {
        for (pattern, name) in
            [("*", ""), ("a*", "a"), ("*b*", "abc"), ("a?c", "abc"), ("*ab*ab", "ababab"), ("é?*", "éà")]
        {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("", "a"), ("a?", "a"), ("*b", "abc"), ("a*b*c", "acb"), ("?", ""), ("ab", "abc")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
        // Each star tried against each other one would take ages.
        assert!(!matches(&"*a".repeat(60), &format!("{}b", "a".repeat(5000))));
    }

    #[test]
    fn globs_pick_and_drop() {
        let s = Selection { target: "y".into(), features: vec!["mean*".into()], ..Default::default() };
        assert_eq!(s.features(&names(), "f").unwrap(), [true, true, false, false, false]);
        let s = Selection { target: "y".into(), drop: vec!["*area".into(), "i?".into()], ..Default::default() };
        assert_eq!(s.features(&names(), "f").unwrap(), [true, false, false, false, false]);
    }

    #[test]
    fn a_name_that_is_there_means_its_column_alone() {
        let names: Vec<String> = ["a*b", "axb", "a", "a,b", "c", " ", ""].map(String::from).to_vec();
        let picked = |features: &[&str]| {
            let features = features.iter().map(|f| (*f).to_owned()).collect();
            let picked = Selection { features, ..Default::default() }.features(&names, "f");
            picked.map(|p| names.iter().zip(p).filter(|(_, p)| *p).map(|(n, _)| n.as_str()).collect::<Vec<_>>())
        };
        assert_eq!(picked(&["a*b"]).unwrap(), ["a*b"]);
        assert_eq!(picked(&["a?b"]).unwrap(), ["a*b", "axb", "a,b"]);
        // `--features a,b,c` comes as three patterns.
        assert_eq!(picked(&["a", "b", "c"]).unwrap(), ["a,b", "c"]);
        assert_eq!(picked(&["a", "c"]).unwrap(), ["a", "c"]);
        assert_eq!(picked(&[" c "]).unwrap(), ["c"]);
        assert_eq!(picked(&[" "]).unwrap(), [" "]);
        assert!(picked(&["a", "b", "d"]).unwrap_err().to_string().contains("no column 'd' for --features"));
    }

    #[test]
    fn unknown_names_are_errors_with_a_suggestion() {
        let s = Selection { target: "y".into(), drop: vec!["worst aera".into()], ..Default::default() };
        let e = s.features(&names(), "f").unwrap_err().to_string();
        assert!(e.contains("did you mean 'worst area'?"), "{e}");
        let s = Selection { target: "y".into(), features: vec!["y".into()], ..Default::default() };
        assert!(s.features(&names(), "f").unwrap_err().to_string().contains("names the target"));
    }
}
