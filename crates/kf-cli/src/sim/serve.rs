//! Serving: from the arguments to the last save.

use std::fs;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};
use std::time::Duration;

use clap::Args;
use kf_sim::{Sim, StartError, StateError};
use tokio::sync::mpsc;

use super::client::{Client, get};
use super::push::{self, PushArgs};
use super::pushes;
use super::ready::Ready;
use super::runtime::{self, Announced, Entry};
use super::start;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{chain, escaped};
use crate::streams::{Stop, Streams};

/// How long a simulator that was started before may take to say that it runs.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(1);
/// Deliveries that are shown where no person looks.
const DELIVERIES_SHOWN: u32 = 100;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where it listens; port 0 picks one. Other than loopback needs a control key.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9180", value_parser = address)]
    pub(super) listen: SocketAddr,
    /// The world to begin with; left out, the one that `kf sim scenario` prints.
    #[arg(long, value_name = "FILE")]
    pub(super) scenario: Option<PathBuf>,
    /// Keeps the world in this file, and begins as it says if it is there.
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,
    /// Speaks TLS; the certificate to trust goes into this folder, as ca.pem.
    #[arg(long, value_name = "DIR")]
    pub(super) tls: Option<PathBuf>,
    /// Wants the key in this file, or in KF_SIM_CONTROL_KEY, from whoever drives it.
    #[arg(long, value_name = "FILE")]
    pub(super) control_key_file: Option<PathBuf>,
    /// The time stands still until `kf sim advance` moves it.
    #[arg(long)]
    pub(super) manual_clock: bool,
    #[command(flatten)]
    pub(super) push: PushArgs,
}

/// What the simulator has to say while it runs.
enum Said {
    /// Something is wrong.
    Trouble(String),
    /// Something was delivered, or not.
    Delivery { line: String, is_good: bool },
}

/// Serves until it is told to stop.
pub(super) async fn serve(args: &ServeArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    // From here on a signal is not lost.
    let stop = streams.stop().map_err(|error| failed(&format!("the system tells of no signals: {error}")))?;
    let key = start::key(args, env)?;
    let push = push::to(&args.push, env)?;
    let state = start::state(args)?;
    let (tell, told) = mpsc::unbounded_channel();
    let tell_deliveries = tell.clone();
    let mut builder = Sim::builder().listen(args.listen).platform(start::platform(args, state.as_ref(), streams)?);
    if let Some(key) = &key {
        builder = builder.control_key(key.clone());
    }
    if let Some(state) = state {
        builder = builder.state(state).on_trouble(move |error| drop(tell.send(Said::Trouble(trouble(error)))));
    }
    builder = builder.on_delivery(move |delivery| {
        let said = Said::Delivery { line: pushes::shown(delivery), is_good: delivery.is_good };
        drop(tell_deliveries.send(said));
    });
    if let Some(push) = push {
        builder = builder.push(push);
    }
    if args.tls.is_some() {
        builder = builder.tls();
    }
    let sim = builder.start().await.map_err(|error| not_started(&error))?;
    let ca = match (&args.tls, sim.ca_pem()) {
        (Some(folder), Some(pem)) => Some(write_ca(&env.absolute(folder), pem)?),
        _ => None,
    };
    let url = reachable(sim.url());
    let ca_pem = sim.ca_pem().map(str::to_owned);
    let announced =
        announce(env, Entry { url: url.clone(), pid: env.process(), control_key: key, ca_pem, before: None }, streams)
            .await;
    let pushes = sim.push_routes();
    let text = sim.platform().look(|world| Ready { url: &url, ca: ca.as_deref(), world, pushes }.to_string());
    for note in sim.platform().look(|world| push::without_tickets(&args.push, world)) {
        streams.note(&note);
    }
    match streams.text(&text) {
        // Whoever wanted to know the URL alone has gone away; the simulator stays.
        Ok(()) | Err(Failure { exit: Exit::Ok, .. }) => until(stop, told, streams).await,
        Err(failure) => return Err(failure),
    }
    drop(announced);
    sim.stop().await.map_err(|error| start::of_state(&error))
}

/// Waits to be told to stop; says meanwhile what the simulator has to say.
async fn until(mut stop: Stop, mut told: mpsc::UnboundedReceiver<Said>, streams: &mut Streams<'_>) {
    let mut shown = 0;
    let mut next = |context: &mut Context<'_>| match stop.as_mut().poll(context) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => match told.poll_recv(context) {
            Poll::Ready(Some(text)) => Poll::Ready(Some(text)),
            _ => Poll::Pending,
        },
    };
    while let Some(said) = poll_fn(&mut next).await {
        match said {
            Said::Trouble(text) => streams.note(&text),
            Said::Delivery { line, is_good } => {
                shown += 1;
                show_delivery(&line, is_good, shown, streams);
            }
        }
    }
}

/// Where no person looks, the output may have no reader, and a full pipe would hold up the simulator: it ends early there.
fn show_delivery(line: &str, is_good: bool, shown: u32, streams: &mut Streams<'_>) {
    if shown > DELIVERIES_SHOWN && !streams.is_terminal() {
        if shown == DELIVERIES_SHOWN + 1 {
            streams.note("further deliveries are shown by `kf sim pushes --follow`");
        }
    } else if is_good {
        drop(streams.line(line));
    } else {
        streams.note(line);
    }
}

fn trouble(error: &StateError) -> String {
    escaped(&format!("the world is not saved, and it is tried again: {}", chain(error)))
}

fn failed(message: &str) -> Failure {
    Failure::new(Exit::Failed, escaped(message))
}

fn not_started(error: &StartError) -> Failure {
    match error {
        StartError::NeedsKey(_) => {
            Failure::new(Exit::Usage, format!("--listen: {error}; --control-key-file names the file of one"))
        }
        StartError::Listen { .. } => failed(&format!("--listen: {}", chain(error))),
        StartError::State(error) => start::of_state(error),
        StartError::Push(error) => Failure::new(
            Exit::Usage,
            escaped(&format!("pushes: {error} (--push-to and its companions, or [app.pushing] of the scenario)")),
        ),
        other => failed(&chain(other)),
    }
}

/// Lets the commands find it. If they cannot, it serves all the same.
async fn announce(env: &Env, entry: Entry, streams: &mut Streams<'_>) -> Option<Announced> {
    if let Ok((_, before)) = runtime::read(env) {
        let url = escaped(&before.url);
        if before.url != entry.url && answers(before).await {
            streams.note(&format!(
                "another simulator runs at {url}; commands find this one until it ends, and `kf sim` commands that one with --url {url}"
            ));
        }
    }
    match Announced::begin(env, &entry) {
        Ok(announced) => Some(announced),
        Err(why) => {
            streams.note(&escaped(&format!("only `kf sim` commands will find this simulator, with --url: {why}")));
            None
        }
    }
}

/// Whether a simulator that was started before still runs.
async fn answers(entry: Entry) -> bool {
    let Ok(client) = Client::of(entry, None, None, String::new()) else { return false };
    let mut request = get("sim_health", "/_sim/health");
    request.timeout = Some(HEALTH_TIMEOUT);
    client.send(request).await.is_ok()
}

/// Writes the certificate, whole or not at all.
fn write_ca(folder: &Path, pem: &str) -> Result<PathBuf, Failure> {
    let path = folder.join("ca.pem");
    let beside = folder.join("ca.pem.tmp");
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(&beside, pem)?;
        fs::rename(&beside, &path)
    };
    write().map_err(|error| failed(&format!("--tls: {} cannot be written: {error}", path.display())))?;
    Ok(path)
}

/// The URL by which this machine reaches it: one that listens everywhere is at home too.
fn reachable(url: &str) -> String {
    url.replacen("://0.0.0.0:", "://127.0.0.1:", 1).replacen("://[::]:", "://[::1]:", 1)
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map_err(|_| "write an address and a port, such as 127.0.0.1:9180; port 0 picks one".to_owned())
}
