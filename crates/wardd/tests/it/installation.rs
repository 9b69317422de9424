//! One installation with a name, directories, addresses and ports of its own.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Child, Command},
    time::Duration,
};

use nix::{sys::signal, unistd::Pid};
use serde_json::Value;

use crate::{
    door::{Answer, Ask, Door, ask_socket},
    programs::{WARDD, clean, compile_init, processes, run, said, until, ward},
    traces::traces,
};

/// Host of API and console.
pub(crate) const CONSOLE: &str = "console.ward.localhost";
/// The first owner.
pub(crate) const OWNER: &str = "owner@clinic.example";

/// The installation. Dropped, it is taken away.
pub(crate) struct Installation {
    pub(crate) instance: String,
    /// Everything but the run state.
    pub(crate) home: PathBuf,
    pub(crate) run: PathBuf,
    pub(crate) https: u16,
    wardd: Option<Child>,
    ingress: Option<Child>,
    there: bool,
}

impl Installation {
    /// Writes its configuration. Letter and octet keep installations of one process apart.
    pub(crate) fn new(letter: char, octet: u32, passphrase: bool) -> Self {
        assert!(nix::unistd::geteuid().is_root(), "these tests need root: they run containers");
        let process = std::process::id();
        let instance = format!("{letter}{:05x}", process % 0x10_0000);
        let home = PathBuf::from(format!("/var/tmp/ward-it-{instance}"));
        fs::create_dir_all(home.join("log")).unwrap();
        fs::set_permissions(&home, fs::Permissions::from_mode(0o711)).unwrap();
        let ports = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        let [https, http] = ports.map(|p| p.local_addr().unwrap().port());
        let run = PathBuf::from(format!("/run/ward-it-{instance}"));
        let it = Self { instance, home, run, https, wardd: None, ingress: None, there: true };
        compile_init(&it.home.join("ward-init"));
        let cache = std::env::var("WARD_CACHE").unwrap_or_else(|_| "/var/cache/ward".into());
        let (home, octet) = (it.home.display(), octet + process % 40);
        let uids = 100_000_000 + (process % 100) * 13_107_200 + u32::from(passphrase) * 6_553_600;
        let vault =
            if passphrase { "passphrase = true".into() } else { format!("key_file = \"{home}/root.key\"") };
        let text = format!(
            "instance = \"{}\"\ndata_dir = \"{home}/data\"\nrun_dir = \"{}\"\n[vault]\n{vault}\n\
             [ingress]\nhttps = [\"127.0.0.1:{https}\"]\nhttp = [\"127.0.0.1:{http}\"]\n\
             [engine]\npool = \"10.{octet}.0.0/16\"\nuid_range = [{uids}, {}]\n\
             init_program = \"{home}/ward-init\"\nimage_cache = \"{cache}\"\nvolume_image_gib = 1\n",
            it.instance,
            it.run.display(),
            uids + 6_553_600,
        );
        fs::write(it.config(), text).unwrap();
        it
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.home.join("ward.toml")
    }
    pub(crate) fn control(&self) -> PathBuf {
        self.home.join("data/control")
    }

    /// A command of the daemon, run to its end.
    pub(crate) fn wardd(&self, arguments: &[&str], input: &str) -> (i32, String) {
        let mut command = clean(WARDD);
        command.arg("--config").arg(self.config()).args(arguments);
        said(&run(command, input))
    }

    /// `wardd init`.
    pub(crate) fn init(&self, input: &str) -> (i32, String) {
        self.wardd(&["init", "--owner-email", OWNER, "--owner-name", "Owner", "--stdin"], input)
    }

    /// Address of the API and the console.
    pub(crate) fn address(&self) -> String {
        format!("https://{CONSOLE}:{}", self.https)
    }

    /// A run of the command line.
    pub(crate) fn ward(&self, token: &str, arguments: &[&str], input: &str) -> (i32, String) {
        let mut command = self.ward_command(token);
        command.env("WARD_SERVER", self.address()).args(arguments);
        said(&run(command, input))
    }

    /// The command line, that knows no server yet.
    pub(crate) fn ward_command(&self, token: &str) -> Command {
        let mut command = clean(ward());
        command.env("WARD_CONFIG_DIR", self.home.join("cli")).env("WARD_TOKEN", token);
        command.env("WARD_CA", self.home.join("data/ca.pem"));
        command
    }

    fn spawn(&self, what: &str) -> Child {
        let log = File::options().create(true).append(true).open(self.log(what)).unwrap();
        let mut command = clean(WARDD);
        command.arg("--config").arg(self.config()).arg(what).stdout(log.try_clone().unwrap()).stderr(log);
        command.spawn().unwrap()
    }

    fn log(&self, what: &str) -> PathBuf {
        self.home.join("log").join(what)
    }

    /// Starts the platform, as a supervisor would.
    pub(crate) fn start_wardd(&mut self) {
        assert!(self.wardd.is_none(), "it runs already");
        self.wardd = Some(self.spawn("serve"));
    }
    /// Starts the ingress, as a supervisor would.
    pub(crate) fn start_ingress(&mut self) {
        assert!(self.ingress.is_none(), "it runs already");
        self.ingress = Some(self.spawn("ingress"));
    }
    /// Kills the platform with SIGKILL.
    pub(crate) fn kill_wardd(&mut self) {
        kill(&mut self.wardd);
    }
    /// Kills the ingress with SIGKILL.
    pub(crate) fn kill_ingress(&mut self) {
        kill(&mut self.ingress);
    }
    /// Ends the platform in order.
    pub(crate) fn end_wardd(&mut self) {
        end(&mut self.wardd);
    }

    /// The ingress, once the platform has published its authority.
    pub(crate) fn door(&self) -> Door {
        Door::new(self.https, &self.home.join("data/ca.pem"))
    }

    /// Waits until the API answers through the ingress.
    pub(crate) fn answers(&self, longest: Duration) -> Duration {
        until("the platform answers", longest, || {
            self.home.join("data/ca.pem").exists()
                && self.door().ask(CONSOLE, &Ask::get("/v1/health")).is_ok_and(|a| a.status == 200)
        })
    }

    /// Asks the API through the ingress.
    pub(crate) fn api(&self, token: &str, method: &str, path: &str, body: &Value) -> Answer {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let ask = Ask { method, token: Some(token), body: body.as_bytes(), ..Ask::get(path) };
        self.door().ask(CONSOLE, &ask).unwrap_or_else(|e| panic!("{method} {path}: {e}"))
    }

    /// Names of all containers, also of those that ended, as Podman knows them.
    pub(crate) fn containers(&self) -> Vec<String> {
        let list = Ask::get("/v4.0.0/libpod/containers/json?all=true");
        let answer = ask_socket(&self.run.join("engine/podman.sock"), &list).unwrap();
        let mut names: Vec<String> = match answer.good() {
            Value::Array(all) => all.iter().map(|c| c["Names"][0].as_str().unwrap().to_owned()).collect(),
            _ => Vec::new(),
        };
        names.sort();
        names
    }

    /// Process of Podman's service.
    pub(crate) fn service(&self) -> Option<i32> {
        let socket = self.run.join("engine/podman.sock").display().to_string();
        let found =
            processes().into_iter().find(|(_, l)| l.contains("system service") && l.contains(&socket));
        found.map(|(pid, _)| pid)
    }

    /// Processes in the containers of this installation whose arguments hold the text.
    pub(crate) fn inside(&self, text: &str) -> Vec<i32> {
        let group = format!("/ward-{}/", self.instance);
        let ours = |pid: i32| {
            fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|groups| groups.contains(&group))
        };
        processes().into_iter().filter(|(pid, line)| line.contains(text) && ours(*pid)).map(|p| p.0).collect()
    }

    /// Takes it away with `wardd destroy`; nothing of it may be left.
    pub(crate) fn take_away(mut self) {
        let destroyed = self.destroy();
        let mut left = traces(&self.instance, &self.home, &self.run);
        left.extend(
            [
                self.home.join("data"),
                self.home.join("root.key"),
                self.run.clone(),
                self.run.with_extension("lock"),
            ]
            .iter()
            .filter(|p| p.exists())
            .map(|p| format!("file: {}", p.display())),
        );
        fs::remove_dir_all(&self.home).unwrap();
        assert_eq!(destroyed.0, 0, "{}", destroyed.1);
        assert!(left.is_empty(), "left on the host: {left:#?}");
    }

    fn destroy(&mut self) -> (i32, String) {
        self.there = false;
        end(&mut self.wardd);
        end(&mut self.ingress);
        self.wardd(&["destroy", "--instance", &self.instance], "")
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if !self.there {
            return;
        }
        for what in ["serve", "ingress"] {
            eprintln!("--- last lines of wardd {what}\n{}", tail(&self.log(what)));
        }
        let (code, text) = self.destroy();
        if code != 0 {
            eprintln!("wardd destroy failed: {text}");
        }
        let _ = fs::remove_dir_all(&self.home);
    }
}

fn tail(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

fn kill(child: &mut Option<Child>) {
    let mut child = child.take().expect("it runs");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Ends a program with SIGTERM; kills it if it does not heed.
fn end(child: &mut Option<Child>) {
    let Some(mut child) = child.take() else { return };
    let _ = signal::kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal::Signal::SIGTERM);
    for _ in 0..400 {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    eprintln!("a program did not heed SIGTERM");
    let _ = child.kill();
    let _ = child.wait();
}
