//! Finds and masks protected health information in byte streams.
