//! One request, one answer.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;

use super::{LARGEST_BODY, PATIENCE, page};
use crate::{
    Witness,
    wire::{AddCheckpoint, AddShard, Answer, Reply, TEXT_TYPE},
};

/// What is asked.
#[derive(Clone, Copy)]
enum Asked {
    AddCheckpoint,
    AddShard,
}

pub(super) async fn answer(request: Request<Incoming>, witness: Arc<Witness>) -> Response<Full<Bytes>> {
    let reply = match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/") => page(witness).await,
        (&Method::POST, "/add-checkpoint") => judge(request, witness, Asked::AddCheckpoint).await,
        (&Method::POST, "/add-shard") => judge(request, witness, Asked::AddShard).await,
        (_, "/" | "/add-checkpoint" | "/add-shard") => text(405, "another method is needed here"),
        _ => text(404, "no such path; a witness answers POST /add-checkpoint"),
    };
    let allow = (reply.status == 405).then_some("GET, HEAD, POST");
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [
        (header::CONTENT_TYPE, reply.content_type.as_deref()),
        (header::ALLOW, allow),
        (header::CACHE_CONTROL, Some("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, Some("nosniff")),
    ];
    for (name, value) in headers {
        if let Some(value) = value.and_then(|value| value.parse().ok()) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn text(status: u16, body: &str) -> Reply {
    Reply { status, content_type: Some(TEXT_TYPE.to_owned()), body: format!("{body}\n").into_bytes() }
}

/// Reading files and waiting for the disk must not hold up other connections.
async fn blocking(work: impl FnOnce() -> Reply + Send + 'static) -> Reply {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| text(500, "the witness failed"))
}

async fn page(witness: Arc<Witness>) -> Reply {
    blocking(move || page::page(&witness)).await
}

async fn judge(request: Request<Incoming>, witness: Arc<Witness>, asked: Asked) -> Reply {
    let body = Limited::new(request.into_body(), LARGEST_BODY).collect();
    let body = match tokio::time::timeout(PATIENCE, body).await {
        Err(_) => return text(408, "the request did not come in time"),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            return text(413, "the request is longer than 128 KiB");
        }
        Ok(Err(_)) => return text(400, "the request broke off"),
        Ok(Ok(body)) => body.to_bytes(),
    };
    blocking(move || {
        let answer = match asked {
            Asked::AddCheckpoint => {
                AddCheckpoint::parse(&body).map(|request| witness.add_checkpoint(&request))
            }
            Asked::AddShard => AddShard::parse(&body).map(|request| witness.add_shard(&request)),
        };
        answer.unwrap_or_else(|malformed| Answer::Malformed(malformed.to_string())).reply()
    })
    .await
}
