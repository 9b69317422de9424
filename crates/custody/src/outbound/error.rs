//! What can go wrong on the way out, and what to do next.

use std::net::IpAddr;

/// Why nothing, or no good answer, came back.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The text is no address that can be sent to.
    #[error("{url:?} can't be sent to: {why}")]
    Url {
        /// What was given, cut to 200 characters.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A certificate or key can't be used.
    #[error("{what} can't be used: {why}")]
    Trust {
        /// Which.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// The name leads to an address that must not be dialled.
    #[error("{host} leads to {address}, an internal address that may not be sent to from here")]
    Internal {
        /// Host.
        host: String,
        /// Address.
        address: IpAddr,
    },
    /// Without TLS, and not to this machine.
    #[error("{host} would be sent to without encryption")]
    Plain {
        /// Host.
        host: String,
    },
    /// The name has no address.
    #[error("the name {host} can't be resolved: {why}")]
    Resolve {
        /// Host.
        host: String,
        /// Why.
        why: String,
    },
    /// Nobody answers there.
    #[error("{place} can't be connected to: {why}")]
    Connect {
        /// Host and port.
        place: String,
        /// Why.
        why: String,
    },
    /// The TLS handshake failed.
    #[error("no TLS connection with {place}: {why}")]
    Tls {
        /// Host and port.
        place: String,
        /// Why.
        why: String,
    },
    /// It took too long.
    #[error("{place} did not {what} within {seconds} s")]
    Late {
        /// Host and port.
        place: String,
        /// `connect` or `answer`.
        what: &'static str,
        /// The limit.
        seconds: u64,
    },
    /// The connection broke before the answer was whole.
    #[error("the exchange with {place} broke off: {why}")]
    Broken {
        /// Host and port.
        place: String,
        /// Why.
        why: String,
    },
    /// The answer is larger than allowed.
    #[error("the answer of {place} is larger than {limit} bytes")]
    TooLarge {
        /// Host and port.
        place: String,
        /// The limit.
        limit: usize,
    },
    /// The request itself is not one.
    #[error("the request can't be made: {0}")]
    Request(String),
}

impl OutboundError {
    /// What to do next.
    pub fn next_step(&self) -> &'static str {
        match self {
            Self::Url { .. } => {
                "give a URL such as https://siem.example.org/path, without user, password or fragment"
            }
            Self::Trust { .. } => {
                "give PEM text: certificates, and for a client certificate its unencrypted key"
            }
            Self::Internal { .. } => {
                "use a public address, or let the operator allow the network in wardd's configuration ([drains] internal_networks)"
            }
            Self::Plain { .. } => {
                "use TLS; only this machine itself is sent to without it, unless the operator says so expressly"
            }
            Self::Resolve { .. } => "check the name and the resolver of the machine that Ward runs on",
            Self::Connect { .. } => "check that the receiver runs, its port, and the firewalls between",
            Self::Tls { .. } => {
                "check the receiver's certificate (name, dates) and give its authority if it is not a public one"
            }
            Self::Late { .. } => "check how the receiver fares and the network between",
            Self::Broken { .. } => "check the receiver's log: it ended the connection",
            Self::TooLarge { .. } => "check that the URL is that of the receiver, not of a page for people",
            Self::Request(_) => "check the headers that were given",
        }
    }

    /// Whether trying again without changing anything can't help: the wish itself is wrong.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Url { .. } | Self::Trust { .. } | Self::Plain { .. } | Self::Request(_))
    }
}

impl From<OutboundError> for ward_spine::Error {
    /// For a verb's answer: a wish that is wrong is `invalid`, a receiver that fails is `unavailable`.
    fn from(error: OutboundError) -> Self {
        let code = match &error {
            OutboundError::Internal { .. } => ward_model::ErrorCode::Invalid,
            e if e.is_final() => ward_model::ErrorCode::Invalid,
            _ => ward_model::ErrorCode::Unavailable,
        };
        Self::new(code, error.to_string(), error.next_step())
    }
}
