//! Setting up the second factor at the first sign-in: a QR code, a first code, recovery codes shown once.
//!
//! The secret is in one answer and nowhere else; after a code that does not fit, the device has it already, and who
//! lost it begins again with a new one.

use askama::Template;
use axum::response::Response;
use ward_identity::factors;
use ward_model::{
    ErrorCode,
    users::{SecondFactor, SessionNeeds},
};

use crate::{
    caller::{Pending, Query, way},
    failure::Failure,
    forms::Submitted,
    landing,
    qr::{self, Drawn},
    sessions::Problem,
    shell::{Shell, page, page_with, see_other},
};

#[derive(Template)]
#[template(path = "enrolment.html")]
struct EnrolmentPage {
    shell: Shell,
    next: String,
    begun: bool,
    code: Option<(Drawn, String)>,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
pub(crate) struct RecoveryCodesPage {
    /// The frame.
    pub(crate) shell: Shell,
    /// Where to go on to.
    pub(crate) next: String,
    /// The codes.
    pub(crate) codes: Vec<String>,
}

/// Says what comes.
pub(crate) async fn intro(pending: Pending, query: Query) -> Result<Response, Failure> {
    let next = landing::local(query.text("next"));
    match pending.needs() {
        SessionNeeds::Enrolment => page(&enrolment(&pending, next)),
        needs => Ok(see_other(&way(needs, next))),
    }
}

/// Makes a secret and shows it.
pub(crate) async fn begin(
    Submitted { by: pending, fields }: Submitted<Pending>,
) -> Result<Response, Failure> {
    let next = landing::local(fields.text("next"));
    if pending.needs() != SessionNeeds::Enrolment {
        return Ok(see_other(&way(pending.needs(), next)));
    }
    let made = factors::enroll(&pending.ctx).await?;
    let code = Some((qr::draw(&made.url)?, grouped(&made.secret)));
    page(&EnrolmentPage { begun: true, code, ..enrolment(&pending, next) })
}

/// A first code. Then the recovery codes.
pub(crate) async fn confirm(
    Submitted { by: pending, fields }: Submitted<Pending>,
) -> Result<Response, Failure> {
    let next = landing::local(fields.text("next"));
    if pending.needs() != SessionNeeds::Enrolment {
        return Ok(see_other(&way(pending.needs(), next)));
    }
    match factors::confirm(&pending.ctx, SecondFactor { code: fields.text("code").to_owned() }).await {
        Ok(made) => {
            page(&RecoveryCodesPage { shell: pending.shell(), next: next.to_owned(), codes: made.codes })
        }
        Err(error) => {
            let begun = error.code() != ErrorCode::Conflict;
            let (status, problem) = Problem::of(error)?;
            page_with(status, &EnrolmentPage { begun, problem: Some(problem), ..enrolment(&pending, next) })
        }
    }
}

fn enrolment(pending: &Pending, next: &str) -> EnrolmentPage {
    EnrolmentPage { shell: pending.shell(), next: next.to_owned(), begun: false, code: None, problem: None }
}

/// A secret in groups of four, for typing.
fn grouped(secret: &str) -> String {
    let mut out = String::with_capacity(secret.len() * 5 / 4);
    for (at, c) in secret.chars().enumerate() {
        if at > 0 && at % 4 == 0 {
            out.push(' ');
        }
        out.push(c);
    }
    out
}
