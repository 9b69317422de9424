//! Who may, and where to.

use ward_custody::drains;
use ward_model::{
    ErrorCode, PageQuery, Role, Target,
    drains::{Destination, NewDrain},
};

use super::rig::{Rig, wish};

fn webhook(url: &str) -> Destination {
    Destination::Webhook { url: url.into() }
}

#[tokio::test]
async fn an_organization_sends_its_own_log_and_sees_no_other_drain() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::open(dir.path()).await;
    let (mercy, other) = (rig.organization("mercy").await, rig.organization("other").await);
    let owner = rig.user(Role::Owner, &Target::organization(mercy)).await;
    let auditor = rig.user(Role::Auditor, &Target::organization(mercy)).await;
    let developer = rig.user(Role::Developer, &Target::organization(mercy)).await;
    let stranger = rig.user(Role::Owner, &Target::organization(other)).await;
    let new = |url: &str| NewDrain { organization: Some(mercy), log: None, ..wish("siem", webhook(url)) };
    // A public address that nobody answers at: it is not dialled here.
    let public = "https://192.0.9.9/in";
    let made = drains::create(&owner, new(public)).await.unwrap().drain;
    assert_eq!(made.organization, Some(mercy));
    assert_eq!(
        drains::create(&owner, new(public)).await.unwrap_err().code(),
        ErrorCode::Conflict,
        "the name"
    );
    for (who, expected) in [
        (&auditor, ErrorCode::Forbidden),
        (&developer, ErrorCode::Forbidden),
        (&stranger, ErrorCode::NotFound),
    ] {
        let again = NewDrain { name: "second".parse().unwrap(), ..new(public) };
        assert_eq!(drains::create(who, again).await.unwrap_err().code(), expected);
        assert_eq!(drains::remove(who, made.id).await.unwrap_err().code(), expected);
        assert_eq!(drains::pause(who, made.id).await.unwrap_err().code(), expected);
        assert_eq!(drains::test(who, made.id).await.unwrap_err().code(), expected);
    }
    assert_eq!(drains::get(&auditor, made.id).await.unwrap().id, made.id);
    assert_eq!(drains::get(&stranger, made.id).await.unwrap_err().code(), ErrorCode::NotFound);
    let page = PageQuery::default();
    assert_eq!(drains::list(&owner, Some(mercy), &page).await.unwrap().items.len(), 1);
    assert!(drains::list(&stranger, Some(mercy), &page).await.is_err());
    assert!(drains::list(&owner, None, &page).await.is_err(), "the platform's are not its own");
    assert!(drains::list(&rig.operator(), None, &page).await.unwrap().items.is_empty());
    // Nor may it make one of the platform, which would send the logs of all.
    assert!(drains::create(&owner, wish("all", webhook(public))).await.is_err());
    let nobody = NewDrain { organization: Some(owner.id()), ..new(public) };
    assert_eq!(drains::create(&rig.operator(), nobody).await.unwrap_err().code(), ErrorCode::NotFound);
    rig.close().await;
}

#[tokio::test]
async fn an_organization_reaches_nothing_inside_and_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::open(dir.path()).await;
    let mercy = rig.organization("mercy").await;
    let owner = rig.user(Role::Owner, &Target::organization(mercy)).await;
    let new = |destination| NewDrain { organization: Some(mercy), log: None, ..wish("siem", destination) };
    for destination in [
        webhook("https://127.0.0.1:8443/v1/seal"),
        webhook("https://169.254.169.254/latest/meta-data"),
        webhook("https://10.87.0.2/"),
        webhook("https://localhost/"),
        webhook("https://[::ffff:10.0.0.1]/"),
        webhook("https://[fd00::1]/"),
        webhook("http://192.0.9.9/in"),
        webhook("tls://192.0.9.9"),
        webhook("https://user:pass@192.0.9.9/"),
        Destination::Syslog { url: "tcp://192.0.9.9:514".into() },
        Destination::Syslog { url: "https://192.0.9.9/".into() },
        Destination::Cef { url: "tls://127.0.0.1".into() },
        Destination::Otlp { url: "file:///etc/shadow".into() },
        Destination::File { directory: None },
        Destination::File { directory: Some("/etc".into()) },
    ] {
        let error = drains::create(&owner, new(destination.clone())).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Invalid, "{destination:?}: {error}");
        assert!(!error.next_step().is_empty());
    }
    let plain = NewDrain { insecure_plain: true, ..new(webhook("http://192.0.9.9/in")) };
    assert_eq!(drains::create(&owner, plain).await.unwrap_err().code(), ErrorCode::Invalid);
    let log = NewDrain { log: Some("platform".into()), ..new(webhook("https://192.0.9.9/in")) };
    assert_eq!(drains::create(&owner, log).await.unwrap_err().code(), ErrorCode::Invalid);
    rig.close().await;
}

#[tokio::test]
async fn a_name_of_a_user_becomes_no_path_and_a_wrong_wish_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let rig = Rig::open(dir.path()).await;
    let operator = rig.operator();
    let allowed = dir.path().join("allowed").to_str().unwrap().to_owned();
    let file = |d: &str| wish("siem", Destination::File { directory: Some(d.into()) });
    for directory in [
        "/etc",
        "/",
        "",
        "..",
        &format!("{allowed}/../../etc"),
        &format!("{allowed}/"),
        &format!("{allowed}/sub"),
    ] {
        let error = drains::create(&operator, file(directory)).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Invalid, "{directory}");
    }
    let headers = |name: &str, value: &str| {
        let mut new = wish("siem", webhook("https://192.0.9.9/in"));
        new.headers.insert(name.into(), value.into());
        new
    };
    for new in [
        headers("host", "x"),
        headers("Transfer-Encoding", "chunked"),
        headers("Ward-Signature", "x"),
        headers("x y", "x"),
        headers("x", "a\r\nb: c"),
        NewDrain { client_key_pem: Some("key".into()), ..wish("siem", webhook("https://192.0.9.9/in")) },
        NewDrain { ca_pem: Some("no pem".into()), ..wish("siem", webhook("https://192.0.9.9/in")) },
        NewDrain { log: Some("../../etc".into()), ..wish("siem", Destination::File { directory: None }) },
        wish("siem", webhook("http://192.0.9.9/in")),
        wish("siem", Destination::Syslog { url: "tcp://192.0.9.9:514".into() }),
    ] {
        let error = drains::create(&operator, new).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::Invalid, "{error}");
    }
    assert!(drains::list(&operator, None, &PageQuery::default()).await.unwrap().items.is_empty());
    // Said expressly, the platform's may go without encryption, and that is on the record.
    let plain = NewDrain {
        insecure_plain: true,
        ..wish("siem", Destination::Syslog { url: "tcp://192.0.9.9:514".into() })
    };
    drains::create(&operator, plain).await.unwrap();
    rig.core.audit.settle().await.unwrap();
    let said = rig.entries("platform").iter().any(|e| {
        let text = String::from_utf8_lossy(&e.bytes).into_owned();
        text.contains("platform-drain:create") && text.contains("\"insecure_plain\":true")
    });
    assert!(said);
    rig.close().await;
}
