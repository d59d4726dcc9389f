//! A peer that answers as a script says.

use std::net::SocketAddr;
use std::sync::Arc;

use kf_token_redis::{RedisStore, RedisStoreBuilder};
use kf_transport::ManualClock;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

/// What a connection does with one command after the other; after the last one it hangs up.
pub(crate) type Script = &'static [Act];

/// What is done with a command.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// These bytes are the answer.
    Say(&'static str),
    /// These bytes are the answer, and that is the end.
    Last(&'static str),
    /// There is no answer.
    Nothing,
}

/// A peer on a port of this machine. It tells of each command that it has read.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    heard: mpsc::UnboundedReceiver<Vec<String>>,
}

impl Peer {
    /// Each script is for one connection. Who comes after the last one is let in and gets nothing.
    pub(crate) async fn start(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, heard) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            for script in scripts {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, script, tell.clone()));
            }
            let mut others = Vec::new();
            while let Ok(other) = listener.accept().await {
                others.push(other);
            }
        });
        Self { address, heard }
    }

    /// The next command that was said to it.
    pub(crate) async fn hears(&mut self) -> Vec<String> {
        self.heard.recv().await.expect("it goes on")
    }

    /// How many commands were said to it beside those.
    pub(crate) fn left(&mut self) -> usize {
        std::iter::from_fn(|| self.heard.try_recv().ok()).count()
    }

    pub(crate) fn builder(&self, clock: &ManualClock) -> RedisStoreBuilder {
        RedisStore::builder(format!("redis://{}", self.address)).clock(Arc::new(clock.clone()))
    }

    pub(crate) fn store(&self, clock: &ManualClock) -> RedisStore {
        self.builder(clock).build().unwrap()
    }
}

async fn serve(stream: TcpStream, script: Script, tell: mpsc::UnboundedSender<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    for act in script {
        let Some(command) = read(&mut stream).await else { return };
        let _ = tell.send(command);
        match act {
            Act::Say(answer) => stream.write_all(answer.as_bytes()).await.unwrap(),
            Act::Last(answer) => return stream.write_all(answer.as_bytes()).await.unwrap(),
            Act::Nothing => {}
        }
    }
    if matches!(script.last(), Some(Act::Nothing)) {
        // It is held open until the other side has had enough.
        while read(&mut stream).await.is_some() {}
    }
}

/// A command: `*2`, then `$3` and `GET`, and so on.
async fn read(stream: &mut BufReader<TcpStream>) -> Option<Vec<String>> {
    let mut words = Vec::new();
    for _ in 0..number(stream, "*").await? {
        let mut word = vec![0; number(stream, "$").await? + 2];
        stream.read_exact(&mut word).await.ok()?;
        words.push(String::from_utf8_lossy(&word[..word.len() - 2]).into_owned());
    }
    Some(words)
}

async fn number(stream: &mut BufReader<TcpStream>, mark: &str) -> Option<usize> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    line.trim_end().strip_prefix(mark)?.parse().ok()
}
