//! One log through several shards, with crashes in between.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ward_ledger::series::{KEYS_FILE, Owner, OwnerError, ShardLink, logged_time, parse_keys, shard_link};
use ward_ledger::{AppendError, Series, SeriesConfig, SeriesError, Signer, verify};

/// Keeps keys in clear, and fails at the n-th call if it is told to.
#[derive(Default)]
struct Keeper {
    calls: AtomicU32,
    fails_at: AtomicU32,
    seed: AtomicU32,
}

impl Keeper {
    fn failing_at(call: u32, seed: u32) -> Arc<Self> {
        Arc::new(Self { fails_at: call.into(), seed: seed.into(), ..Self::default() })
    }

    fn call(&self) -> Result<(), OwnerError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst) + 1;
        if call == self.fails_at.load(Ordering::SeqCst) { Err("told to fail".into()) } else { Ok(()) }
    }
}

impl Owner for Keeper {
    fn create_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError> {
        self.call()?;
        if !dir.join("seed").exists() {
            let n = self.seed.fetch_add(1, Ordering::SeqCst) as u8;
            fs::write(dir.join("seed"), [n + 1; 32])?;
        }
        self.open_key(dir, origin)
    }

    fn open_key(&self, dir: &Path, origin: &str) -> Result<Signer, OwnerError> {
        let seed: [u8; 32] = fs::read(dir.join("seed"))?.try_into().map_err(|_| "seed")?;
        Ok(Signer::from_seed(origin, seed)?)
    }

    fn destroy_key(&self, dir: &Path) -> Result<(), OwnerError> {
        self.call()?;
        match fs::remove_file(dir.join("seed")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn link_entry(&self, link: &ShardLink, logged: i64) -> Result<Vec<u8>, OwnerError> {
        self.call()?;
        let value = serde_json::json!({"metadata": {"logged_time": logged}, "unmapped": {"shard": link}});
        Ok(value.to_string().into_bytes())
    }
}

fn config(now: i64) -> SeriesConfig {
    SeriesConfig { create: true, ..SeriesConfig::new("ward.test/ledger/1/platform", "2026-1", now) }
}

async fn open(dir: &Path, now: i64, owner: &Arc<Keeper>) -> Result<Series, SeriesError> {
    Series::open(dir, config(now), Arc::clone(owner) as Arc<dyn Owner>).await
}

async fn say(series: &Series, now: i64, text: &str) -> ward_ledger::series::Recorded {
    let made = series.append(now, |slot| {
        let logged = slot.logged;
        Ok::<_, AppendError>(vec![
            format!(r#"{{"metadata":{{"logged_time":{logged}}},"text":"{text}"}}"#).into_bytes(),
        ])
    });
    made.await.unwrap()
}

#[tokio::test]
async fn a_series_goes_on_in_a_shard_with_a_new_key_and_the_links_tie_them_together() {
    let dir = tempfile::tempdir().unwrap();
    let owner = Arc::new(Keeper::default());
    let series = open(dir.path(), 100, &owner).await.unwrap();
    let first = say(&series, 110, "a").await;
    assert_eq!((&*first.shard, first.appended.index), ("2026-1", 1));
    let shard = series.roll("2027-1", 120).await.unwrap();
    assert_eq!(shard.origin(), "ward.test/ledger/1/platform/2027-1");
    let second = say(&series, 130, "b").await;
    assert_eq!((&*second.shard, second.appended.index), ("2027-1", 1));

    let shards = series.shards();
    assert_eq!(shards.iter().map(|s| s.closed.is_some()).collect::<Vec<_>>(), [true, false]);
    assert_ne!(shards[0].key.public_key(), shards[1].key.public_key());
    assert!(!shards[0].dir.join("seed").exists(), "the key of a closed shard is destroyed");
    let size = series.size("2026-1").unwrap();
    let Some(ShardLink::Closed { next, .. }) = shard_link(&series.entry("2026-1", size - 1).unwrap()) else {
        panic!("no closing link")
    };
    assert_eq!(next.key, shards[1].key.to_string());
    let Some(ShardLink::Opened { previous: Some(previous), .. }) =
        shard_link(&series.entry("2027-1", 0).unwrap())
    else {
        panic!("no opening link")
    };
    assert_eq!((previous.size, previous.key), (size, shards[0].key.to_string()));
    // What the new shard commits to is what the old one signed.
    let report = verify::verify_dir(&shards[0].dir, &shards[0].key, &mut |_| {}).unwrap();
    assert!(report.checkpoint.contains(&format!("\n{size}\n{}\n", previous.root)));
    series.close().await.unwrap();

    let again = open(dir.path(), 140, &owner).await.unwrap();
    assert_eq!(again.shards(), shards);
    assert!(String::from_utf8(again.entry("2026-1", 1).unwrap()).unwrap().contains(r#""a""#));
    again.close().await.unwrap();
}

#[tokio::test]
async fn nothing_follows_the_closing_link_even_if_whoever_rolled_went_away() {
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        let series = open(dir.path(), 100, &Arc::new(Keeper::default())).await.unwrap();
        {
            let mut roll = std::pin::pin!(series.roll("2027-1", 120));
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(roll.as_mut().poll(&mut context).is_pending());
        }
        // The link is on its way to the disk: whoever comes now must not pass it.
        assert_eq!(&*say(&series, 130, "after").await.shard, "2027-1");
        let last = series.size("2026-1").unwrap() - 1;
        assert!(matches!(shard_link(&series.entry("2026-1", last).unwrap()), Some(ShardLink::Closed { .. })));
        series.close().await.unwrap();
    }
}

#[tokio::test]
async fn stamps_never_decrease_even_if_the_clock_does() {
    let dir = tempfile::tempdir().unwrap();
    let owner = Arc::new(Keeper::default());
    let series = open(dir.path(), 1000, &owner).await.unwrap();
    assert_eq!(say(&series, 2000, "a").await.logged, 2000);
    assert_eq!(say(&series, 1500, "b").await.logged, 2000);
    series.close().await.unwrap();
    let series = open(dir.path(), 10, &owner).await.unwrap();
    assert_eq!(say(&series, 20, "c").await.logged, 2000);
    series.roll("2027-1", 30).await.unwrap();
    assert_eq!(say(&series, 40, "d").await.logged, 2000);
    assert_eq!(logged_time(&series.entry("2027-1", 0).unwrap()), Some(2000));
    series.close().await.unwrap();
}

#[tokio::test]
async fn a_roll_that_fails_anywhere_is_finished_by_the_next_append_or_opening() {
    for reopen in [false, true] {
        for call in 3..8 {
            let dir = tempfile::tempdir().unwrap();
            let owner = Keeper::failing_at(call, 0);
            let series = open(dir.path(), 100, &owner).await.unwrap();
            say(&series, 110, "before").await;
            let rolled = series.roll("2027-1", 120).await;
            let series = if reopen {
                series.close().await.unwrap();
                open(dir.path(), 130, &owner).await.unwrap()
            } else {
                series
            };
            let after = say(&series, 140, "after").await;
            let shards = series.shards();
            if &*after.shard == "2026-1" {
                assert!(rolled.is_err() && shards.len() == 1, "call {call}");
                series.roll("2027-1", 150).await.unwrap();
            }
            let shards = series.shards();
            assert_eq!(shards.len(), 2, "call {call}");
            let size = series.size("2026-1").unwrap();
            assert!(matches!(
                shard_link(&series.entry("2026-1", size - 1).unwrap()),
                Some(ShardLink::Closed { .. })
            ));
            let keys = parse_keys(&fs::read_to_string(dir.path().join(KEYS_FILE)).unwrap()).unwrap();
            assert_eq!((keys.len(), keys[0].closed.is_some(), keys[1].closed), (2, true, None));
            for shard in &shards {
                series.current().close().await.unwrap();
                verify::verify_dir(&shard.dir, &shard.key, &mut |_| {}).unwrap();
            }
        }
    }
}

#[tokio::test]
async fn a_log_that_must_exist_is_not_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let owner: Arc<dyn Owner> = Arc::new(Keeper::default());
    let must = SeriesConfig::new("ward.test/x", "2026-1", 1);
    let missing = Series::open(dir.path().join("log"), must, owner.clone()).await.unwrap_err();
    assert!(matches!(missing, SeriesError::Missing(_)));
    let series = Series::open(dir.path().join("log"), config(1), owner.clone()).await.unwrap();
    series.close().await.unwrap();
    drop(series);
    fs::remove_file(dir.path().join("log").join(KEYS_FILE)).unwrap();
    let lost = Series::open(dir.path().join("log"), config(1), owner).await.unwrap_err();
    assert!(matches!(lost, SeriesError::KeysMissing(_)), "{lost}");
}

#[tokio::test]
async fn a_shard_must_come_after_the_one_before() {
    let dir = tempfile::tempdir().unwrap();
    let owner = Arc::new(Keeper::default());
    let series = open(dir.path(), 100, &owner).await.unwrap();
    for name in ["2026-1", "2025-9", "2027", "../2027-1"] {
        assert!(matches!(series.roll(name, 1).await, Err(SeriesError::ShardName(_))), "{name}");
    }
    series.close().await.unwrap();
}
