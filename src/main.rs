//! The `randsplit` command.

fn main() -> std::process::ExitCode {
    randsplit::cli::run().into()
}
