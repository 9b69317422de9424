//! Every path of the console, in one list.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};

use crate::{
    ConsoleState, account, alerts, apps, assets, caller::Pending, checks, databases, deployments, enrolment,
    failure::Failure, frame, ledger, logs, overview, posture, second_factor, sessions,
};

/// Largest form, in bytes.
const LARGEST_FORM: usize = 64 << 10;

/// The console, for the root of its host: `ward_api::router(..).merge(ward_console::router(..))`. It answers everything
/// that nobody has a route for with a page that says so, so no router merged with it may have a fallback.
///
/// A form is posted to a path one or more levels below the page that shows it, so that whoever has to confirm who
/// they are first comes back to that page.
pub fn router(state: ConsoleState) -> Router {
    Router::new()
        .route("/", get(overview::show))
        .route("/sign-in", get(sessions::form).post(sessions::sign_in))
        .route("/sign-in/password", get(sessions::password_form).post(sessions::new_password))
        .route("/sign-in/factor", get(enrolment::intro).post(enrolment::begin))
        .route("/sign-in/factor/confirm", post(enrolment::confirm))
        .route("/sign-in/code", get(second_factor::code_form).post(second_factor::code))
        .route("/step-up", get(second_factor::step_up_form).post(second_factor::step_up))
        .route("/sign-out", post(sessions::sign_out))
        .route("/apps/{app}", get(apps::show))
        .route("/apps/{app}/log", get(logs::show))
        .route("/apps/{app}/deployments/{deployment}", get(deployments::show))
        .route("/databases/{database}", get(databases::show))
        .route("/databases/{database}/back-up", post(databases::back_up))
        .route("/posture", get(posture::platform))
        .route("/organizations/{organization}/posture", get(posture::organization))
        .route("/checks/{check}", get(checks::show))
        .route("/ledger", get(ledger::list))
        .route("/ledger/entries/{log}/{shard}/{index}", get(ledger::entry))
        .route("/alerts", get(alerts::show))
        .route("/ledger/verify", post(ledger::verify))
        .route("/account", get(account::show))
        .route("/account/sessions/{session}/end", post(account::end_session))
        .route("/account/recovery-codes", post(account::renew_recovery_codes))
        .route("/assets/{hash}/{name}", get(assets::serve))
        // Who it is matters only for the frame of the page that says no.
        .fallback(|_: Result<Pending, Failure>| async { Failure::no_page() })
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .layer(from_fn_with_state(state.clone(), frame::surround))
        .with_state(state)
}
