//! Cursor paging: stable while rows come and go, unlike offsets.

use serde::{Deserialize, Serialize};

/// Most items on a page.
pub const LARGEST: u32 = 200;

/// Which page is wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, utoipa::IntoParams, utoipa::ToSchema)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// `next` of the page before; absent for the first.
    pub cursor: Option<String>,
    /// Items wanted, 1 to 200; 50 if absent.
    pub limit: Option<u32>,
}

impl PageQuery {
    /// Items to fetch, within the bounds.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(50).clamp(1, LARGEST)
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// Items, in the order of the list.
    pub items: Vec<T>,
    /// Cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` rows: the extra row only tells that there is a next page.
    pub fn from_rows(mut rows: Vec<T>, limit: u32, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }
}
