//! Which columns are read and which become features.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::Table;
use crate::error::{Error, Result, Subject, suggestion_or_list};
use crate::escape::terminal::name as shown;
use crate::setting::{DROP, FEATURES, ID, Setting, TARGET};

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
    /// The column that names rows: it is read, and no feature.
    pub id: Option<String>,
    /// Whether that column may be a feature all the same: names of rows then change nothing but what is shown.
    pub id_stays: bool,
    /// All columns are read, and there is no target: for a file whose columns are looked at once it is read.
    pub all: bool,
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
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let next = |text: &str, at: usize| text[at..].chars().next();
    let (mut p, mut n) = (0, 0);
    // The place behind the last `*`, and where the text that it stands for ends so far.
    let mut star: Option<(usize, usize)> = None;
    while let Some(here) = next(name, n) {
        match (next(pattern, p), star) {
            (Some('*'), _) => {
                star = Some((p + 1, n));
                p += 1;
            }
            (Some(c), _) if c == '?' || c == here => {
                p += c.len_utf8();
                n += here.len_utf8();
            }
            (_, Some((behind, end))) => {
                let end = end + next(name, end).map_or(1, char::len_utf8);
                star = Some((behind, end));
                (p, n) = (behind, end);
            }
            (_, None) => return false,
        }
    }
    pattern[p..].bytes().all(|c| c == b'*')
}

/// Refuses names of which one stands twice; `place` is where they stand.
///
/// # Errors
/// An input error that names the first two columns of one name.
pub(super) fn check_distinct(names: &[String], place: &str) -> Result<()> {
    match repeated(names) {
        None => Ok(()),
        Some((first, second)) => {
            Err(Error::setting(format!("columns {} and {} are both named '{}'", first + 1, second + 1, names[second]))
                .about(Subject::Column(names[second].clone()))
                .at(place)
                .advise("rename one of them"))
        }
    }
}

/// The places of the first name that stands twice, where one does.
fn repeated(names: &[String]) -> Option<(usize, usize)> {
    let mut places = HashMap::with_capacity(names.len());
    names.iter().enumerate().find_map(|(i, name)| places.insert(name, i).map(|first| (first, i)))
}

/// The names of a table, of which there may be hundreds of thousands, ready to be looked up.
struct Names<'a> {
    names: &'a [String],
    places: HashMap<&'a str, usize>,
    /// Places in the order of the names, for patterns whose beginning is plain text; sorted when the first one is met.
    sorted: OnceCell<Vec<usize>>,
}

impl<'a> Names<'a> {
    fn new(names: &'a [String]) -> Self {
        let places = names.iter().enumerate().map(|(i, name)| (name.as_str(), i)).collect();
        Self { names, places, sorted: OnceCell::new() }
    }

    /// The columns that match a pattern with a star or a question mark, in the order of the table.
    fn matching(&self, pattern: &str) -> Vec<usize> {
        let Some(plain) = pattern.find(['*', '?']).map(|end| &pattern[..end]) else { return Vec::new() };
        let sorted = self.sorted.get_or_init(|| {
            let mut sorted: Vec<usize> = (0..self.names.len()).collect();
            sorted.sort_unstable_by_key(|i| &self.names[*i]);
            sorted
        });
        let from = sorted.partition_point(|i| self.names[*i].as_str() < plain);
        let candidates = sorted[from..].iter().take_while(|i| self.names[**i].starts_with(plain));
        let mut found: Vec<usize> = candidates.copied().filter(|i| matches(pattern, &self.names[*i])).collect();
        found.sort_unstable();
        found
    }
}

/// How columns were asked for: the columns that one pattern means, and whether it is a column's very name.
struct SelectedColumn {
    columns: Vec<usize>,
    by_name: bool,
}

/// The columns that a pattern means: the one that is called so, or else all that match it.
fn meant(pattern: &str, names: &Names) -> Option<SelectedColumn> {
    if let Some(at) = names.places.get(pattern) {
        return Some(SelectedColumn { columns: vec![*at], by_name: true });
    }
    let columns = names.matching(pattern);
    match columns.is_empty() {
        false => Some(SelectedColumn { columns, by_name: false }),
        true if pattern.trim() != pattern => meant(pattern.trim(), names),
        true => None,
    }
}

/// What a list of patterns means, or the place of the one that means nothing. A comma parts patterns, and is in the
/// name of some columns: patterns that mean nothing by themselves are joined where this makes a column's name.
fn resolve(patterns: &[String], names: &[String]) -> std::result::Result<Vec<SelectedColumn>, usize> {
    if patterns.is_empty() {
        return Ok(Vec::new());
    }
    let known = Names::new(names);
    let joined = |from: usize, to: usize| patterns[from..to].join(",");
    // What each pattern means by itself.
    let mut alone: Vec<Option<SelectedColumn>> = (0..patterns.len()).map(|_| None).collect();
    let most = names.iter().map(|name| name.matches(',').count() + 1).max().unwrap_or(1);
    // For each place that can be reached from the first pattern, the one before it.
    let mut before: Vec<Option<usize>> = vec![None; patterns.len() + 1];
    before[0] = Some(0);
    for at in 0..patterns.len() {
        if before[at].is_none() {
            continue;
        }
        for (end, start) in before.iter_mut().enumerate().take(at + most + 1).skip(at + 2) {
            if start.is_none() && known.places.contains_key(joined(at, end).as_str()) {
                *start = Some(at);
            }
        }
        alone[at] = meant(&patterns[at], &known);
        if alone[at].is_some() {
            before[at + 1] = Some(at);
        }
    }
    let mut asked = Vec::new();
    let mut end = patterns.len();
    while end > 0 {
        let Some(at) = before[end] else {
            return Err((0..patterns.len()).rev().find(|i| before[*i].is_some()).unwrap_or(0));
        };
        asked.extend(match end - at {
            1 => alone[at].take(),
            _ => meant(&joined(at, end), &known),
        });
        end = at;
    }
    Ok(asked)
}

impl Selection {
    fn expand(patterns: &[String], names: &[String], path: &str, setting: Setting) -> Result<Vec<SelectedColumn>> {
        resolve(patterns, names).map_err(|at| {
            let pattern = &patterns[at];
            let near = suggestion_or_list(pattern, || names.iter().map(String::as_str));
            let about = Subject::Column(pattern.clone());
            Error::setting(format!("no column '{}' for {setting}{near}", shown(pattern))).about(about).at(path)
        })
    }

    /// Which of the file's columns a list of names and globs means; `setting` is for messages.
    ///
    /// # Errors
    /// An input error for a name or glob that matches no column.
    pub(super) fn columns(patterns: &[String], names: &[String], path: &str, setting: Setting) -> Result<Vec<bool>> {
        let mut picked = vec![false; names.len()];
        let asked = Self::expand(patterns, names, path, setting)?;
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

    /// The names of the columns of a table that are features.
    ///
    /// # Errors
    /// As [`Selection::features`].
    pub(crate) fn feature_names<'t>(&self, table: &'t Table) -> Result<HashSet<&'t str>> {
        let picked = self.features(&table.names, &table.path)?;
        Ok(table.names.iter().zip(picked).filter(|(_, picked)| *picked).map(|(name, _)| name.as_str()).collect())
    }

    /// Which of the file's columns are features.
    ///
    /// # Errors
    /// An input error for a name or glob that matches no column, for the target among the named
    /// features, and when nothing is left.
    pub fn features(&self, names: &[String], path: &str) -> Result<Vec<bool>> {
        let dropped = Self::columns(&self.drop, names, path, DROP)?;
        let mut picked: Vec<bool> = if self.features.is_empty() {
            let plan_only: HashSet<&String> = self.plan_only.iter().collect();
            names.iter().map(|n| !plan_only.contains(n)).collect()
        } else {
            let asked = Self::expand(&self.features, names, path, FEATURES)?;
            if asked.iter().any(|a| a.by_name && names[a.columns[0]] == self.target) {
                return Err(Error::setting(format!(
                    "{FEATURES} names the target '{}': a model that sees its target learns nothing",
                    self.target
                ))
                .about(FEATURES)
                .advise("leave it out"));
            }
            let id = self.id_alone();
            if let Some(id) = id.filter(|id| asked.iter().any(|a| a.by_name && names[a.columns[0]] == **id)) {
                return Err(Error::setting(format!("{FEATURES} names '{id}', which {ID} takes for the names of rows"))
                    .advise("leave it out of one"));
            }
            let mut picked = vec![false; names.len()];
            asked.iter().flat_map(|a| &a.columns).for_each(|i| picked[*i] = true);
            picked
        };
        for i in 0..names.len() {
            picked[i] &= !dropped[i] && names[i] != self.target && self.id_alone() != Some(&names[i]);
        }
        if !picked.contains(&true) {
            return Err(Error::setting("no feature columns are left")
                .about(FEATURES)
                .at(path)
                .advise(format!("check {FEATURES} and {DROP}")));
        }
        Ok(picked)
    }

    /// The column that names rows and is no feature.
    pub(super) fn id_alone(&self) -> Option<&String> {
        self.id.as_ref().filter(|_| !self.id_stays)
    }

    /// Whether something but the names of rows needs the column that names them.
    ///
    /// # Errors
    /// As [`Selection::features`].
    pub(crate) fn needs_id(&self, names: &[String], path: &str) -> Result<bool> {
        let Some(id) = &self.id else { return Ok(false) };
        let is_feature =
            || Ok(names.iter().zip(self.features(names, path)?).any(|(name, picked)| picked && name == id));
        Ok(self.plan.contains(id) || is_feature()?)
    }

    /// Which of the file's columns must be read.
    ///
    /// # Errors
    /// As [`Selection::features`], and for an unknown target or plan column.
    pub fn needed(&self, names: &[String], path: &str) -> Result<Vec<bool>> {
        if self.all {
            return Ok(vec![true; names.len()]);
        }
        if !self.only.is_empty() {
            let there: HashSet<&String> = names.iter().collect();
            let only: HashSet<&String> = self.only.iter().collect();
            return match self.only.iter().find(|wanted| !there.contains(wanted)) {
                Some(wanted) => Err(Error::setting(format!(
                    "no column '{}', {}{}",
                    shown(wanted),
                    self.only_for,
                    suggestion_or_list(wanted, || names.iter().map(String::as_str))
                ))
                .about(Subject::Column(wanted.clone()))
                .at(path)),
                None => {
                    self.check_id(names, path)?;
                    let is_id = |name: &String| self.id.as_ref() == Some(name);
                    Ok(names.iter().map(|name| only.contains(name) || is_id(name)).collect())
                }
            };
        }
        if self.target.is_empty() {
            let more = if names.len() > LISTED { ", …" } else { "" };
            let listed =
                names.iter().take(LISTED).map(|name| format!("'{}'", shown(name))).collect::<Vec<_>>().join(", ");
            return Err(Error::setting(format!(
                "name the column to predict with {TARGET}; the columns are {listed}{more}"
            ))
            .about(TARGET)
            .at(path));
        }
        for (wanted, what) in
            std::iter::once((&self.target, "the target")).chain(self.plan.iter().map(|p| (p, "the splits")))
        {
            if !names.contains(wanted) {
                return Err(Error::setting(format!(
                    "no column '{}' for {what}{}",
                    shown(wanted),
                    suggestion_or_list(wanted, || names.iter().map(String::as_str))
                ))
                .about(Subject::Column(wanted.clone()))
                .at(path));
            }
        }
        self.check_id(names, path)?;
        let mut needed = self.features(names, path)?;
        for (n, name) in needed.iter_mut().zip(names) {
            *n |= *name == self.target || self.plan.contains(name) || self.id.as_ref() == Some(name);
        }
        Ok(needed)
    }

    /// Refuses a column of names that is not there.
    fn check_id(&self, names: &[String], path: &str) -> Result<()> {
        match self.id.as_ref().filter(|id| !names.contains(id)) {
            None => Ok(()),
            Some(id) => {
                let near = suggestion_or_list(id, || names.iter().map(String::as_str));
                Err(Error::setting(format!("no column '{}' for {ID}{near}", shown(id))).at(path))
            }
        }
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
    fn patterns_pick_the_same_columns_whatever_they_begin_with() {
        let names: Vec<String> = ["b2", "a1", "é*", "b1", "éa", "b", "éb", "ba1"].map(String::from).to_vec();
        let known = Names::new(&names);
        for pattern in ["b*", "b?", "*1", "é*", "é?", "?", "b*1", "c*", "*", "b1*"] {
            let all: Vec<usize> = (0..names.len()).filter(|i| matches(pattern, &names[*i])).collect();
            assert_eq!(known.matching(pattern), all, "{pattern}");
        }
    }

    #[test]
    fn a_column_that_names_rows_is_read_and_is_no_feature() {
        let of = |features: &[&str], id_stays| Selection {
            target: "y".into(),
            features: features.iter().map(|f| (*f).to_owned()).collect(),
            id: Some("id".into()),
            id_stays,
            ..Default::default()
        };
        let alone = of(&[], false);
        assert_eq!(alone.features(&names(), "f").unwrap(), [true, true, true, false, false]);
        assert_eq!(alone.needed(&names(), "f").unwrap(), [true; 5]);
        assert!(!alone.needs_id(&names(), "f").unwrap() && of(&[], true).needs_id(&names(), "f").unwrap());
        assert_eq!(of(&["*"], false).features(&names(), "f").unwrap(), [true, true, true, false, false]);
        let e = of(&["id"], false).features(&names(), "f").unwrap_err().to_string();
        assert!(e.contains("--features names 'id', which --id takes"), "{e}");
        let gone = Selection { id: Some("idd".into()), ..of(&[], false) };
        let e = gone.needed(&names(), "f").unwrap_err().to_string();
        assert!(e.contains("no column 'idd' for --id, did you mean 'id'?"), "{e}");
    }

    #[test]
    fn the_first_name_that_stands_twice_is_found() {
        let names: Vec<String> = ["a", "b", "c", "b", "a"].map(String::from).to_vec();
        assert_eq!(repeated(&names), Some((1, 3)));
        assert_eq!(repeated(&names[..3]), None);
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
