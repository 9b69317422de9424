//! In a browser: sign in and see every page, without one complaint of the browser.
//!
//! `WARD_TEST_SCREENSHOTS` names a directory for pictures of the pages, `WARD_TEST_AXE` the file `axe.min.js` of
//! axe-core (npm), which is then run on every page.

use std::{panic::AssertUnwindSafe, path::PathBuf, sync::Arc};

use axum::Router;
use futures::FutureExt as _;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use rustls_pki_types::PrivateKeyDer;
use serde_json::json;
use ward_model::Role;

use crate::{
    browser::Browser,
    house::{House, OWNER, PASSWORD},
};

/// Serves the console over TLS on loopback, as the ingress does; returns its address.
async fn serve(router: Router) -> String {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, service) = (acceptor.clone(), TowerToHyperService::new(router.clone()));
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                }
            });
        }
    });
    format!("https://localhost:{port}")
}

struct Walk<'b> {
    browser: &'b Browser,
    pictures: Option<PathBuf>,
    axe: Option<String>,
}

impl<'b> Walk<'b> {
    #[expect(clippy::disallowed_methods, reason = "where pictures go is told to a test by the environment")]
    fn new(browser: &'b Browser) -> Self {
        let pictures = std::env::var_os("WARD_TEST_SCREENSHOTS").map(PathBuf::from);
        let axe = std::env::var_os("WARD_TEST_AXE").map(|path| std::fs::read_to_string(path).unwrap());
        Self { browser, pictures, axe }
    }

    /// What must hold of every page: no complaint of the browser, none of axe, and no page wider than its window.
    async fn look(&self, page: &str) {
        let complaints = self.browser.complaints().await;
        assert!(complaints.is_empty(), "{page}: {complaints:?}");
        let wide = self.browser.run("return document.documentElement.scrollWidth > window.innerWidth").await;
        assert_eq!(wide, json!(false), "{page} scrolls sideways");
        assert_ne!(self.browser.run("return document.title").await, json!("owned"), "{page}");
        if let Some(to) = &self.pictures {
            self.browser.screenshot(&to.join(format!("{page}.png"))).await;
        }
        let Some(axe) = &self.axe else { return };
        self.browser.run(&format!("{axe}; window.axe = axe;")).await;
        let script = "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations.map(v => \
             v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))))";
        let found = self.browser.run_async(script).await;
        assert_eq!(found, json!([]), "{page}");
        self.browser.complaints().await;
    }
}

#[tokio::test]
async fn a_browser_walks_through_every_page_without_a_complaint() {
    let house = House::new().await;
    let first = house.newcomer("grace@example.org", Role::Developer).await;
    let base = serve(house.router.clone()).await;
    let browser = Browser::start().await;
    let walked = AssertUnwindSafe(async {
        let walk = Walk::new(&browser);
        sabotage(&browser, &base).await;
        owner(&walk, &house, &base).await;
        newcomer(&walk, &house, &base, &first).await;
    });
    let walked = walked.catch_unwind().await;
    browser.stop().await;
    if let Err(failure) = walked {
        std::panic::resume_unwind(failure);
    }
}

/// The check on complaints can fail: a style and a script from inside a page are refused, and seen here.
async fn sabotage(browser: &Browser, base: &str) {
    browser.goto(&format!("{base}/sign-in")).await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.run("document.body.setAttribute('style', 'color: red')").await;
    assert!(browser.complaints().await.iter().any(|c| c.contains("style-src")), "an inline style is refused");
    browser.run("const s = document.createElement('script'); s.text = 'document.title = \"owned\"'; document.body.append(s)").await;
    assert!(
        browser.complaints().await.iter().any(|c| c.contains("script-src")),
        "an inline script is refused"
    );
    assert_ne!(browser.run("return document.title").await, json!("owned"));
}

async fn owner(walk: &Walk<'_>, house: &House, base: &str) {
    let browser = walk.browser;
    let warning = ward_model::alerts::Severity::Warning;
    let (title, text) = (
        "A witness has not answered since yesterday",
        "Look whether it runs, and whether its address is right.",
    );
    house.server.core.alerts.raise("witness:stale", warning, title, text).await.unwrap();
    browser.device(1280, 900, false).await;
    browser.goto(&format!("{base}/ledger?kind=outcome")).await;
    walk.look("sign-in").await;
    browser.device(1280, 900, true).await;
    walk.look("sign-in-dark").await;
    browser.device(1280, 900, false).await;
    browser.fill("#email", OWNER).await;
    browser.fill("#password", PASSWORD).await;
    browser.click("button.primary").await;
    browser.reads("Second factor").await;
    walk.look("code").await;
    browser.fill("#code", &house.code()).await;
    browser.click("button.primary").await;
    browser.reads("newest first").await;
    assert_eq!(
        browser.url().await,
        format!("{base}/ledger?kind=outcome"),
        "one lands where one wanted to go"
    );
    let cookies = browser.run("return document.cookie").await;
    assert_eq!(cookies, json!(""), "no script sees a cookie");
    let pages = [
        ("overview", "/".to_owned()),
        ("app", format!("/apps/{}", house.app)),
        ("log", format!("/apps/{}/log", house.app)),
        ("database", format!("/databases/{}", house.database)),
        ("posture", "/posture".to_owned()),
        ("posture-organization", format!("/organizations/{}/posture", house.organization)),
        ("check", format!("/checks/{}", ward_compliance::checks::all()[0].id())),
        ("ledger", "/ledger".to_owned()),
        ("ledger-entry", format!("/ledger/entries/platform/{}/5", house.shard())),
        ("alerts", "/alerts".to_owned()),
        ("account", "/account".to_owned()),
        ("step-up", "/step-up".to_owned()),
    ];
    for (name, path) in &pages {
        browser.goto(&format!("{base}{path}")).await;
        walk.look(name).await;
    }
    for (name, path) in &pages {
        browser.goto(&format!("{base}{path}")).await;
        browser.device(390, 844, false).await;
        walk.look(&format!("{name}-phone")).await;
        browser.device(1280, 900, true).await;
        walk.look(&format!("{name}-dark")).await;
        browser.device(1280, 900, false).await;
    }
    interact(walk, house, base).await;
}

/// What htmx does, what the keyboard reaches, and what is done with a button.
async fn interact(walk: &Walk<'_>, house: &House, base: &str) {
    let browser = walk.browser;
    browser.goto(&format!("{base}/posture")).await;
    browser.run("window.stays = true").await;
    browser.click("input[value=failing]").await;
    browser.wait("return location.search === '?show=failing'").await;
    let all_fail = "return [...document.querySelectorAll('.requirements > li')].every(li => li.querySelector('.checks .badge.bad'))";
    browser.wait(all_fail).await;
    assert_eq!(browser.run("return window.stays").await, json!(true), "only the list was loaded");
    walk.look("posture-failing").await;
    browser.goto(&format!("{base}/ledger")).await;
    let newest = "return document.querySelector('#entries tbody a').innerText";
    let before = browser.run(newest).await;
    browser.run("window.stays = true").await;
    browser.click("#entries .pages .button").await;
    browser.wait("return location.search.startsWith('?cursor=')").await;
    browser.wait(&format!("return document.querySelector('#entries tbody a').innerText !== {before}")).await;
    assert_eq!(browser.run("return window.stays").await, json!(true));
    let kept = "return [...Object.keys(localStorage), ...Object.keys(sessionStorage)]";
    assert_eq!(
        browser.run(kept).await,
        json!(["htmx-current-path-for-history"]),
        "the address is kept, no page"
    );
    browser.goto(&format!("{base}/apps/{}", house.app)).await;
    browser.click("a[hx-get]").await;
    browser.wait("return document.querySelector('#lines').innerText.includes('No line yet')").await;
    browser.goto(&format!("{base}/databases/{}", house.database)).await;
    browser.click("form[action$=back-up] button").await;
    browser.wait("return document.querySelectorAll('tbody tr').length === 2").await;
    browser.goto(&format!("{base}/ledger")).await;
    browser.click("form[action='/ledger/verify'] button").await;
    browser.reads("The ledger verifies").await;
    walk.look("ledger-verdict").await;
    // The first stop of the keyboard leads past the navigation.
    browser.goto(&format!("{base}/")).await;
    browser.keys(&["\u{e004}"]).await;
    assert_eq!(browser.run("return document.activeElement.innerText").await, json!("Skip to the content"));
    browser.keys(&["\u{e007}"]).await;
    browser.wait("return document.activeElement.id === 'main'").await;
    browser.goto(&format!("{base}/no/such/page")).await;
    browser.reads("There is no such page.").await;
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|c| c.contains("404")), "{complaints:?}");
    walk.look("not-found").await;
    browser.click("form[action='/sign-out'] button").await;
    browser.reads("Your password first").await;
    assert_eq!(browser.url().await, format!("{base}/sign-in"));
    walk.look("signed-out").await;
}

/// The first sign-in of somebody, by the forms.
async fn newcomer(walk: &Walk<'_>, house: &House, base: &str, first: &str) {
    let browser = walk.browser;
    browser.goto(&format!("{base}/sign-in")).await;
    browser.fill("#email", "grace@example.org").await;
    browser.fill("#password", first).await;
    browser.click("button.primary").await;
    browser.reads("Choose a password").await;
    walk.look("new-password").await;
    browser.fill("#current", first).await;
    browser.fill("#new", "lantern orbit cobalt").await;
    browser.fill("#again", "lantern orbit cobalt").await;
    browser.click("button.primary").await;
    browser.reads("Nobody works in Ward").await;
    walk.look("factor").await;
    browser.click("button.primary").await;
    browser.reads("Scan this").await;
    walk.look("factor-qr").await;
    browser.device(390, 844, true).await;
    walk.look("factor-qr-phone-dark").await;
    browser.device(1280, 900, false).await;
    let secret = browser.run("return document.querySelector('#secret').textContent").await;
    browser.fill("#code", &house.code_of(secret.as_str().unwrap())).await;
    browser.click("button.primary").await;
    browser.reads("Your recovery codes").await;
    walk.look("recovery-codes").await;
    browser.click("a.primary").await;
    browser.reads("clinic").await;
    browser.click("form[action='/sign-out'] button").await;
}
