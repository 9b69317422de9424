//! Isolation (45 CFR 164.312(a)(1), 164.308(a)(1)(ii)(B)): what a container can reach, and what it is made of.

mod assets;
mod baseline;
mod drift;
mod segmentation;

pub(crate) use assets::Assets;
pub(crate) use baseline::Baseline;
pub(crate) use drift::Drift;
pub(crate) use segmentation::Segmentation;
