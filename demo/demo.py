#!/usr/bin/env python3
"""The demo: a clinic app with an encrypted PostgreSQL behind TLS, deployed, proven.

`up` sets everything up, or goes on where it was; `stop` ends the programs and containers; `destroy` leaves nothing.
Only the standard library; everything it does to Ward goes through the `ward` command line, the API or `wardd`.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = pathlib.Path(os.environ.get("WARD_DEMO_DIR", "/var/lib/ward-demo"))
RUN = pathlib.Path(os.environ.get("WARD_DEMO_RUN_DIR", "/run/ward-demo"))
CACHE = pathlib.Path(os.environ.get("WARD_CACHE", "/var/cache/ward"))
HTTPS = int(os.environ.get("WARD_DEMO_HTTPS_PORT", "8443"))
HTTP = int(os.environ.get("WARD_DEMO_HTTP_PORT", "8480"))
POOL = os.environ.get("WARD_DEMO_POOL", "10.118.0.0/16")
INSTANCE = os.environ.get("WARD_DEMO_INSTANCE", "demo")
DOMAIN = "ward.localhost"
OWNER = "owner@clinic.example"
WARDD = ROOT / "target/release/wardd"
WARD = ROOT / "target/release/ward"
CONFIG = HOME / "ward.toml"
STATE = HOME / "demo.json"
BEGAN = time.monotonic()
STEPS = 15


class Failed(Exception):
    """A step failed: what happened, and how to go on."""

    def __init__(self, what, go_on):
        super().__init__(what)
        self.go_on = go_on


# Output -------------------------------------------------------------------------------------------------------

step_number = 0


def step(text):
    global step_number
    step_number += 1
    print(f"[{step_number:2}/{STEPS}] {text}", flush=True)


def note(text):
    print(f"        {text}", flush=True)


# Programs -----------------------------------------------------------------------------------------------------


def run(arguments, *, quiet=True, env=None, stdin=None, what=None, go_on="fix it, then run `make demo` again: it goes on"):
    """Runs a program; shows its last lines if it fails."""
    result = subprocess.run(
        [str(a) for a in arguments], input=stdin, env=env, text=True, cwd=ROOT,
        stdout=subprocess.PIPE if quiet else None, stderr=subprocess.PIPE if quiet else None, check=False,
    )
    if result.returncode != 0:
        lines = ((result.stdout or "") + (result.stderr or "")).strip().splitlines()[-25:]
        raise Failed(f"{what or pathlib.Path(str(arguments[0])).name} failed (exit code {result.returncode})"
                     + "".join(f"\n          {line}" for line in lines), go_on)
    return result.stdout or ""


def followed(arguments, *, what):
    """Runs a long program; shows a sign of life on one line, all of it only if it fails."""
    log = HOME / "log"
    log.mkdir(mode=0o700, exist_ok=True)
    path = log / f"{what.replace(' ', '-')}.log"
    began = time.monotonic()
    tty = sys.stdout.isatty()
    with open(path, "w+", encoding="utf-8", errors="replace") as out:
        process = subprocess.Popen([str(a) for a in arguments], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        shown = 0.0
        while process.poll() is None:
            time.sleep(0.5)
            now = time.monotonic()
            if now - shown >= (1 if tty else 20):
                shown = now
                last = last_line(path)
                line = f"        {int(now - began):4} s  {last[:90]}"
                print(("\r\033[K" + line) if tty else line, end="" if tty else "\n", flush=True)
        if tty:
            print("\r\033[K", end="")
    if process.returncode != 0:
        tail = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-25:]
        raise Failed(f"{what} failed" + "".join(f"\n          {line}" for line in tail), f"the whole output is in {path}; fix it, then run `make demo` again: it goes on")
    note(f"{what}: {time.monotonic() - began:.0f} s")


def last_line(path):
    with open(path, "rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 400))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return "".join(c for c in lines[-1] if c.isprintable()) if lines else ""


# State --------------------------------------------------------------------------------------------------------


def load():
    return json.loads(STATE.read_text()) if STATE.exists() else {}


def save(state):
    part = STATE.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(state, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    part.replace(STATE)


def start_time(pid):
    """When a process began, in ticks: with the number it names one process for good."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


def alive(state, name):
    entry = state.get("processes", {}).get(name)
    return bool(entry) and start_time(entry["pid"]) == entry["started"]


def start(state, name, arguments):
    build = f"{arguments[0].stat().st_mtime_ns} {arguments[0].stat().st_size}"
    if alive(state, name):
        if state["processes"][name].get("build") == build:
            return
        note(f"{name} was built anew: restarting it; what it runs goes on")
        end(state, name)
    log = open(HOME / "log" / f"{name}.log", "ab")
    clean = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "RUST_BACKTRACE") or k.endswith(("_proxy", "_PROXY"))}
    process = subprocess.Popen([str(a) for a in arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True, env=clean, cwd="/")
    state.setdefault("processes", {})[name] = {"pid": process.pid, "started": start_time(process.pid), "build": build}
    save(state)


def end(state, name, patience=40):
    entry = state.get("processes", {}).get(name)
    if entry and start_time(entry["pid"]) == entry["started"]:
        os.kill(entry["pid"], signal.SIGTERM)
        limit = time.monotonic() + patience
        while start_time(entry["pid"]) == entry["started"] and time.monotonic() < limit:
            try:
                os.waitpid(entry["pid"], os.WNOHANG)
            except ChildProcessError:
                pass
            time.sleep(0.1)
        if start_time(entry["pid"]) == entry["started"]:
            os.kill(entry["pid"], signal.SIGKILL)
    state.get("processes", {}).pop(name, None)


# Ward ---------------------------------------------------------------------------------------------------------


def totp(secret):
    """A code of the second factor (RFC 6238), as an authenticator would show it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Tls(http.client.HTTPSConnection):
    """HTTPS to a name below `localhost`, whatever the resolver thinks of it."""

    def connect(self):
        raw = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        self.sock = self._context.wrap_socket(raw, server_hostname=self.host)


def https(method, host, path, body=None, headers=None, timeout=60):
    context = ssl.create_default_context(cafile=str(HOME / "ca.pem"))
    connection = Tls(host, HTTPS, context=context, timeout=timeout)
    try:
        connection.request(method, path, body=None if body is None else json.dumps(body),
                           headers={"Host": f"{host}:{HTTPS}", "Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        return answer.status, dict(answer.getheaders()), json.loads(text) if text and "json" in (answer.getheader("Content-Type") or "") else text
    finally:
        connection.close()


def api(method, path, body=None, token=None):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    status, _, answer = https(method, f"console.{DOMAIN}", path, body, headers)
    if status >= 400:
        raise Failed(f"{method} {path}: {status} {json.dumps(answer)}", "run `make demo` again")
    return answer


def environment(state):
    keep = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG", "TERM")}
    return {**keep, "WARD_CONFIG_DIR": str(HOME / "cli"), "WARD_TOKEN": state.get("token", ""), "WARD_CA": str(HOME / "ca.pem"),
            "WARD_SERVER": f"https://console.{DOMAIN}:{HTTPS}"}


def ward(state, *arguments, stdin=None, parse=True):
    out = run([WARD, *arguments, *(["--json"] if parse else [])], env=environment(state), stdin=stdin, what="ward " + " ".join(arguments[:3]))
    return json.loads(out) if parse and out.strip() else out


def ensure(state, listing, name, creating):
    """Creates what is not there yet."""
    items = ward(state, *listing)
    items = items["items"] if isinstance(items, dict) else items
    for item in items:
        if item.get("name") == name:
            return item
    return ward(state, *creating)


# Steps --------------------------------------------------------------------------------------------------------


def check_machine():
    step("Looking at this machine")
    if os.geteuid() != 0:
        raise Failed("the demo needs root: it starts containers, mounts memory and writes packet filter rules", "run it as root, on a machine for trying things out")
    for port in (HTTPS, HTTP):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                if not alive(load(), "ingress"):
                    raise Failed(f"port {port} is taken by another program", "stop it, or choose others with WARD_DEMO_HTTPS_PORT and WARD_DEMO_HTTP_PORT") from None
    free = shutil.disk_usage(HOME.parent).free >> 30
    if free < 8:
        raise Failed(f"only {free} GiB are free below {HOME.parent}", "free some, or choose another place with WARD_DEMO_DIR; 8 GiB are needed")
    HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
    (HOME / "log").mkdir(mode=0o700, exist_ok=True)


def build():
    step("Building the programs (the first time takes minutes)")
    followed(["make", "build"], what="build")


def set_up(state):
    step("Setting up: root key, vault, ledger, store, first owner")
    wanted = f"""# Written by the demo.
instance = "{INSTANCE}"
domain = "{DOMAIN}"
data_dir = "{HOME}/data"
run_dir = "{RUN}"
[vault]
key_file = "{HOME}/root.key"
[ingress]
https = ["127.0.0.1:{HTTPS}"]
http = ["127.0.0.1:{HTTP}"]
[engine]
pool = "{POOL}"
uid_range = [34000000, 50384000]
init_program = "{HOME}/lib/ward-init"
image_cache = "{CACHE}"
# The demo leaves the file system of the host as it is: encrypted volumes live in an image file.
volume_image_gib = 4
"""
    CONFIG.write_text(wanted)
    library = HOME / "lib"
    library.mkdir(mode=0o755, exist_ok=True)
    built = ROOT / "target/release/ward-init"
    if not (library / "ward-init").exists() or (library / "ward-init").read_bytes() != built.read_bytes():
        part = library / "ward-init.part"
        shutil.copyfile(built, part)
        part.chmod(0o755)
        part.replace(library / "ward-init")
    if "password" not in state:
        state["password"] = "-".join(secrets.token_hex(3) for _ in range(5))
        save(state)
    if not state.get("initialized"):
        out = run([WARDD, "init", "--config", CONFIG, "--owner-email", OWNER, "--owner-name", "Demo Owner", "--stdin"],
                  stdin=state["password"] + "\n", what="wardd init")
        for line in out.strip().splitlines():
            note(line)
        state["initialized"] = True
        save(state)
    else:
        note("all is there")


def images(state):
    step("Building Ward's images from Debian's packages (cached afterwards)")
    if alive(state, "wardd"):
        note("the platform runs already: images are there")
        return
    followed([WARDD, "images", "--config", CONFIG], what="images")


def start_platform(state):
    step("Starting wardd and the ingress")
    start(state, "ingress", [WARDD, "ingress", "--config", CONFIG])
    start(state, "wardd", [WARDD, "serve", "--config", CONFIG])
    limit = time.monotonic() + 90
    last = "nothing yet"
    while time.monotonic() < limit:
        for name in ("wardd", "ingress"):
            if not alive(state, name):
                raise Failed(f"{name} ended: {last_line(HOME / 'log' / f'{name}.log')}", f"its log is {HOME}/log/{name}.log")
        try:
            ca = HOME / "data/ca.pem"
            if ca.exists():
                shutil.copyfile(ca, HOME / "ca.pem")
                health = api("GET", "/v1/health")
                note(f"Ward {health['version']} answers at https://console.{DOMAIN}:{HTTPS}")
                return
        except (OSError, Failed, http.client.HTTPException) as error:
            last = str(error)
        time.sleep(0.3)
    raise Failed(f"the platform does not answer: {last}", f"look into {HOME}/log/wardd.log and ingress.log, then run `make demo` again")


def sign_in(state):
    step("Signing in as the first owner, with a second factor")
    if state.get("token"):
        try:
            me = api("GET", "/v1/sessions/current", token=state["token"])
            if me["session"]["needs"] == "nothing":
                note("still signed in")
                return
        except Failed:
            pass
    begun = api("POST", "/v1/sessions", {"email": OWNER, "password": state["password"]})
    token = begun["token"]
    if begun["session"]["needs"] == "enrolment":
        state["totp"] = api("POST", "/v1/me/factor", token=token)["secret"]
        save(state)
        api("POST", "/v1/me/factor/confirm", {"code": totp(state["totp"])}, token)
        note("second factor set up")
    else:
        give_code(state, token)
    state["token"] = token
    state["stepped_up"] = time.time()
    save(state)


def give_code(state, token):
    """A code works once: should this one be used up, the next one is waited for."""
    for attempt in range(3):
        try:
            api("POST", "/v1/sessions/current/second-factor", {"code": totp(state["totp"])}, token)
            state["stepped_up"] = time.time()
            save(state)
            return
        except Failed:
            if attempt == 2:
                raise
            wait = 31 - int(time.time()) % 30
            note(f"waiting {wait} s for the next code: each works once")
            time.sleep(wait)


def tenancy(state):
    step("Organization, region for PHI, agreement (BAA), project, environment")
    organization = ensure(state, ["org", "list"], "clinic-group", ["org", "create", "clinic-group"])
    region = ensure(state, ["region", "list"], "here", ["region", "create", "here", "--location", "this machine", "--phi"])
    agreements = ward(state, "agreement", "list", "--org", "clinic-group")
    agreements = agreements["items"] if isinstance(agreements, dict) else agreements
    if not any(a["active"] for a in agreements):
        ward(state, "agreement", "create", "Example Hosting, Inc.", "--document", "contracts/baa-example.pdf", "--org", "clinic-group")
    ensure(state, ["project", "list", "--org", "clinic-group"], "care", ["project", "create", "care", "--org", "clinic-group"])
    ensure(state, ["env", "list", "--org", "clinic-group", "--project", "care"], "prod",
           ["env", "create", "prod", "--data", "phi", "--region", "here", "--org", "clinic-group", "--project", "care"])
    ward(state, "use", "clinic-group/care/prod", parse=False)
    note(f"clinic-group/care/prod holds PHI, in region {region['name']} (organization {organization['id']})")


def wait_for(state, what, look, patience=180):
    limit = time.monotonic() + patience
    while True:
        item = look()
        if item["state"] == "ready":
            return item
        if item["state"] == "failed" or time.monotonic() > limit:
            raise Failed(f"{what} is {item['state']}: {item.get('problem')}", f"look into {HOME}/log/wardd.log, then run `make demo` again")
        time.sleep(0.5)


def database(state):
    step("PostgreSQL: TLS only, data encrypted under a key of its own")
    began = time.monotonic()
    made = ensure(state, ["db", "list"], "records", ["db", "create", "records", "--detach"])
    wait_for(state, "the database", lambda: api("GET", f"/v1/databases/{made['id']}", token=state["token"]))
    note(f"records is ready ({time.monotonic() - began:.1f} s)")


def deploy(state):
    step("Deploying examples/clinic from its Dockerfile")
    app = ensure(state, ["apps", "list"], "clinic", ["apps", "create", "clinic"])
    if not state.get("secrets"):
        state["staff_password"] = "-".join(secrets.token_hex(3) for _ in range(4))
        state["api_token"] = secrets.token_hex(24)
        save(state)
        ward(state, "secrets", "set", "--app", "clinic", f"CLINIC_STAFF_PASSWORD={state['staff_password']}", f"CLINIC_API_TOKEN={state['api_token']}", parse=False)
        ward(state, "db", "attach", "records", "--app", "clinic", parse=False)
        state["secrets"] = True
        save(state)
    app = api("GET", f"/v1/apps/{app['id']}", token=state["token"])
    digest = run(["git", "hash-object", "--stdin"], stdin=source_digest()).strip()
    if app.get("release") and state.get("deployed") == digest:
        note(f"release {app['release_number']} serves already")
    else:
        followed_deploy(state)
        state["deployed"] = digest
        save(state)
    app = api("GET", f"/v1/apps/{app['id']}", token=state["token"])
    state["url"] = app["url"]
    save(state)
    note(f"serves at {app['url']}")


def source_digest():
    folder = ROOT / "examples/clinic"
    return "\n".join(f"{p.relative_to(folder)} {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts)


def followed_deploy(state):
    process = subprocess.run([str(WARD), "deploy", str(ROOT / "examples/clinic"), "--app", "clinic", "--yes"], env=environment(state), cwd=ROOT, check=False,
                             stdout=open(HOME / "log/deploy.log", "w", encoding="utf-8"), stderr=subprocess.STDOUT)
    if process.returncode != 0:
        tail = (HOME / "log/deploy.log").read_text(errors="replace").strip().splitlines()[-40:]
        raise Failed("the deployment failed" + "".join(f"\n          {line}" for line in tail), f"the whole output is in {HOME}/log/deploy.log")


def patient(state):
    step("Writing and reading a patient through HTTPS (FHIR R4)")
    host = state["url"].split("//")[1].split("/")[0].split(":")[0]
    headers = {"Authorization": f"Bearer {state['api_token']}", "Content-Type": "application/fhir+json"}
    given = f"Edgar-{secrets.token_hex(2)}"
    body = {"resourceType": "Patient", "name": [{"family": "Poe", "given": [given]}], "gender": "male", "birthDate": "1989-01-19"}
    status, answer, created = https("POST", host, "/fhir/Patient", body, headers)
    if status != 201:
        raise Failed(f"POST /fhir/Patient: {status} {created}", "look at `ward logs --app clinic`")
    status, _, read = https("GET", host, f"/fhir/Patient/{created['id']}", None, headers)
    if status != 200 or read["name"][0]["given"] != [given]:
        raise Failed(f"GET /fhir/Patient/{created['id']}: {status} {read}", "look at `ward logs --app clinic`")
    note(f"wrote and read back {answer.get('Location', created['id'])}")


def backup(state):
    step("Taking an encrypted backup")
    made = ward(state, "db", "backup", "records")
    note(f"backup {made['id']}: {made['state']}, {made['bytes']:,} bytes, sha256 {str(made['sha256'])[:16]}…")


def checks(state):
    step("Running the checks against the live system")
    began = time.monotonic()
    found = ward(state, "check", "run")
    items = found["items"] if isinstance(found, dict) else found
    counts = {}
    for item in items:
        verdict = (item.get("latest") or {}).get("verdict", "unknown")
        counts[verdict] = counts.get(verdict, 0) + 1
        if verdict in ("fail", "unknown"):
            note(f"{verdict:8} {item['id']}: {(item.get('latest') or {}).get('summary', '')}")
    note(", ".join(f"{n} {v}" for v, n in sorted(counts.items())) + f" ({time.monotonic() - began:.1f} s)")


def posture(state):
    step("Posture")
    print(ward(state, "posture", "--org", "clinic-group", parse=False))


def ledger(state):
    step("Verifying the ledger, offline, from its files")
    key = (HOME / "data/control/ledger.vkey").read_text().strip()
    out = run([WARD, "ledger", "verify", HOME / "data/control/ledger", "--key", key], env=environment(state), what="ward ledger verify")
    for line in out.strip().splitlines():
        note(line)


def last_words(state):
    port = f":{HTTPS}"
    print(f"""
The clinic is up ({time.monotonic() - BEGAN:.0f} s).

  app        {state['url']}   (user: staff, password: {state['staff_password']})
  console    https://console.{DOMAIN}{port}   (certificate authority: {HOME}/ca.pem)
  sign in    {OWNER}
  password   {state['password']}
  2nd factor secret for your authenticator: {state['totp']}

On the command line:
  export WARD_SERVER=https://console.{DOMAIN}{port} WARD_CA={HOME}/ca.pem WARD_CONFIG_DIR={HOME}/cli
  {WARD} login
  {WARD} ps --app clinic;  {WARD} logs --app clinic;  {WARD} posture;  {WARD} ledger list
Try next: `{WARD} rollback --app clinic`, `{WARD} db psql records`, kill -9 a container and watch it come back.
`make demo-stop` stops it, `make demo-destroy` leaves nothing.""")


def up():
    check_machine()
    state = load()
    build()
    set_up(state)
    images(state)
    start_platform(state)
    sign_in(state)
    tenancy(state)
    database(state)
    deploy(state)
    patient(state)
    backup(state)
    checks(state)
    posture(state)
    ledger(state)
    step("Done")
    last_words(state)


def stop():
    state = load()
    end(state, "wardd")
    end(state, "ingress")
    if STATE.exists():
        save(state)
    if CONFIG.exists() and WARDD.exists():
        run([WARDD, "stop", "--config", CONFIG], what="wardd stop")
    print("stopped; the data stays. `make demo` starts it again.")


def destroy():
    if not HOME.exists():
        print("nothing is there")
        return
    if CONFIG.exists() and not WARDD.exists():
        raise Failed("the program that removes everything is not built", "run `make build`, then `make demo-destroy` again")
    state = load()
    end(state, "wardd")
    end(state, "ingress")
    if CONFIG.exists():
        print(run([WARDD, "destroy", "--config", CONFIG, "--instance", INSTANCE], what="wardd destroy").strip())
    shutil.rmtree(HOME)
    print(f"removed {HOME}; built images are kept in {CACHE}, programs in target/")


def main():
    verbs = {"up": up, "stop": stop, "destroy": destroy}
    if len(sys.argv) != 2 or sys.argv[1] not in verbs:
        sys.exit(f"use: {sys.argv[0]} up|stop|destroy")
    try:
        verbs[sys.argv[1]]()
    except Failed as failure:
        print(f"\nfailed: {failure}\nhow to go on: {failure.go_on}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; run `make demo` again: it goes on")


if __name__ == "__main__":
    main()
