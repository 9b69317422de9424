//! Search: by organization, actor, action, object, kind, outcome and time; newest first.

use ward_model::{
    OrganizationId, Page, PageQuery,
    ledger::{Event, LedgerEntry, LedgerQuery},
};

use super::{Audit, ledger_read, sql};
use crate::{Error, Result};

impl Audit {
    /// Entries of one organization, or of the whole platform for None. The caller holds the permit.
    pub async fn search(
        &self,
        organization: Option<OrganizationId>,
        query: &LedgerQuery,
    ) -> Result<Page<LedgerEntry>> {
        let limit = PageQuery { cursor: None, limit: query.limit }.limit();
        let before = match &query.cursor {
            Some(text) => text.parse::<i64>().map_err(|_| {
                Error::invalid("the cursor is not one that Ward gave", "use `next` of the page before")
            })?,
            None => i64::MAX,
        };
        let positions =
            sql::search(&mut self.0.db.read().await?, organization, query, before, limit + 1).await?;
        let mut rows = Vec::with_capacity(positions.len());
        for index in positions {
            let bytes = self.0.log.entry(index).map_err(ledger_read)?;
            let event: Event =
                serde_json::from_slice(&bytes).map_err(|e| Error::internal("reading the ledger", e))?;
            rows.push(LedgerEntry { index, event });
        }
        Ok(Page::from_rows(rows, limit, |entry| entry.index.to_string()))
    }
}
