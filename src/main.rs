//! The `merestone` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    merestone::cli::run()
}
