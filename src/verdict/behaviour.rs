//! A behaviour of a claims file: what is tried on every split, and the claim about it.

use toml::Table;

use super::file::ClaimSpec;
use super::posed::check_confidence;
use crate::error::{Error, Result, Subject};
use crate::probe::behaviour::{Reader, StatedTest, Test};

/// A behaviour as stated.
#[derive(Debug, Clone, PartialEq)]
pub struct Behaviour {
    /// Its name.
    pub name: String,
    /// What is tried.
    pub test: Test,
    /// What is asked of the reading.
    pub claim: ClaimSpec,
}

impl Behaviour {
    /// The name of the reading.
    pub fn reading(&self) -> String {
        format!("behaviour[{}]", self.name)
    }

    /// What is tried, for a run.
    pub fn stated(&self) -> StatedTest<'_> {
        StatedTest { name: &self.name, test: &self.test, place: &self.claim.place }
    }

    /// Reads a behaviour that is stated as an object with the keys of a `[[behaviour]]` table.
    ///
    /// # Errors
    /// As [`Behaviour::read`].
    pub fn from_json(stated: &serde_json::Value, place: &str) -> Result<Self> {
        match serde_json::from_value::<Table>(stated.clone()) {
            Ok(table) => Self::read(&table, place.to_owned(), None),
            Err(e) => Err(Error::claim(format!("it is no table of keys and values: {e}")).at(place)),
        }
    }

    /// Reads a `[[behaviour]]` table; `confidence` is for those that have none of their own.
    ///
    /// # Errors
    /// An input error that names the place and the key.
    pub fn read(table: &Table, place: String, confidence: Option<f64>) -> Result<Self> {
        let mut reader = Reader::new(table, place);
        let name = reader.needed("name", "\"price rises with carat\"")?;
        if name.trim().is_empty() || name.contains(['[', ']']) || name.contains(char::is_control) {
            return reader.wrong(format!("name = {name:?}: a name is one line, not empty, and has no brackets"));
        }
        reader.place = format!("{} ('{name}')", reader.place);
        Self::of_keys(&reader, &name, confidence).map_err(|e| e.about(Subject::Behaviour(name)))
    }

    fn of_keys(reader: &Reader, name: &str, confidence: Option<f64>) -> Result<Self> {
        let kind = reader.kind()?;
        let (test, expr) = (kind.read)(reader, &format!("behaviour[{name}]"))?;
        let own = match reader.number("confidence")? {
            Some(confidence) => Some(check_confidence(confidence, &reader.place)?),
            None => confidence.or(kind.confidence),
        };
        let claim = ClaimSpec {
            name: Some(name.to_owned()),
            why: reader.text("why")?,
            expr,
            confidence: own,
            allowed: None,
            place: reader.place.clone(),
        };
        Ok(Self { name: name.to_owned(), test, claim })
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
    fn objects_say_the_same_as_tables() {
        let stated =
            serde_json::json!({"name": "n", "test": "examples", "rows": [{"x": 1, "c": "a"}], "at_least": 0.5});
        let table = read("name='n'\ntest='examples'\nrows=[{x=1,c='a'}]\nat_least=0.5").unwrap();
        let object = Behaviour::from_json(&stated, "c.toml: behaviour 1").unwrap();
        assert_eq!(object, table);
        for stated in [serde_json::json!([1]), serde_json::json!({"name": null})] {
            let error = Behaviour::from_json(&stated, "behaviours[0]").unwrap_err().to_string();
            assert!(error.starts_with("behaviours[0]: it is no table"), "{error}");
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
