//! Bodies: the event stream that the command line and the console follow.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;

/// One thing that happened, for people who watch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StreamEvent {
    /// Number, counting up: `Last-Event-ID`.
    pub sequence: i64,
    /// When.
    pub time: Timestamp,
    /// `deployment.state`, `deployment.log`, `database.state`, `backup.state`, `check.observed`…
    pub kind: String,
    /// Organization id; none for the platform.
    pub organization: Option<String>,
    /// Id of what it is about.
    pub subject: String,
    /// Text for people.
    pub text: String,
    /// More, by kind.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: serde_json::Value,
}
