//! Requests one after the other while something happens.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use crate::door::{Ask, Door};

/// Most requests of one run.
const MOST: usize = 3000;

/// What became of the requests.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) asked: usize,
    /// Each that was not answered 200 with the body that was expected: when, and what came instead.
    pub(crate) missed: Vec<(Duration, String)>,
}

/// Counts requests while they are made.
pub(crate) struct Counter(AtomicUsize);

impl Counter {
    /// Waits for so many more requests.
    pub(crate) fn wait(&self, more: usize) {
        let (begin, from) = (Instant::now(), self.0.load(Ordering::SeqCst));
        while self.0.load(Ordering::SeqCst) < from + more {
            assert!(begin.elapsed() < Duration::from_secs(30), "requests take too long");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Asks `host` again and again for as long as the closure runs.
pub(crate) fn under_load<R>(
    door: &Door,
    host: &str,
    body: &str,
    during: impl FnOnce(&Counter) -> R,
) -> (R, Load) {
    let stop = AtomicBool::new(false);
    let counter = Counter(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let (begin, mut missed) = (Instant::now(), Vec::new());
            while !stop.load(Ordering::SeqCst) && counter.0.load(Ordering::SeqCst) < MOST {
                match door.ask(host, &Ask::get("/")) {
                    Ok(answer) if answer.status == 200 && answer.body == body => {}
                    Ok(answer) => missed.push((begin.elapsed(), format!("{answer:?}"))),
                    Err(error) => missed.push((begin.elapsed(), error.to_string())),
                }
                counter.0.fetch_add(1, Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(10));
            }
            missed
        });
        let stopping = Stop(&stop);
        let result = during(&counter);
        drop(stopping);
        let missed = asking.join().unwrap();
        (result, Load { asked: counter.0.load(Ordering::SeqCst), missed })
    })
}

/// Ends the requests, also when what happens meanwhile panics.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl Load {
    /// Every request was answered.
    pub(crate) fn without_a_miss(&self, at_least: usize) {
        assert!(self.missed.is_empty(), "{} of {} missed: {:#?}", self.missed.len(), self.asked, self.missed);
        assert!(self.asked >= at_least, "only {} requests", self.asked);
    }
}
