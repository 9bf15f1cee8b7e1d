//! Drawing train/test splits: split k depends on the rows' order, the scheme, the sizes, the seed
//! and k, and on nothing else.

mod balance;
mod bootstrap;
mod draw;
mod file;
mod fold;
mod further;
mod group;
mod group_time;
mod inner;
mod permute;
mod plan;
mod quota;
mod random;
mod size;
mod strata;
mod time;
mod write;

pub use further::{group_splits, random_splits};
pub use permute::{Blocks, Permutation};
pub use plan::{MAX_DRAWN, Plan, PlanOptions, SCHEMES, Scheme, Split};
pub(crate) use random::{shuffle, stream};
pub use size::Size;
pub use write::{PlanFormat, write_plan};
