//! The rows of a split, drawn beforehand or taken from a block's words when they are asked for.

use std::cell::OnceCell;

use super::block::Membership;
use super::split::Split;

/// The rows of a split. Much of what is fitted to sums over a block needs none of them.
pub struct SplitRows<'a> {
    drawn: OnceCell<Split>,
    from: From<'a>,
}

/// Where they come from.
enum From<'a> {
    Given(&'a Split),
    Block { members: &'a Membership, bit: usize, train: usize },
}

impl<'a> SplitRows<'a> {
    /// Those of a split that is there.
    pub fn given(split: &'a Split) -> Self {
        Self { drawn: OnceCell::new(), from: From::Given(split) }
    }

    /// Those of a split among the members of a block, which has so many train rows.
    pub fn of_block(members: &'a Membership, bit: usize, train: usize) -> Self {
        Self { drawn: OnceCell::new(), from: From::Block { members, bit, train } }
    }

    /// The split.
    pub fn get(&self) -> &Split {
        match self.from {
            From::Given(split) => split,
            From::Block { members, bit, .. } => self.drawn.get_or_init(|| members.split(bit)),
        }
    }

    /// Number of train rows, repeats counted.
    pub fn n_train(&self) -> usize {
        match self.from {
            From::Given(split) => split.train.len(),
            From::Block { train, .. } => train,
        }
    }
}
