//! The snapshot file: refused when bad, kept while wardd is down, followed when it changes.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::time::Duration;

use ward_ingress::control::ControlError;

use crate::kit::{Backend, Rig, config};

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_snapshot_is_refused_and_the_one_in_force_stays() {
    let backend = Backend::start("one").await;
    let rig = Rig::serving(vec![backend.upstream()]).await;

    let mut mixed = rig.snapshot(2, vec![backend.upstream()]);
    mixed.certificates[0].key_pem = crate::kit::certificate(&["x.test"]).key_pem;
    let refused = rig.client.publish(&mixed).await.expect_err("key and certificate differ");
    assert!(matches!(&refused, ControlError::Refused { version: 1, .. }), "{refused}");
    let status = rig.client.status().await.expect("status");
    assert_eq!(status.version, 1);
    let error = status.error.expect("the status tells");
    assert!(error.contains("app.ward.test") && !error.contains("PRIVATE KEY"), "{error}");
    assert_eq!(rig.get("/").await.1, "one");

    for text in ["", "{", r#"{"version":3,"rules":[]}"#, r#"{"version":3,"routes":[{"host":"BAD HOST"}]}"#] {
        std::fs::write(rig.path("routes.json"), text).expect("write");
        tokio::time::sleep(Duration::from_millis(400)).await;
        let status = rig.client.status().await.expect("status");
        assert!(status.version == 1 && status.error.is_some(), "{text}: {status:?}");
    }
    assert_eq!(rig.get("/").await.1, "one");
    rig.publish(4, vec![backend.upstream()]).await;
    assert_eq!(rig.client.status().await.expect("status").error, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_that_others_can_read_is_refused() {
    let rig = Rig::serving(vec![]).await;
    let path = rig.path("routes.json");
    let mode = std::fs::metadata(&path).expect("file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "what publish writes");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("chmod");
    tokio::time::sleep(Duration::from_millis(400)).await;
    let error = rig.client.status().await.expect("status").error.expect("refused");
    assert!(error.contains("640") && error.contains("0600"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_ingress_serves_the_kept_snapshot_without_anyone() {
    let backend = Backend::start("one").await;
    let mut rig = Rig::serving(vec![backend.upstream()]).await;
    rig.stop().await;
    assert!(!rig.path("control.sock").exists());
    let mut again = Rig::with(Arc::clone(&rig.folder), config(&rig.folder)).await;
    again.certificate = rig.certificate.clone();
    assert_eq!(again.get("/").await, (200, "one".to_owned()));
    assert_eq!(again.client.status().await.expect("status").version, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ingress_without_a_snapshot_starts_refuses_and_follows_when_one_appears() {
    let rig = Rig::start().await;
    let status = rig.client.status().await.expect("status");
    assert!(status.version == 0 && status.error.is_some(), "{status:?}");
    assert!(rig.connect_with(rig.tls(&[&rustls::version::TLS13], &[]), crate::kit::HOST).await.is_err());

    // Nobody pokes: the file is found by looking.
    let backend = Backend::start("one").await;
    let text = serde_json::to_vec(&rig.snapshot(7, vec![backend.upstream()])).expect("json");
    let beside = rig.path("beside");
    std::fs::write(&beside, text).expect("write");
    std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600)).expect("chmod");
    std::fs::rename(&beside, rig.path("routes.json")).expect("rename");
    for _ in 0..40 {
        if rig.client.status().await.expect("status").version == 7 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(rig.get("/").await.1, "one");
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_to_a_stopped_ingress_leaves_the_file_and_says_so() {
    let mut rig = Rig::start().await;
    rig.stop().await;
    let error = rig.client.publish(&rig.snapshot(1, vec![])).await.expect_err("nobody there");
    assert!(matches!(error, ControlError::Unreachable(_)), "{error}");
    assert!(rig.path("routes.json").exists());
}
