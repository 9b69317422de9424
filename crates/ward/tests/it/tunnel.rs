//! `ward db psql`: a connection carried through the API.

use serde_json::json;

use crate::stand_in::{Answer, StandIn, fake, id, problem};

#[test]
fn psql_gets_a_tunnel_full_verification_and_the_password_in_its_environment() {
    let server = StandIn::signed_in(|asked, _| {
        if asked.line.ends_with("/url") {
            Answer::Json(
                200,
                json!({ "url": "postgresql://ana:p%40ss@main.db.internal:5432/clinic?sslmode=verify-full", "ca_pem": "THE CA" }),
            )
        } else {
            Answer::Echo
        }
    });
    let script = r#"#!/bin/bash
exec 3<>"/dev/tcp/$PGHOSTADDR/$PGPORT"
echo hello >&3
read -r line <&3
echo "$line|$PGHOST|$PGUSER|$PGPASSWORD|$PGDATABASE|$PGSSLMODE|$(cat "$PGSSLROOTCERT")|$*|${WARD_TOKEN-none}"
exit "${1#-}"
"#;
    fake(&server, "psql", script);
    let database = id("db", 9);
    let ran =
        server.ward(&["db", "psql", &database, "--", "-0", "-c", "select 1"], &[("WARD_TOKEN", "s3cret")]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        ran.out,
        "echo hello|main.db.internal|ana|p@ss|clinic|verify-full|THE CA|-0 -c select 1|none\n"
    );
    let connect = server.asked().into_iter().find(|asked| asked.line.ends_with("/connect")).unwrap();
    assert_eq!(connect.headers["upgrade"], "ward-tunnel");
    assert_eq!(connect.headers["authorization"], "Bearer s3cret");
    assert_eq!(server.ward(&["db:psql", &database, "--", "-7"], &[]).code, 1);
}

#[test]
fn a_missing_psql_and_a_refused_tunnel_are_clear() {
    let server = StandIn::signed_in(|asked, _| {
        if asked.line.ends_with("/url") {
            Answer::Json(200, json!({ "url": "postgresql://a:b@h/d", "ca_pem": "" }))
        } else {
            problem(403, "forbidden", "You may not connect.")
        }
    });
    let ran = server.ward(&["db", "psql", &id("db", 9)], &[("PATH", "/nowhere")]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("postgresql-client"), "{ran:?}");
    fake(&server, "psql", "#!/bin/bash\nexec 3<>/dev/tcp/127.0.0.1/$PGPORT\ncat <&3\nexit 2\n");
    let ran = server.ward(&["db", "psql", &id("db", 9)], &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("You may not connect."), "{ran:?}");
}
