//! What is asked of learners, metrics and split schemes, as checks that one's own can be put to. The project's tests put all of
//! the registry to them.

mod learner;
mod resampling;

pub use crate::metric::check_metric;
pub use learner::check_learner;
pub use resampling::check_resampling;
