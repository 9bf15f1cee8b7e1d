//! A progress bar on standard error, on a terminal only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar over `splits`; invisible where `quiet` is set or standard error is no terminal.
pub fn bar(splits: usize, quiet: bool) -> ProgressBar {
    // indicatif hides a bar by itself where standard error is not a terminal.
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(Some(splits as u64), target);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} splits  {per_sec}  {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
