"""A real PostgreSQL for the tests: its own directory, port, certificate authority and password.

The app reaches it as it would in production: TLS with `sslmode=verify-full`, and scram.
"""

import itertools
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
PASSWORD = "only-for-this-test"


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Cluster:
    """Start with `Cluster()`, end with `destroy()`."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="clinic-test-"))
        self.folder.chmod(0o755)
        self.data, self.port = self.folder / "data", free_port()
        self._as = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        self._names = itertools.count()
        try:
            self._certificates()
            secret = self.folder / "password"
            secret.write_text(PASSWORD)
            if self._as:
                owner = pwd.getpwnam("postgres")
                for path in (self.folder, *self.folder.iterdir()):
                    os.chown(path, owner.pw_uid, owner.pw_gid)
            self._run(
                BIN / "initdb", "-D", self.data, "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={secret}",
                "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
            )  # fmt: skip
            with open(self.data / "postgresql.conf", "a") as conf:
                conf.write(
                    f"port={self.port}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{self.folder}'\n"
                    f"ssl=on\nssl_cert_file='{self.folder}/server.crt'\nssl_key_file='{self.folder}/server.key'\n"
                    "fsync=off\nmax_connections=60\n"
                )
            (self.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
            self.start()
        except BaseException:
            self.destroy()
            raise

    def _certificates(self):
        def openssl(*arguments):
            self._run("openssl", *arguments, user=False)

        at = self.folder
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=test authority", "-keyout", at / "ca.key", "-out", at / "ca.crt")  # fmt: skip
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
                "-keyout", at / "server.key", "-out", at / "server.csr")  # fmt: skip
        (at / "names").write_text("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", at / "server.csr", "-CA", at / "ca.crt", "-CAkey", at / "ca.key",
                "-CAcreateserial", "-days", "2", "-extfile", at / "names", "-out", at / "server.crt")  # fmt: skip

    def _run(self, *command, user=True):
        done = subprocess.run(
            [*(self._as if user else []), *map(str, command)], capture_output=True, text=True, timeout=60, cwd="/"
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")

    def start(self):
        self._run(BIN / "pg_ctl", "-D", self.data, "-l", self.folder / "log", "-w", "start")

    def stop(self):
        self._run(BIN / "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def restart(self):
        self.stop()
        self.start()

    def url(self, name="postgres"):
        """The address of a database, with full verification of the server's certificate."""
        return (
            f"postgresql://postgres:{PASSWORD}@localhost:{self.port}/{name}"
            f"?sslmode=verify-full&sslrootcert={self.folder}/ca.crt"
        )

    def database(self):
        """Make an empty database; returns its address."""
        from clinic.database import connect

        name = f"clinic{next(self._names)}"
        with connect(self.url()) as conn:
            conn.execute(f"create database {name}")
        return self.url(name)

    def destroy(self):
        if (self.data / "postmaster.pid").exists():
            try:
                self.stop()
            except (RuntimeError, subprocess.TimeoutExpired):
                pass
        for _ in range(20):
            shutil.rmtree(self.folder, ignore_errors=True)
            if not self.folder.exists():
                break
            time.sleep(0.1)
