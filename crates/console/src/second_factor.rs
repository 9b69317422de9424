//! The code of the second factor: to sign in, and again before what needs a fresh one (step-up).

use askama::Template;
use axum::response::Response;
use ward_identity::sessions;
use ward_model::users::{SecondFactor, SessionNeeds};

use crate::{
    caller::{Caller, Pending, Query, way},
    failure::Failure,
    forms::Submitted,
    landing,
    sessions::Problem,
    shell::{Shell, page, page_with, see_other},
};

#[derive(Template)]
#[template(path = "code.html")]
struct CodePage {
    shell: Shell,
    step_up: bool,
    next: String,
    problem: Option<Problem>,
}

/// The form at sign-in.
pub(crate) async fn code_form(pending: Pending, query: Query) -> Result<Response, Failure> {
    let next = landing::local(query.text("next"));
    match pending.needs() {
        SessionNeeds::SecondFactor => page(&code_page(pending.shell(), false, next, None)),
        needs => Ok(see_other(&way(needs, next))),
    }
}

/// The code at sign-in.
pub(crate) async fn code(Submitted { by: pending, fields }: Submitted<Pending>) -> Result<Response, Failure> {
    let next = landing::local(fields.text("next"));
    match sessions::verify(&pending.ctx, SecondFactor { code: fields.text("code").to_owned() }).await {
        Ok(session) => Ok(see_other(&way(session.needs, next))),
        Err(error) => {
            let (status, problem) = Problem::of(error)?;
            page_with(status, &code_page(pending.shell(), false, next, Some(problem)))
        }
    }
}

/// The form before what needs a fresh second factor.
pub(crate) async fn step_up_form(caller: Caller, query: Query) -> Result<Response, Failure> {
    page(&code_page(caller.shell(""), true, landing::local(query.text("next")), None))
}

/// The code; then back to where one was.
pub(crate) async fn step_up(
    Submitted { by: caller, fields }: Submitted<Caller>,
) -> Result<Response, Failure> {
    let next = landing::local(fields.text("next"));
    match sessions::verify(&caller.ctx, SecondFactor { code: fields.text("code").to_owned() }).await {
        Ok(_) => Ok(see_other(next)),
        Err(error) => {
            let (status, problem) = Problem::of(error)?;
            page_with(status, &code_page(caller.shell(""), true, next, Some(problem)))
        }
    }
}

fn code_page(shell: Shell, step_up: bool, next: &str, problem: Option<Problem>) -> CodePage {
    CodePage { shell, step_up, next: next.to_owned(), problem }
}
