//! Lists of numbers as they are written: JSON has no word for numbers that are not finite. NaN, which stands for no
//! number, is written as null, and infinities as words; all others come back bit by bit.

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

#[derive(Serialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Word(&'static str),
    None,
}

/// Writes a list.
pub fn serialize<S: Serializer>(values: &[f64], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|value| match *value {
        value if value.is_nan() => Number::None,
        f64::INFINITY => Number::Word("inf"),
        f64::NEG_INFINITY => Number::Word("-inf"),
        value => Number::Finite(value),
    }))
}

/// Reads a list.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<f64>, D::Error> {
    deserializer.deserialize_seq(List)
}

struct Read(f64);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(One).map(Self)
    }
}

struct One;

impl Visitor<'_> for One {
    type Value = f64;

    fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str("a number, null, \"inf\" or \"-inf\"")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    fn visit_unit<E: Error>(self) -> Result<f64, E> {
        Ok(f64::NAN)
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<f64, E> {
        match word {
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            _ => Err(E::custom("a word stands in place of a number")),
        }
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Vec<f64>;

    fn expecting(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        out.write_str("a list of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<f64>, A::Error> {
        let mut values = Vec::new();
        while let Some(Read(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(values)
    }
}
