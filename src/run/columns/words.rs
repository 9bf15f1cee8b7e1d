//! Texts that some splits have.

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

/// A text for some of many places. A text that many have is kept once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Words {
    /// Places with a text, ascending, each with the text's number.
    at: Vec<(u32, u32)>,
    texts: IndexSet<String>,
}

impl Words {
    /// Gives a text to a place behind all that have one.
    pub fn push(&mut self, k: usize, text: &str) {
        let number = self.texts.get_index_of(text).unwrap_or_else(|| self.texts.insert_full(text.to_owned()).0);
        self.at.push((k as u32, number as u32));
    }

    /// The text of a place.
    pub fn at(&self, k: usize) -> Option<&str> {
        let found = self.at.binary_search_by_key(&(k as u32), |(at, _)| *at).ok()?;
        Some(&self.texts[self.at[found].1 as usize])
    }

    /// The places that have a text, with it, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> + ExactSizeIterator {
        self.at.iter().map(|(k, number)| (*k as usize, self.texts[*number as usize].as_str()))
    }

    /// Number of places that have a text.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether no place has one.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }
}

/// The texts as they are written.
#[derive(Deserialize)]
struct Written {
    at: Vec<(u32, u32)>,
    texts: Vec<String>,
}

impl TryFrom<Written> for Words {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let mut words = Self::default();
        for (k, number) in &written.at {
            let text = written.texts.get(*number as usize).ok_or("a text is missing")?;
            if words.at.last().is_some_and(|(before, _)| before >= k) {
                return Err("texts are not in order");
            }
            words.push(*k as usize, text);
        }
        Ok(words)
    }
}
