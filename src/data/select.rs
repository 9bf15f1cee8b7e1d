//! Which columns are read and which become features.

use crate::error::{Error, Result, suggestion_or_list};

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
}

/// Whether `name` matches `pattern`, in which `*` stands for any text and `?` for one character.
fn matches(pattern: &str, name: &str) -> bool {
    fn go(p: &[char], n: &[char]) -> bool {
        match p.split_first() {
            None => n.is_empty(),
            Some(('*', rest)) => (0..=n.len()).any(|i| go(rest, &n[i..])),
            Some(('?', rest)) => !n.is_empty() && go(rest, &n[1..]),
            Some((c, rest)) => n.first() == Some(c) && go(rest, &n[1..]),
        }
    }
    pattern == name || go(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>())
}

/// A hint at a name with a comma in it, which parts names here, or the nearest names.
fn comma_or_list(pattern: &str, names: &[String]) -> String {
    let part = |name: &&String| name.contains(',') && name.split(',').any(|part| part == pattern);
    match names.iter().find(part) {
        Some(name) => {
            format!("; a comma parts names, so write ? for the one in '{name}', as in '{}'", name.replace(',', "?"))
        }
        None => suggestion_or_list(pattern, || names.iter().map(String::as_str)),
    }
}

impl Selection {
    fn expand(patterns: &[String], names: &[String], path: &str, option: &str) -> Result<Vec<bool>> {
        let mut picked = vec![false; names.len()];
        for pattern in patterns {
            let mut any = false;
            for (hit, name) in picked.iter_mut().zip(names) {
                if matches(pattern, name) {
                    *hit = true;
                    any = true;
                }
            }
            if !any {
                return Err(Error::input(format!(
                    "{path}: no column '{pattern}' for {option}{}",
                    comma_or_list(pattern, names)
                )));
            }
        }
        Ok(picked)
    }

    /// Which of the file's columns are features.
    ///
    /// # Errors
    /// An input error for a name or glob that matches no column, for the target among the named
    /// features, and when nothing is left.
    pub fn features(&self, names: &[String], path: &str) -> Result<Vec<bool>> {
        let dropped = Self::expand(&self.drop, names, path, "--drop")?;
        let mut picked = if self.features.is_empty() {
            names.iter().map(|n| !self.plan_only.contains(n)).collect()
        } else {
            if self.features.contains(&self.target) {
                return Err(Error::input(format!(
                    "--features names the target '{}': a model that sees its target learns nothing; leave it out",
                    self.target
                )));
            }
            Self::expand(&self.features, names, path, "--features")?
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
    fn globs_pick_and_drop() {
        let s = Selection { target: "y".into(), features: vec!["mean*".into()], ..Default::default() };
        assert_eq!(s.features(&names(), "f").unwrap(), [true, true, false, false, false]);
        let s = Selection { target: "y".into(), drop: vec!["*area".into(), "i?".into()], ..Default::default() };
        assert_eq!(s.features(&names(), "f").unwrap(), [true, false, false, false, false]);
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
