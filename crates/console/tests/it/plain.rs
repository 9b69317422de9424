//! Without scripts: every page, every defence.

use std::time::Duration;

use axum::http::StatusCode;
use ward_model::{PageQuery, Resource as _, ResourceKind, Role, ledger::LedgerQuery, users::NewGrant};

use crate::house::{HOST, House, MARKUP, OWNER, PASSWORD, form};

const COOKIE: &str = "__Host-ward";

#[tokio::test]
async fn the_session_cookie_is_bound_to_host_transport_and_site_and_ends_with_the_session() {
    let house = House::new().await;
    let mut client = house.client();
    let answer = client
        .submit("/sign-in", "/sign-in", &[("email", OWNER), ("password", PASSWORD), ("next", "/ledger")])
        .await;
    let cookie = answer.headers.get("set-cookie").unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-ward=ward_ses_"), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Strict"), "{cookie}");
    assert_eq!(answer.location(), "/sign-in/code?next=%2Fledger", "the place is kept");
    assert_eq!(client.get("/").await.location(), "/sign-in/code", "a password alone opens nothing");
    let code = house.code();
    let answer = client
        .submit("/sign-in/code?next=%2Fledger", "/sign-in/code", &[("code", &code), ("next", "/ledger")])
        .await;
    assert_eq!(answer.location(), "/ledger");
    let stolen = client.cookies[COOKIE].clone();
    let answer = client.submit("/", "/sign-out", &[]).await;
    assert_eq!(answer.location(), "/sign-in");
    assert!(!client.cookies.contains_key(COOKIE));
    client.cookies.insert(COOKIE.into(), stolen);
    assert_eq!(
        client.get("/account").await.location(),
        "/sign-in?next=%2Faccount",
        "the secret is worth nothing now"
    );
    let mut idle = house.signed_in().await;
    house.server.clock.advance(Duration::from_secs(16 * 60));
    assert_eq!(idle.get("/").await.location(), "/sign-in");
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_code_are_told_plainly_and_recorded() {
    let house = House::new().await;
    let mut client = house.client();
    let answer =
        client.submit("/sign-in", "/sign-in", &[("email", OWNER), ("password", "wrong wrong wrong")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("The e-mail address or the password is wrong."), "{}", answer.body);
    assert!(
        answer.body.contains(OWNER) && !answer.body.contains("wrong wrong wrong"),
        "the address stays, the password does not"
    );
    client.submit("/sign-in", "/sign-in", &[("email", OWNER), ("password", PASSWORD)]).await;
    let answer = client.submit("/sign-in/code", "/sign-in/code", &[("code", "000000")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("The code is wrong"), "{}", answer.body);
    house.server.core.audit.settle().await.unwrap();
    let query = LedgerQuery {
        action: Some("session".into()),
        outcome: Some("failed".into()),
        ..LedgerQuery::default()
    };
    let failed = house.server.core.audit.search(None, &query).await.unwrap().items;
    assert_eq!(failed.len(), 2);
    assert!(
        failed.iter().all(|e| e.event.source == "192.0.2.7"),
        "the client's address is the one that the ingress saw"
    );
}

#[tokio::test]
async fn a_first_sign_in_changes_the_password_and_sets_up_the_second_factor() {
    let house = House::new().await;
    let first = house.newcomer("grace@example.org", Role::Developer).await;
    let mut client = house.client();
    let answer =
        client.submit("/sign-in", "/sign-in", &[("email", "grace@example.org"), ("password", &first)]).await;
    assert_eq!(answer.location(), "/sign-in/password");
    let new = "lantern orbit cobalt";
    let fields = [("current", first.as_str()), ("new", new), ("again", "something else here")];
    let answer = client.submit("/sign-in/password", "/sign-in/password", &fields).await;
    assert!(answer.body.contains("The two new passwords differ."));
    let fields = [("current", first.as_str()), ("new", new), ("again", new)];
    let answer = client.submit("/sign-in/password", "/sign-in/password", &fields).await;
    assert_eq!(answer.location(), "/sign-in/factor", "{}", answer.body);
    let answer = client.submit("/sign-in/factor", "/sign-in/factor", &[]).await;
    let secret = answer.between("id=\"secret\">", "<").to_owned();
    assert!(answer.body.contains("<svg class=\"qr\"") && !answer.body.contains("style="));
    let csrf = answer.csrf();
    let wrong = client.post("/sign-in/factor/confirm", &csrf, &[("code", "000000")]).await;
    assert!(wrong.body.contains("does not fit") && !wrong.body.contains(&secret), "{}", wrong.body);
    let code = house.code_of(&secret);
    let answer = client.post("/sign-in/factor/confirm", &csrf, &[("code", &code)]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let codes = answer.between("<ul class=\"codes\">", "</ul>").matches("<li>").count();
    assert_eq!(codes, 10);
    let recovery = answer.between("<li><code>", "</code>").to_owned();
    let overview = client.get("/").await;
    assert!(overview.body.contains("clinic") && overview.body.contains("Grace Newcomer"));
    let mut again = house.client();
    again.submit("/sign-in", "/sign-in", &[("email", "grace@example.org"), ("password", new)]).await;
    let answer = again.submit("/sign-in/code", "/sign-in/code", &[("code", &recovery)]).await;
    assert_eq!(answer.location(), "/", "a recovery code signs in");
}

#[tokio::test]
async fn every_page_works_without_scripts_and_shows_no_secret_and_no_markup_of_others() {
    let house = House::new().await;
    let mut client = house.signed_in().await;
    let (organization, app, database) = (house.organization, house.app, house.database);
    let pages = [
        ("/".to_owned(), "production"),
        (format!("/apps/{app}"), "GREETING"),
        (format!("/apps/{app}/log"), "This look was recorded"),
        (format!("/databases/{database}"), "5.0 MiB"),
        ("/posture".to_owned(), "Technical safeguards"),
        ("/posture?show=failing".to_owned(), "one door stood open"),
        (format!("/organizations/{organization}/posture"), "Posture of mercy"),
        ("/checks/trn.tls-version".to_owned(), "Passes when"),
        ("/ledger".to_owned(), "newest first"),
        (
            format!(
                "/ledger?organization={organization}&kind=outcome&action=app&from=2026-01-01&to=2027-01-01"
            ),
            "app:create",
        ),
        (format!("/ledger/entries/platform/{}/3", house.shard()), "c2sp.org/tlog-proof@v1"),
        ("/account".to_owned(), "this one"),
        ("/step-up?next=/account".to_owned(), "Confirm that it is you"),
    ];
    for (path, expected) in pages {
        let path = if path.starts_with("/checks/") {
            format!("/checks/{}", ward_compliance::checks::all()[0].id())
        } else {
            path
        };
        let answer = client.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
        assert!(answer.body.contains(expected), "{path}: {}", answer.body);
        for bad in [
            "<img src=x",
            "<script>",
            "hello-value",
            "s3cret-value-of-it",
            "postgres://",
            "style=",
            " onclick",
            "ward_ses_",
        ] {
            assert!(!answer.body.contains(bad), "{path} has {bad}");
        }
        let text = answer.body.to_lowercase();
        assert!(!text.contains("certified") && !text.contains("compliant"), "{path}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'")
                && !policy.contains("unsafe")
        );
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.headers[name], value, "{path}");
        }
    }
    let css = client.get("/account").await.between("rel=\"stylesheet\" href=\"", "\"").to_owned();
    let asset = client.get(&css).await;
    assert_eq!(asset.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(client.get("/assets/00000000000000000000/ward.css").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn reading_a_log_and_the_ledger_leaves_an_entry_under_the_readers_name() {
    let house = House::new().await;
    let mut client = house.signed_in().await;
    client.get(&format!("/apps/{}/log?tail=50", house.app)).await;
    client.get("/ledger").await;
    house.server.core.audit.settle().await.unwrap();
    let query = LedgerQuery { kind: Some("read".into()), ..LedgerQuery::default() };
    let read = house.server.core.audit.search(None, &query).await.unwrap().items;
    let actions: Vec<&str> = read.iter().map(|e| e.event.action.as_str()).collect();
    assert_eq!(actions, ["platform-ledger:read", "log:read"]);
    assert!(read.iter().all(|e| e.event.actor.id.starts_with("usr_")));
}

#[tokio::test]
async fn ledger_pages_follow_one_another_without_a_gap_and_an_entry_of_another_organization_is_not_found() {
    let house = House::new().await;
    let mut client = house.signed_in().await;
    let (mut path, mut seen) = ("/ledger".to_owned(), std::collections::BTreeMap::<String, Vec<u64>>::new());
    loop {
        let answer = client.get(&path).await;
        let table = answer.between("<tbody>", "</tbody>");
        for entry in table.split("/ledger/entries/").skip(1) {
            let (shard, index) = entry.split('"').next().unwrap().rsplit_once('/').unwrap();
            seen.entry(shard.to_owned()).or_default().push(index.parse().unwrap());
        }
        match answer.body.split_once("class=\"button\" href=\"/ledger?cursor=") {
            Some((_, rest)) => path = format!("/ledger?cursor={}", rest.split('"').next().unwrap()),
            None => break,
        }
    }
    assert_eq!(seen.len(), 2, "the platform's log and the organization's");
    for (shard, seen) in seen {
        let expected: Vec<u64> = (0..=seen[0]).rev().collect();
        assert_eq!(seen, expected, "{shard}");
    }
    let of_platform = format!("/ledger/entries/platform/{}", house.shard());
    let entry = client.get(&format!("{of_platform}/2")).await;
    assert!(entry.body.contains("holds"), "{}", entry.body);
    let own = format!("/ledger/entries/{}/{}/1", house.organization, house.shard());
    let entry = client.get(&own).await;
    assert!(entry.body.contains("holds") && entry.body.contains("extra "), "{}", entry.body);
    let nobody = format!("/ledger/entries/org_{}/{}/0", "0".repeat(32), house.shard());
    let bad = [
        format!("{of_platform}/99999999"),
        format!("{of_platform}/18446744073709551615"),
        format!("{of_platform}/x"),
        "/ledger/entries/platform/1999-1/0".to_owned(),
        "/ledger/entries/platform/..%2f/0".to_owned(),
        nobody,
    ];
    for bad in &bad {
        assert_eq!(client.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }
    assert_eq!(client.get("/ledger?from=yesterday").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_ledger_is_searched_by_words_log_by_log() {
    let house = House::new().await;
    house.server.core.audit.settle().await.unwrap();
    let mut client = house.signed_in().await;
    let answer = client.get(&format!("/ledger?organization={}&text=app%3Acreate", house.organization)).await;
    assert!(
        answer.body.contains("app:create") && !answer.body.contains("environment:create"),
        "{}",
        answer.body
    );
    let answer = client.get("/ledger?text=nothinglikethis").await;
    assert!(answer.body.contains("No entry is like that."), "{}", answer.body);
}

#[tokio::test]
async fn open_alerts_are_on_every_page_of_those_whom_they_concern() {
    let house = House::new().await;
    let mut owner = house.signed_in().await;
    assert!(!owner.get("/").await.body.contains("Open alerts"));
    let alerts = &house.server.core.alerts;
    let severity = ward_model::alerts::Severity::Warning;
    alerts.raise("disk:full", severity, "The disk is nearly full", MARKUP).await.unwrap();
    let critical = ward_model::alerts::Severity::Critical;
    alerts.raise("backup:late", critical, "A backup is late", "Look at it.").await.unwrap();
    for path in ["/", "/posture", "/ledger", "/account"] {
        let body = owner.get(path).await.body;
        assert!(body.contains("Open alerts") && body.contains("A backup is late"), "{path}: {body}");
        assert!(body.contains("Look at all 2 alerts"), "{path}");
    }
    let page = owner.get("/alerts").await.body;
    assert!(page.contains("disk:full") && page.contains("2 open") && !page.contains(MARKUP), "{page}");
    // Who has a role in an organization alone sees what concerns that, and no denial is written for looking.
    let first = house.newcomer("grace@example.org", Role::Developer).await;
    let mut grace = house.enrolled("grace@example.org", &first).await;
    assert!(!grace.get("/").await.body.contains("Open alerts"));
    assert!(grace.get("/alerts").await.body.contains("None is open that concerns you."));
    let query = LedgerQuery { kind: Some("denied".into()), ..LedgerQuery::default() };
    house.server.core.audit.settle().await.unwrap();
    assert_eq!(house.server.core.audit.search(None, &query).await.unwrap().items.len(), 0);
    alerts.clear("disk:full").await.unwrap();
    alerts.clear("backup:late").await.unwrap();
    assert!(!owner.get("/").await.body.contains("Open alerts"));
    assert!(owner.get("/alerts?show=all").await.body.contains("over since"));
}

#[tokio::test]
async fn the_ledger_verifies_on_demand_and_a_changed_byte_is_found() {
    let house = House::new().await;
    let mut client = house.signed_in().await;
    let answer = client.submit("/ledger", "/ledger/verify", &[]).await;
    assert!(answer.body.contains("The ledger verifies"), "{}", answer.body);
    assert!(answer.body.contains(&house.organization.to_string()), "{}", answer.body);
    let segment = first_file(&house.server.shard_dir(), "wal");
    let mut bytes = std::fs::read(&segment).unwrap();
    let at = bytes.windows(12).position(|w| w == b"organization").unwrap();
    bytes[at] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let answer = client.submit("/ledger", "/ledger/verify", &[]).await;
    assert!(answer.body.contains("The ledger does not verify"), "{}", answer.body);
}

fn first_file(dir: &std::path::Path, part: &str) -> std::path::PathBuf {
    let mut todo = vec![dir.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.to_string_lossy().contains(part) {
                return path;
            }
        }
    }
    panic!("no file of the log");
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_does_nothing() {
    let house = House::new().await;
    let mut client = house.signed_in().await;
    let path = format!("/databases/{}/back-up", house.database);
    let csrf = client.get("/account").await.csrf();
    let mut stranger = house.signed_in().await;
    let foreign = stranger.get("/account").await.csrf();
    assert_ne!(csrf, foreign, "each session has its own token");
    let own = format!("https://{HOST}");
    let same = ("sec-fetch-site", "same-origin");
    for (headers, token) in [
        (vec![same], ""),
        (vec![same], foreign.as_str()),
        (vec![same], "é"),
        (vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())], csrf.as_str()),
        (vec![("sec-fetch-site", "same-site")], csrf.as_str()),
        (vec![("origin", "https://app.ward.test")], csrf.as_str()),
        (vec![("origin", "null")], csrf.as_str()),
        (vec![], csrf.as_str()),
    ] {
        let answer = client.send("POST", &path, &headers, form(token, &[])).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert!(answer.body.contains("Load the page again"));
    }
    assert_eq!(client.get(&path).await.status, StatusCode::METHOD_NOT_ALLOWED);
    let page = client.get(&format!("/databases/{}", house.database)).await;
    assert_eq!(page.body.matches("id\">bak_").count(), 1, "nothing was begun: {}", page.body);
    let answer = client.send("POST", &path, &[("origin", &own)], form(&csrf, &[])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    let page = client.get(answer.location()).await;
    assert_eq!(page.body.matches("id\">bak_").count(), 2, "{}", page.body);
    let mut anonymous = house.client();
    let answer = anonymous.post("/sign-in", "x", &[("email", OWNER), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "signing somebody in from outside is refused, too");
}

#[tokio::test]
async fn what_needs_a_fresh_second_factor_asks_for_it_and_leads_back() {
    let house = House::new().await;
    let mut client = house.signed_in().await;
    house.server.clock.advance(Duration::from_secs(6 * 60));
    let answer = client.submit("/account", "/account/recovery-codes", &[]).await;
    assert_eq!(answer.location(), "/step-up?next=%2Faccount");
    let wrong =
        client.submit(answer.location(), "/step-up", &[("code", "123456"), ("next", "/account")]).await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let code = house.code();
    let fields = [("code", code.as_str()), ("next", "/account")];
    assert_eq!(client.submit("/step-up?next=/account", "/step-up", &fields).await.location(), "/account");
    let answer = client.submit("/account", "/account/recovery-codes", &[]).await;
    assert!(answer.body.contains("Your recovery codes"), "{}", answer.body);
    let code = house.code();
    let fields = [("code", code.as_str()), ("next", "https://evil.example/")];
    assert_eq!(client.submit("/step-up", "/step-up", &fields).await.location(), "/", "never to another site");
}

#[tokio::test]
async fn one_sees_only_what_ones_roles_show() {
    let house = House::new().await;
    let first = house.newcomer("dev@example.org", Role::Developer).await;
    let mut client = house.enrolled("dev@example.org", &first).await;
    let overview = client.get("/").await;
    assert!(overview.body.contains("mercy") && !overview.body.contains("riverside"), "{}", overview.body);
    assert_eq!(
        client.get("/posture").await.location(),
        format!("/organizations/{}/posture", house.organization)
    );
    let denied = client.get("/ledger").await;
    assert_eq!(denied.status, StatusCode::FORBIDDEN);
    assert!(
        denied.body.contains("Not allowed")
            && denied.body.contains("req_")
            && denied.body.contains("Ask an owner or admin")
    );
    let check = ward_compliance::checks::all()[0].id();
    for hidden in [
        format!("/checks/{check}"),
        "/apps/app_0198c0de000070008000000000000000".to_owned(),
        "/no/such/page".to_owned(),
    ] {
        let answer = client.get(&hidden).await;
        assert!(
            matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::FORBIDDEN),
            "{hidden}: {}",
            answer.status
        );
        assert!(answer.body.contains("Request id"), "{hidden}");
    }
    assert_eq!(client.get("/apps/nonsense").await.status, StatusCode::BAD_REQUEST);
    let csrf = client.get("/account").await.csrf();
    let answer = client.post("/ledger/verify", &csrf, &[]).await;
    assert!(matches!(answer.status, StatusCode::FORBIDDEN | StatusCode::NOT_FOUND), "{}", answer.status);
}

#[tokio::test]
async fn a_session_is_ended_from_another_one() {
    let house = House::new().await;
    let (mut lost, mut client) = (house.signed_in().await, house.signed_in().await);
    let page = client.get("/account").await;
    assert_eq!(page.body.matches("action=\"/account/sessions/").count(), 2);
    assert!(!page.body.contains(MARKUP), "the client's own name for itself is only text");
    let other = page.body.rsplit("action=\"").find(|part| part.starts_with("/account/sessions/")).unwrap();
    let other = other.split('"').next().unwrap().to_owned();
    client.post(&other, &page.csrf(), &[]).await;
    assert_eq!(lost.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(client.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_link_from_another_site_finds_the_session_by_asking_once_more_from_here() {
    let house = House::new().await;
    let mut outside = house.client();
    let answer =
        outside.send("GET", "/ledger?kind=read", &[("sec-fetch-site", "cross-site")], String::new()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("content=\"0; url=/ledger?kind=read\""), "{}", answer.body);
    assert_eq!(outside.get("/ledger?kind=read").await.location(), "/sign-in?next=%2Fledger%3Fkind%3Dread");
    let htmx = [("sec-fetch-site", "same-origin"), ("hx-request", "true")];
    let answer = outside.send("GET", "/ledger", &htmx, String::new()).await;
    assert_eq!(
        (answer.status, answer.headers["hx-redirect"].to_str().unwrap()),
        (StatusCode::NO_CONTENT, "/sign-in?next=%2Fledger")
    );
    let bearer = house
        .client()
        .send(
            "GET",
            "/",
            &[("authorization", "Bearer x"), ("cookie", "__Host-ward=ward_pat_x")],
            String::new(),
        )
        .await;
    assert_eq!(bearer.location(), "/sign-in", "a token for programs is no session");
}

#[tokio::test]
async fn a_sealed_ward_says_so() {
    let house = House::new().await;
    let mut client = house.signed_in().await;
    house.server.core.vault.seal();
    let answer = client.get("/").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("Ward is sealed"), "{}", answer.body);
}

#[tokio::test]
async fn with_a_role_on_one_environment_one_sees_that_one_and_looking_is_no_denial() {
    let house = House::new().await;
    let first = house.newcomer("dev@example.org", Role::Developer).await;
    let mut client = house.enrolled("dev@example.org", &first).await;
    let owner = house.server.owner().await;
    let users =
        ward_identity::users::list(&owner, house.organization, &PageQuery::default()).await.unwrap().items;
    let user = users.iter().find(|u| u.email == "dev@example.org").unwrap().id;
    let grants =
        ward_identity::grants::list(&owner, house.organization, &PageQuery::default()).await.unwrap().items;
    let whole = grants.iter().find(|g| g.user == user).unwrap().id;
    ward_identity::grants::revoke(&owner, house.organization, whole).await.unwrap();
    let scope_id = house.environment.to_string();
    let new = NewGrant { user, role: Role::Developer, scope_kind: ResourceKind::Environment, scope_id };
    let environment = ward_platform::environments::get(&owner, house.environment).await.unwrap();
    ward_identity::grants::create(&owner, house.organization, new, environment.target()).await.unwrap();
    let page = client.get("/").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("production") && page.body.contains("clinic"), "{}", page.body);
    assert!(!page.body.contains("staging") && !page.body.contains("records /"), "{}", page.body);
    house.server.core.audit.settle().await.unwrap();
    let query = LedgerQuery { kind: Some("denied".into()), ..LedgerQuery::default() };
    let denied = house.server.core.audit.search(None, &query).await.unwrap().items;
    assert!(denied.is_empty(), "{denied:?}");
}
