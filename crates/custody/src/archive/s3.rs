//! A bucket with Object Lock: requests signed here, sent by Ward's own client.
//!
//! `object_store` speaks the protocol (parts, retries, listing); its transport is this module, so that no second HTTP
//! or TLS library comes in. It is told to sign nothing: headers of the lock must be under the signature (AWS
//! Signature Version 4 covers every `x-amz-` header), so they are added and signed here, with its own signer. What the
//! trait has no words for (versioning, lock, retention, legal hold) is asked for with the same signer.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::BodyExt as _;
use object_store::{
    BackoffConfig, ClientOptions, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AwsAuthorizer, AwsCredential, Checksum},
    client::{HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService},
};
use ward_model::Timestamp;
use ward_vault::hash;

use super::place::{PlaceError, S3Config};
use crate::outbound::{Limits, Outbound, OutboundError, Reach, Request, Target, Trust};

const MODE: &str = "x-amz-object-lock-mode";
const UNTIL: &str = "x-amz-object-lock-retain-until-date";
/// S3 wants to know that the bytes arrive as they left, before it locks them.
const ALGORITHM: &str = "x-amz-sdk-checksum-algorithm";
const HOLD: &str = "x-amz-object-lock-legal-hold";

/// Put into the extensions of an upload: the object is locked until then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lock(pub(super) Timestamp);

/// What a look at an object told.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) version: Option<String>,
    /// Until when nobody can delete this version; none if it is not locked in compliance mode.
    pub(super) locked_until: Option<Timestamp>,
}

/// A bucket.
#[derive(Clone)]
pub(super) struct Bucket(Arc<Inner>);

struct Inner {
    client: Outbound,
    endpoint: Target,
    bucket: String,
    region: String,
    credential: AwsCredential,
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bucket").field("bucket", &self.0.bucket).finish_non_exhaustive()
    }
}

/// The time as S3 writes it, whole seconds, never earlier.
fn seconds(time: Timestamp) -> String {
    let up = time.plus(Duration::from_micros(999_999)).micros().div_euclid(1_000_000);
    jiff::Timestamp::from_second(up)
        .unwrap_or(jiff::Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}

/// The text between `<tag>` and `</tag>`, the first time it occurs.
fn element<'a>(xml: &'a str, tag: &str) -> Option<&'a str> {
    let (_, rest) = xml.split_once(&format!("<{tag}>"))?;
    rest.split_once(&format!("</{tag}>")).map(|(inside, _)| inside.trim())
}

impl Bucket {
    pub(super) fn new(config: &S3Config) -> Result<Self, PlaceError> {
        let wrong = |why: String| PlaceError::Config(why);
        let named = |name: &str| {
            (3..=63).contains(&name.len())
                && name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
        };
        if !named(&config.bucket) {
            return Err(wrong(format!("{:?} is no name of a bucket", config.bucket)));
        }
        let default = format!("https://s3.{}.amazonaws.com", config.region);
        let endpoint: Target = config
            .endpoint
            .as_deref()
            .unwrap_or(&default)
            .trim_end_matches('/')
            .parse()
            .map_err(|e: OutboundError| wrong(format!("the endpoint: {e}")))?;
        if !endpoint.scheme().is_http() || !matches!(endpoint.path(), "" | "/") {
            return Err(wrong("the endpoint is a URL such as https://s3.example.org, without a path".into()));
        }
        let limits = Limits {
            total: Duration::from_secs(300),
            answer_bytes: super::store::PIECE + (1 << 20),
            ..Limits::default()
        };
        let trust = Trust { ca_pem: config.ca_pem.clone(), identity: None };
        let client = Outbound::new(&trust, Reach::operator(), limits).map_err(|e| wrong(e.to_string()))?;
        Ok(Self(Arc::new(Inner {
            client,
            endpoint,
            bucket: config.bucket.clone(),
            region: config.region.clone(),
            credential: AwsCredential {
                key_id: config.key_id.clone(),
                secret_key: config.secret.to_string(),
                token: None,
            },
        })))
    }

    /// URL without a slash at the end.
    fn url(&self) -> String {
        self.0.endpoint.to_string().trim_end_matches('/').to_owned()
    }

    /// The protocol over this bucket.
    pub(super) fn store(&self) -> Result<AmazonS3, PlaceError> {
        AmazonS3Builder::new()
            .with_bucket_name(&self.0.bucket)
            .with_region(&self.0.region)
            .with_endpoint(self.url())
            // The transport knows what may go without TLS: nothing that leaves this machine.
            .with_allow_http(true)
            .with_virtual_hosted_style_request(false)
            .with_skip_signature(true)
            .with_checksum_algorithm(Checksum::SHA256)
            .with_client_options(ClientOptions::new())
            .with_retry(RetryConfig {
                backoff: BackoffConfig::default(),
                max_retries: 3,
                retry_timeout: Duration::from_secs(60),
            })
            .with_http_connector(Connector(self.clone()))
            .build()
            .map_err(|e| PlaceError::Config(e.to_string()))
    }

    /// Whether the bucket keeps versions and can lock: without both, nothing is put into it.
    pub(super) async fn check(&self) -> Result<(), PlaceError> {
        let versioning = self.ask(Method::GET, "", "versioning=", Vec::new()).await?;
        let text = String::from_utf8_lossy(&versioning.1).into_owned();
        if element(&text, "Status") != Some("Enabled") {
            let why = format!("the bucket {} keeps no versions: make one with Object Lock", self.0.bucket);
            return Err(PlaceError::Unfit(why));
        }
        let lock = self.ask(Method::GET, "", "object-lock=", Vec::new()).await;
        let unlocked = || {
            let why = format!(
                "the bucket {} has no Object Lock: it is switched on when a bucket is made",
                self.0.bucket
            );
            PlaceError::Unfit(why)
        };
        match lock {
            Ok((_, body))
                if element(&String::from_utf8_lossy(&body), "ObjectLockEnabled") == Some("Enabled") =>
            {
                Ok(())
            }
            Ok(_) | Err(PlaceError::Missing(_)) => Err(unlocked()),
            Err(other) => Err(other),
        }
    }

    /// A look at an object: the version named, or the newest.
    pub(super) async fn head(&self, key: &str, version: Option<&str>) -> Result<Head, PlaceError> {
        let (headers, _) = self.ask(Method::HEAD, key, &of_version(version), Vec::new()).await?;
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        let until = text(UNTIL).and_then(|t| t.parse::<Timestamp>().ok());
        Ok(Head {
            version: text("x-amz-version-id"),
            locked_until: until.filter(|_| text(MODE).as_deref() == Some("COMPLIANCE")),
        })
    }

    /// Makes the lock of a version last until `until`. Compliance mode lets nobody make it shorter.
    pub(super) async fn lock(
        &self,
        key: &str,
        version: Option<&str>,
        until: Timestamp,
    ) -> Result<(), PlaceError> {
        let body = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>COMPLIANCE</Mode><RetainUntilDate>{}</RetainUntilDate></Retention>",
            seconds(until)
        );
        let query = join("retention=", &of_version(version));
        self.ask(Method::PUT, key, &query, body.into_bytes()).await.map(drop)
    }

    /// Puts a legal hold on a version, or takes it off.
    pub(super) async fn hold(&self, key: &str, version: Option<&str>, on: bool) -> Result<(), PlaceError> {
        let status = if on { "ON" } else { "OFF" };
        let body = format!(
            "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status></LegalHold>"
        );
        let query = join("legal-hold=", &of_version(version));
        self.ask(Method::PUT, key, &query, body.into_bytes()).await?;
        let (headers, _) = self.ask(Method::HEAD, key, &of_version(version), Vec::new()).await?;
        let seen = headers.get(HOLD).and_then(|v| v.to_str().ok()).unwrap_or("OFF");
        if seen != status {
            let why = format!("the legal hold of {key} is {seen} after it was set to {status}");
            return Err(PlaceError::Unfit(why));
        }
        Ok(())
    }

    /// One signed request with a small answer.
    async fn ask(
        &self,
        method: Method,
        key: &str,
        query: &str,
        body: Vec<u8>,
    ) -> Result<(HeaderMap, Vec<u8>), PlaceError> {
        let slash = if key.is_empty() { "" } else { "/" };
        let mark = if query.is_empty() { "" } else { "?" };
        let doing = format!("asking the bucket {} for {method} {key}{mark}{query}", self.0.bucket);
        let failed = |why: String| PlaceError::failed(doing.clone(), why);
        let url = format!("{}/{}{slash}{key}{mark}{query}", self.url(), self.0.bucket);
        let mut request = http::Request::builder().method(method).uri(url);
        if !body.is_empty() {
            request = request
                .header(ALGORITHM, "SHA256")
                .header("x-amz-checksum-sha256", STANDARD.encode(hash::sha256(&body)));
        }
        let request = request.body(body.into()).map_err(|e| failed(e.to_string()))?;
        let answer = self.send(request).await.map_err(|e| failed(reason(&e)))?;
        let (head, body) = answer.into_parts();
        let body = body.bytes().await.map_err(|e| failed(e.to_string()))?;
        match head.status {
            status if status.is_success() => Ok((head.headers, body.to_vec())),
            StatusCode::NOT_FOUND => Err(PlaceError::Missing(format!("{key}{mark}{query}"))),
            status => {
                let text = String::from_utf8_lossy(&body).into_owned();
                let code = element(&text, "Code").unwrap_or("no reason given");
                Err(failed(format!("{status}, {code}")))
            }
        }
    }

    /// Adds the lock, signs, sends.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let lock = request.extensions().get::<Lock>().copied();
        let (mut head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        if let Some(Lock(until)) = lock {
            head.headers.insert(MODE, HeaderValue::from_static("COMPLIANCE"));
            let until = HeaderValue::try_from(seconds(until))
                .map_err(|e| HttpError::new(HttpErrorKind::Unknown, e))?;
            head.headers.insert(UNTIL, until);
            head.headers.insert(ALGORITHM, HeaderValue::from_static("SHA256"));
        }
        let mut request = HttpRequest::from_parts(head, body.clone().into());
        AwsAuthorizer::new(&self.0.credential, "s3", &self.0.region)
            .try_authorize(&mut request, Some(&hash::sha256(&body)))
            .map_err(|e| HttpError::new(HttpErrorKind::Unknown, e))?;
        let (head, _) = request.into_parts();
        let path = head.uri.path_and_query().map_or("/", |p| p.as_str());
        let target = self.0.endpoint.with_path(path).map_err(lost)?;
        let request = Request::from_parts(head.method, head.headers, body);
        let answer = self.0.client.send(&target, request).await.map_err(lost)?;
        let mut response = http::Response::new(answer.body.into());
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}

fn of_version(version: Option<&str>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(version) = version {
        query.append_pair("versionId", version);
    }
    query.finish()
}

fn join(first: &str, second: &str) -> String {
    if second.is_empty() { first.to_owned() } else { format!("{first}&{second}") }
}

/// The innermost reason: "HTTP error" alone helps nobody.
fn reason(error: &HttpError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

fn lost(error: OutboundError) -> HttpError {
    let kind = match &error {
        OutboundError::Resolve { .. } | OutboundError::Connect { .. } => HttpErrorKind::Connect,
        OutboundError::Late { .. } => HttpErrorKind::Timeout,
        OutboundError::Broken { .. } => HttpErrorKind::Interrupted,
        _ => HttpErrorKind::Unknown,
    };
    HttpError::new(kind, error)
}

/// Gives `object_store` the transport.
#[derive(Debug)]
struct Connector(Bucket);

impl HttpConnector for Connector {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(Transport(self.0.clone())))
    }
}

#[derive(Debug)]
struct Transport(Bucket);

#[async_trait]
impl HttpService for Transport {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        self.0.send(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(bucket: &str, endpoint: &str) -> S3Config {
        S3Config {
            bucket: bucket.into(),
            region: "eu-central-1".into(),
            endpoint: Some(endpoint.into()),
            prefix: String::new(),
            key_id: "id".into(),
            secret: String::from("secret").into(),
            ca_pem: None,
        }
    }

    #[test]
    fn a_lock_is_never_earlier_than_asked_for() {
        let time: Timestamp = "2032-12-31T23:59:59.000001Z".parse().unwrap();
        assert_eq!(seconds(time), "2033-01-01T00:00:00Z");
        assert_eq!(seconds("2032-12-31T23:59:59Z".parse().unwrap()), "2032-12-31T23:59:59Z");
    }

    #[test]
    fn a_bucket_and_an_endpoint_that_are_none_are_refused() {
        let good = "https://s3.example.org";
        assert!(Bucket::new(&config("ward-archive", good)).is_ok());
        for (bucket, endpoint) in [
            ("Ward", good),
            ("a/b", good),
            ("", good),
            ("ward-archive", "https://s3.example.org/path"),
            ("ward-archive", "tls://s3.example.org"),
            ("ward-archive", "s3.example.org"),
        ] {
            assert!(Bucket::new(&config(bucket, endpoint)).is_err(), "{bucket} {endpoint}");
        }
        let shown = format!("{:?}", config("ward-archive", good));
        assert!(!shown.contains("secret"), "{shown}");
    }

    #[test]
    fn elements_are_found_in_answers() {
        let xml = "<V xmlns=\"x\"><Status>Enabled</Status><MfaDelete>Disabled</MfaDelete></V>";
        assert_eq!(element(xml, "Status"), Some("Enabled"));
        assert_eq!(element(xml, "Nothing"), None);
        assert_eq!(element("<Status>", "Status"), None);
    }
}
