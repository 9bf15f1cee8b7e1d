//! The schemes: a file each, and their registry.

mod bootstrap;
mod file;
mod group;
mod group_time;
mod kfold;
mod shuffle;
mod stratified;
mod stratified_group;
mod time;

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use super::resampling::Resampling;
use crate::error::did_you_mean;
use crate::names::listed;
use crate::setting::SCHEME;

pub use bootstrap::Bootstrap;
pub use file::File;
pub use group::Group;
pub use group_time::GroupTime;
pub use kfold::KFold;
pub(super) use kfold::deal;
pub use shuffle::Shuffle;
pub use stratified::Stratified;
pub use stratified_group::StratifiedGroup;
pub use time::Time;

/// What there is to know of a scheme before it is used.
pub struct SchemeInfo {
    /// Its name.
    pub name: &'static str,
    /// How it is written, with its argument: `kfold:K`.
    pub form: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Reads what stands after the colon, if anything does; a sentence where that does not suit.
    read: fn(Option<&str>) -> Result<Scheme, String>,
}

/// All schemes. A new one is a file and a line here.
pub static SCHEMES: &[SchemeInfo] = &[
    shuffle::INFO,
    stratified::INFO,
    group::INFO,
    stratified_group::INFO,
    kfold::INFO,
    time::INFO,
    group_time::INFO,
    bootstrap::INFO,
    file::INFO,
];

/// How all schemes are written, in a sentence with `and` or `or` before the last.
pub fn forms(word: &str) -> String {
    let forms: Vec<&str> = SCHEMES.iter().map(|info| info.form).collect();
    listed(&forms, word)
}

/// A scheme with its argument, as it was asked for: `"kfold:5".parse()`, or `KFold { folds: 5 }.into()`.
#[derive(Debug, Clone)]
pub struct Scheme(Arc<dyn Resampling>);

impl Scheme {
    /// Whether it is one of ours, and not a user's own.
    pub(super) fn is_known(&self) -> bool {
        let id = self.id();
        let name = id.split(':').next().unwrap_or_default();
        SCHEMES.iter().any(|info| info.name == name)
    }
}

impl<R: Resampling + 'static> From<R> for Scheme {
    fn from(resampling: R) -> Self {
        Self(Arc::new(resampling))
    }
}

impl Deref for Scheme {
    type Target = dyn Resampling;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref()
    }
}

impl PartialEq for Scheme {
    fn eq(&self, other: &Self) -> bool {
        self.id() == other.id()
    }
}

impl Eq for Scheme {}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id())
    }
}

impl FromStr for Scheme {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').map_or((text, None), |(n, r)| (n, Some(r)));
        let info = SCHEMES.iter().find(|info| info.name == name).ok_or_else(|| {
            let near = did_you_mean(name, SCHEMES.iter().map(|info| info.name));
            format!("no scheme '{name}'{near}; there are {}", forms("and"))
        })?;
        (info.read)(rest)
    }
}

/// Reads the argument of a scheme that has none.
fn plain(name: &str, rest: Option<&str>, scheme: impl Into<Scheme>) -> Result<Scheme, String> {
    match rest {
        None => Ok(scheme.into()),
        Some(rest) => Err(format!("scheme {name} takes no '{rest}'; write {}", SCHEME.to(name))),
    }
}

/// Reads whether the origin of a scheme along time is `rolling` or `expanding`; nothing is the latter.
fn rolling(name: &str, rest: Option<&str>) -> Result<bool, String> {
    match rest {
        None | Some("expanding") => Ok(false),
        Some("rolling") => Ok(true),
        Some(_) => Err(format!("{name} is {name}:expanding or {name}:rolling")),
    }
}
