//! Drawing train/test splits: split k depends on the rows' order, the scheme, the sizes, the seed
//! and k, and on nothing else.

mod balance;
mod bits;
mod block;
mod context;
mod draw;
mod further;
mod group;
mod group_timeline;
mod inner;
mod permute;
mod plan;
mod quota;
mod random;
mod resampling;
mod rows;
pub mod scheme;
mod set;
mod size;
#[allow(clippy::module_inception, reason = "the room's main type")]
mod split;
mod strata;
mod timeline;
mod write;

pub(crate) use block::Membership;
pub use block::{BLOCK, SplitBlock};
pub use context::SplitContext;
pub(crate) use draw::sample;
pub use further::{group_splits, random_splits};
pub use permute::{Blocks, Permutation};
pub use plan::{MAX_DRAWN, Plan, PlanOptions};
pub use random::stream;
pub(crate) use random::{below, shuffle, unit};
pub use resampling::{PlanSetting, Resampling, ScarceClass, Splitter};
pub(crate) use rows::SplitRows;
pub use scheme::{SCHEMES, Scheme};
pub use set::SplitSet;
pub use size::Size;
pub use split::Split;
pub use strata::Strata;
pub use write::{PlanFormat, write_plan};
