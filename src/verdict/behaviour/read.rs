//! Behaviours from the tables of a claims file.

use toml::{Table, Value};

use super::kind::{BEHAVIOURS, BehaviourInfo};
use super::{Behaviour, Cell, Change, Within};
use crate::error::{Error, Result, suggestion_or_all};
use crate::verdict::file::{ClaimSpec, check_keys, number};
use crate::verdict::posed::check_confidence;

/// A table of a file, with the words for messages.
pub(super) struct Reader<'t> {
    pub table: &'t Table,
    place: String,
}

impl Reader<'_> {
    pub fn wrong<T>(&self, what: impl std::fmt::Display) -> Result<T> {
        Err(Error::claim(what.to_string()).at(&self.place))
    }

    pub fn text(&self, key: &str) -> Result<Option<String>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => self.wrong(format!("{key} = {other} must be a string; put it in quotes")),
        }
    }

    pub fn needed(&self, key: &str, example: &str) -> Result<String> {
        match self.text(key)? {
            Some(text) => Ok(text),
            None => self.wrong(format!("there is no {key}; add one such as {key} = {example}")),
        }
    }

    pub fn number(&self, key: &str) -> Result<Option<f64>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(value) => match number(value) {
                Some(v) => Ok(Some(v)),
                None => self.wrong(format!("{key} = {value} must be a number")),
            },
        }
    }

    /// A number from `least` up to `most`.
    pub fn bounded(&self, key: &str, least: f64, most: f64) -> Result<Option<f64>> {
        match self.number(key)? {
            Some(v) if !(v >= least && v <= most) => {
                let upto = if most.is_finite() { format!(" to {most}") } else { " up".into() };
                self.wrong(format!("{key} = {v} is not from {least}{upto}"))
            }
            v => Ok(v),
        }
    }

    pub fn whole(&self, key: &str) -> Result<Option<usize>> {
        match self.number(key)? {
            Some(v) if v < 0.0 || v.fract() != 0.0 || v > f64::from(u32::MAX) => {
                self.wrong(format!("{key} = {v} is not a whole number from 0 up"))
            }
            v => Ok(v.map(|v| v as usize)),
        }
    }

    /// One of the words of a list.
    pub fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T> {
        let list = || choices.iter().map(|c| c.0);
        let text = self.needed(key, &format!("\"{}\"", choices[0].0))?;
        match choices.iter().find(|c| c.0 == text) {
            Some((_, choice)) => Ok(*choice),
            None => self.wrong(format!("no {key} '{text}'{}", suggestion_or_all(&text, list))),
        }
    }

    /// The kind that the table names, once all its keys are known ones.
    fn kind(&self) -> Result<&'static BehaviourInfo> {
        let name = self.needed("test", "\"direction\"")?;
        let Some(kind) = BEHAVIOURS.iter().find(|kind| kind.name == name) else {
            let list = suggestion_or_all(&name, || BEHAVIOURS.iter().map(|kind| kind.name));
            return self.wrong(format!("no test '{name}'{list}"));
        };
        let own = kind.keys.iter().map(|key| key.name);
        let keys: Vec<&str> = ["name", "why", "test", "expr", "confidence"].into_iter().chain(own).collect();
        check_keys(self.table, &keys, &self.place)?;
        Ok(kind)
    }

    pub fn change(&self) -> Result<Change> {
        let example = "noise = 0.1, level = \"…\", level = true or scale = 1.1";
        match (self.table.get("noise"), self.table.get("level"), self.table.get("scale")) {
            (Some(_), None, None) => Ok(Change::Noise(self.bounded("noise", 0.0, f64::INFINITY)?.unwrap_or(0.0))),
            (None, Some(Value::Boolean(true)), None) => Ok(Change::Level(None)),
            (None, Some(_), None) => Ok(Change::Level(self.text("level")?)),
            (None, None, Some(_)) => Ok(Change::Scale(self.number("scale")?.unwrap_or(1.0))),
            (None, None, None) => self.wrong(format!("nothing says how the column is changed; add {example}")),
            _ => self.wrong(format!("the column is changed in one way: {example}")),
        }
    }

    /// The rows of an `examples` test, each with its columns.
    pub fn rows(&self) -> Result<Vec<Vec<(String, Cell)>>> {
        let example = "rows = [{ carat = 1.0, cut = \"Ideal\" }]";
        let Some(Value::Array(list)) = self.table.get("rows") else {
            return self.wrong(format!("there are no rows; add {example}"));
        };
        let row = |value: &Value| {
            let Value::Table(cells) = value else {
                return self.wrong(format!("{value} must be a row; write {example}"));
            };
            let cell = |(column, value): (&String, &Value)| {
                let cell = match (value, number(value)) {
                    (_, Some(v)) => Cell::Number(v),
                    (Value::String(text), _) => Cell::Text(text.clone()),
                    (Value::Boolean(b), _) => Cell::Number(f64::from(u8::from(*b))),
                    (other, _) => return self.wrong(format!("{column} = {other} is neither a number nor a text")),
                };
                Ok((column.clone(), cell))
            };
            cells.iter().map(cell).collect()
        };
        if list.is_empty() {
            return self.wrong(format!("there are no rows; add {example}"));
        }
        list.iter().map(row).collect()
    }

    /// A range of which one end is needed.
    pub fn range(&self) -> Result<[Option<f64>; 2]> {
        let ends = [self.number("at_least")?, self.number("at_most")?];
        match ends {
            [Some(low), Some(high)] if low > high => {
                self.wrong(format!("at_least = {low} is above at_most = {high}; nothing can be both"))
            }
            ends => Ok(ends),
        }
    }

    /// The claim about the reading: `expr`, where it is given, or the usual one. `keys` make the usual one.
    pub fn asked(&self, keys: &[&str], usual: impl FnOnce() -> Result<String>) -> Result<String> {
        let Some(expr) = self.text("expr")? else { return usual() };
        match keys.iter().find(|key| self.table.contains_key(**key)) {
            Some(key) => self.wrong(format!("{key} and expr both say what is asked; leave one out")),
            None => Ok(expr),
        }
    }

    /// A share of rows that is asked of the worst split.
    pub fn asked_share(&self, reading: &str) -> Result<String> {
        self.asked(&["share"], || {
            Ok(format!("worst({reading}) >= {}", self.bounded("share", 0.0, 1.0)?.unwrap_or(1.0)))
        })
    }

    pub fn within(&self) -> Result<Within> {
        let within = Within {
            column: self.needed("column", "\"cut\"")?,
            level: match self.table.get("level") {
                Some(Value::Boolean(b)) => Some(b.to_string()),
                _ => self.text("level")?,
            },
            from: self.number("from")?,
            to: self.number("to")?,
        };
        match (&within.level, within.from.or(within.to)) {
            (None, None) => self.wrong("nothing says which rows; add level = \"…\", from = … or to = …"),
            (Some(_), Some(_)) => self.wrong("rows are chosen by level or by from and to, not by both"),
            _ if within.from > within.to && within.to.is_some() => {
                self.wrong("from is above to, so that no row is in the slice")
            }
            _ => Ok(within),
        }
    }
}

impl Behaviour {
    /// Reads a `[[behaviour]]` table; `confidence` is for those that have none of their own.
    ///
    /// # Errors
    /// An input error that names the place and the key.
    pub fn read(table: &Table, place: String, confidence: Option<f64>) -> Result<Self> {
        let mut reader = Reader { table, place };
        let name = reader.needed("name", "\"price rises with carat\"")?;
        if name.trim().is_empty() || name.contains(['[', ']']) || name.contains(char::is_control) {
            return reader.wrong(format!("name = {name:?}: a name is one line, not empty, and has no brackets"));
        }
        reader.place = format!("{} ('{name}')", reader.place);
        let kind = reader.kind()?;
        let (test, expr) = (kind.read)(&reader, &format!("behaviour[{name}]"))?;
        let own = match reader.number("confidence")? {
            Some(confidence) => Some(check_confidence(confidence, &reader.place)?),
            None => confidence.or(kind.confidence),
        };
        let claim = ClaimSpec {
            name: Some(name.clone()),
            why: reader.text("why")?,
            expr,
            confidence: own,
            allowed: None,
            place: reader.place.clone(),
        };
        Ok(Self { name, test, claim })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::behaviour::Test;

    fn read(text: &str) -> Result<Behaviour> {
        let table: Table = text.parse().unwrap();
        Behaviour::read(&table, "c.toml: behaviour 1".into(), None)
    }

    #[test]
    fn tests_are_read_with_what_is_asked_of_them() {
        for (text, expr) in [
            ("test='invariance'\ncolumn='x'\nnoise=0.1\ntolerance=2", "worst(behaviour[n]) >= 1"),
            ("test='direction'\ncolumn='x'\nprediction='falls'\nshare=0.9", "worst(behaviour[n]) >= 0.9"),
            ("test='examples'\nrows=[{x=1,c='a'}]\nat_least=0", "worst(behaviour[n]) >= 1"),
            ("test='slice'\ncolumn='c'\nlevel='a'\nat_most=3", "max(behaviour[n]) <= 3"),
            ("test='no-use'\ncolumn='x'\ntolerance=0.01", "mean(behaviour[n]) <= 0.01"),
            ("test='parity'\ncolumn='c'\nmeasure='rate'\nratio=0.8", "mean(behaviour[n]) >= 0.8"),
            ("test='parity'\ncolumn='c'\nmeasure='rate'\nexpr='p05(behaviour[n]) > 0.5'", "p05(behaviour[n]) > 0.5"),
        ] {
            let behaviour = read(&format!("name='n'\n{text}")).unwrap();
            assert_eq!((behaviour.claim.expr.as_str(), behaviour.reading().as_str()), (expr, "behaviour[n]"), "{text}");
            let sure = matches!(behaviour.test, Test::NoUse { .. }).then_some(0.95);
            assert_eq!(behaviour.claim.confidence, sure, "{text}");
            // What a report keeps is read back as it was.
            let kept = serde_json::to_string(&behaviour.test).unwrap();
            assert_eq!(serde_json::from_str::<Test>(&kept).unwrap(), behaviour.test, "{kept}");
        }
    }

    #[test]
    fn mistakes_name_the_place_and_the_key() {
        for (text, words) in [
            ("test='direction'", "behaviour 1: there is no name"),
            ("name='a[b]'\ntest='direction'", "no brackets"),
            ("name='n'\ntest='directon'", "did you mean 'direction'?"),
            ("name='n'\ntest='direction'\ncolumn='x'", "there is no prediction"),
            ("name='n'\ntest='direction'\ncolumn='x'\nprediction='rise'", "did you mean 'rises'?"),
            ("name='n'\ntest='direction'\ncolumn='x'\nprediction='rises'\nby=0", "above 0"),
            ("name='n'\ntest='direction'\ncolum='x'", "did you mean 'column'?"),
            ("name='n'\ntest='invariance'\ncolumn='x'", "how the column is changed"),
            ("name='n'\ntest='invariance'\ncolumn='x'\nnoise=1\nscale=2", "in one way"),
            ("name='n'\ntest='invariance'\ncolumn='x'\nnoise=-1", "noise = -1 is not from 0 up"),
            ("name='n'\ntest='examples'\nat_least=0", "there are no rows"),
            ("name='n'\ntest='examples'\nrows=[{x=1}]", "what the rows must get"),
            ("name='n'\ntest='examples'\nrows=[{x=1}]\nat_least=2\nat_most=1", "nothing can be both"),
            ("name='n'\ntest='slice'\ncolumn='c'\nat_least=1", "which rows"),
            ("name='n'\ntest='slice'\ncolumn='c'\nlevel='a'", "at_least or at_most"),
            ("name='n'\ntest='slice'\ncolumn='c'\nlevel='a'\nat_least=1\nat_most=2", "not both"),
            ("name='n'\ntest='slice'\ncolumn='c'\nfrom=2\nto=1\nat_least=1", "from is above to"),
            ("name='n'\ntest='no-use'\ncolumn='c'\ncolumns=['c']", "both given"),
            ("name='n'\ntest='direction'\ncolumn='x'\nprediction='rises'\nshare=1\nexpr='1'", "share and expr both"),
            ("name=\"a\\nb\"\ntest='direction'", "one line"),
            ("name='n'\ntest='no-use'", "what is left out"),
            ("name='n'\ntest='parity'\ncolumn='c'\nmeasure='rate'", "there is no ratio"),
            ("name='n'\ntest='parity'\ncolumn='c'\nmeasure='score'\nratio=0.5\nlabel='x'", "label has no effect"),
            ("name='n'\ntest='parity'\ncolumn='c'\nmeasure='rate'\nratio=80", "is not from 0 to 1"),
            ("name='n'\ntest='no-use'\ncolumn='x'\nconfidence=95", "between 0.5 and 1"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
