//! The frame of every page, and how a template becomes an answer.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse as _, Response},
};
use ward_spine::Error;

use crate::{alerts::Banner, failure::Failure};

/// What the frame of a page shows.
pub(crate) struct Shell {
    /// Name of who is signed in; none leaves the navigation out.
    pub(crate) user: Option<String>,
    /// Token of the forms.
    pub(crate) csrf: String,
    /// Which part of the navigation the page belongs to.
    pub(crate) here: &'static str,
    /// Id of the request.
    pub(crate) request_id: String,
    /// Open alerts that concern whoever looks.
    pub(crate) alerts: Option<Banner>,
}

/// Who is signed in, for the frame of an error page.
pub(crate) struct Signed {
    /// Name for people.
    pub(crate) name: String,
    /// Token of the forms.
    pub(crate) csrf: String,
}

impl Shell {
    /// The frame of an error page.
    pub(crate) fn of_error(signed: Option<&Signed>, request_id: &str) -> Self {
        Self {
            user: signed.map(|s| s.name.clone()),
            csrf: signed.map(|s| s.csrf.clone()).unwrap_or_default(),
            here: "",
            request_id: request_id.to_owned(),
            alerts: None,
        }
    }
}

/// A page of a template.
pub(crate) fn page(template: &impl Template) -> Result<Response, Failure> {
    let html = template.render().map_err(|e| Error::internal("writing a page", e))?;
    Ok(Html(html).into_response())
}

/// A page that answers a form that did not fit.
pub(crate) fn page_with(status: u16, template: &impl Template) -> Result<Response, Failure> {
    let mut response = page(template)?;
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    Ok(response)
}

/// On to another page, asked for with GET.
pub(crate) fn see_other(to: &str) -> Response {
    match HeaderValue::from_str(to) {
        Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
