//! Others who countersign checkpoints.
