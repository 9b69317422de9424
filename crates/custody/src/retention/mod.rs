//! How long the record is kept, and what holds it longer.
