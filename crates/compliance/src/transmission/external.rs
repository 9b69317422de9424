//! `tls.external`: handshakes with the ingress under each of its names.

use std::time::Duration;

use async_trait::async_trait;
use http::Method;
use serde_json::json;

use super::{days_left, is_aead};
use crate::{
    Door, Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    wire::{hello::Version, http::Client, tls},
};

/// Days that a certificate must still be good for.
const LEAST_DAYS: i64 = 14;
/// Least time that browsers must remember HTTPS, seconds: half a year.
const LEAST_HSTS: u64 = 15_768_000;

/// Old versions refused, chain and name valid, time left, HSTS there, plain HTTP redirected.
pub(crate) struct External;

#[async_trait]
impl Check for External {
    fn id(&self) -> &'static str {
        "tls.external"
    }
    fn every(&self) -> Duration {
        minutes(10)
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let door = probe.door()?;
        let mut tally = Tally::of("names of the ingress");
        for host in probe.hosts().await? {
            old_versions(door, &host, &mut tally).await;
            modern(probe, door, &host, &mut tally).await?;
            plain(door, &host, &mut tally).await;
        }
        Ok(tally.finish("have TLS 1.2 or later only, a valid chain, HSTS, and no plain HTTP"))
    }
}

async fn old_versions(door: Door, host: &str, tally: &mut Tally) {
    for version in [Version::Ssl30, Version::Tls10, Version::Tls11] {
        match tls::offer_at(door.https, version, &tls::old_suites(), host).await {
            Ok(None) => {}
            Ok(Some((agreed, suite))) => {
                tally.fault(host, format!("the ingress accepted {}", version.name()));
                tally.note(
                    json!({ "host": host, "offered": version.name(), "agreed": agreed, "suite": suite }),
                );
            }
            Err(error) => tally.blind(host, format!("a handshake with {} broke: {error}", version.name())),
        }
    }
}

async fn modern(probe: &Probe, door: Door, host: &str, tally: &mut Tally) -> Result<(), Unseen> {
    let Some(roots) = probe.roots().await? else {
        tally.blind(host, "there is no certificate authority to verify with");
        return Ok(());
    };
    let (mut client, agreed) = match Client::https(door.https, host, roots).await {
        Ok(made) => made,
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            tally.blind(host, "the ingress does not answer");
            return Ok(());
        }
        Err(error) => {
            tally.fault(host, format!("a verified handshake failed: {error}"));
            return Ok(());
        }
    };
    if !["TLSv1_2", "TLSv1_3"].contains(&agreed.version.as_str()) || !is_aead(&agreed.suite) {
        tally.fault(host, format!("the ingress chose {} with {}", agreed.version, agreed.suite));
    }
    let left = days_left(probe.core.clock.now(), agreed.not_after);
    if left < LEAST_DAYS {
        tally.fault(host, format!("a certificate is good for {left} more days; {LEAST_DAYS} are needed"));
    }
    let answer = client.send(Method::GET, "/", None, None).await;
    match answer {
        Ok(answer) => {
            let header = answer.header("strict-transport-security").unwrap_or_default().to_owned();
            if !remembers(&header) {
                tally.fault(host, "an answer has no Strict-Transport-Security of half a year or more");
            }
            tally.fact(json!({ "host": host, "agreed": agreed, "days_left": left, "hsts": header }));
        }
        Err(error) => tally.blind(host, format!("no answer over TLS: {error}")),
    }
    Ok(())
}

/// Whether the header (RFC 6797 6.1) makes browsers remember long enough.
fn remembers(header: &str) -> bool {
    let age = header.split(';').find_map(|part| {
        let (name, value) = part.trim().split_once('=')?;
        name.eq_ignore_ascii_case("max-age").then(|| value.trim_matches('"').parse::<u64>().ok())?
    });
    age.is_some_and(|seconds| seconds >= LEAST_HSTS)
}

async fn plain(door: Door, host: &str, tally: &mut Tally) {
    let answer =
        async { Client::http(door.http, host).await?.send(Method::GET, "/", None, None).await }.await;
    match answer {
        Ok(answer) => {
            let to = answer.header("location").unwrap_or_default();
            if !(answer.status.is_redirection() && to.starts_with("https://")) {
                tally.fault(
                    host,
                    format!("plain HTTP is answered with {}, not redirected", answer.status.as_u16()),
                );
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {}
        Err(error) => tally.blind(host, format!("no answer over plain HTTP: {error}")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_short_or_missing_age_is_not_remembered() {
        for (header, good) in [
            ("max-age=31536000", true),
            ("includeSubDomains; MAX-AGE=\"31536000\"", true),
            ("max-age=300", false),
            ("max-age=", false),
            ("", false),
        ] {
            assert_eq!(super::remembers(header), good, "{header}");
        }
    }
}
