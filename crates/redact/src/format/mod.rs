//! Structures: what a line is made of, before its texts are read.

pub(crate) mod astm;
pub(crate) mod edifact;
pub(crate) mod fhir;
pub(crate) mod header;
pub(crate) mod hl7;
pub(crate) mod json;
pub(crate) mod ncpdp;
pub(crate) mod registry;
pub(crate) mod x12;
