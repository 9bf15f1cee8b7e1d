//! `randsplit explain`: what the code of a note or warning means, or what a check of `sanity` does, and what helps.

use super::catalogue::{self, ListForm};
use super::sink;
use super::terminal::width;
use crate::error::{Error, Result, suggestion_or_all};
use crate::render::wrapped;
use crate::{Code, sanity, warning};

/// Lines of text are not longer than this in wider terminals.
const READABLE: usize = 100;

/// Prints the page of a code, or the list of all codes.
///
/// # Errors
/// An input error where there is no such code.
pub fn run(code: Option<&str>) -> Result<()> {
    let Some(code) = code else { return catalogue::topic("warnings", &ListForm::default()) };
    let of_check = sanity::explain(code).map(|(name, title, page)| (name, title.to_owned(), page.to_owned()));
    let (id, title, page) = warning::explain(code).or(of_check).ok_or_else(|| {
        let checks = sanity::CHECKS.iter().map(|check| check.name());
        let near = suggestion_or_all(code, || Code::all().map(|(id, _)| id).chain(checks.clone()));
        Error::setting(format!("no code '{code}'{near}"))
            .advise("`randsplit explain` lists them, `randsplit list sanity` the checks")
    })?;
    let lines = wrapped(&page, width().min(READABLE), 0);
    sink::print(&format!("{id}  {title}\n\n{}\n", lines.join("\n")))
}
