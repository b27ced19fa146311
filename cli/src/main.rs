//! Starts the operator's tool.

use std::process::ExitCode;

/// `rollcall match` takes many small texts apart; the system's allocator spends a sixth of its time on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    rollcall::run()
}
