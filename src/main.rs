//! The `randsplit` command.

#[global_allocator]
static MEMORY: randsplit::cli::Memory = randsplit::cli::Memory;

fn main() -> std::process::ExitCode {
    randsplit::cli::run().into()
}
