//! What a witness answers, and how HTTP carries it.

use ward_ledger::{VerifierKey, note::Signature};

/// Media type of the size in an answer 409 (c2sp.org/tlog-witness).
pub const SIZE_TYPE: &str = "text/x.tlog.size";
/// Media type of all other answers.
pub const TEXT_TYPE: &str = "text/plain; charset=utf-8";

/// An answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// 200: the cosignatures, one a line.
    Cosigned(Vec<Signature>),
    /// 200: the key of the shard that goes on is followed.
    Vouched(VerifierKey),
    /// 400: the request breaks a rule of its form.
    Malformed(String),
    /// 403: the signature is not one of a trusted key of this log.
    Forbidden(String),
    /// 404: the log is not followed.
    Unknown(String),
    /// 409: the request builds on another size than this one, which was cosigned last; or on this size with
    /// another root, which is a fork.
    Conflict(u64),
    /// 422: a proof does not hold.
    Unproven(String),
    /// 500: the state can't be read or written, so nothing was signed.
    Broken(String),
}

/// An answer as HTTP carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Media type.
    pub content_type: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

impl Answer {
    /// Status, media type and body.
    pub fn reply(&self) -> Reply {
        let text = |status: u16, body: String| Reply {
            status,
            content_type: Some(TEXT_TYPE.to_owned()),
            body: body.into_bytes(),
        };
        match self {
            Self::Cosigned(lines) => text(200, lines.iter().map(|line| format!("{line}\n")).collect()),
            Self::Vouched(key) => text(200, format!("{key}\n")),
            Self::Malformed(why) => text(400, format!("{why}\n")),
            Self::Forbidden(why) => text(403, format!("{why}\n")),
            Self::Unknown(why) => text(404, format!("{why}\n")),
            Self::Conflict(size) => {
                Reply { content_type: Some(SIZE_TYPE.to_owned()), ..text(409, format!("{size}\n")) }
            }
            Self::Unproven(why) => text(422, format!("{why}\n")),
            Self::Broken(why) => text(500, format!("{why}\n")),
        }
    }
}

impl Reply {
    /// The size in an answer 409.
    pub fn size(&self) -> Option<u64> {
        let typed = self.content_type.as_deref().is_some_and(|t| t.trim().eq_ignore_ascii_case(SIZE_TYPE));
        let text = std::str::from_utf8(&self.body).ok()?.strip_suffix('\n')?;
        super::decimal(text).filter(|_| typed && self.status == 409)
    }

    /// What it says, on one line of at most 200 characters, without control characters.
    pub fn said(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
    }
}
