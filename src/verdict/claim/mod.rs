//! Claims about the distribution of scores, such as `p05(accuracy) > 0.8`.

mod check;
mod evaluate;
mod expression;
mod judge;
mod parse;
mod possible;
pub mod statistic;
mod token;

pub use check::{Known, check};
pub use expression::{Comparison, Expression, Figure, Offset, Operation, Score, Statement, Term};
pub use judge::{Level, judge_statement};
pub use possible::{cannot_fail, check_possible};
pub use statistic::{STATISTICS, Statistic, StatisticInfo};
pub use token::Mistake;
