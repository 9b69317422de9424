//! The ordinary life of a log: append, read, prove, close, open again.

use std::fs;
use std::time::Duration;

use ward_ledger::{
    AppendError, Appended, Checkpoint, Log, OpenError, ReadError, Reader, Status, leaf_hash,
    verify_consistency, verify_inclusion,
};

use crate::fixture::{closed, config, entry, grow, key, tempdir, verify};

#[tokio::test(flavor = "multi_thread")]
async fn entries_come_back_with_proofs_before_and_after_a_restart() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("log");
    let log = Log::open(&path, config()).unwrap();
    grow(&log, 700, 7).await;
    let first = Checkpoint::open(log.checkpoint().as_bytes(), &key()).unwrap();
    assert_eq!((first.size, first.root), (700, log.root(700).unwrap()));
    log.close().await.unwrap();
    assert_eq!(log.status(), Status::Closed);
    assert_eq!(log.append(entry(700)).await, Err(AppendError::Closed));
    // Reading goes on after closing, now from tiles.
    assert_eq!(log.entry(3).unwrap(), entry(3));

    let log = Log::open(&path, config()).unwrap();
    assert_eq!(log.size(), 700);
    assert_eq!(log.checkpoint(), {
        let reader = Reader::open(&path, &key()).unwrap();
        reader.checkpoint()
    });
    grow(&log, 1500, 64).await;
    let last = Checkpoint::open(log.checkpoint().as_bytes(), &key()).unwrap();
    let proof = log.consistency_proof(700, 1500).unwrap();
    verify_consistency(700, &first.root, 1500, &last.root, &proof).unwrap();
    for index in [0, 255, 256, 511, 699, 700, 1023, 1024, 1499] {
        assert_eq!(log.entry(index).unwrap(), entry(index));
        let proof = log.inclusion_proof(index, 1500).unwrap();
        verify_inclusion(&leaf_hash(&entry(index)), index, 1500, &last.root, &proof).unwrap();
    }
    let page = log.entries(250..1400).unwrap();
    assert_eq!(page.len(), 1150);
    assert!(page.iter().all(|(index, found)| *found == entry(*index)));
    assert!(matches!(log.entry(1500), Err(ReadError::OutOfRange { asked: 1500, size: 1500 })));
    assert!(log.inclusion_proof(3, 1501).is_err());
    assert!(log.consistency_proof(9, 8).is_err());
    assert_eq!(log.entries(1500..1600).unwrap(), vec![]);
    log.close().await.unwrap();
    let report = verify(&path).unwrap();
    assert_eq!((report.size, report.root), (1500, last.root));
    assert!(report.tiles > 10 && report.notes.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_appends_get_distinct_indexes_and_are_all_there() {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), config()).unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|task: u64| {
            let log = log.clone();
            tokio::spawn(async move {
                let mut got = Vec::new();
                for number in 0..10 {
                    let text = format!("{task}/{number}").into_bytes();
                    let Appended { index, size, .. } = log.append(text.clone()).await.unwrap();
                    assert!(index < size && size <= log.size());
                    got.push((index, text));
                }
                got
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    all.sort();
    assert!(all.iter().map(|(index, _)| *index).eq(0..640));
    assert_eq!(log.entries(0..640).unwrap(), all);
    log.close().await.unwrap();
    assert_eq!(verify(dir.path()).unwrap().size, 640);
}

#[tokio::test]
async fn a_second_writer_is_refused_and_a_reader_is_not() {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), config()).unwrap();
    grow(&log, 300, 10).await;
    assert!(matches!(Log::open(dir.path(), config()), Err(OpenError::Locked(_))));
    let reader = Reader::open(dir.path(), &key()).unwrap();
    assert_eq!(reader.size(), 300);
    assert_eq!(reader.checkpoint(), log.checkpoint());
    assert_eq!(reader.entry(299).unwrap(), entry(299));
    assert_eq!(verify(dir.path()).unwrap().size, 300);
    log.close().await.unwrap();
    Log::open(dir.path(), config()).unwrap().close().await.unwrap();
}

#[tokio::test]
async fn limits_are_refused_before_anything_is_recorded() {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), config()).unwrap();
    assert_eq!(log.append(vec![0; 65_536]).await, Err(AppendError::EntryTooLong(65_536)));
    let huge = vec![vec![0; 65_000]; 130];
    assert!(matches!(log.append_all(huge).await, Err(AppendError::BatchTooLarge { entries: 130, .. })));
    let at = |done: Appended| (done.index, done.size);
    assert_eq!(log.append_all(vec![]).await.map(at), Ok((0, 0)));
    assert_eq!(log.size(), 0);
    assert_eq!(log.append(vec![1; 65_535]).await.map(at), Ok((0, 1)));
    assert_eq!(log.append(vec![]).await.map(at), Ok((1, 2)));
    assert_eq!(log.entry(0).unwrap().len(), 65_535);
    log.close().await.unwrap();
    assert_eq!(verify(dir.path()).unwrap().size, 2);
}

#[tokio::test]
async fn a_missing_log_is_not_made_when_it_must_exist() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("none");
    let mut must_exist = config();
    must_exist.create = false;
    assert!(matches!(Log::open(&path, must_exist), Err(OpenError::Missing(_))));
    assert!(!path.exists());
}

#[tokio::test]
async fn tiles_are_rebuilt_from_the_write_ahead_log() {
    let dir = tempdir().unwrap();
    closed(dir.path(), 70_000, 1000).await;
    // Partial tiles of sizes published on the way are not made again.
    let whole = || {
        let files = crate::fixture::files(dir.path()).into_iter();
        files.filter(|(name, _)| !name.contains(".p/")).collect::<Vec<_>>()
    };
    let before = whole();
    fs::remove_dir_all(dir.path().join("tile")).unwrap();
    fs::remove_file(dir.path().join("checkpoint")).unwrap();
    assert!(verify(dir.path()).is_err());
    let log = Log::open(dir.path(), config()).unwrap();
    assert_eq!(log.entry(123).unwrap(), entry(123));
    log.close().await.unwrap();
    assert!(whole() == before, "the rebuilt files differ");
    assert_eq!(verify(dir.path()).unwrap().size, 70_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_can_be_verified_while_it_grows() {
    // On a disk, because slow syncs widen the gaps between the steps of a publication.
    let dir = tempfile::tempdir().unwrap();
    let mut config = config();
    config.publish_every = Duration::from_millis(2);
    config.segment_bytes = 64 << 10;
    let log = Log::open(dir.path(), config).unwrap();
    let writer = tokio::spawn({
        let log = log.clone();
        async move { grow(&log, 6000, 3).await }
    });
    let path = dir.path().to_owned();
    let mut rounds = 0;
    while !writer.is_finished() {
        let path = path.clone();
        let (report, size) = tokio::task::spawn_blocking(move || {
            let report = verify(&path);
            (report, Reader::open(&path, &key()).map(|reader| reader.size()))
        })
        .await
        .unwrap();
        report.unwrap();
        size.unwrap();
        rounds += 1;
    }
    writer.await.unwrap();
    assert!(rounds > 0);
    log.close().await.unwrap();
    assert_eq!(verify(dir.path()).unwrap().size, 6000);
}

#[tokio::test]
async fn opening_with_another_key_or_name_is_refused() {
    let dir = tempdir().unwrap();
    closed(dir.path(), 10, 1).await;
    for (name, seed) in [(crate::fixture::ORIGIN, [1; 32]), ("other.test/log", [42; 32])] {
        let signer = ward_ledger::Signer::from_seed(name, seed).unwrap();
        let error = Log::open(dir.path(), ward_ledger::LogConfig::new(signer)).unwrap_err();
        assert!(matches!(error, OpenError::Note { .. }), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledgement_proves_its_entries_by_itself() {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), config()).unwrap();
    grow(&log, 300, 7).await;
    let mut answers = Vec::new();
    let mut next = 300;
    for count in [1, 5, 1, 700, 1, 2] {
        answers.push(log.submit((next..next + count).map(entry).collect()).await.unwrap());
        next += count;
    }
    let mut expected = 300;
    for answer in answers {
        let done = answer.await.unwrap();
        assert_eq!(done.index, expected);
        expected = done.range().end;
        let checkpoint = Checkpoint::open(done.checkpoint.as_bytes(), &key()).unwrap();
        assert_eq!(checkpoint.size, done.size);
        for index in done.range() {
            let proof = done.proof(index).unwrap();
            assert_eq!(proof, log.inclusion_proof(index, done.size).unwrap());
            verify_inclusion(&leaf_hash(&entry(index)), index, done.size, &checkpoint.root, &proof).unwrap();
        }
        assert_eq!((done.proof(done.index - 1), done.proof(done.range().end)), (None, None));
    }
    assert_eq!(expected, 1010);
    log.close().await.unwrap();
}

#[tokio::test]
async fn entries_submitted_one_after_the_other_keep_their_order_and_survive_a_dropped_answer() {
    let dir = tempdir().unwrap();
    let log = Log::open(dir.path(), config()).unwrap();
    for index in 0..500 {
        drop(log.submit(vec![entry(index)]).await.unwrap());
    }
    let done = log.append_all(vec![]).await.unwrap();
    assert!(done.range().is_empty() && done.proof(0).is_none());
    assert_eq!(log.append(entry(500)).await.unwrap().index, 500);
    for index in 0..=500 {
        assert_eq!(log.entry(index).unwrap(), entry(index));
    }
    log.close().await.unwrap();
    assert_eq!(log.submit(vec![entry(501)]).await.unwrap_err(), AppendError::Closed);
}
