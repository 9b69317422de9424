//! What the queries of all rooms share: how they are declared, and what a broken uniqueness means.

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

/// A conflict that says what exists already, if that is why the store refused; else the store's own error.
pub(crate) fn taken(source: sqlx::Error, message: impl FnOnce() -> String, next_step: &str) -> Error {
    if source.as_database_error().is_some_and(|e| e.is_unique_violation()) {
        return Error::conflict(message(), next_step).because(source);
    }
    source.into()
}

/// A row that Ward wrote and can't read back: a defect or a damaged store.
pub(crate) fn damaged(what: &'static str, source: impl std::fmt::Display) -> Error {
    Error::internal(format!("reading {what} from the store"), source.to_string())
}

/// Reads a number that is never negative and fits.
pub(crate) fn number<T: TryFrom<i64>>(value: i64) -> Result<T, Error> {
    T::try_from(value).map_err(|_| damaged("a number", value))
}

/// Rows to fetch for a page: one more than its size tells whether another follows.
pub(crate) fn fetch(page: &ward_model::PageQuery) -> i64 {
    i64::from(page.limit()) + 1
}

/// Where the page begins: after this id.
pub(crate) fn cursor(page: &ward_model::PageQuery) -> String {
    page.cursor.clone().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use ward_testkit::TestServer;

    #[tokio::test]
    async fn every_query_can_be_prepared() {
        let server = TestServer::new().await;
        let mut read = server.core.db.read().await.unwrap();
        let rooms = [
            ("organizations", crate::organizations::sql::ALL),
            ("regions", crate::regions::sql::ALL),
            ("agreements", crate::agreements::sql::ALL),
            ("projects", crate::projects::sql::ALL),
            ("environments", crate::environments::sql::ALL),
            ("network", crate::network::sql::ALL),
            ("certificates", crate::certificates::sql::ALL),
            ("routes", crate::routes::sql::ALL),
            ("redaction", crate::redaction::sql::ALL),
            ("apps", crate::apps::sql::ALL),
            ("databases", crate::databases::sql::ALL),
            ("backups", crate::databases::backups::sql::ALL),
            ("logs", crate::logs::sql::ALL),
            ("rollout", crate::apps::rollout::sql::ALL),
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
