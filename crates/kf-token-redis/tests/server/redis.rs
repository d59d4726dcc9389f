//! A Redis of our own, on a port of this machine.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use redis::aio::MultiplexedConnection;
use redis::{Cmd, FromRedisValue};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A folder of a test, gone when the test is over.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let name = format!("kf-redis-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A Redis that keeps nothing on the disk unless it is told to, killed when it is dropped.
pub(crate) struct Redis {
    pub(crate) port: u16,
    pub(crate) folder: Folder,
    args: Vec<String>,
    child: Child,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        Self::start_with(Folder::new(), &[]).await
    }

    /// One that is told more. `PORT` in what it is told is its port.
    pub(crate) async fn start_with(folder: Folder, args: &[&str]) -> Self {
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        for _ in 0..20 {
            // Another process may take the port in between: then the next one is tried.
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if let Some(child) = launch(port, &folder, &args).await {
                return Self { port, folder, args, child };
            }
        }
        panic!("no Redis could be started");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) async fn kill(&mut self) {
        self.child.kill().await.unwrap();
    }

    /// Starts it again after it was killed.
    pub(crate) async fn start_again(&mut self) {
        self.child = launch(self.port, &self.folder, &self.args).await.expect("its port is still free");
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let id = i32::try_from(self.child.id().expect("it runs")).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    pub(crate) async fn person(&self) -> Person {
        let client = redis::Client::open(self.url()).unwrap();
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
        Person(client.get_multiplexed_async_connection_with_config(&config).await.unwrap())
    }
}

/// Somebody who uses the Redis by hand.
pub(crate) struct Person(MultiplexedConnection);

impl Person {
    /// Types a line; words are what stands between blanks.
    pub(crate) async fn types<T: FromRedisValue>(&mut self, line: &str) -> T {
        self.says(&line.split(' ').collect::<Vec<_>>()).await
    }

    pub(crate) async fn says<T: FromRedisValue>(&mut self, words: &[&str]) -> T {
        let mut command = Cmd::new();
        command.arg(words);
        command.query_async(&mut self.0).await.unwrap()
    }

    /// Waits until a key is gone.
    pub(crate) async fn until_gone(&mut self, key: &str) {
        while self.says::<bool>(&["EXISTS", key]).await {
            tokio::task::yield_now().await;
        }
    }

    /// How many scripts were run.
    pub(crate) async fn scripts(&mut self) -> u64 {
        let info: String = self.types("INFO commandstats").await;
        let calls = info.lines().find_map(|line| line.strip_prefix("cmdstat_eval:calls="));
        calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
    }
}

/// Starts a Redis; none if the port is taken.
async fn launch(port: u16, folder: &Folder, args: &[String]) -> Option<Child> {
    let port = port.to_string();
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--daemonize", "no", "--loglevel", "notice", "--logfile", ""]);
    command.arg("--dir").arg(folder.path(""));
    if !args.iter().any(|arg| arg == "PORT") {
        command.args(["--port", &port]);
    }
    command.args(args.iter().map(|arg| if arg == "PORT" { &port } else { arg }));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).kill_on_drop(true);
    let mut child = command.spawn().expect("redis-server is installed");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line.contains("Ready to accept connections") {
            // What it says later must go somewhere, or it would stand still.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some(child);
        }
    }
    None
}
