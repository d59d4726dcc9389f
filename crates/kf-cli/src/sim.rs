//! `kf sim`: the simulated platform, and the commands that drive it.

mod client;
mod clock;
mod examples;
mod fault;
mod log;
mod people;
mod push;
mod pushes;
mod ready;
mod runtime;
mod say;
mod serve;
mod settings;
mod start;
mod world;

use std::future::Future;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use kf_sim::WorldFile;

use self::client::{Client, Done, get, post, read};
pub(crate) use self::runtime::{Announced, TOKENS};
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::escaped;
use crate::streams::Streams;

/// The arguments of `kf sim`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, after_help = HELP)]
pub(crate) struct SimArgs {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

const HELP: &str = "\
Without a command it serves until Ctrl-C. The commands find the simulator that was started last
by a file that only its user can read, in $XDG_RUNTIME_DIR/kf, or else in a folder of the user
under the one for temporary files. --url names another one; its control key, if it has one, is
taken from KF_SIM_CONTROL_KEY in the environment.";

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    People(people::PeopleCommand),
    /// Move the time of the world forward.
    Advance(clock::AdvanceArgs),
    /// Show the time of the world, let it stand still, or let it go by itself.
    Clock(clock::ClockArgs),
    /// Let something go wrong on purpose.
    Fault(fault::FaultArgs),
    /// Begin again from the world that this simulator started with.
    Reset(Connect),
    /// Show the calls that came in.
    Log(log::LogArgs),
    /// Show what was pushed to servers, and what came back.
    Pushes(pushes::PushesArgs),
    /// Show the world as it stands.
    World(world::WorldArgs),
    /// List the settings of a scenario with their defaults and meanings. Needs no simulator.
    Settings(settings::SettingsArgs),
    /// Print a scenario, to begin one of your own with. Needs no simulator.
    Scenario {
        /// Which one.
        #[arg(value_enum, default_value = "default")]
        name: BuiltIn,
    },
}

/// A scenario that comes with the program.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum BuiltIn {
    /// The world that a simulator begins with by itself.
    Default,
    /// A third-party platform with two merchants.
    Merchants,
}

/// Which simulator is meant, and how its answer is printed.
#[derive(Clone, Debug, Args)]
struct Connect {
    /// The simulator to drive; left out, the one that was started last here.
    #[arg(long, global = true)]
    url: Option<String>,
    /// The certificate to trust at an https URL: the ca.pem of the simulator.
    #[arg(long, global = true, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Print the JSON as it came.
    #[arg(long, global = true)]
    json: bool,
}

/// Runs `kf sim`.
pub(crate) fn run(args: SimArgs, env: &Env, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let Some(command) = args.command else { return block_on(serve::serve(&args.serve, env, streams)) };
    match command {
        Command::People(command) => people::run(command, env, streams),
        Command::Advance(args) => clock::advance(&args, env, streams),
        Command::Clock(args) => clock::run(&args, env, streams),
        Command::Fault(args) => fault::run(args, env, streams),
        Command::Reset(connect) => {
            let answer = ask(&connect, env, post("sim_reset", "/_sim/reset", None))?;
            done(&answer, connect.json, streams)
        }
        Command::Log(args) => log::run(&args, env, streams),
        Command::Pushes(args) => pushes::run(&args, env, streams),
        Command::World(args) => world::run(&args, env, streams),
        Command::Settings(args) => settings::run(&args, streams),
        Command::Scenario { name: BuiltIn::Default } => streams.text(kf_sim::DEFAULT),
        Command::Scenario { name: BuiltIn::Merchants } => streams.text(kf_sim::MERCHANTS),
    }
}

/// A simulator that runs, and its world.
pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) ca_pem: Option<String>,
    pub(crate) world: WorldFile,
    /// The folder of what lives as long as a session.
    pub(crate) folder: PathBuf,
}

/// The simulator that was started last.
pub(crate) async fn running(env: &Env) -> Result<Running, Failure> {
    let (path, entry) = runtime::read(env)?;
    let (url, ca_pem) = (entry.url.clone(), entry.ca_pem.clone());
    let client = Client::announced(env)?;
    let world = read(&client.send(get("sim_world", "/_sim/world")).await?)?;
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    Ok(Running { url, ca_pem, world, folder })
}

/// Lets commands find a simulator of this process, as long as what is given lives.
pub(crate) fn announce_at(env: &Env, url: &str) -> Result<Announced, String> {
    let entry =
        runtime::Entry { url: url.to_owned(), pid: env.process(), control_key: None, ca_pem: None, before: None };
    Announced::begin(env, &entry)
}

/// Asks a simulator once.
fn ask(connect: &Connect, env: &Env, request: kf_transport::Request) -> Result<String, Failure> {
    let client = Client::find(connect, env)?;
    block_on(async { client.send(request).await })
}

/// Prints what was done.
fn done(answer: &str, json: bool, streams: &mut Streams<'_>) -> Result<(), Failure> {
    if json {
        return streams.raw(answer);
    }
    let done: Done = read(answer)?;
    streams.line(&escaped(&done.what))
}

/// Runs something on a runtime of one thread.
fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Failed, format!("the system gives no events: {error}")))?;
    runtime.block_on(future)
}
