//! Every route, in one place.

use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::any,
};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};
use ward_model::ErrorCode;
use ward_spine::Error;

use crate::{
    ApiState, agreements, alerts, apps, archive, backups, checks, config, databases, deployments, drains,
    environments, events, factors, frame, grants, health, holds, idempotency, ledger, ledger_files, logs,
    organizations, platform, posture, problem::Failure, projects, redaction, regions, releases, resolve,
    retention, secrets, sessions, tokens, tunnel, users, witnesses,
};

/// Longest time that a request may take.
const ORDINARY_LIMIT: Duration = Duration::from_secs(60);
/// Longest time of one that reads or does a lot.
const LONG_LIMIT: Duration = Duration::from_secs(30 * 60);

/// Answered at once.
fn ordinary() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        // The platform
        .routes(routes!(health::read))
        .routes(routes!(health::openapi))
        .routes(routes!(platform::unseal))
        .routes(routes!(platform::seal))
        .routes(routes!(platform::status))
        .routes(routes!(resolve::read))
        // Oneself
        .routes(routes!(sessions::begin, sessions::list))
        .routes(routes!(sessions::verify))
        .routes(routes!(sessions::current, sessions::end_current))
        .routes(routes!(sessions::end))
        .routes(routes!(factors::enroll))
        .routes(routes!(factors::confirm))
        .routes(routes!(factors::recovery_codes))
        .routes(routes!(factors::password))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        // Organizations
        .routes(routes!(regions::list, regions::create))
        .routes(routes!(organizations::list, organizations::create))
        .routes(routes!(organizations::read))
        .routes(routes!(users::list, users::create))
        .routes(routes!(users::disable))
        .routes(routes!(grants::list, grants::create))
        .routes(routes!(grants::revoke))
        .routes(routes!(agreements::list, agreements::create))
        .routes(routes!(agreements::end))
        .routes(routes!(projects::list, projects::create))
        .routes(routes!(projects::read))
        .routes(routes!(environments::list, environments::create))
        .routes(routes!(environments::read, environments::destroy))
        // Apps
        .routes(routes!(apps::list, apps::create))
        .routes(routes!(apps::read, apps::destroy))
        .routes(routes!(apps::restart))
        .routes(routes!(apps::processes))
        .routes(routes!(deployments::read))
        .routes(routes!(releases::list))
        .routes(routes!(releases::rollback))
        .routes(routes!(config::read, config::change))
        .routes(routes!(redaction::read, redaction::write))
        .routes(routes!(redaction::report))
        .routes(routes!(redaction::quarantine))
        .routes(routes!(secrets::list))
        .routes(routes!(secrets::set, secrets::remove))
        // Databases
        .routes(routes!(databases::list, databases::create))
        .routes(routes!(databases::read, databases::destroy))
        .routes(routes!(databases::url))
        .routes(routes!(databases::attach))
        .routes(routes!(backups::list, backups::create))
        .routes(routes!(backups::read))
        .routes(routes!(backups::restore))
        // Compliance and the record
        .routes(routes!(posture::of_organization))
        .routes(routes!(posture::of_platform))
        .routes(routes!(checks::list))
        .routes(routes!(checks::observations))
        .routes(routes!(ledger::entries))
        .routes(routes!(ledger::logs))
        .routes(routes!(ledger::erase))
        .routes(routes!(ledger_files::keys))
        .routes(routes!(ledger_files::checkpoint))
        .routes(routes!(ledger_files::witnessed))
        .routes(routes!(ledger_files::hashes))
        .routes(routes!(ledger_files::bundle))
        .routes(routes!(ledger_files::payload))
        .routes(routes!(ledger_files::proof))
        .routes(routes!(alerts::list))
        .routes(routes!(witnesses::list, witnesses::add))
        .routes(routes!(witnesses::remove))
        .routes(routes!(witnesses::set_policy))
        .routes(routes!(retention::show, retention::set))
        .routes(routes!(holds::list, holds::create))
        .routes(routes!(holds::release))
        .routes(routes!(archive::list))
        .routes(routes!(archive::run))
        .routes(routes!(archive::verify))
        .routes(routes!(archive::restore))
        .routes(routes!(archive::rotate_key))
        .routes(routes!(drains::list, drains::create))
        .routes(routes!(drains::read, drains::remove))
        .routes(routes!(drains::test))
        .routes(routes!(drains::pause))
        .routes(routes!(drains::resume))
}

/// Takes its time.
fn long() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(checks::run)).routes(routes!(ledger::verify))
}

/// Takes a body larger than memory; minds `Idempotency-Key` itself.
fn uploads() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(deployments::list, deployments::create))
}

/// Lasts as long as the client and its permission.
fn streams() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(logs::read))
        .routes(routes!(archive::bundle))
        .routes(routes!(events::follow))
        .routes(routes!(tunnel::connect))
}

/// All routes without their layers, for the document.
pub(crate) fn with_document(base: OpenApi) -> OpenApiRouter<ApiState> {
    OpenApiRouter::with_openapi(base).merge(ordinary()).merge(long()).merge(uploads()).merge(streams())
}

/// The API.
pub fn router(state: ApiState) -> Router {
    router_with(Router::new(), state)
}

/// The API with more routes under the same outermost layer. A test adds one that asks no permit, to show that the
/// coverage test finds it.
pub fn router_with(more: Router<ApiState>, state: ApiState) -> Router {
    let once = middleware::from_fn_with_state(state.clone(), idempotency::layer);
    Router::new()
        .merge(Router::from(ordinary()).layer(once.clone()).layer(middleware::from_fn(ordinary_limit)))
        .merge(Router::from(long()).layer(once).layer(middleware::from_fn(long_limit)))
        .merge(Router::from(uploads()).layer(middleware::from_fn(long_limit)))
        .merge(Router::from(streams()))
        .merge(more)
        // Not a fallback: the console, which is merged beside, has one.
        .route("/v1/{*unknown}", any(async || Failure::of_status(StatusCode::NOT_FOUND)))
        .layer(middleware::from_fn_with_state(state.clone(), frame::surround))
        .with_state(state)
}

async fn ordinary_limit(request: Request, next: Next) -> Response {
    within(ORDINARY_LIMIT, request, next).await
}

async fn long_limit(request: Request, next: Next) -> Response {
    within(LONG_LIMIT, request, next).await
}

/// Gives up after the limit; a transaction that is open then is rolled back, and its attempt recorded as failed.
async fn within(limit: Duration, request: Request, next: Next) -> Response {
    tokio::time::timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        let next_step = "look whether it took effect, then try again";
        let error = Error::new(ErrorCode::Unavailable, "the request took longer than Ward allows", next_step);
        Failure::from(error).into_response()
    })
}
