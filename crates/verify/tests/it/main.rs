//! The program as an auditor has it: one file, in an empty root, with nothing else on the machine.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking; these lints spare test functions but not what they call"
)]

mod corpus;
#[path = "../../../ledger/tests/it/fixture.rs"]
#[expect(dead_code, reason = "the fixtures of the ledger's own tests; not all are needed here")]
mod fixture;
mod program;
#[path = "../../../../fuzz/src/lib.rs"]
#[expect(
    clippy::expect_used,
    unreachable_pub,
    reason = "a target fails by panicking; here they are no library"
)]
mod targets;
#[path = "../../../ledger/tests/it/years.rs"]
#[expect(dead_code, reason = "the fixtures of the ledger's own tests; not all are needed here")]
mod years;
