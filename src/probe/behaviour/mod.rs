//! What a model must do whatever it scores, stated before the run in a claims file and tried on the test rows of every
//! split. What comes out is a reading `behaviour[NAME]`, which the behaviour's claim is about.
//!
//! ```toml
//! [[behaviour]]
//! name = "price rises with carat"
//! test = "direction"
//! column = "carat"
//! prediction = "rises"
//! by = 0.1
//! ```
//!
//! A kind of behaviour is a file: its keys and how they are read, what a report keeps of it, and the probe that tries it.
//! docs/probes.md has all kinds with their keys.

mod columns;
mod context;
mod direction;
mod examples;
mod invariance;
mod kept_rows;
mod no_use;
mod outcome;
mod parity;
mod read;
mod slice;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Probe, ProbeGround};
use crate::error::Result;
use crate::run::AuxiliaryFit;
use context::BehaviourContext;

pub(super) use columns::normal;
pub(crate) use read::Reader;

/// A key of a behaviour in a claims file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its name.
    pub name: &'static str,
    /// What is taken where it is not given, if anything is.
    pub default: &'static str,
    /// What it says, in one line.
    pub summary: &'static str,
}

const fn key(name: &'static str, default: &'static str, summary: &'static str) -> KeyInfo {
    KeyInfo { name, default, summary }
}

/// What there is to know of a kind of behaviour.
pub struct BehaviourInfo {
    /// Its name, the `test` of a behaviour.
    pub name: &'static str,
    /// What it asks of a model, in one line.
    pub summary: &'static str,
    /// Its keys, besides those that all have.
    pub keys: &'static [KeyInfo],
    /// Lines of a claims file that have what it needs.
    pub example: &'static str,
    /// Families of the names that it gives.
    pub gives: &'static [&'static str],
    /// The confidence at which it is judged where none is given.
    pub(crate) confidence: Option<f64>,
    /// Reads the test from its keys, and makes the usual claim about the reading of the given name.
    pub(crate) read: fn(&Reader, &str) -> Result<(Test, String)>,
}

/// What a kind of behaviour is once it is read: what a report keeps, and how it is tried.
trait BehaviourTest {
    /// A column of the table that is looked at though it need not be a feature.
    fn table_column(&self) -> Option<&str> {
        None
    }

    /// Whether predictions for the test rows are all that it looks at.
    fn is_of_predictions(&self) -> bool {
        false
    }

    /// The probe that tries it.
    ///
    /// # Errors
    /// An input error that names the behaviour and what of it the data does not have.
    fn probe(&self, context: &mut BehaviourContext) -> Result<Box<dyn Probe>>;
}

/// Declares the kinds: what is tried, and the registry.
macro_rules! behaviours {
    ($($module:ident::$Kind:ident,)+) => {
        /// What is tried.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(tag = "test", rename_all = "kebab-case")]
        #[expect(missing_docs, reason = "a kind is described by its own type, which is what the schema shows")]
        pub enum Test {
            $($Kind($module::$Kind),)+
        }

        $(
            impl From<$module::$Kind> for Test {
                fn from(test: $module::$Kind) -> Self {
                    Self::$Kind(test)
                }
            }
        )+

        impl Test {
            fn of_kind(&self) -> &dyn BehaviourTest {
                match self {
                    $(Self::$Kind(test) => test,)+
                }
            }
        }

        /// All kinds of behaviours, in the order in which they are listed.
        pub static BEHAVIOURS: &[BehaviourInfo] = &[$($module::INFO),+];
    };
}

// A new kind is a file and a line here.
behaviours! {
    invariance::Invariance,
    direction::Direction,
    examples::Examples,
    slice::Slice,
    no_use::NoUse,
    parity::Parity,
}

impl Test {
    /// A column of the table that is looked at though it need not be a feature.
    pub fn table_column(&self) -> Option<&str> {
        self.of_kind().table_column()
    }

    /// Whether predictions for the test rows are all that it looks at.
    pub fn is_of_predictions(&self) -> bool {
        self.of_kind().is_of_predictions()
    }
}

/// A test under the name that it is stated by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StatedTest<'t> {
    /// The name.
    pub name: &'t str,
    /// What is tried.
    pub test: &'t Test,
    /// Where it is stated, for messages.
    pub place: &'t str,
}

/// Builds the probe of a behaviour; models that it needs fitted besides are added to `auxiliary`.
///
/// # Errors
/// An input error that names the behaviour and what of it the data does not have.
pub(super) fn build(
    stated: &StatedTest,
    ground: &ProbeGround,
    auxiliary: &mut Vec<AuxiliaryFit>,
) -> Result<Box<dyn Probe>> {
    let mut context = BehaviourContext { name: stated.name, place: stated.place, ground, auxiliary };
    stated.test.of_kind().probe(&mut context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_from_its_example_and_kept_under_its_name() {
        for info in BEHAVIOURS {
            let table: toml::Table = info.example.parse().unwrap();
            let known = |key: &String| info.keys.iter().any(|k| k.name == key);
            assert!(table.keys().all(known) && info.gives[0] == "behaviour", "{}", info.name);
            let (test, claim) = (info.read)(&Reader::new(&table, "c.toml"), "behaviour[n]").unwrap();
            assert!(claim.contains("(behaviour[n]) "), "{claim}");
            let kept = serde_json::to_value(&test).unwrap();
            assert_eq!(kept["test"], info.name);
            assert_eq!(serde_json::from_value::<Test>(kept).unwrap(), test);
        }
    }
}
