//! What the queries of all rooms share: how they are declared, and what a damaged row means.

use ward_spine::Error;

/// Declares the queries of a room and lists them, so that one test can prepare them all on each engine.
macro_rules! queries {
    ($($(#[$doc:meta])* $name:ident = $text:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $text;)*
        /// All queries of the room.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use queries;

/// A row that Ward wrote and can't read back: a defect or a damaged store.
pub(crate) fn damaged(what: &'static str, source: impl std::fmt::Display) -> Error {
    Error::internal(format!("reading {what} from the store"), source.to_string())
}

#[cfg(test)]
mod tests {
    use ward_testkit::TestServer;

    #[tokio::test]
    async fn every_query_can_be_prepared() {
        let server = TestServer::new().await;
        let mut read = server.core.db.read().await.unwrap();
        let rooms = [
            ("drains", crate::drains::sql::ALL),
            ("holds", crate::holds::sql::ALL),
            ("retention", crate::retention::sql::ALL),
            ("archive", crate::archive::sql::ALL),
            ("witnesses", crate::witnesses::sql::ALL),
        ];
        for (room, queries) in rooms {
            for (name, text) in queries {
                let prepared =
                    sqlx::Executor::prepare(read.conn(), sqlx::SqlSafeStr::into_sql_str(*text)).await;
                assert!(prepared.is_ok(), "{room}::{name}: {:?}", prepared.err());
            }
        }
    }
}
