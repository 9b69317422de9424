//! The programs as they are shipped: `wardd serve`, `wardd ingress` and `ward`, on an installation of their own, with a
//! real engine. As root; what a test sets up it takes away again, also when it fails.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and has no configuration but its environment"
)]

mod app;
mod crash;
mod door;
mod installation;
mod kills;
mod load;
mod person;
mod programs;
mod record;
mod restart;
mod sealed;
mod set_up;
mod traces;
mod wrong_archives;
mod wrong_deployments;
mod wrong_people;

use installation::Installation;

/// One installation, from `wardd init` to `wardd destroy`: setting one up takes longer than any of the sections.
#[test]
fn an_installation_serves_heals_records_refuses_and_leaves_nothing() {
    let mut ward = Installation::new('e', 120, false);
    let world = set_up::everything(&mut ward);
    kills::the_container(&ward, &world);
    kills::the_service_of_the_engine(&ward, &world);
    kills::wardd(&mut ward, &world);
    kills::the_ingress(&mut ward, &world);
    crash::between_attempt_and_commit(&mut ward, &world);
    record::is_of_its_schema_and_can_be_taken_away(&ward, &world);
    wrong_archives::are_refused_and_leave_nothing(&ward, &world);
    wrong_deployments::leave_the_old_release_serving(&ward, &world);
    wrong_people::get_nowhere(&ward, &world);
    restart::the_data_is_there_after_stop_and_serve(&mut ward, &world);
    ward.take_away();
}

#[test]
fn an_installation_with_a_passphrase_is_sealed_after_each_start() {
    sealed::after_each_start(Installation::new('f', 160, true));
}
