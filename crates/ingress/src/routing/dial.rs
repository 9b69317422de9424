//! Connects to an upstream over TCP or a Unix socket.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_util::either::Either;
use ward_model::routes::UpstreamTarget;

/// Dials one target, whatever the URI says.
#[derive(Clone)]
pub(crate) struct Dial {
    pub(super) target: UpstreamTarget,
    pub(super) timeout_ms: Arc<AtomicU64>,
}

impl tower::Service<Uri> for Dial {
    type Response = TokioIo<Dialled>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let target = self.target.clone();
        let timeout = Duration::from_millis(self.timeout_ms.load(Ordering::Relaxed));
        Box::pin(async move {
            let connect = async {
                Ok::<_, io::Error>(match target {
                    UpstreamTarget::Tcp(address) => {
                        let stream = TcpStream::connect(address).await?;
                        stream.set_nodelay(true)?;
                        Either::Left(stream)
                    }
                    UpstreamTarget::Unix(path) => Either::Right(UnixStream::connect(path).await?),
                })
            };
            match tokio::time::timeout(timeout, connect).await {
                Ok(stream) => stream.map(|stream| TokioIo::new(Dialled(stream))),
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            }
        })
    }
}

/// A connection to an upstream.
pub(crate) struct Dialled(Either<TcpStream, UnixStream>);

impl Connection for Dialled {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Dialled {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Dialled {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
