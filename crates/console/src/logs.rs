//! The end of an app's log, on demand. Each look is a read of sensitive data: it is recorded, and the page says so.

use askama::Template;
use axum::{extract::Path, response::Response};
use futures::StreamExt as _;
use ward_model::{AppId, apps::AppLogLine};
use ward_platform::{apps, logs};

use crate::{
    caller::{Caller, Query},
    failure::Failure,
    shell::{Shell, page},
};

/// Lines that can be asked for.
const TAILS: [usize; 3] = [50, 200, 1000];

#[derive(Template)]
#[template(path = "log.html")]
struct LogPage {
    shell: Shell,
    app: String,
    name: String,
    tail: usize,
    tails: [usize; 3],
    process: String,
    lines: Vec<LineRow>,
}

struct LineRow {
    exact: String,
    time: String,
    process: String,
    stderr: bool,
    text: String,
}

impl From<AppLogLine> for LineRow {
    fn from(line: AppLogLine) -> Self {
        let exact = line.time.to_string();
        let time = exact.get(..19).unwrap_or(&exact).replace('T', " ");
        Self { time, exact, process: line.process, stderr: line.stderr, text: line.text }
    }
}

/// Shows it.
pub(crate) async fn show(caller: Caller, Path(app): Path<String>, query: Query) -> Result<Response, Failure> {
    let id = app.parse::<AppId>()?;
    let found = apps::get(&caller.ctx, id).await?;
    let tail = query.text("tail").parse().ok().filter(|n| TAILS.contains(n)).unwrap_or(200);
    let wanted = logs::LogQuery { tail: Some(tail), process: query.given("process"), ..Default::default() };
    let mut stream = logs::read(&caller.ctx, id, wanted).await?;
    let mut lines = Vec::new();
    while let Some(line) = stream.next().await {
        lines.push(LineRow::from(line?));
    }
    page(&LogPage {
        shell: caller.shell("overview"),
        app,
        name: found.name.to_string(),
        tail,
        tails: TAILS,
        process: query.text("process").to_owned(),
        lines,
    })
}

#[cfg(test)]
mod tests {
    use ward_model::Timestamp;

    use super::*;

    #[test]
    fn what_a_line_says_is_text_and_never_markup() {
        let line = AppLogLine {
            time: Timestamp::from_micros(1_793_491_200_000_000),
            process: "web\"><b>".into(),
            container: "c".into(),
            stderr: true,
            text: "</pre><script>alert(1)</script>\u{1b}[31m<img src=x onerror=alert(2)>".into(),
        };
        let shell = Shell {
            user: Some("Ada".into()),
            csrf: String::new(),
            here: "overview",
            request_id: "req".into(),
            alerts: None,
        };
        let (app, name) = ("app_1".to_owned(), "clinic".to_owned());
        let page = LogPage {
            shell,
            app,
            name,
            tail: 50,
            tails: TAILS,
            process: "\"><script>".into(),
            lines: vec![line.into()],
        };
        let html = page.render().unwrap();
        for markup in ["<script>alert", "<img src=x", "<b>", "\"><script>"] {
            assert!(!html.contains(markup), "{markup} in {html}");
        }
        assert!(html.contains("alert(1)"), "the text itself is shown");
    }
}
