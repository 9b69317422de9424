//! The tunnel to a database, over a real connection of HTTP/1.1.

use std::{process::Command, time::Duration};

use axum::http::StatusCode;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UnixListener, UnixStream},
};

use crate::world::World;

async fn connect(world: &World) -> (tempfile::TempDir, UnixStream) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("api.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let router = world.api.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (dir, UnixStream::connect(path).await.unwrap())
}

fn head(world: &World, secret: &str, upgrade: &str) -> String {
    format!(
        "GET /v1/databases/{}/connect HTTP/1.1\r\nHost: ward\r\nAuthorization: Bearer {secret}\r\n{upgrade}\r\n",
        world.database
    )
}

const UPGRADE: &str = "Connection: Upgrade\r\nUpgrade: ward-tunnel\r\n";

async fn answer(stream: &mut UnixStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.push(
            tokio::time::timeout(Duration::from_secs(10), stream.read_u8())
                .await
                .expect("an answer")
                .unwrap(),
        );
    }
    String::from_utf8(text).unwrap()
}

/// A server of PostgreSQL as far as the tunnel sees it. Its address is of a network that only the engine makes: this
/// machine borrows it for the test, one test run at a time.
async fn server(world: &World) -> (Borrowed, TcpListener) {
    let alone = std::fs::File::create(std::env::temp_dir().join("ward-api-tunnel-test.lock")).unwrap();
    alone.lock().unwrap();
    let address = ward_platform::databases::connect(&world.owner.ctx, world.database).await.unwrap();
    let borrowed = Borrowed { address: format!("{}/32", address.ip()), _alone: alone };
    let done = Command::new("ip").args(["addr", "replace", &borrowed.address, "dev", "lo"]).output().unwrap();
    assert!(done.status.success(), "{done:?}");
    (borrowed, TcpListener::bind(address).await.unwrap())
}

/// An address of this machine until it is dropped.
struct Borrowed {
    address: String,
    _alone: std::fs::File,
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["addr", "del", &self.address, "dev", "lo"]).output();
    }
}

async fn pair(world: &World) -> (Borrowed, tempfile::TempDir, UnixStream, TcpStream) {
    let (borrowed, listener) = server(world).await;
    let (dir, mut client) = connect(world).await;
    client.write_all(head(world, &world.owner.secret, UPGRADE).as_bytes()).await.unwrap();
    let text = answer(&mut client).await;
    assert!(text.starts_with("HTTP/1.1 101"), "{text}");
    assert!(text.to_lowercase().contains("upgrade: ward-tunnel"), "{text}");
    let (server, _) = listener.accept().await.unwrap();
    (borrowed, dir, client, server)
}

#[tokio::test]
async fn bytes_pass_both_ways_and_the_tunnel_ends_with_the_session() {
    let world = World::new().await;
    let (_borrowed, _dir, mut client, mut server) = pair(&world).await;
    client.write_all(b"from the client").await.unwrap();
    let mut got = [0; 15];
    server.read_exact(&mut got).await.unwrap();
    assert_eq!(&got, b"from the client");
    server.write_all(b"from the server").await.unwrap();
    client.read_exact(&mut got).await.unwrap();
    assert_eq!(&got, b"from the server");
    let series = world.api.server.core.audit.series(&world.organization.to_string()).unwrap();
    let log = series.current();
    let reads = log
        .entries(0..log.size())
        .unwrap()
        .into_iter()
        .filter(|(_, e)| String::from_utf8_lossy(e).contains("database:connect"));
    assert_eq!(reads.count(), 2, "the fixture's look, and the tunnel");

    // Old for a step-up by now, but in use: it goes on.
    for _ in 0..3 {
        world.api.server.clock.advance(Duration::from_secs(7 * 60));
        client.write_all(b"ping").await.unwrap();
        let mut ping = [0; 4];
        server.read_exact(&mut ping).await.unwrap();
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    // Idle for longer than a session may be: it ends.
    world.api.server.clock.advance(Duration::from_secs(16 * 60));
    let ended = tokio::time::timeout(Duration::from_secs(5), server.read(&mut got)).await.expect("it ends");
    assert_eq!(ended.unwrap_or(0), 0);
}

#[tokio::test]
async fn without_an_upgrade_there_is_no_tunnel_and_no_entry() {
    let world = World::new().await;
    let reply =
        world.api.get(&world.owner.secret, &format!("/v1/databases/{}/connect", world.database)).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UPGRADE_REQUIRED, "invalid"));
    assert_eq!(reply.headers["upgrade"], "ward-tunnel");
    world.api.server.core.audit.settle().await.unwrap();
    assert!(world.api.entries(reply.request_id()).is_empty());
    let (_dir, mut client) = connect(&world).await;
    client.write_all(head(&world, &world.colleague.secret, UPGRADE).as_bytes()).await.unwrap();
    assert!(answer(&mut client).await.starts_with("HTTP/1.1 403"), "a developer opens none");
}
