//! Stands where the ingress stands: takes the routes, sends requests by them, counts what is in flight.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};
use ward_model::routes::{RouteSnapshot, UpstreamTarget};
use ward_spine::routes::{RouteError, RoutePublisher};

/// Routes as published last, and requests in flight by upstream.
#[derive(Default)]
pub(crate) struct Front {
    routes: Mutex<Option<RouteSnapshot>>,
    in_flight: Mutex<HashMap<String, usize>>,
}

impl Front {
    pub(crate) fn snapshot(&self) -> Option<RouteSnapshot> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn count(&self, upstream: &str, by: isize) -> usize {
        let mut all = self.in_flight.lock().unwrap_or_else(PoisonError::into_inner);
        let n = all.entry(upstream.to_owned()).or_default();
        *n = n.saturating_add_signed(by);
        *n
    }

    /// Body of the answer, or why there is none.
    pub(crate) async fn get(&self, host: &str, path: &str) -> Result<String, String> {
        let (id, target) = {
            // Chosen and counted under one lock, as in one process.
            let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
            let route =
                routes.as_ref().and_then(|r| r.routes.iter().find(|r| r.host == host)).ok_or("no route")?;
            let upstream = route.upstreams.iter().find(|u| !u.draining).ok_or("no upstream")?;
            self.count(&upstream.id, 1);
            (upstream.id.clone(), upstream.target.clone())
        };
        let answer = match target {
            UpstreamTarget::Tcp(address) => ask(address, path).await.map_err(|e| e.to_string()),
            UpstreamTarget::Unix(_) => Err("a socket".to_owned()),
        };
        self.count(&id, -1);
        let answer = answer?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("no head")?;
        if head.starts_with("HTTP/1.1 200") { Ok(body.to_owned()) } else { Err(head.to_owned()) }
    }
}

async fn ask(address: std::net::SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[async_trait]
impl RoutePublisher for Front {
    async fn publish(&self, snapshot: &RouteSnapshot) -> Result<(), RouteError> {
        snapshot.validate().map_err(|e| RouteError(e.to_string()))?;
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(routes.as_ref().is_none_or(|r| r.version < snapshot.version), "versions count up");
        *routes = Some(snapshot.clone());
        Ok(())
    }

    async fn drained(&self, upstream: &str, longest: Duration) -> Result<bool, RouteError> {
        let until = Instant::now() + longest;
        while self.count(upstream, 0) > 0 {
            if Instant::now() > until {
                return Ok(false);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(true)
    }
}
