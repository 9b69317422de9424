//! Who acts: a user, a loop of Ward itself, or nobody yet.

use serde::{Deserialize, Serialize};

use crate::{Role, SessionId, Target, Timestamp, TokenId, UserId};

/// How a user proved who they are in this request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Credential {
    /// A session that began with a password.
    Session {
        /// Its id.
        id: SessionId,
        /// When the second factor was last given; None while it was not.
        second_factor_at: Option<Timestamp>,
    },
    /// An API token: the user's rights, cut to a role below a resource.
    Token {
        /// Its id.
        id: TokenId,
        /// Most that it may do.
        role: Role,
        /// Where.
        scope: Box<Target>,
    },
}

/// Who acts (45 CFR 164.312(a)(2)(i), unique user identification).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Principal {
    /// Nobody yet: signing in.
    Anonymous,
    /// A user.
    User {
        /// Id, unique and never reused.
        id: UserId,
        /// How they proved it.
        credential: Credential,
    },
    /// A loop of Ward, carrying out permitted intent.
    Loop {
        /// Name of the loop.
        name: &'static str,
    },
    /// The operator at the machine itself: `wardd init`.
    Operator,
}

impl Principal {
    /// Kind and id, as the ledger names them.
    pub fn label(&self) -> (&'static str, String) {
        match self {
            Self::Anonymous => ("anonymous", String::new()),
            Self::User { id, .. } => ("user", id.to_string()),
            Self::Loop { name } => ("loop", (*name).to_owned()),
            Self::Operator => ("operator", String::new()),
        }
    }

    /// The user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            _ => None,
        }
    }
}
