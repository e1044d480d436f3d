//! The `merestone` program.

use std::process::ExitCode;

/// The read models' database makes and frees small pieces by the million; glibc's allocator
/// takes more time for them and gives less back (docs/decisions/0016).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    merestone::cli::run()
}
