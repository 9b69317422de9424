//! Carries the bytes of an upgraded connection (WebSocket, a tunnel of the API) until one side ends or both fall silent.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

use super::record::Record;

/// Bytes moved at once, each way.
const PIECE: usize = 16 * 1024;

/// Runs until the end of either side, `idle` without a byte, or `stop`. The record lives as long, so the
/// upstream counts as busy and the access log tells the whole length.
pub(super) async fn run(
    client: OnUpgrade,
    upstream: OnUpgrade,
    idle: Duration,
    stop: CancellationToken,
    mut record: Record,
) {
    let opened = tokio::time::timeout(Duration::from_secs(10), async { tokio::try_join!(client, upstream) });
    let Ok(Ok((client, upstream))) = opened.await else { return };
    let (client_reads, client_writes) = tokio::io::split(TokioIo::new(client));
    let (upstream_reads, upstream_writes) = tokio::io::split(TokioIo::new(upstream));
    let flow = Flow { born: Instant::now(), moved_ms: AtomicU64::new(0) };
    let (received, sent) = (AtomicU64::new(0), AtomicU64::new(0));
    let whole = tokio::select! {
        ended = async {
            tokio::try_join!(
                flow.pump(client_reads, upstream_writes, &received),
                flow.pump(upstream_reads, client_writes, &sent),
            )
        } => ended.is_ok(),
        () = flow.silence(idle) => false,
        () = stop.cancelled() => false,
    };
    record.received(received.load(Ordering::Relaxed));
    record.sent(usize::try_from(sent.load(Ordering::Relaxed)).unwrap_or(usize::MAX));
    if whole {
        record.complete();
    }
}

struct Flow {
    born: Instant,
    moved_ms: AtomicU64,
}

impl Flow {
    async fn pump(
        &self,
        mut from: ReadHalf<TokioIo<Upgraded>>,
        mut to: WriteHalf<TokioIo<Upgraded>>,
        count: &AtomicU64,
    ) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        loop {
            let size = from.read(&mut piece).await?;
            if size == 0 {
                return to.shutdown().await;
            }
            to.write_all(piece.get(..size).unwrap_or_default()).await?;
            to.flush().await?;
            count.fetch_add(u64::try_from(size).unwrap_or(u64::MAX), Ordering::Relaxed);
            let now = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
            self.moved_ms.store(now, Ordering::Relaxed);
        }
    }

    /// Ends when nothing has moved for `idle`.
    async fn silence(&self, idle: Duration) {
        loop {
            let deadline = self.born + Duration::from_millis(self.moved_ms.load(Ordering::Relaxed)) + idle;
            if deadline <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(deadline).await;
        }
    }
}
