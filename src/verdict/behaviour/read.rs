//! Behaviours from the tables of a claims file.

use toml::{Table, Value};

use super::{Behaviour, Cell, Change, Measure, Test, Within};
use crate::error::{Error, Result, suggestion_or_all};
use crate::verdict::file::{ClaimSpec, check_keys, number};
use crate::verdict::posed::check_confidence;

/// The tests by name.
const TESTS: [&str; 6] = ["invariance", "direction", "examples", "slice", "no-use", "parity"];

/// How sure it must be that leaving a column out costs nothing, or something, where nothing is said: the fall of a
/// score varies around 0 by chance.
const NO_USE_CONFIDENCE: f64 = 0.95;

/// Test rows that a group needs, where nothing is said.
const LEAST: f64 = 10.0;

/// A table of a file, with the words for messages.
struct Reader<'t> {
    table: &'t Table,
    place: String,
}

impl Reader<'_> {
    fn wrong<T>(&self, what: impl std::fmt::Display) -> Result<T> {
        Err(Error::input(format!("{}: {what}", self.place)))
    }

    fn text(&self, key: &str) -> Result<Option<String>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(other) => self.wrong(format!("{key} = {other} must be a string; put it in quotes")),
        }
    }

    fn needed(&self, key: &str, example: &str) -> Result<String> {
        match self.text(key)? {
            Some(text) => Ok(text),
            None => self.wrong(format!("there is no {key}; add one such as {key} = {example}")),
        }
    }

    fn number(&self, key: &str) -> Result<Option<f64>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(value) => match number(value) {
                Some(v) => Ok(Some(v)),
                None => self.wrong(format!("{key} = {value} must be a number")),
            },
        }
    }

    /// A number from `least` up to `most`.
    fn bounded(&self, key: &str, least: f64, most: f64) -> Result<Option<f64>> {
        match self.number(key)? {
            Some(v) if !(v >= least && v <= most) => {
                let upto = if most.is_finite() { format!(" to {most}") } else { " up".into() };
                self.wrong(format!("{key} = {v} is not from {least}{upto}"))
            }
            v => Ok(v),
        }
    }

    fn whole(&self, key: &str) -> Result<Option<usize>> {
        match self.number(key)? {
            Some(v) if v < 0.0 || v.fract() != 0.0 || v > f64::from(u32::MAX) => {
                self.wrong(format!("{key} = {v} is not a whole number from 0 up"))
            }
            v => Ok(v.map(|v| v as usize)),
        }
    }

    /// One of the words of a list.
    fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Result<T> {
        let list = || choices.iter().map(|c| c.0);
        let text = self.needed(key, &format!("\"{}\"", choices[0].0))?;
        match choices.iter().find(|c| c.0 == text) {
            Some((_, choice)) => Ok(*choice),
            None => self.wrong(format!("no {key} '{text}'{}", suggestion_or_all(&text, list))),
        }
    }

    fn keys(&self, own: &[&str]) -> Result<()> {
        let common = ["name", "why", "test", "expr", "confidence"];
        check_keys(self.table, &[&common[..], own].concat(), &self.place)
    }

    fn change(&self) -> Result<Change> {
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
    fn rows(&self) -> Result<Vec<Vec<(String, Cell)>>> {
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
    fn range(&self) -> Result<[Option<f64>; 2]> {
        let ends = [self.number("at_least")?, self.number("at_most")?];
        match ends {
            [Some(low), Some(high)] if low > high => {
                self.wrong(format!("at_least = {low} is above at_most = {high}; nothing can be both"))
            }
            ends => Ok(ends),
        }
    }

    /// The claim about the reading: `expr`, where it is given, or the usual one. `keys` make the usual one.
    fn asked(&self, keys: &[&str], usual: impl FnOnce() -> Result<String>) -> Result<String> {
        let Some(expr) = self.text("expr")? else { return usual() };
        match keys.iter().find(|key| self.table.contains_key(**key)) {
            Some(key) => self.wrong(format!("{key} and expr both say what is asked; leave one out")),
            None => Ok(expr),
        }
    }

    /// A share of rows that is asked of the worst split.
    fn asked_share(&self, reading: &str) -> Result<String> {
        self.asked(&["share"], || {
            Ok(format!("worst({reading}) >= {}", self.bounded("share", 0.0, 1.0)?.unwrap_or(1.0)))
        })
    }

    fn within(&self) -> Result<Within> {
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

    /// The test, and what is asked of its reading.
    fn test(&self, reading: &str) -> Result<(Test, String)> {
        Ok(match self.needed("test", "\"direction\"")?.as_str() {
            "invariance" => {
                self.keys(&["column", "noise", "level", "scale", "tolerance", "share"])?;
                let tolerance = self.bounded("tolerance", 0.0, f64::INFINITY)?;
                let test =
                    Test::Invariance { column: self.needed("column", "\"carat\"")?, change: self.change()?, tolerance };
                (test, self.asked_share(reading)?)
            }
            "direction" => {
                self.keys(&["column", "prediction", "by", "tolerance", "label", "share"])?;
                let by = self.number("by")?;
                if by.is_some_and(|by| by <= 0.0) {
                    return self.wrong("by is the step by which the column rises; give a number above 0");
                }
                let test = Test::Direction {
                    column: self.needed("column", "\"carat\"")?,
                    rises: self.choice("prediction", &[("rises", true), ("falls", false)])?,
                    by,
                    tolerance: self.bounded("tolerance", 0.0, f64::INFINITY)?.unwrap_or(0.0),
                    label: self.text("label")?,
                };
                (test, self.asked_share(reading)?)
            }
            "examples" => {
                self.keys(&["rows", "like", "at_least", "at_most", "label", "share"])?;
                let ([at_least, at_most], label) = (self.range()?, self.text("label")?);
                if at_least.or(at_most).is_none() && label.is_none() {
                    return self.wrong("nothing says what the rows must get; add at_least, at_most or label");
                }
                let test = Test::Examples { rows: self.rows()?, like: self.whole("like")?, at_least, at_most, label };
                (test, self.asked_share(reading)?)
            }
            "slice" => {
                self.keys(&["column", "level", "from", "to", "metric", "at_least", "at_most"])?;
                let expr = self.asked(&["at_least", "at_most"], || match self.range()? {
                    [Some(low), None] => Ok(format!("min({reading}) >= {low}")),
                    [None, Some(high)] => Ok(format!("max({reading}) <= {high}")),
                    [None, None] => self.wrong("add at_least or at_most, the score that the slice must reach"),
                    _ => self.wrong("a score has at_least or at_most, not both; leave one out"),
                })?;
                (Test::Slice { rows: self.within()?, metric: self.text("metric")? }, expr)
            }
            "no-use" => {
                self.keys(&["column", "columns", "metric", "tolerance"])?;
                let columns = match (self.table.get("columns"), self.text("column")?) {
                    (Some(_), Some(_)) => return self.wrong("column and columns are both given; leave one out"),
                    (None, Some(column)) => vec![column],
                    (Some(Value::Array(list)), None) if !list.is_empty() => {
                        let name = |v: &Value| v.as_str().map(str::to_owned);
                        match list.iter().map(name).collect() {
                            Some(columns) => columns,
                            None => return self.wrong("columns is a list of names in quotes"),
                        }
                    }
                    _ => return self.wrong("add column = \"…\" or columns = [\"…\", \"…\"], what is left out"),
                };
                let expr = self.asked(&["tolerance"], || {
                    let tolerance = self.bounded("tolerance", 0.0, f64::INFINITY)?.unwrap_or(0.0);
                    Ok(format!("mean({reading}) <= {tolerance}"))
                })?;
                (Test::NoUse { columns, metric: self.text("metric")? }, expr)
            }
            "parity" => {
                self.keys(&["column", "measure", "metric", "label", "least", "ratio"])?;
                let measures =
                    [("score", Measure::Score), ("rate", Measure::Rate), ("calibration", Measure::Calibration)];
                let measure = self.choice("measure", &measures)?;
                let idle = if measure == Measure::Score { "label" } else { "metric" };
                if self.table.contains_key(idle) {
                    return self.wrong(format!("{idle} has no effect on this measure; leave it out"));
                }
                let least = self.bounded("least", 1.0, f64::from(u32::MAX))?.unwrap_or(LEAST);
                let test = Test::Parity {
                    column: self.needed("column", "\"sex\"")?,
                    measure,
                    metric: self.text("metric")?,
                    label: self.text("label")?,
                    least: least as usize,
                };
                let expr = self.asked(&["ratio"], || match self.bounded("ratio", 0.0, 1.0)? {
                    Some(ratio) => Ok(format!("mean({reading}) >= {ratio}")),
                    None => {
                        self.wrong("there is no ratio; add one such as ratio = 0.8, the smallest group to the largest")
                    }
                })?;
                (test, expr)
            }
            other => {
                let list = suggestion_or_all(other, || TESTS.into_iter());
                return self.wrong(format!("no test '{other}'{list}"));
            }
        })
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
        let (test, expr) = reader.test(&format!("behaviour[{name}]"))?;
        let own = match reader.number("confidence")? {
            Some(confidence) => Some(check_confidence(confidence, &reader.place)?),
            None if matches!(test, Test::NoUse { .. }) => Some(confidence.unwrap_or(NO_USE_CONFIDENCE)),
            None => confidence,
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
