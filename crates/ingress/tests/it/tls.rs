//! Handshakes by two other implementations' clients: what must succeed does, what must not does not.

use std::process::Stdio;
use std::time::Duration;

use rustls::version::{TLS12, TLS13};
use rustls::{AlertDescription, Error as TlsError};

use crate::kit::{Backend, HOST, Rig};

fn alert(error: &std::io::Error) -> Option<AlertDescription> {
    match error.get_ref()?.downcast_ref::<TlsError>()? {
        TlsError::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

/// Runs Debian's OpenSSL client; answers whether a cipher was agreed on, and all that it said.
async fn openssl(rig: &Rig, arguments: &[&str]) -> (bool, String) {
    let mut command = tokio::process::Command::new("/usr/bin/openssl");
    command.env_clear().args(["s_client", "-connect", &rig.https.to_string()]).args(arguments);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(10), command.output()).await.expect("in time");
    let output = output.expect("openssl runs");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    (said.contains("Cipher is ") && !said.contains("Cipher is (NONE)"), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_1_2_and_1_3_are_served_with_authenticated_suites() {
    let rig = Rig::serving(vec![]).await;
    for version in [&TLS12, &TLS13] {
        let stream = rig.connect_with(rig.tls(&[version], &[]), HOST).await.expect("handshake");
        assert_eq!(stream.get_ref().1.protocol_version(), Some(version.version));
        let suite = format!("{:?}", stream.get_ref().1.negotiated_cipher_suite().expect("suite").suite());
        assert!(suite.contains("GCM") || suite.contains("POLY1305"), "{suite}");
    }
    for suite in
        ["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"]
    {
        let (agreed, said) = openssl(&rig, &["-servername", HOST, "-tls1_2", "-cipher", suite]).await;
        assert!(agreed && said.contains(suite), "{suite}: {said}");
    }
    assert!(openssl(&rig, &["-servername", HOST, "-tls1_3"]).await.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_and_cbc_suites_are_refused() {
    let rig = Rig::serving(vec![]).await;
    for version in ["-tls1", "-tls1_1"] {
        let (agreed, said) =
            openssl(&rig, &["-servername", HOST, version, "-cipher", "ALL:@SECLEVEL=0"]).await;
        assert!(!agreed && said.contains("alert"), "{version}: {said}");
    }
    for suite in [
        "ECDHE-ECDSA-AES128-SHA256",
        "ECDHE-ECDSA-AES256-SHA384",
        "ECDHE-ECDSA-AES128-SHA",
        "AES128-GCM-SHA256",
        "AES128-SHA",
        "ECDHE-ECDSA-AES128-CCM",
        "DHE-RSA-AES128-GCM-SHA256",
        "eNULL",
    ] {
        let cipher = format!("{suite}:@SECLEVEL=0");
        let (agreed, said) = openssl(&rig, &["-servername", HOST, "-tls1_2", "-cipher", &cipher]).await;
        assert!(!agreed && said.contains("handshake failure"), "{suite}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_or_absent_name_is_refused_unless_a_default_is_set() {
    let rig = Rig::serving(vec![]).await;
    let refused = rig.connect_with(rig.tls(&[&TLS13], &[]), "other.test").await.expect_err("unknown name");
    assert_eq!(alert(&refused), Some(AlertDescription::UnrecognisedName));
    let mut nameless = rig.tls(&[&TLS12], &[]);
    nameless.enable_sni = false;
    let refused = rig.connect_with(nameless.clone(), HOST).await.expect_err("no name");
    assert_eq!(alert(&refused), Some(AlertDescription::UnrecognisedName));
    let (agreed, said) = openssl(&rig, &["-servername", "other.test"]).await;
    assert!(!agreed && said.contains("unrecognized name"), "{said}");
    assert!(rig.client.status().await.expect("status").refused_handshakes >= 3);

    let backend = Backend::start("one").await;
    let mut snapshot = rig.snapshot(2, vec![backend.upstream()]);
    snapshot.default_certificate = Some(HOST.into());
    rig.client.publish(&snapshot).await.expect("publish");
    rig.connect_with(nameless, HOST).await.expect("the default is presented");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exact_certificate_goes_before_the_wildcard_and_changes_with_the_snapshot() {
    let rig = Rig::serving(vec![]).await;
    let config = || rig.tls(&[&TLS13], &[]);
    rig.connect_with(config(), "x.wild.test").await.expect("wildcard");
    assert!(rig.connect_with(config(), "y.x.wild.test").await.is_err(), "a wildcard stands for one label");
    let mut snapshot = rig.snapshot(2, vec![]);
    snapshot.certificates.push(crate::kit::certificate(&["x.wild.test"]));
    rig.client.publish(&snapshot).await.expect("publish");
    let error =
        rig.connect_with(config(), "x.wild.test").await.expect_err("the exact one, which is not trusted");
    assert!(error.to_string().contains("certificate"), "{error}");
    rig.connect_with(config(), "z.wild.test").await.expect("wildcard still");
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_resume_by_ticket_and_never_under_another_name() {
    let rig = Rig::serving(vec![Backend::start("one").await.upstream()]).await;
    let session = rig.path("session.pem");
    let session = session.to_str().expect("path");
    let first = openssl(&rig, &["-servername", HOST, "-tls1_2", "-sess_out", session]).await;
    assert!(first.0, "{}", first.1);
    let (_, again) = openssl(&rig, &["-servername", HOST, "-tls1_2", "-sess_in", session]).await;
    assert!(again.contains("Reused, TLSv1.2"), "{again}");
    let (_, other) = openssl(&rig, &["-servername", "a.wild.test", "-tls1_2", "-sess_in", session]).await;
    assert!(!other.contains("Reused"), "{other}");
}
