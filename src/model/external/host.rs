//! Workers that the caller of the library has started: they are in its own processes, with models and data of its own.

use std::sync::Arc;

/// What the workers of a caller need to know before they connect.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Meeting {
    /// The address that they connect to, as `HOST:PORT`.
    pub address: String,
    /// The word by which they show that they were asked for.
    pub token: String,
    /// Number of threads, each of which wants a worker of every model: that of thread t and model m connects for the place
    /// t + m × [`Meeting::STRIDE`].
    pub threads: usize,
}

impl Meeting {
    /// Places of one model.
    pub const STRIDE: u64 = 1 << 32;
}

/// Has workers connect that speak the protocol of `docs/external-models.md`.
pub trait WorkerHost: Send + Sync {
    /// Starts the workers. It is called once, when the evaluation is prepared.
    ///
    /// # Errors
    /// Why none can be started.
    fn open(&self, meeting: &Meeting) -> Result<(), String>;

    /// Why no worker will connect any more; `None` while one may.
    fn ended(&self) -> Option<String>;

    /// A worker was given up, as one that took too long; this is its process, where it has said so.
    fn lost(&self, process: Option<u64>);
}

/// Models of the caller's own, with what runs them.
#[derive(Clone)]
pub struct HostedModels {
    /// The name of each in reports and claims, and where it comes from, as a report says it.
    pub models: Vec<(String, String)>,
    /// What runs them.
    pub host: Arc<dyn WorkerHost>,
}

/// What workers of a caller's own are asked to predict for classes; labels always.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Whether anything looks at probabilities, or at what ranks rows as they do.
    pub probabilities: bool,
}

impl std::fmt::Debug for HostedModels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HostedModels").field("models", &self.models).finish_non_exhaustive()
    }
}
