//! A simulator that is killed while it saves: what is in its file afterwards.

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rustix::process::Signal;

use crate::running::{Folder, Running};

const LIVES: usize = 8;
const KEEP: [&str; 5] = ["sim", "--listen", "127.0.0.1:0", "--state", "kept/world.toml"];

/// How a life ends: after so many calls more, and then perhaps at the first sign of a save.
#[derive(Clone, Copy, Debug)]
struct End {
    /// Whether a save of this life is waited for first.
    after_a_save: bool,
    calls: usize,
    in_a_save: bool,
}

#[test]
fn whenever_it_is_killed_its_file_holds_the_calls_up_to_some_call_and_no_fewer_than_before() {
    let folder = Folder::new("killed");
    fs::create_dir(folder.path("kept")).unwrap();
    let mut kept = 0;
    for life in 0..LIVES {
        let calls = usize::try_from(RandomState::new().build_hasher().finish() % 300).unwrap();
        let end = End { after_a_save: life % 4 != 0, calls, in_a_save: life % 2 == 1 };
        let sim = folder.start(&KEEP);
        let (before, sent) = live(&folder, sim, kept, end);
        let after = held(&folder);
        assert!((before..=sent).contains(&after), "{after} of {sent} calls, {before} were saved before: {end:?}");
        assert!(!end.after_a_save || after > kept, "{end:?}");
        kept = after;
    }
    let last = folder.start(&KEEP);
    assert!(folder.kf(&["sim", "world"]).ok().contains(&format!("{}: follows", openid(kept - 1))));
    last.end(Signal::TERM);
    assert_eq!(held(&folder), kept);
}

/// Lets people follow one after the other, and kills the simulator in the midst of it: how many of them its file held
/// right before, and how many had been sent to it.
fn live(folder: &Folder, sim: Running, first: usize, end: End) -> (usize, usize) {
    let answered = AtomicUsize::new(first);
    let mut line = Line::to(&sim.url);
    thread::scope(|scope| {
        let calls = scope.spawn(|| {
            // Ends when nobody is there any more.
            while line.follow(answered.load(Ordering::SeqCst)).is_ok() {
                answered.fetch_add(1, Ordering::SeqCst);
            }
        });
        wait(|| !end.after_a_save || held(folder) > first);
        let from = answered.load(Ordering::SeqCst);
        wait(|| answered.load(Ordering::SeqCst) >= from + end.calls);
        let (before, seen) = (held(folder), listing(folder));
        wait(|| !end.in_a_save || listing(folder) != seen);
        sim.end(Signal::KILL);
        calls.join().unwrap();
        // The last one may have been done without an answer.
        (before, answered.load(Ordering::SeqCst) + 1)
    })
}

/// Waits while calls are answered.
fn wait(mut done: impl FnMut() -> bool) {
    while !done() {
        thread::yield_now();
    }
}

/// How many of those who followed are in the file, which must be the first ones.
fn held(folder: &Folder) -> usize {
    let text = fs::read_to_string(folder.path("kept/world.toml")).unwrap();
    let world = kf_sim::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let followers: Vec<&String> = world.apps[0].customers.keys().filter(|openid| openid.starts_with("oNo")).collect();
    let first: Range<usize> = 0..followers.len();
    assert!(first.clone().map(openid).eq(followers.iter().map(|openid| (*openid).clone())), "{followers:?}");
    first.end
}

fn openid(number: usize) -> String {
    format!("oNo{number:06}")
}

/// What lies where the file is, with sizes: it changes when a save begins.
fn listing(folder: &Folder) -> Vec<(std::ffi::OsString, u64)> {
    let entries = fs::read_dir(folder.path("kept")).unwrap().flatten();
    let sized = entries.map(|entry| (entry.file_name(), entry.metadata().map_or(0, |metadata| metadata.len())));
    let mut listing: Vec<_> = sized.collect();
    listing.sort();
    listing
}

/// A connection, over which one call goes after the other.
struct Line {
    stream: BufReader<TcpStream>,
    host: String,
}

impl Line {
    fn to(url: &str) -> Self {
        let host = url.strip_prefix("http://").unwrap().trim_end_matches('/').to_owned();
        Self { stream: BufReader::new(TcpStream::connect(&host).unwrap()), host }
    }

    /// Lets the person of a number follow; an error is one of the connection.
    fn follow(&mut self, number: usize) -> io::Result<()> {
        let body = format!(r#"{{"do":"follow","openid":"{}"}}"#, openid(number));
        let (host, length) = (&self.host, body.len());
        let head = format!("POST /_sim/people HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n");
        // Written at once: a call in parts would wait for the other end to confirm the first.
        let request = format!("{head}Content-Length: {length}\r\n\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (status, length) = self.head()?;
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer)?;
        assert_eq!(status, "HTTP/1.1 200 OK", "{}", String::from_utf8_lossy(&answer));
        Ok(())
    }

    /// The first line of an answer, and how much follows its head.
    fn head(&mut self) -> io::Result<(String, usize)> {
        let (mut first, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end();
            if line.is_empty() {
                return Ok((first, length));
            }
            if let Some((_, value)) =
                line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            {
                length = value.trim().parse().unwrap();
            }
            if first.is_empty() {
                line.clone_into(&mut first);
            }
        }
    }
}
