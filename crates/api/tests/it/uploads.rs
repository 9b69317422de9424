//! Uploading source.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use crate::world::{Reply, World, archive};

async fn upload(world: &World, body: Body, headers: &[(&str, &str)]) -> Reply {
    let mut request = Request::post(format!("/v1/apps/{}/deployments", world.app))
        .header(header::AUTHORIZATION, format!("Bearer {}", world.owner.secret));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    world.api.send(request.body(body).unwrap()).await
}

const GZIP: (&str, &str) = ("content-type", "application/gzip");

#[tokio::test]
async fn an_archive_is_taken_and_a_repeat_with_its_key_is_the_same_deployment() {
    let world = World::new().await;
    let source = archive(&[("Dockerfile", "FROM scratch\n"), ("a.txt", "a")]);
    let first = upload(&world, source.clone().into(), &[GZIP, ("idempotency-key", "k")]).await;
    assert_eq!(first.status, StatusCode::ACCEPTED, "{}", first.text());
    let again = upload(&world, source.into(), &[GZIP, ("idempotency-key", "k")]).await;
    assert_eq!(
        (again.status, again.json()["id"].clone()),
        (StatusCode::ACCEPTED, first.json()["id"].clone())
    );
    assert_eq!(again.headers["idempotency-replayed"], "true");
    let other = archive(&[("Dockerfile", "FROM scratch\n"), ("a.txt", "b")]);
    assert_eq!(
        upload(&world, other.into(), &[GZIP, ("idempotency-key", "k")]).await.status,
        StatusCode::CONFLICT
    );
    let listed =
        world.api.get(&world.owner.secret, &format!("/v1/apps/{}/deployments", world.app)).await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "the one of the fixture, and one");
}

#[tokio::test]
async fn what_is_no_archive_or_too_large_is_refused_and_leaves_nothing() {
    let world = World::new().await;
    let files = || walk(&world.api.server.core.settings.data_dir);
    let before = files();
    let plain = upload(&world, "hello".into(), &[GZIP]).await;
    assert_eq!((plain.status, plain.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"));
    let kind =
        upload(&world, archive(&[("Dockerfile", "x")]).into(), &[("content-type", "application/json")]).await;
    assert_eq!(kind.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let declared = upload(&world, Body::empty(), &[GZIP, ("content-length", "268435457")]).await;
    assert_eq!((declared.status, declared.code().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
    let broken = futures_of(vec![
        Ok(archive(&[("Dockerfile", "x")])[..20].to_vec()),
        Err(std::io::Error::other("gone")),
    ]);
    let broken = upload(&world, broken, &[GZIP]).await;
    assert_eq!((broken.status, broken.code().as_str()), (StatusCode::BAD_REQUEST, "invalid"));
    for (path, text) in [("../evil", "outside"), ("/etc/evil", "absolute")] {
        let bad = upload(&world, unsafe_archive(path).into(), &[GZIP]).await;
        assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{text}: {}", bad.text());
    }
    assert_eq!(files(), before, "nothing is left");
}

fn futures_of(pieces: Vec<Result<Vec<u8>, std::io::Error>>) -> Body {
    Body::from_stream(futures::stream::iter(pieces))
}

/// An archive with a name that a careful writer would refuse.
fn unsafe_archive(path: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    let mut header = tar::Header::new_ustar();
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_size(4);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, &b"evil"[..]).unwrap();
    tar.into_inner().unwrap().finish().unwrap()
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                waiting.push(entry.path())
            } else {
                found.push(entry.path())
            }
        }
    }
    found.sort();
    found
}
