//! The shortest complete witness: `witness-server DIR` serves on a free port of the loopback interface and prints it.
//!
//! The crash test kills it and looks at what is left. The clock only counts, for the same reason.
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::{
    error::Error,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ward_witness::{Witness, server};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let dir = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: witness-server DIR")?;
    let clock = AtomicU64::new(1_800_000_000);
    let clock = Box::new(move || clock.fetch_add(1, Ordering::SeqCst));
    let witness = Witness::open(&dir, clock, Box::new(|_| ()))?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    server::serve(listener, None, Arc::new(witness)).await;
    Ok(())
}
