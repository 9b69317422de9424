//! Runs a command whose input and output are streams, such as a dump of a database.
//!
//! Memory is bounded: when nobody reads, the command waits. Two tasks carry the bytes between the engine's
//! connection and pipes; the caller's dropping of an end closes it on the other side.

use bollard::container::LogOutput;
use bytes::{Bytes, BytesMut};
use futures::{FutureExt, StreamExt};
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use ward_spine::engine::{EngineError, ExecSpec, ExecStream};

use super::begin::{Begun, exit_code};
use crate::{
    containers::Containers,
    podman::{Client, broken, translate},
};

/// Bytes in flight in each direction.
const PIPE: usize = 256 << 10;
/// Most bytes of standard error that are kept: the last.
const TAIL: usize = 64 << 10;

impl Containers {
    pub(crate) async fn exec_stream(&self, name: &str, spec: &ExecSpec) -> Result<ExecStream, EngineError> {
        let Begun { id, output, mut input } = self.begin(name, spec, true).await?;
        let (stdin, mut from_caller) = duplex(PIPE);
        let (to_caller, stdout) = duplex(PIPE);
        tokio::spawn(async move {
            // A command that ends without reading its input is no error here: its exit code tells.
            let _ = tokio::io::copy_buf(
                &mut tokio::io::BufReader::with_capacity(64 << 10, &mut from_caller),
                &mut input,
            )
            .await;
            let _ = input.shutdown().await;
        });
        let client = self.client.clone();
        let pump = tokio::spawn(pump(client, id, output, to_caller));
        let done = async move { pump.await.map_err(|error| broken("running a command", error))? };
        Ok(ExecStream { stdin: Box::pin(stdin), stdout: Box::pin(stdout), done: done.boxed() })
    }
}

async fn pump(
    client: Client,
    id: String,
    mut output: std::pin::Pin<
        Box<dyn futures::Stream<Item = Result<LogOutput, bollard::errors::Error>> + Send>,
    >,
    mut to_caller: DuplexStream,
) -> Result<(i64, Bytes), EngineError> {
    let mut tail = BytesMut::new();
    let mut listening = true;
    while let Some(part) = output.next().await {
        match part.map_err(|error| translate("reading what a command wrote", error))? {
            LogOutput::StdErr { message } => {
                tail.extend_from_slice(&message);
                if tail.len() > TAIL {
                    let _ = tail.split_to(tail.len() - TAIL);
                }
            }
            other => {
                if listening {
                    listening = to_caller.write_all(&other.into_bytes()).await.is_ok();
                }
            }
        }
    }
    // Before the exit code is asked for, so that a reader sees the end at once.
    drop(to_caller);
    let code = exit_code(&client, &id).await?;
    Ok((code, tail.freeze()))
}
