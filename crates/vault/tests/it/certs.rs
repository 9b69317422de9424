//! Certificates, judged by Debian's `openssl`.

use std::{fs, path::Path, process::Command, time::Duration};

use jiff::Timestamp;
use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, Issuer, KeyPair};
use ward_vault::{
    Error,
    certs::{CertificateAuthority, Issued, MAX_LEAF_VALIDITY, Scope},
};

const DAY: Duration = Duration::from_secs(86_400);

fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

fn authority() -> CertificateAuthority {
    let scope = Scope::new(&["ward.localhost", "db.internal"], &["127.0.0.0/8", "10.89.0.0/16"]).unwrap();
    CertificateAuthority::create("Ward test authority", &scope, 1000 * DAY, now()).unwrap()
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

fn openssl(dir: &Path, arguments: &[&str]) -> (bool, String) {
    let out = Command::new("openssl")
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .output();
    let out = out.expect("these tests need Debian's openssl");
    let text = [out.stdout, out.stderr].concat();
    (out.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// Verifies `chain` for `host` (`-verify_hostname x` or `-verify_ip x`) at second `at`.
fn verify(ca: &CertificateAuthority, chain: &str, host: [&str; 2], at: i64) -> (bool, String) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("ca.pem"), ca.cert_pem()).unwrap();
    fs::write(dir.path().join("chain.pem"), chain).unwrap();
    let time = at.to_string();
    let [kind, name] = host;
    openssl(
        dir.path(),
        &[
            "verify",
            "-x509_strict",
            "-no-CApath",
            "-no-CAstore",
            "-CAfile",
            "ca.pem",
            "-purpose",
            "sslserver",
            "-attime",
            &time,
            kind,
            name,
            "chain.pem",
        ],
    )
}

fn issue(ca: &CertificateAuthority, list: &[&str]) -> Issued {
    ca.issue(&names(list), 30 * DAY, now()).unwrap()
}

#[test]
fn openssl_verifies_issued_names_wildcards_and_addresses() {
    let ca = authority();
    let issued =
        issue(&ca, &["*.ward.localhost", "Ward.localhost", "pg.db.internal", "127.0.0.1", "10.89.3.4"]);
    let at = now().as_second();
    for host in [
        ["-verify_hostname", "clinic.ward.localhost"],
        ["-verify_hostname", "ward.localhost"],
        ["-verify_hostname", "pg.db.internal"],
        ["-verify_ip", "127.0.0.1"],
        ["-verify_ip", "10.89.3.4"],
    ] {
        let (good, text) = verify(&ca, &issued.cert_chain_pem, host, at);
        assert!(good, "{host:?}: {text}");
    }
    for host in [
        ["-verify_hostname", "a.b.ward.localhost"],
        ["-verify_hostname", "other.db.internal"],
        ["-verify_ip", "127.0.0.2"],
    ] {
        assert!(!verify(&ca, &issued.cert_chain_pem, host, at).0, "{host:?}");
    }
}

#[test]
fn a_certificate_is_valid_from_its_making_to_its_end_and_not_beyond() {
    let ca = authority();
    let issued = issue(&ca, &["ward.localhost"]);
    assert_eq!(issued.not_after, now() + jiff::SignedDuration::from_hours(30 * 24));
    let host = ["-verify_hostname", "ward.localhost"];
    let end = issued.not_after.as_second();
    assert!(verify(&ca, &issued.cert_chain_pem, host, end - 1).0);
    let (good, text) = verify(&ca, &issued.cert_chain_pem, host, end + 1);
    assert!(!good && text.contains("expired"), "{text}");
    assert!(!verify(&ca, &issued.cert_chain_pem, host, now().as_second() - 600).0);
}

#[test]
fn the_certificate_is_p256_for_servers_only_and_no_authority() {
    let dir = tempfile::tempdir().unwrap();
    let issued = issue(&authority(), &["ward.localhost"]);
    fs::write(dir.path().join("leaf.pem"), &issued.cert_chain_pem).unwrap();
    fs::write(dir.path().join("key.pem"), issued.key_pem.as_bytes()).unwrap();
    let (_, text) = openssl(dir.path(), &["x509", "-in", "leaf.pem", "-noout", "-text"]);
    for part in
        ["prime256v1", "ecdsa-with-SHA256", "TLS Web Server Authentication", "Digital Signature", "CA:FALSE"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("Client Authentication"));
    let (_, of_cert) = openssl(dir.path(), &["x509", "-in", "leaf.pem", "-noout", "-pubkey"]);
    let (_, of_key) = openssl(dir.path(), &["pkey", "-in", "key.pem", "-pubout"]);
    assert_eq!(of_cert, of_key);
    assert_eq!(issued.cert_chain_pem.matches("BEGIN CERTIFICATE").count(), 2);
}

#[test]
fn names_outside_the_scope_and_long_validities_are_refused() {
    let ca = authority();
    for bad in [
        "example.com",
        "forward.localhost",
        "localhost",
        "*.localhost",
        "*",
        "*.*.ward.localhost",
        "a*.ward.localhost",
        "10.90.0.1",
        "::1",
        "",
        "ward.localhost.",
        "x y.ward.localhost",
        "a.ward.localhost\n",
        "../ward.localhost",
    ] {
        assert!(matches!(ca.issue(&names(&[bad]), DAY, now()), Err(Error::Refused(_))), "{bad:?}");
    }
    assert!(matches!(ca.issue(&[], DAY, now()), Err(Error::Refused(_))));
    let good = names(&["ward.localhost"]);
    assert!(matches!(ca.issue(&good, MAX_LEAF_VALIDITY + DAY, now()), Err(Error::Refused(_))));
    assert!(matches!(ca.issue(&good, Duration::ZERO, now()), Err(Error::Certificate(_))));
}

#[test]
fn rustls_verifies_what_the_authority_issues_too() {
    use rustls::{RootCertStore, client::WebPkiServerVerifier, crypto::aws_lc_rs::default_provider};
    use rustls_pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject};
    let ca = authority();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.cert_pem().as_bytes()).unwrap()).unwrap();
    let verifier =
        WebPkiServerVerifier::builder_with_provider(roots.into(), default_provider().into()).build().unwrap();
    let issued = issue(&ca, &["10.89.3.4", "*.ward.localhost"]);
    let chain: Vec<_> =
        CertificateDer::pem_slice_iter(issued.cert_chain_pem.as_bytes()).map(Result::unwrap).collect();
    let time = UnixTime::since_unix_epoch(Duration::from_secs(now().as_second().unsigned_abs()));
    let check = |host: &str| {
        use rustls::client::danger::ServerCertVerifier;
        let host = ServerName::try_from(host.to_owned()).unwrap();
        verifier.verify_server_cert(&chain[0], &chain[1..], &host, &[], time).is_ok()
    };
    assert!(check("clinic.ward.localhost"));
    assert!(check("10.89.3.4"));
    assert!(!check("ward.localhost"));
    assert!(!check("10.89.3.5"));
}

/// Sabotage: what a thief of the authority's key could sign.
#[test]
fn openssl_refuses_names_outside_the_constraints_even_when_the_authority_signed_them() {
    let ca = authority();
    let key = KeyPair::from_pem(&ca.key_pem()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(ca.cert_pem(), key).unwrap();
    for (name, host) in [
        ("example.com", ["-verify_hostname", "example.com"]),
        ("192.0.2.1", ["-verify_ip", "192.0.2.1"]),
        ("2001:db8::1", ["-verify_ip", "2001:db8::1"]),
        ("x.ward.localhost", ["-verify_hostname", "x.ward.localhost"]),
    ] {
        let leaf_key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.is_ca = rcgen::IsCa::ExplicitNoCa;
        let forged = params.signed_by(&leaf_key, &issuer).unwrap().pem();
        let (good, text) = verify(&ca, &forged, host, now().as_second());
        let inside = name.ends_with(".ward.localhost");
        assert_eq!(good, inside, "{name}: {text}");
        assert!(
            inside || text.contains("permitted subtree") || text.contains("excluded subtree"),
            "{name}: {text}"
        );
    }
}

#[test]
fn an_authority_for_addresses_alone_certifies_no_name() {
    let none: [&str; 0] = [];
    let scope = Scope::new(&none, &["10.89.0.0/16"]).unwrap();
    let ca = CertificateAuthority::create("addresses", &scope, 10 * DAY, now()).unwrap();
    let issued = issue_short(&ca, "10.89.0.7");
    let at = now().as_second();
    let (good, text) = verify(&ca, &issued.cert_chain_pem, ["-verify_ip", "10.89.0.7"], at);
    assert!(good, "{text}");
    assert!(ca.issue(&names(&["ward.localhost"]), DAY, now()).is_err());
    let issuer = Issuer::from_ca_cert_pem(ca.cert_pem(), KeyPair::from_pem(&ca.key_pem()).unwrap()).unwrap();
    let params = CertificateParams::new(vec!["example.com".to_owned()]).unwrap();
    let forged = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().pem();
    let (good, text) = verify(&ca, &forged, ["-verify_hostname", "example.com"], at);
    assert!(!good && text.contains("excluded subtree"), "{text}");
}

#[test]
fn an_authority_for_names_alone_certifies_no_address() {
    let none: [&str; 0] = [];
    let scope = Scope::new(&["ward.localhost"], &none).unwrap();
    let ca = CertificateAuthority::create("names", &scope, 10 * DAY, now()).unwrap();
    let issuer = Issuer::from_ca_cert_pem(ca.cert_pem(), KeyPair::from_pem(&ca.key_pem()).unwrap()).unwrap();
    for address in ["192.0.2.1", "2001:db8::1"] {
        assert!(ca.issue(&names(&[address]), DAY, now()).is_err());
        let params = CertificateParams::new(vec![address.to_owned()]).unwrap();
        let forged = params.signed_by(&KeyPair::generate().unwrap(), &issuer).unwrap().pem();
        let (good, text) = verify(&ca, &forged, ["-verify_ip", address], now().as_second());
        assert!(!good && text.contains("excluded subtree"), "{text}");
    }
}

fn issue_short(ca: &CertificateAuthority, name: &str) -> Issued {
    ca.issue(&names(&[name]), DAY, now()).unwrap()
}

#[test]
fn an_authority_survives_storage_and_keeps_its_scope() {
    let ca = authority();
    let loaded = CertificateAuthority::from_pem(ca.cert_pem(), &ca.key_pem()).unwrap();
    assert_eq!(loaded.fingerprint(), ca.fingerprint());
    assert_eq!(loaded.not_after().unwrap(), ca.not_after().unwrap());
    let issued = issue(&loaded, &["a.ward.localhost", "127.9.9.9"]);
    let (good, text) = verify(&ca, &issued.cert_chain_pem, ["-verify_ip", "127.9.9.9"], now().as_second());
    assert!(good, "{text}");
    assert!(loaded.issue(&names(&["example.com"]), DAY, now()).is_err());
}

#[test]
fn a_foreign_key_a_leaf_and_an_unconstrained_authority_are_not_loaded() {
    let (ca, other) = (authority(), authority());
    assert!(CertificateAuthority::from_pem(ca.cert_pem(), &other.key_pem()).is_err());
    let issued = issue(&ca, &["ward.localhost"]);
    let leaf = issued.cert_chain_pem.split_inclusive("-----END CERTIFICATE-----\n").next().unwrap();
    assert!(CertificateAuthority::from_pem(leaf, &issued.key_pem).is_err());
    assert!(CertificateAuthority::from_pem("", &ca.key_pem()).is_err());
    assert!(CertificateAuthority::from_pem(ca.cert_pem(), "").is_err());
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let free = params.self_signed(&key).unwrap().pem();
    let error = CertificateAuthority::from_pem(&free, &key.serialize_pem()).unwrap_err();
    assert!(error.to_string().contains("no name constraints"), "{error}");
}

#[test]
fn a_certificate_never_outlives_its_authority() {
    let scope = Scope::new(&["ward.localhost"], &["127.0.0.0/8"]).unwrap();
    let ca = CertificateAuthority::create("short", &scope, 10 * DAY, now()).unwrap();
    assert_eq!(issue(&ca, &["ward.localhost"]).not_after, ca.not_after().unwrap());
    let later = now() + jiff::SignedDuration::from_hours(11 * 24);
    assert!(matches!(ca.issue(&names(&["ward.localhost"]), DAY, later), Err(Error::Certificate(_))));
}

#[test]
fn debug_shows_no_private_key() {
    let ca = authority();
    let text = format!("{ca:?} {:?}", issue(&ca, &["ward.localhost"]));
    assert!(text.contains("127.0.0.0/8"), "{text}");
    assert!(!text.contains("PRIVATE"));
}
