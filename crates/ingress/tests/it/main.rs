//! The ingress against real sockets: rustls and OpenSSL clients, real upstreams, raw bytes.

#[cfg(test)]
mod http;
#[cfg(test)]
mod kit;
#[cfg(test)]
mod log;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod smuggling;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod swap;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod upgrade;
