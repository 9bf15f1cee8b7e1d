//! Claims as typed expressions, and how they are written: the text of a claim parses back to it.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use super::statistic::Statistic;

/// A place in the text of a claim, in characters from 0. Two expressions are equal wherever they stand.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offset(pub usize);

impl PartialEq for Offset {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// How two sides are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `>=`
    AtLeast,
    /// `>`
    Above,
    /// `<=`
    AtMost,
    /// `<`
    Below,
}

impl Comparison {
    /// Whether `left` stands so to `right`.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::AtLeast => left >= right,
            Self::Above => left > right,
            Self::AtMost => left <= right,
            Self::Below => left < right,
        }
    }

    /// Whether the left side should be large.
    pub fn upward(self) -> bool {
        matches!(self, Self::AtLeast | Self::Above)
    }

    /// The same with the sides exchanged.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::AtLeast => Self::AtMost,
            Self::Above => Self::Below,
            Self::AtMost => Self::AtLeast,
            Self::Below => Self::Above,
        }
    }

    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
        }
    }
}

/// A metric of one model, such as `forest.rmse`, or a number that a probe reads, such as `importance[carat]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The model named, or `None` for the one that the claim is judged for.
    pub model: Option<String>,
    /// The metric, with its label where it has one.
    pub metric: String,
    /// Where the metric stands.
    pub place: Offset,
    /// Where the model stands.
    pub model_place: Offset,
}

/// A statistic applied to a score.
#[derive(Debug, Clone)]
pub struct Term {
    /// Which statistic.
    pub statistic: Arc<dyn Statistic>,
    /// Of which score.
    pub score: Score,
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        let (own, others) = (&self.statistic, &other.statistic);
        self.score == other.score && own.name() == others.name() && own.compared() == others.compared()
    }
}

/// An arithmetic operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
}

/// What a probe says of all splits together, such as `importance.kendall_w` or `forest.churn.max`.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The names between the points; the first may be a model.
    pub parts: Vec<String>,
    /// Where the first stands.
    pub place: Offset,
}

impl Figure {
    /// The model and the figure that it names, if `is_figure` knows one.
    pub fn resolve(&self, is_figure: impl Fn(&str) -> bool) -> Option<(Option<&str>, String)> {
        let whole = self.parts.join(".");
        if is_figure(&whole) {
            return Some((None, whole));
        }
        let (model, rest) = self.parts.split_first()?;
        let rest = rest.join(".");
        is_figure(&rest).then_some((Some(model), rest))
    }
}

/// One side of a claim.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A number of percent.
    Percent(f64),
    /// A number that goes by a name, such as `cost`.
    Constant(String, Offset),
    /// A figure of all splits.
    Figure(Figure),
    /// A statistic of a score.
    Term(Term),
    /// A score on its own, as the other side of a share.
    Score(Score),
    /// The negative.
    Negative(Box<Expression>),
    /// Two expressions and what is done with them.
    Arithmetic(Box<Expression>, Operation, Box<Expression>),
}

/// A whole claim: two sides and a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The left side.
    pub left: Expression,
    /// What it should be to the right side.
    pub comparison: Comparison,
    /// The right side.
    pub right: Expression,
}

impl Expression {
    /// All statistics in it, in the order in which they are written.
    pub fn terms(&self) -> Vec<&Term> {
        match self {
            Self::Term(term) => vec![term],
            Self::Negative(inner) => inner.terms(),
            Self::Arithmetic(left, _, right) => [left.terms(), right.terms()].concat(),
            Self::Number(_) | Self::Percent(_) | Self::Constant(..) | Self::Figure(_) | Self::Score(_) => Vec::new(),
        }
    }

    /// All figures in it.
    pub fn figures(&self) -> Vec<&Figure> {
        match self {
            Self::Figure(figure) => vec![figure],
            Self::Negative(inner) => inner.figures(),
            Self::Arithmetic(left, _, right) => [left.figures(), right.figures()].concat(),
            _ => Vec::new(),
        }
    }

    /// Whether it says something about what was observed, and is not only a number.
    pub fn observes(&self) -> bool {
        !self.terms().is_empty() || !self.figures().is_empty()
    }

    /// How tightly it binds: a sum 0, a product 1, a negative 2, anything else 3.
    fn rank(&self) -> u8 {
        match self {
            Self::Arithmetic(_, Operation::Plus | Operation::Minus, _) => 0,
            Self::Arithmetic(..) => 1,
            Self::Negative(_) => 2,
            _ => 3,
        }
    }
}

impl Statement {
    /// All statistics of both sides.
    pub fn terms(&self) -> Vec<&Term> {
        [self.left.terms(), self.right.terms()].concat()
    }

    /// All figures of both sides.
    pub fn figures(&self) -> Vec<&Figure> {
        [self.left.figures(), self.right.figures()].concat()
    }
}

/// A name as it is written: in quotes where it is no plain word.
fn word(name: &str) -> String {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let bytes = name.as_bytes();
    let plain = name.starts_with(letter)
        && name.char_indices().all(|(i, c)| {
            letter(c) || c.is_ascii_digit() || (c == '-' && bytes.get(i + 1).is_some_and(|b| letter(char::from(*b))))
        });
    // What looks like a quantile has a point in it.
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let quantile = name.strip_prefix('p').and_then(|rest| rest.split_once('.'));
    let plain = plain || quantile.is_some_and(|(whole, part)| digits(whole) && digits(part));
    let quote = if name.contains('"') { '`' } else { '"' };
    if plain { name.to_owned() } else { format!("{quote}{name}{quote}") }
}

/// A name with its label in brackets, if it has one: what stands in them needs no quotes.
fn named(name: &str) -> String {
    match name.find('[') {
        Some(at) if name.ends_with(']') && word(&name[..at]) == name[..at] => name.to_owned(),
        _ => word(name),
    }
}

impl Display for Score {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(model) = &self.model {
            write!(f, "{}.", word(model))?;
        }
        f.write_str(&self.metric)
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.statistic.name();
        match self.statistic.compared() {
            Some((comparison, than)) => write!(f, "{name}({} {} {than})", self.score, comparison.symbol()),
            None => write!(f, "{name}({})", self.score),
        }
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let within = |f: &mut Formatter<'_>, inner: &Self, least: u8| {
            if inner.rank() < least { write!(f, "({inner})") } else { write!(f, "{inner}") }
        };
        match self {
            Self::Number(v) => write!(f, "{v}"),
            Self::Percent(v) => write!(f, "{v}%"),
            Self::Constant(name, _) => f.write_str(name),
            Self::Figure(figure) => {
                let parts: Vec<String> = figure.parts.iter().map(|p| named(p)).collect();
                f.write_str(&parts.join("."))
            }
            Self::Term(term) => write!(f, "{term}"),
            Self::Score(score) => write!(f, "{score}"),
            Self::Negative(inner) => {
                f.write_str("-")?;
                within(f, inner, 2)
            }
            Self::Arithmetic(left, operation, right) => {
                let (symbol, rank) = match operation {
                    Operation::Plus => ("+", 0),
                    Operation::Minus => ("-", 0),
                    Operation::Times => ("*", 1),
                    Operation::Over => ("/", 1),
                };
                within(f, left, rank)?;
                write!(f, " {symbol} ")?;
                // Operations of one rank are read from the left.
                within(f, right, rank + 1)
            }
        }
    }
}

impl Display for Statement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.comparison.symbol(), self.right)
    }
}
