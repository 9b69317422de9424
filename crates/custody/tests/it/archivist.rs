//! A Ward with an archive, whose years pass when a test says so.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use ward_custody::{
    archive::{self, ArchiveLoop, Place, PlaceConfig},
    retention::RetentionLoop,
    shards,
};
use ward_ledger::Series;
use ward_model::{
    UserId,
    retention::{LogQuery, ShardState, ShardStatus},
};
use ward_spine::{Ctx, reconcile::Reconciler};
use ward_testkit::TestServer;

pub(crate) const DAY: Duration = Duration::from_secs(86_400);
/// Longer than any leap years make six of them.
pub(crate) const SIX_YEARS: Duration = Duration::from_secs(86_400 * (6 * 365 + 3));

/// A directory, and whether it goes with the test.
pub(crate) enum Home {
    Temporary(tempfile::TempDir),
    Kept(PathBuf),
}

impl Home {
    fn path(&self) -> &Path {
        match self {
            Self::Temporary(dir) => dir.path(),
            Self::Kept(path) => path,
        }
    }
}

pub(crate) struct Archivist {
    pub(crate) server: TestServer,
    pub(crate) place: Place,
    pub(crate) folder: Home,
    pub(crate) user: UserId,
}

impl Archivist {
    /// With an archive in a directory.
    pub(crate) async fn new() -> Self {
        Self::on(TestServer::new().await).await
    }

    /// The same on a server that is there already.
    pub(crate) async fn on(server: TestServer) -> Self {
        Self::with(server, Home::Temporary(tempfile::tempdir().unwrap())).await
    }

    /// With a server and a directory that outlast it.
    pub(crate) async fn keeping(server: TestServer, folder: &Path) -> Self {
        Self::with(server, Home::Kept(folder.to_owned())).await
    }

    async fn with(server: TestServer, folder: Home) -> Self {
        let place = Place::new(&PlaceConfig::Directory(folder.path().to_owned())).unwrap();
        let user = server.owner().await.who().user().unwrap();
        Self { server, place, folder, user }
    }

    /// Where the objects are, if the archive is a directory.
    pub(crate) fn archive_dir(&self) -> &Path {
        self.folder.path()
    }

    /// With another archive.
    pub(crate) async fn at(config: &PlaceConfig) -> Self {
        Self { place: Place::new(config).unwrap(), ..Self::new().await }
    }

    /// The same after a stop and a start.
    pub(crate) async fn restart(self) -> Self {
        Self { server: self.server.restart().await, ..self }
    }

    /// The platform's owner, with a second factor given just now.
    pub(crate) fn owner(&self) -> Ctx {
        self.server.as_user(self.user)
    }

    /// The platform's log.
    pub(crate) fn series(&self) -> Series {
        self.server.core.audit.series("platform").unwrap()
    }

    pub(crate) async fn archive(&self) -> String {
        ArchiveLoop::new(Some(self.place.clone())).pass(&self.server.as_loop("archive")).await.unwrap()
    }

    pub(crate) async fn prune(&self) -> String {
        RetentionLoop::new(Some(self.place.clone())).pass(&self.server.as_loop("retention")).await.unwrap()
    }

    /// Closes the current shard of the platform's log. Gives its name, once both sides are published.
    pub(crate) async fn close_shard(&self) -> String {
        let series = self.series();
        let closed = series.current_shard().to_string();
        shards::rotate(&self.owner(), None).await.unwrap();
        let next = series.shard(&series.current_shard()).unwrap().dir.join("checkpoint");
        for _ in 0..200 {
            // The second line is the size: what opens it is in it.
            let text = std::fs::read_to_string(&next).unwrap_or_default();
            if text.lines().nth(1).is_some_and(|size| size != "0") {
                return closed;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the new shard is not published");
    }

    /// A closed shard that is in the archive.
    pub(crate) async fn archived_shard(&self) -> String {
        let shard = self.close_shard().await;
        let said = self.archive().await;
        assert_eq!(self.status(&shard).await.state, ShardState::Archived, "{said}");
        shard
    }

    pub(crate) async fn status(&self, shard: &str) -> ShardStatus {
        let all = archive::list(&self.owner(), &LogQuery::default()).await.unwrap().items;
        all.into_iter().find(|status| status.shard == shard).unwrap()
    }

    /// File of an object in the directory.
    pub(crate) fn object(&self, status: &ShardStatus) -> PathBuf {
        self.archive_dir().join(status.object.as_ref().unwrap())
    }

    /// Entries of the gate about shards: `kind action outcome` each, oldest first.
    pub(crate) async fn entries(&self, action: &str) -> Vec<String> {
        self.server.core.audit.settle().await.unwrap();
        let query = ward_model::ledger::LedgerQuery {
            action: Some(action.into()),
            limit: Some(200),
            ..Default::default()
        };
        let page = self.server.core.audit.search(None, &query).await.unwrap();
        let mut lines: Vec<String> = page
            .items
            .iter()
            .map(|entry| {
                let outcome = entry.event.outcome.map(|o| o.as_str()).unwrap_or_default();
                format!("{} {outcome}", entry.event.kind.as_str()).trim().to_owned()
            })
            .collect();
        lines.reverse();
        lines
    }
}
