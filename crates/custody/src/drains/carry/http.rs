//! Batches as HTTP requests: OTLP logs and webhooks. A status from 200 to 299 acknowledges a batch.

use std::{sync::Arc, time::Duration};

use http::{StatusCode, header};
use ward_spine::Clock;
use zeroize::Zeroizing;

use super::{
    super::format::{otlp, webhook},
    Carried, CarryError, Entry,
};
use crate::outbound::{Outbound, Request, Response, Target};

/// A receiver that asks for more patience than this gets another try all the same.
const MOST_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// What is posted.
pub enum Form {
    /// OTLP/HTTP logs.
    Otlp,
    /// Signed JSON.
    Webhook {
        /// Key of the signature.
        key: Zeroizing<Vec<u8>>,
    },
}

/// A receiver of HTTP requests.
pub struct Posts {
    /// The client.
    pub outbound: Outbound,
    /// Where to.
    pub target: Target,
    /// What is posted.
    pub form: Form,
    /// More headers. Values may be secret.
    pub headers: Vec<(String, String)>,
    /// Id of the drain.
    pub drain: String,
    /// Host name in OTLP.
    pub host: String,
    /// Time of a signature.
    pub clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for Posts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Posts").field("target", &self.target).finish_non_exhaustive()
    }
}

impl Posts {
    pub(super) async fn send(&self, entries: &[Entry]) -> Result<Carried, CarryError> {
        let body = match &self.form {
            Form::Otlp => otlp::request(entries, &self.host, self.clock.now()),
            Form::Webhook { .. } => webhook::body(&self.drain, entries),
        };
        let answer = self.post(body, &webhook::range(entries)).await?;
        let refused = match self.form {
            Form::Otlp => otlp::refused(&answer.body),
            Form::Webhook { .. } => None,
        };
        Ok(Carried { refused })
    }

    pub(super) async fn test(&self) -> Result<String, CarryError> {
        let text = "Ward tests this drain: nothing happened";
        let body = match &self.form {
            Form::Otlp => otlp::test_request(&self.drain, &self.host, self.clock.now(), text),
            Form::Webhook { .. } => webhook::test_body(&self.drain, text),
        };
        let answer = self.post(body, "").await?;
        Ok(format!("{} answered with {}", self.target, answer.status))
    }

    async fn post(&self, body: Vec<u8>, range: &str) -> Result<Response, CarryError> {
        let signature = match &self.form {
            Form::Otlp => None,
            Form::Webhook { key } => Some(webhook::signature(key, self.clock.now(), &body)),
        };
        let mut request = Request::post("application/json", body);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(signature) = signature {
            request = request.header(webhook::SIGNATURE, &signature);
            if !range.is_empty() {
                request = request.header(webhook::RANGE, range);
            }
        }
        let answer = self.outbound.send(&self.target, request).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.refusal(&answer)) }
    }

    fn refusal(&self, answer: &Response) -> CarryError {
        let status = answer.status;
        let mut text = format!("{} answered with {status}", self.target);
        let excerpt = answer.excerpt();
        if !excerpt.is_empty() {
            text.push_str(&format!(": {excerpt}"));
        }
        let next_step = match status {
            s if s.is_redirection() => "give the URL that it redirects to: redirects are not followed",
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                "check the credentials: remove the drain and make it anew with the right headers"
            }
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "check the path of the URL",
            s if s.is_client_error() => "check the receiver's log for what it minds",
            _ => "check how the receiver fares",
        };
        let seconds = answer.headers.get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()?.parse().ok());
        CarryError {
            retry_after: seconds.map(|s| Duration::from_secs(s).min(MOST_PATIENCE)),
            too_large: status == StatusCode::PAYLOAD_TOO_LARGE,
            ..CarryError::new(text, next_step)
        }
    }
}
