//! The kinds of behaviours: a file each, and their registry.

mod direction;
mod examples;
mod invariance;
mod no_use;
mod parity;
mod slice;

use super::Test;
use super::read::Reader;
use crate::error::Result;

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
    /// Families of the names that it gives.
    pub gives: &'static [&'static str],
    /// The confidence at which it is judged where none is given.
    pub(super) confidence: Option<f64>,
    /// The test, and the usual claim about its reading.
    pub(super) read: fn(&Reader, &str) -> Result<(Test, String)>,
}

/// All kinds of behaviours. A new one is a file and a line here, a variant of [`Test`] and its probe.
pub static BEHAVIOURS: &[BehaviourInfo] =
    &[invariance::INFO, direction::INFO, examples::INFO, slice::INFO, no_use::INFO, parity::INFO];
