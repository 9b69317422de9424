//! Runs SQL and checks inside a server's container, as the superuser, over its local socket.
//!
//! Statements go through standard input, never through arguments, and hold SCRAM verifiers, never passwords.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use ward_spine::{
    Error, Result,
    engine::{Engine, ExecSpec},
};

/// Uid and gid of PostgreSQL in the image; it owns the volume.
pub(super) const UID: u32 = 999;
/// Directory of the server's programs: Debian's `psql` in the PATH is a wrapper in Perl.
const PROGRAMS: &str = "/usr/lib/postgresql/15/bin";
/// Directory of the socket.
const SOCKET: &str = "/var/run/postgresql";
/// Longest time for a script.
const LIMIT: Duration = Duration::from_secs(60);
/// Most bytes of an answer.
const ANSWER: u64 = 1 << 20;

/// A command of PostgreSQL over the local socket.
pub(super) fn command(program: &str, arguments: &[&str]) -> ExecSpec {
    let mut command =
        vec![format!("{PROGRAMS}/{program}"), "-h".into(), SOCKET.into(), "-U".into(), "postgres".into()];
    command.extend(arguments.iter().map(|a| (*a).to_owned()));
    ExecSpec { command, user: Some(UID), env: Vec::new() }
}

/// Any other program of the image.
pub(super) fn program(command: &[&str]) -> ExecSpec {
    ExecSpec { command: command.iter().map(|a| (*a).to_owned()).collect(), user: Some(UID), env: Vec::new() }
}

/// Runs statements in a database; the first that fails ends it. Returns what they print, without decoration.
pub(super) async fn script(
    engine: &dyn Engine,
    container: &str,
    database: &str,
    sql: &str,
) -> Result<String> {
    let arguments = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"];
    feed(engine, container, &command("psql", &arguments), sql.as_bytes()).await
}

/// Runs a program with this input.
pub(super) async fn feed(
    engine: &dyn Engine,
    container: &str,
    spec: &ExecSpec,
    input: &[u8],
) -> Result<String> {
    let work = async {
        let mut stream = engine.exec_stream(container, spec).await.map_err(super::engine_problem)?;
        // A program that ends early leaves its input unread: its exit code tells why.
        let _ = stream.stdin.write_all(input).await;
        let _ = stream.stdin.shutdown().await;
        drop(stream.stdin);
        let mut answer = String::new();
        let read = (&mut stream.stdout).take(ANSWER).read_to_string(&mut answer).await;
        read.map_err(|e| Error::internal("reading what the database server says", e))?;
        drop(stream.stdout);
        let (code, stderr) = stream.done.await.map_err(super::engine_problem)?;
        if code == 0 {
            return Ok(answer);
        }
        Err(Error::internal("setting up a database", format!("exit code {code}: {}", first_line(&stderr))))
    };
    let timeout = |_| Error::internal("setting up a database", "the server took longer than a minute");
    tokio::time::timeout(LIMIT, work).await.map_err(timeout)?
}

/// Whether the server accepts connections now.
pub(super) async fn accepts(engine: &dyn Engine, container: &str) -> bool {
    let spec = command("pg_isready", &["-q", "-d", "postgres"]);
    matches!(engine.exec(container, &spec, Duration::from_secs(10)).await, Ok(output) if output.code == 0)
}

/// The first line of an error, cut: later lines quote data or statements.
pub(super) fn first_line(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    text.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).take(300).collect()
}

/// A quoted identifier.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('\0', "").replace('"', "\"\""))
}

/// A quoted literal; a backslash stands for itself (`standard_conforming_strings`, on since PostgreSQL 9.1).
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\0', "").replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_in_a_name_can_not_end_it() {
        assert_eq!(identifier("app_\"; drop role x; --"), "\"app_\"\"; drop role x; --\"");
        assert_eq!(literal("a'; drop table b; --\\"), "'a''; drop table b; --\\'");
    }

    #[test]
    fn only_the_first_line_of_an_error_is_kept() {
        let stderr =
            b"psql:<stdin>:3: ERROR:  duplicate key\nDETAIL:  Key (ssn)=(078-05-1120) already exists.\n";
        assert_eq!(first_line(stderr), "psql:<stdin>:3: ERROR:  duplicate key");
    }
}
