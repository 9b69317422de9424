//! Signing in with a password, and out again.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use ward_identity::{factors, sessions};
use ward_model::{
    ErrorCode,
    users::{PasswordChange, SessionNeeds, SignIn},
};
use ward_spine::Error;

use crate::{
    caller::{Guest, Pending, Query, way},
    cookie,
    failure::Failure,
    forms::Submitted,
    landing,
    shell::{Shell, page, page_with, see_other},
    words,
};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    shell: Shell,
    next: String,
    email: String,
    problem: Option<Problem>,
}

#[derive(Template)]
#[template(path = "new_password.html")]
struct NewPasswordPage {
    shell: Shell,
    next: String,
    email: String,
    shortest: usize,
    problem: Option<Problem>,
}

/// Why a form did not fit, said in the form.
pub(crate) struct Problem {
    /// What happened.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) next_step: String,
}

impl Problem {
    /// What somebody who fills in a form can mend; anything else is an error of its own.
    pub(crate) fn of(error: Error) -> Result<(u16, Self), Failure> {
        match error.code() {
            ErrorCode::Invalid | ErrorCode::Unauthenticated | ErrorCode::Throttled | ErrorCode::Conflict => {
                let problem = Self {
                    message: words::sentence(error.message()),
                    next_step: words::sentence(error.next_step()),
                };
                Ok((error.code().status(), problem))
            }
            _ => Err(error.into()),
        }
    }
}

/// The sign-in form; who is signed in already goes on.
pub(crate) async fn form(
    pending: Result<Pending, Failure>,
    guest: Guest,
    query: Query,
) -> Result<Response, Failure> {
    let next = landing::local(query.text("next"));
    if let Ok(pending) = pending {
        return Ok(see_other(&way(pending.needs(), next)));
    }
    let mut response = page(&SignInPage {
        shell: shell(&guest),
        next: next.to_owned(),
        email: String::new(),
        problem: None,
    })?;
    if !guest.known {
        set_cookie(&mut response, &cookie::set(cookie::FORM, &guest.secret))?;
    }
    Ok(response)
}

/// The password. What the session needs more comes next.
pub(crate) async fn sign_in(Submitted { by: guest, fields }: Submitted<Guest>) -> Result<Response, Failure> {
    let (email, next) = (fields.text("email"), landing::local(fields.text("next")));
    let given = SignIn { email: email.to_owned(), password: fields.text("password").to_owned() };
    match sessions::begin(&guest.ctx, given).await {
        Ok(begun) => {
            let mut response = see_other(&way(begun.session.needs, next));
            set_cookie(&mut response, &cookie::set(cookie::SESSION, &begun.token))?;
            Ok(response)
        }
        Err(error) => {
            let (status, problem) = Problem::of(error)?;
            let shown = SignInPage {
                shell: shell(&guest),
                next: next.to_owned(),
                email: email.to_owned(),
                problem: Some(problem),
            };
            page_with(status, &shown)
        }
    }
}

/// The form for a new password, at the first sign-in.
pub(crate) async fn password_form(pending: Pending, query: Query) -> Result<Response, Failure> {
    let next = landing::local(query.text("next"));
    match pending.needs() {
        SessionNeeds::NewPassword => page(&new_password_page(&pending, next, None)),
        needs => Ok(see_other(&way(needs, next))),
    }
}

/// The new password.
pub(crate) async fn new_password(
    Submitted { by: pending, fields }: Submitted<Pending>,
) -> Result<Response, Failure> {
    let next = landing::local(fields.text("next"));
    // Changing a password at any other time is not for this page.
    if pending.needs() != SessionNeeds::NewPassword {
        return Ok(see_other(&way(pending.needs(), next)));
    }
    let change =
        PasswordChange { current: fields.text("current").to_owned(), new: fields.text("new").to_owned() };
    let changed = if fields.text("again") == change.new {
        factors::change_password(&pending.ctx, change).await
    } else {
        Err(Error::invalid("the two new passwords differ", "type the new password twice"))
    };
    match changed {
        Ok(()) => {
            let me = ward_identity::users::me(&pending.ctx).await?;
            Ok(see_other(&way(me.session.map_or(SessionNeeds::SecondFactor, |s| s.needs), next)))
        }
        Err(error) => {
            let (status, problem) = Problem::of(error)?;
            page_with(status, &new_password_page(&pending, next, Some(problem)))
        }
    }
}

/// Ends the session.
pub(crate) async fn sign_out(Submitted { by: pending, .. }: Submitted<Pending>) -> Result<Response, Failure> {
    sessions::end_current(&pending.ctx).await?;
    let mut response = see_other("/sign-in");
    set_cookie(&mut response, &cookie::clear(cookie::SESSION))?;
    Ok(response)
}

fn new_password_page(pending: &Pending, next: &str, problem: Option<Problem>) -> NewPasswordPage {
    NewPasswordPage {
        shell: pending.shell(),
        next: next.to_owned(),
        email: pending.me.user.email.clone(),
        shortest: ward_identity::passwords::SHORTEST,
        problem,
    }
}

fn shell(guest: &Guest) -> Shell {
    use crate::caller::Holder as _;
    Shell {
        user: None,
        csrf: guest.csrf().to_owned(),
        here: "sign-in",
        request_id: guest.ctx.request_id().to_string(),
        alerts: None,
    }
}

fn set_cookie(response: &mut Response, cookie: &str) -> Result<(), Failure> {
    let value = HeaderValue::from_str(cookie).map_err(|e| Error::internal("writing a cookie", e))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}
