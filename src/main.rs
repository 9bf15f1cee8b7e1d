//! The `randsplit` command.

#[global_allocator]
static MEMORY: randsplit::cli::GuardedAllocator = randsplit::cli::GuardedAllocator;

fn main() -> std::process::ExitCode {
    randsplit::cli::main(std::env::args_os()).into()
}
