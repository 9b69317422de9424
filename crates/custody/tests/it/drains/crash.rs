//! The sender as a process of its own, to be killed.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::rig::Rig;

const FOLDER: &str = "WARD_TEST_DRAINS_OF";
const LAST: &str = "WARD_TEST_DRAINS_LAST";

/// Starts this test binary again, as a Ward on this folder that makes entries and drains them. The last one makes
/// none, and ends by itself when all is sent.
pub(crate) fn start(dir: &Path, last: bool) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["drains::crash::a_ward_to_be_killed", "--exact", "--ignored", "--nocapture"])
        .env_clear()
        .env(FOLDER, dir)
        .stdout(Stdio::null());
    if last {
        command.env(LAST, "1");
    }
    command.spawn().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by other tests"]
#[expect(clippy::disallowed_methods, reason = "how a test tells its child what to do")]
async fn a_ward_to_be_killed() {
    let Some(dir) = std::env::var_os(FOLDER) else { return };
    let last = std::env::var_os(LAST).is_some();
    let mut rig = Rig::open(Path::new(&dir)).await;
    rig.start();
    if !last {
        loop {
            rig.enter(None, 1).await;
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
    let page = ward_model::PageQuery::default();
    let drains = ward_custody::drains::list(&rig.operator(), None, &page).await.unwrap().items;
    for drain in drains {
        rig.drained(drain.id).await;
    }
    rig.close().await;
}
