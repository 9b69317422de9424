//! Asks an app whether it is healthy: HTTP/1.1 by hand, one request, one connection.
//!
//! Ward probes by itself because container engines need systemd timers for it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::super::manifest::{Check, Service};

/// Most bytes that are read of an answer.
const MOST: u64 = 4096;
/// Longest wait for a connection when there is no check.
const CONNECT: Duration = Duration::from_secs(2);

/// Asks once. What was answered is told either way; `Err` means not healthy.
pub(super) async fn probe(address: Ipv4Addr, service: &Service, host: &str) -> Result<String, String> {
    let socket = SocketAddr::from((address, service.internal_port));
    if service.checks.is_empty() {
        let connected = tokio::time::timeout(CONNECT, TcpStream::connect(socket)).await;
        return match connected {
            Ok(Ok(_)) => Ok(format!("port {} accepts connections", service.internal_port)),
            Ok(Err(e)) => Err(format!("port {}: {e}", service.internal_port)),
            Err(_) => Err(format!("port {} does not answer", service.internal_port)),
        };
    }
    let mut last = String::new();
    for check in &service.checks {
        let limit = Duration::from_millis(check.timeout);
        let what = format!("{} {}", check.method, check.path);
        last = match tokio::time::timeout(limit, ask(socket, check, host)).await {
            Ok(Ok((status, text))) if (200..400).contains(&status) => format!("{what}: {text}"),
            Ok(Ok((_, text))) => return Err(format!("{what}: {text}")),
            Ok(Err(e)) => return Err(format!("{what} on port {}: {e}", service.internal_port)),
            Err(_) => return Err(format!("{what}: no answer within {} ms", check.timeout)),
        };
    }
    Ok(last)
}

/// Status and the beginning of the answer.
async fn ask(socket: SocketAddr, check: &Check, host: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect(socket).await?;
    // Apps redirect plain HTTP and check the host: it asks as the ingress does.
    let request = format!(
        "{} {} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: ward-health\r\nX-Forwarded-Proto: https\r\n\
         Accept: */*\r\nConnection: close\r\n\r\n",
        check.method, check.path
    );
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    // An app that resets the connection after its answer has answered.
    let read = (&mut stream).take(MOST).read_to_end(&mut answer).await;
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text
        .strip_prefix("HTTP/1.")
        .and_then(|rest| rest.split(' ').nth(1))
        .and_then(|s| s.get(..3)?.parse().ok());
    match status {
        Some(status) => Ok((status, shown(&text))),
        None => {
            read?;
            Err(std::io::Error::other("the answer is not HTTP/1.1"))
        }
    }
}

/// Status line and the beginning of the body.
fn shown(answer: &str) -> String {
    let line = answer.lines().next().unwrap_or_default();
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    let body: String = body.chars().filter(|c| !c.is_control() || *c == '\n').take(300).collect();
    if body.is_empty() { line.to_owned() } else { format!("{line}: {body}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn serve(answer: &'static [u8]) -> u16 {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 1024];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer).await;
            }
        });
        port
    }

    fn service(port: u16, check: bool) -> Service {
        let check_ =
            Check { method: "GET".into(), path: "/up".into(), interval: 1, timeout: 500, grace_period: 1 };
        Service {
            process: "web".into(),
            internal_port: port,
            checks: if check { vec![check_] } else { Vec::new() },
        }
    }

    #[tokio::test]
    async fn only_a_good_status_is_healthy_and_the_answer_is_told() {
        let good = serve(b"HTTP/1.1 204 No Content\r\n\r\n").await;
        assert!(probe(Ipv4Addr::LOCALHOST, &service(good, true), "a").await.is_ok());
        let bad = serve(b"HTTP/1.1 503 Unavailable\r\n\r\nno database").await;
        let told = probe(Ipv4Addr::LOCALHOST, &service(bad, true), "a").await.unwrap_err();
        assert!(told.contains("503") && told.contains("no database"), "{told}");
        let strange = serve(b"SSH-2.0-x\r\n").await;
        assert!(
            probe(Ipv4Addr::LOCALHOST, &service(strange, true), "a").await.unwrap_err().contains("not HTTP")
        );
    }

    #[tokio::test]
    async fn silence_is_not_healthy_and_without_a_check_a_connection_is_enough() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let silent = probe(Ipv4Addr::LOCALHOST, &service(port, true), "a").await.unwrap_err();
        assert!(silent.contains("within 500 ms"), "{silent}");
        assert!(probe(Ipv4Addr::LOCALHOST, &service(port, false), "a").await.is_ok());
        drop(listener);
        assert!(probe(Ipv4Addr::LOCALHOST, &service(port, false), "a").await.is_err());
    }
}
