//! A server as a child process, and what the system says about it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::peers::REFUSAL;
use super::{ADD, BODY, load, post};

const NGINX: &str = "/usr/sbin/nginx";

/// A server, which ends with this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    folder: Option<PathBuf>,
    /// Its port.
    pub port: u16,
    /// From its start to its first answer.
    pub started: Duration,
}

impl Server {
    /// Starts this very program with the word `serve`, or nginx, and waits for its first answer; none if there is no
    /// nginx.
    pub async fn start(name: &str, list: &[u8]) -> Option<Self> {
        let start = now();
        let mut server = if name == "nginx" { nginx()? } else { own(name, list) };
        let request = post(&format!("{ADD}?access_token=none"), BODY);
        while load::Connection::open(server.port).await.is_err() {
            tokio::task::yield_now().await;
        }
        load::Connection::open(server.port).await.expect("it accepts").call(&request).await;
        server.started = start.elapsed();
        Some(server)
    }

    /// The time of the processor that it has used, in seconds.
    pub fn cpu(&self) -> f64 {
        let tasks = fs::read_dir(self.proc("task")).expect("it runs");
        let nanoseconds = tasks.map(|task| {
            let path = task.expect("it is listed").path().join("schedstat");
            first_number(&fs::read_to_string(path).expect("the kernel counts"))
        });
        nanoseconds.sum::<f64>() / 1e9
    }

    /// The memory that it holds now, in MiB.
    pub fn memory(&self) -> f64 {
        self.status("VmRSS:")
    }

    /// The memory that it held at its peak, in MiB.
    pub fn peak(&self) -> f64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> f64 {
        let status = fs::read_to_string(self.proc("status")).expect("it runs");
        first_number(status.lines().find_map(|line| line.strip_prefix(name)).expect("it is told")) / 1024.0
    }

    fn proc(&self, name: &str) -> PathBuf {
        Path::new("/proc").join(self.child.id().to_string()).join(name)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

fn own(name: &str, list: &[u8]) -> Server {
    let program = std::env::current_exe().expect("the program has a path");
    let mut command = Command::new(program);
    let mut child =
        command.args(["serve", name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("it is piped");
    // Who does not read the listing may have closed the pipe.
    let _ = input.write_all(list);
    drop(input);
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("a line comes");
    Server { child, folder: None, port: line.trim().parse().expect("a port"), started: Duration::ZERO }
}

/// nginx on a port that was free a moment ago, as one process with an empty folder of its own.
fn nginx() -> Option<Server> {
    if !Path::new(NGINX).exists() {
        return None;
    }
    let port = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
    let folder = std::env::temp_dir().join(format!("kf-bench-{}-{port}", std::process::id()));
    fs::create_dir(&folder).expect("a new folder");
    let config = format!(
        "daemon off; master_process off; pid {folder}/pid; error_log {folder}/log;\nevents {{}}\nhttp {{\n  \
         access_log off; keepalive_requests 100000000;\n  client_body_temp_path {folder}/body;\n  \
         server {{\n    listen 127.0.0.1:{port};\n    default_type application/json;\n    \
         location = {ADD} {{ return 200 '{REFUSAL}'; }}\n  }}\n}}\n",
        folder = folder.display()
    );
    fs::write(folder.join("nginx.conf"), config).expect("it is written");
    let mut command = Command::new(NGINX);
    command.arg("-p").arg(&folder).arg("-c").arg(folder.join("nginx.conf")).stderr(Stdio::null());
    let child = command.spawn().expect("it starts");
    Some(Server { child, folder: Some(folder), port, started: Duration::ZERO })
}

fn first_number(text: &str) -> f64 {
    text.split_whitespace().next().expect("a word").parse().expect("a number")
}

#[allow(clippy::disallowed_methods, reason = "a bench measures time")]
fn now() -> Instant {
    Instant::now()
}
