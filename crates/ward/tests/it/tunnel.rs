//! `ward db psql`: a connection carried through the API.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;

use crate::stand_in::{Answer, StandIn, certificate, fake, id, problem};

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

/// A PostgreSQL of Debian's packages, with TLS only, for `main.db.internal`. Stopped when dropped.
struct Postgres {
    child: Child,
    port: u16,
    authority: String,
    _dir: tempfile::TempDir,
}

impl Postgres {
    fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("ward-cli-pg").tempdir_in("/tmp").unwrap();
        let data = dir.path().join("data");
        let bin = std::fs::read_dir("/usr/lib/postgresql")
            .expect("PostgreSQL is needed: apt install postgresql")
            .flatten();
        let bin = bin.map(|entry| entry.path().join("bin")).find(|bin| bin.join("initdb").exists()).unwrap();
        let (authority, leaf, key) = certificate("main.db.internal");
        // PostgreSQL does not run as root.
        let root = nix::unistd::geteuid().is_root();
        let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
        let own = |path: &Path| {
            if root {
                nix::unistd::chown(path, Some(nobody.uid), Some(nobody.gid)).unwrap()
            }
        };
        let program = |name: &str| {
            let mut command = Command::new(bin.join(name));
            command.env_clear().env("PATH", "/usr/bin:/bin").current_dir("/").stdin(Stdio::null());
            if root {
                command.uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw());
            }
            command
        };
        own(dir.path());
        let password = dir.path().join("password");
        std::fs::write(&password, "p@ss").unwrap();
        own(&password);
        let made = program("initdb")
            .arg("-D")
            .arg(&data)
            .args(["-U", "ana", "-A", "scram-sha-256", "-N", "--no-locale"])
            .arg("--pwfile")
            .arg(&password)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        for (name, text) in [
            ("server.crt", leaf.pem()),
            ("server.key", key.serialize_pem()),
            ("pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n".into()),
        ] {
            std::fs::write(data.join(name), text).unwrap();
            std::fs::set_permissions(data.join(name), std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
            own(&data.join(name));
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = program("postgres")
            .arg("-D")
            .arg(&data)
            .args([
                "-p",
                &port.to_string(),
                "-c",
                "ssl=on",
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories=",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let postgres = Self { child, port, authority, _dir: dir };
        let up = (0..200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        assert!(up, "PostgreSQL did not start");
        postgres
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let id = nix::unistd::Pid::from_raw(self.child.id().try_into().unwrap());
        let _ = nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGINT);
        let _ = self.child.wait();
    }
}

#[test]
fn the_real_psql_reaches_a_real_postgresql_and_refuses_another_authority() {
    let postgres = Postgres::start();
    let (port, authority) = (postgres.port, postgres.authority.clone());
    let (other, _, _) = certificate("main.db.internal");
    let server = StandIn::signed_in(move |asked, before| {
        if asked.line.ends_with("/url") {
            let authority = if before == 0 { &authority } else { &other };
            Answer::Json(
                200,
                json!({ "url": "postgresql://ana:p%40ss@main.db.internal:5432/postgres?sslmode=verify-full", "ca_pem": authority }),
            )
        } else {
            Answer::Carry(port)
        }
    });
    let query = "select 'tls ' || ssl from pg_stat_ssl where pid = pg_backend_pid()";
    let ran = server.ward(&["db", "psql", &id("db", 9), "--", "-XAtc", query], &[]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "tls true\n"), "{}", ran.err);
    let ran = server.ward(&["db", "psql", &id("db", 9), "--", "-XAtc", query], &[]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(ran.err.contains("SSL error"), "{ran:?}");
}
