//! Many requests for one log at once: the race that the specification warns of.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use ward_witness::wire::Answer;

use crate::fixture::{Bench, ORIGIN, TestLog};

#[test]
fn of_requests_that_build_on_the_same_size_one_wins_and_nothing_is_rolled_back() {
    let log = Arc::new(TestLog::new(ORIGIN, 1).grow(400).clone());
    let bench = Arc::new(Bench::following(&[&log]));
    let (won, lost) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let threads: Vec<_> = (0..8_u64)
        .map(|thread| {
            let (log, bench, won, lost) = (log.clone(), bench.clone(), won.clone(), lost.clone());
            std::thread::spawn(move || {
                let mut old = 0;
                for round in 0..30 {
                    let size = (old + 1 + (thread * 7 + round) % 5).min(log.size());
                    let mut request = log.submission(0);
                    request.note = log.note(size);
                    request.old = old;
                    request.proof = log.consistency(old, size);
                    old = match bench.witness.add_checkpoint(&request) {
                        Answer::Cosigned(_) => {
                            won.fetch_add(1, Ordering::SeqCst);
                            size
                        }
                        Answer::Conflict(known) => {
                            lost.fetch_add(1, Ordering::SeqCst);
                            assert!(known >= old, "the size went back from {old} to {known}");
                            known
                        }
                        other => panic!("{other:?}"),
                    };
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let (won, lost) = (won.load(Ordering::SeqCst), lost.load(Ordering::SeqCst));
    assert_eq!(won + lost, 240);
    assert!(lost > 0, "the threads never met");
    let size = bench.size(ORIGIN).unwrap();
    assert!(size >= won, "{won} were cosigned, each larger than the one before, up to {size}");
}
