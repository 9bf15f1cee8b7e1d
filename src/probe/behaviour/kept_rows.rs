//! What is noted of a behaviour that single rows keep or do not keep: the share that keeps it, and the size of what does
//! not.

use crate::metric::{Direction, Undefined};
use crate::probe::{Names, Recorder};
use crate::stats::mean;

/// Families of the names.
pub(super) const GIVES: &[&str] = &["behaviour", "behaviour_size", "behaviour_most"];

pub(super) fn names_of(name: &str, names: &mut Names) {
    names.reading(format!("behaviour[{name}]"), Direction::Higher);
    names.reading(format!("behaviour_size[{name}]"), Direction::Lower);
    names.reading(format!("behaviour_most[{name}]"), Direction::Lower);
}

/// Notes the share of rows that keep to a behaviour, and mean and largest size of what does not.
pub(super) fn note(name: &str, kept: &[bool], sizes: &[f64], none: &'static str, notes: &mut Recorder) {
    let n = kept.len() as f64;
    let of = |value: f64| if kept.is_empty() { Err(Undefined(none)) } else { Ok(value) };
    notes.read(format!("behaviour[{name}]"), Direction::Higher, of(kept.iter().filter(|k| **k).count() as f64 / n));
    let mean = if sizes.is_empty() { 0.0 } else { mean(sizes) };
    notes.read(format!("behaviour_size[{name}]"), Direction::Lower, of(mean));
    notes.read(format!("behaviour_most[{name}]"), Direction::Lower, of(sizes.iter().copied().fold(0.0, f64::max)));
}

/// Notes that there is nothing to note.
pub(super) fn undefined(name: &str, why: Undefined, notes: &mut Recorder) {
    notes.read(format!("behaviour[{name}]"), Direction::Higher, Err(why));
    notes.read(format!("behaviour_size[{name}]"), Direction::Lower, Err(why));
    notes.read(format!("behaviour_most[{name}]"), Direction::Lower, Err(why));
}
