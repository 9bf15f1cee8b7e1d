//! The `randsplit` command.

#[global_allocator]
static MEMORY: randsplit::cli::Memory = randsplit::cli::Memory;

fn main() -> std::process::ExitCode {
    randsplit::cli::main(std::env::args_os()).into()
}
