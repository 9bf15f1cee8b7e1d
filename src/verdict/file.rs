//! Claims in a TOML file:
//!
//! ```toml
//! confidence = 0.95            # for claims that say nothing else
//! allow_failed = "5%"          # splits that may have no score; none without it
//!
//! [[claim]]
//! name = "no bad surprise"
//! why = "below this the service is switched off"
//! expr = "worst(r2) >= 0.35"
//! ```

use toml::{Table, Value};

use super::claim::Known;
use super::posed::check_confidence;
use super::{Allowed, Behaviour, Claim, read_share};
use crate::error::{Error, Result, Subject};
use crate::metric::ValueSpec;
use crate::setting::CLAIM;
use crate::toml_file::{check_keys, number, parse_toml, read_text};

/// A claim as stated in a file or on the command line, its names not yet checked.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct ClaimSpec {
    /// Its name.
    pub name: Option<String>,
    /// Why it is made.
    pub why: Option<String>,
    /// The claim.
    pub expr: String,
    /// The confidence at which it is judged.
    pub confidence: Option<f64>,
    /// How many splits may have no score.
    pub allowed: Option<Allowed>,
    /// Where it is stated, for messages.
    pub place: String,
}

/// What a claims file says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ClaimsFile {
    /// The claims, in order.
    pub claims: Vec<ClaimSpec>,
    /// What models must do whatever they score.
    pub behaviours: Vec<Behaviour>,
    /// What predictions are worth.
    pub value: Option<ValueSpec>,
}

impl ClaimSpec {
    /// A claim of the command line.
    pub fn flag(expr: impl Into<String>) -> Self {
        Self { expr: expr.into(), place: CLAIM.to_string(), ..Self::default() }
    }

    /// Checks it against the names of a run; `confidence` and `allowed` are for claims that have none of their own.
    ///
    /// # Errors
    /// An input error that names the place and points at the character.
    pub fn pose(&self, confidence: Option<f64>, allowed: Allowed, known: &Known) -> Result<Claim> {
        let posed = Claim::parse(&self.expr, self.confidence.or(confidence), known)
            .map_err(|e| e.about(Subject::Claim(self.expr.clone())).within(&self.place))?;
        let allowed = self.allowed.unwrap_or(allowed);
        Ok(Claim { name: self.name.clone(), why: self.why.clone(), allowed, ..posed })
    }
}

impl ClaimsFile {
    /// Claims that are stated as texts, and what files say, in that order.
    ///
    /// # Errors
    /// An input error where a file cannot be read, or two have a behaviour of one name or a worth each.
    pub fn gathered<P: AsRef<str>>(texts: &[String], paths: impl IntoIterator<Item = P>) -> Result<Self> {
        let mut all = Self { claims: texts.iter().map(ClaimSpec::flag).collect(), ..Self::default() };
        for path in paths {
            all.add(Self::read(path.as_ref())?, path.as_ref())?;
        }
        Ok(all)
    }

    /// Adds what another file says, whose place is for messages.
    ///
    /// # Errors
    /// An input error where both have a behaviour of one name or a worth.
    pub fn add(&mut self, other: Self, place: &str) -> Result<()> {
        let twice = other.behaviours.iter().find(|b| self.behaviours.iter().any(|own| own.name == b.name));
        if let Some(twice) = twice {
            let text = format!("another file has a behaviour '{}' too; rename one", twice.name);
            return Err(Error::claim(text).at(place));
        }
        if self.value.is_some() && other.value.is_some() {
            return Err(Error::claim("a [value] table was given in another file; keep one").at(place));
        }
        self.claims.extend(other.claims);
        self.behaviours.extend(other.behaviours);
        self.value = self.value.take().or(other.value);
        Ok(())
    }

    /// Reads a file.
    ///
    /// # Errors
    /// An input error where it cannot be read, is not valid TOML, or has a key or value that means nothing.
    pub fn read(path: &str) -> Result<Self> {
        let table = parse_toml(&read_text(path)?, path)?;
        // A config file may hold claims among its other keys, which are checked where it is read.
        if !["data", "target"].iter().any(|key| table.contains_key(*key)) {
            check_keys(&table, &["confidence", "allow_failed", "claim", "behaviour", "value"], path)?;
        }
        let file = Self::from_table(&table, path)?;
        if file.claims.is_empty() && file.behaviours.is_empty() && file.value.is_none() {
            return Err(Error::claim(format!("{path} has no claims")).advise("add a [[claim]] with an expr"));
        }
        Ok(file)
    }

    /// Takes the claims out of a table that may hold other keys.
    ///
    /// # Errors
    /// As [`ClaimsFile::read`].
    pub fn from_table(table: &Table, path: &str) -> Result<Self> {
        let confidence = table.get("confidence").map(|v| confidence(v, path)).transpose()?;
        let allowed = table.get("allow_failed").map(|v| allowed(v, path)).transpose()?;
        let mut claims: Vec<ClaimSpec> = Vec::new();
        let list = match table.get("claim") {
            None => Vec::new(),
            Some(Value::Array(list)) => list.iter().collect(),
            Some(_) => return Err(Error::claim("claims are written as [[claim]], one for each").at(path)),
        };
        for (i, value) in list.into_iter().enumerate() {
            let place = format!("{path}: claim {}", i + 1);
            // A claim may be its expression alone.
            let claim = match value {
                Value::String(expr) => {
                    ClaimSpec { expr: expr.clone(), confidence, allowed, place, ..ClaimSpec::default() }
                }
                Value::Table(table) => stated(table, place, confidence, allowed)?,
                _ => return Err(Error::claim(format!("{place} is neither a table nor an expression in quotes"))),
            };
            if let Some(name) = claim.name.as_ref().filter(|n| claims.iter().any(|c| c.name.as_ref() == Some(n))) {
                return Err(Error::claim(format!("two claims are named '{name}'")).at(path).advise("rename one"));
            }
            claims.push(claim);
        }
        let mut behaviours: Vec<Behaviour> = Vec::new();
        let list = match table.get("behaviour") {
            None => Vec::new(),
            Some(Value::Array(list)) => list.iter().collect(),
            Some(_) => {
                return Err(Error::claim("behaviours are written as [[behaviour]], one for each").at(path));
            }
        };
        for (i, value) in list.into_iter().enumerate() {
            let place = format!("{path}: behaviour {}", i + 1);
            let Value::Table(table) = value else { return Err(Error::claim(format!("{place} must be a table"))) };
            let behaviour = Behaviour::read(table, place, confidence)?;
            let taken = behaviours.iter().map(|b| &b.name).chain(claims.iter().filter_map(|c| c.name.as_ref()));
            if taken.into_iter().any(|n| *n == behaviour.name) {
                return Err(Error::claim(format!("two claims are named '{}'", behaviour.name))
                    .at(path)
                    .advise("rename one"));
            }
            behaviours.push(behaviour);
        }
        let value = table.get("value").map(|v| super::worth::value(v, path)).transpose()?;
        Ok(Self { claims, behaviours, value })
    }
}

fn stated(table: &Table, place: String, default: Option<f64>, most: Option<Allowed>) -> Result<ClaimSpec> {
    check_keys(table, &["name", "why", "expr", "confidence", "allow_failed"], &place)?;
    let text = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(other) => {
            Err(Error::claim(format!("{key} = {other} must be a string")).at(&place).advise("put it in quotes"))
        }
    };
    let name = text("name")?;
    if name.as_ref().is_some_and(|n| n.contains(char::is_control)) {
        return Err(Error::claim(format!("name = {:?}: a name is one line", name.unwrap_or_default())).at(&place));
    }
    let place = name.as_ref().map_or_else(|| place.clone(), |n| format!("{place} ('{n}')"));
    let expr = text("expr")?.ok_or_else(|| {
        Error::claim(format!("{place} has no expr")).advise("add one such as expr = \"worst(r2) >= 0.35\"")
    })?;
    let own = table.get("confidence").map(|v| confidence(v, &place)).transpose()?;
    let fewer = table.get("allow_failed").map(|v| allowed(v, &place)).transpose()?;
    Ok(ClaimSpec { name, why: text("why")?, expr, confidence: own.or(default), allowed: fewer.or(most), place })
}

fn confidence(value: &Value, place: &str) -> Result<f64> {
    let given = match value {
        Value::String(text) => read_share(text).ok(),
        other => number(other),
    };
    let given = given.ok_or_else(|| {
        Error::claim(format!("confidence {value} is not a number"))
            .at(place)
            .advise("write one such as 0.95 or \"95%\"")
    })?;
    check_confidence(given, place)
}

fn allowed(value: &Value, place: &str) -> Result<Allowed> {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.parse().map_err(|why| Error::claim(format!("allow_failed = {value}: {why}")).at(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ClaimsFile> {
        let table = parse_toml(text, "c.toml")?;
        check_keys(&table, &["confidence", "claim"], "c.toml")?;
        ClaimsFile::from_table(&table, "c.toml")
    }

    #[test]
    fn claims_have_names_reasons_and_confidence() {
        let file = read(
            "confidence = 0.9\n[[claim]]\nname = 'floor'\nwhy = 'too low to use'\nexpr = 'worst(r2) > 0'\n[[claim]]\nexpr = 'mean(r2) > 0'\nconfidence = 0.99",
        );
        let claims = file.unwrap().claims;
        assert_eq!((claims[0].name.as_deref(), claims[0].why.as_deref()), (Some("floor"), Some("too low to use")));
        assert_eq!((claims[0].confidence, claims[1].confidence), (Some(0.9), Some(0.99)));
    }

    #[test]
    fn mistakes_name_the_file_and_the_key() {
        let error = |text: &str| read(text).unwrap_err().to_string();
        assert!(error("[[claims]]\nexpr = 'x'").contains("c.toml: unknown key 'claims', did you mean 'claim'?"));
        assert!(error("[[claim]]\nexp = 'x'").contains("claim 1: unknown key 'exp', did you mean 'expr'?"));
        assert!(error("[[claim]]\nname = 'n'").contains("('n') has no expr"));
        assert!(error("[[claim]]\nexpr = 3").contains("expr = 3 must be a string"));
        assert!(error("confidence = 95").contains("between 0.5 and 1"));
        assert!(error("a = 1\nb = = 2").contains("c.toml line 2"));
        let twice = "[[claim]]\nname = 'n'\nexpr = 'x'\n[[claim]]\nname = 'n'\nexpr = 'y'";
        assert!(error(twice).contains("two claims are named 'n'"));
    }
}
