//! The `merestone` program.

use std::process::ExitCode;

/// The read models' database makes and frees millions of small pieces on several threads;
/// the system's allocator spends more time on them and gives less back (decision 0012).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    merestone::cli::run()
}
