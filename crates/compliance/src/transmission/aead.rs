//! `tls.aead`: whether anything without authenticated encryption is accepted (45 CFR 164.312(e)(2)(i)).

use std::time::Duration;

use async_trait::async_trait;
use serde_json::json;

use super::{is_aead, servers};
use crate::{
    Probe,
    checks::{Check, Finding, Tally, Unseen, minutes},
    wire::{
        connect,
        hello::{NOT_AEAD, Version},
        postgres, tls,
    },
};

/// Offers only suites without AEAD to the ingress and to each database, and looks what a good handshake agrees on.
pub(crate) struct Aead;

#[async_trait]
impl Check for Aead {
    fn id(&self) -> &'static str {
        "tls.aead"
    }
    fn every(&self) -> Duration {
        minutes(30)
    }
    fn gap(&self) -> Option<&'static str> {
        Some("the hop from the ingress to an app's container, which is not TLS")
    }
    async fn observe(&self, probe: &Probe) -> Result<Finding, Unseen> {
        let door = probe.door()?;
        let mut tally = Tally::of("TLS ends");
        let roots = probe.roots().await?.ok_or_else(|| Unseen("there is no certificate authority".into()))?;
        for host in probe.hosts().await? {
            match tls::offer_at(door.https, Version::Tls12, NOT_AEAD, &host).await {
                Ok(None) => {}
                Ok(Some((_, suite))) => {
                    tally.fault(&host, format!("the ingress accepted suite {suite:#06x} without AEAD"))
                }
                Err(error) => tally.blind(&host, format!("a handshake broke: {error}")),
            }
            let good = async {
                let stream = tls::verified(connect(door.https).await?, &host, roots.clone(), &[]).await?;
                tls::agreed(&stream)
            };
            judge(&mut tally, &host, good.await);
        }
        for server in servers(probe).await? {
            // PostgreSQL has one list of suites for all clients: what it accepts here it accepts from anybody.
            let offered = async {
                let Some(mut stream) = postgres::request_tls(server.socket()).await? else { return Ok(None) };
                tls::offer(&mut stream, Version::Tls12, NOT_AEAD, &server.host()).await
            };
            match offered.await {
                Ok(None) => {}
                Ok(Some((_, suite))) => {
                    tally.fault(&server.id, format!("a database accepted suite {suite:#06x} without AEAD"))
                }
                Err::<_, std::io::Error>(error) => {
                    tally.blind(&server.id, format!("a handshake broke: {error}"))
                }
            }
            let good = async {
                let stream = postgres::request_tls(server.socket()).await?;
                let stream = stream.ok_or_else(|| std::io::Error::other("a database refuses TLS"))?;
                let stream = tls::verified(stream, &server.host(), roots.clone(), &[]).await?;
                tls::agreed(&stream)
            };
            judge(&mut tally, &server.id, good.await);
        }
        Ok(tally.finish("agree on suites with authenticated encryption and refuse others"))
    }
}

fn judge(tally: &mut Tally, subject: &str, agreed: std::io::Result<tls::Agreed>) {
    match agreed {
        Ok(agreed) => {
            if !is_aead(&agreed.suite) {
                tally.fault(subject, format!("the suite {} was chosen", agreed.suite));
            }
            tally.fact(json!({ "end": subject, "agreed": agreed }));
        }
        Err(error) => tally.blind(subject, format!("no verified handshake: {error}")),
    }
}
