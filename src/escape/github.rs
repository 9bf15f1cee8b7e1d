//! Text for workflow commands of GitHub Actions, `::error title=PROPERTY::DATA`.

use super::terminal;

/// The text after the second pair of colons.
pub fn data(text: &str) -> String {
    terminal::sentence(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, where colons and commas part.
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
