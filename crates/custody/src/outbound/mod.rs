//! The one client for what leaves over TLS.
