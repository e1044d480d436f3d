//! How fast readers and signers are answered, on the demonstration's ledger grown to
//! 100,000 entries: `merestone bench read`, with the program that was built for it.
//!
//! What follows `--` is passed on: `cargo bench --bench read -- --entries 20000`.

use std::process::{Command, exit};

fn main() {
    // Cargo adds `--bench` itself.
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let mut program = Command::new(env!("CARGO_BIN_EXE_merestone"));
    program.args(["--output", "table", "bench", "read"]).args(arguments);
    let status = program.status().expect("the program runs");
    exit(status.code().unwrap_or(1));
}
