//! The anchor outside of this machine: there, gone, and contradicting.

use std::{sync::Arc, time::Duration};

use ward_custody::witnesses::{self, WitnessLoop};
use ward_model::{posture::Verdict, witnesses::NewWitness};
use ward_spine::{Clock as _, reconcile::Reconciler as _};
use ward_witness::{Witness, follow, init, server};

use crate::rig::Rig;

#[tokio::test]
async fn a_witness_that_is_gone_or_contradicts_is_seen_and_one_that_is_back_passes_again() {
    let rig = Rig::new().await;
    let owner = rig.server.owner().await;
    rig.server.core.audit.settle().await.unwrap();
    let seen = rig.expect("aud.chain-intact", Verdict::Pass).await;
    assert!(seen.summary.contains("no witness anchors it"), "{}", seen.summary);

    let dir = tempfile::tempdir().unwrap();
    let key = init(dir.path(), "w.example", [5; 32]).unwrap().to_string();
    follow(dir.path(), &rig.server.core.audit.platform().shards()[0].key).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serve = |listener| {
        let clock = Arc::clone(&rig.server.clock);
        let now = move || u64::try_from(clock.now().micros() / 1_000_000).unwrap();
        let witness = Witness::open(dir.path(), Box::new(now), Box::new(|_| ())).unwrap();
        tokio::spawn(server::serve(listener, None, Arc::new(witness)))
    };
    let serving = serve(listener);
    let wish = NewWitness { name: "w".parse().unwrap(), url: format!("http://{address}"), key, ca_pem: None };
    witnesses::add(&owner, wish).await.unwrap();
    let seen = rig.expect("aud.chain-intact", Verdict::Pass).await;
    assert!(seen.summary.contains("have not cosigned yet"), "{}", seen.summary);

    // The checkpoint is published within five seconds.
    let shard = rig.server.shard_dir();
    for _ in 0..200 {
        if shard.join("checkpoint").exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let looping = WitnessLoop::default();
    let ctx = rig.server.as_loop(witnesses::LOOP);
    assert_eq!(looping.pass(&ctx).await.unwrap(), "w cosigned 1");
    let seen = rig.expect("aud.chain-intact", Verdict::Pass).await;
    assert!(seen.summary.contains("witnessed outside of this machine 0 minutes ago"), "{}", seen.summary);
    assert_eq!(seen.evidence["anchor"]["states"]["witnessed"], 1);

    // Stopped: it counts for as long as the policy says.
    serving.abort();
    let _ = serving.await;
    rig.server.clock.advance(Duration::from_secs(14 * 60));
    rig.expect("aud.chain-intact", Verdict::Pass).await;
    rig.server.clock.advance(Duration::from_secs(2 * 60));
    let seen = rig.expect("aud.chain-intact", Verdict::Fail).await;
    assert!(seen.summary.contains("not witnessed for over 15 minutes"), "{}", seen.summary);

    // Back again.
    serve(tokio::net::TcpListener::bind(address).await.unwrap());
    looping.pass(&ctx).await.unwrap();
    rig.expect("aud.chain-intact", Verdict::Pass).await;

    // It contradicts.
    rig.sql("update witness_status set contradicts = 1").await;
    let seen = rig.expect("aud.chain-intact", Verdict::Fail).await;
    assert!(seen.summary.contains("contradicts"), "{}", seen.summary);

    // The cosignature in the file is what counts, not what the store remembers of it.
    rig.sql("update witness_status set contradicts = 0").await;
    let file = shard.join("witnessed");
    let text = std::fs::read_to_string(&file).unwrap();
    let (log, witness) = text.trim_end().rsplit_once('\n').unwrap();
    assert!(witness.contains("w.example"));
    std::fs::write(&file, format!("{log}\n")).unwrap();
    let seen = rig.expect("aud.chain-intact", Verdict::Fail).await;
    assert_eq!(seen.evidence["anchor"]["states"]["stale"], 1);
}
