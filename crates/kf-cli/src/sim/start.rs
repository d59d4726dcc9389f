//! What a simulator starts from: the world of a file, its time, the control key.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use kf_model::Secret;
use kf_sim::{ClockMode, Platform, Stamp, StateError, StateFile, WorldFile};
use kf_transport::{Clock as _, SystemClock};

use super::client::KEY_VARIABLE;
use super::serve::ServeArgs;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{chain, escaped};
use crate::streams::Streams;

/// The world that is saved, or else that of the scenario, or else the default one.
pub(super) fn platform(
    args: &ServeArgs,
    state: Option<&StateFile>,
    streams: &mut Streams<'_>,
) -> Result<Platform, Failure> {
    let saved = state.and_then(StateFile::world).cloned();
    let (mut world, from) = match (saved, &args.state, &args.scenario) {
        (Some(world), Some(state), scenario) => {
            if scenario.is_some() {
                let state = escaped(&state.display().to_string());
                streams.note(&format!(
                    "{state} holds a world, so --scenario is ignored; remove it to begin from the scenario"
                ));
            }
            (world, state.display().to_string())
        }
        (_, _, Some(path)) => (scenario(path)?, path.display().to_string()),
        (_, _, None) => (read(kf_sim::DEFAULT, "the default scenario")?, "the default scenario".to_owned()),
    };
    let clock = SystemClock::new();
    if args.manual_clock && world.clock.mode != ClockMode::Manual {
        let now = i64::try_from(clock.wall().as_secs()).unwrap_or(i64::MAX);
        world.clock.now = Some(Stamp::at(now.saturating_add(world.clock.ahead_seconds)));
        (world.clock.mode, world.clock.ahead_seconds) = (ClockMode::Manual, 0);
    }
    Platform::new(world, Arc::new(clock)).map_err(|error| input(&format!("{from}: {error}")))
}

/// The file of a state, held from now on.
pub(super) fn state(args: &ServeArgs) -> Result<Option<StateFile>, Failure> {
    args.state.as_ref().map(StateFile::open).transpose().map_err(|error| of_state(&error))
}

/// What is wrong with the file of a state: its content, or the path.
pub(super) fn of_state(error: &StateError) -> Failure {
    let exit = if matches!(error, StateError::System { .. }) { Exit::Failed } else { Exit::Input };
    Failure::new(exit, escaped(&format!("--state: {}", chain(error))))
}

fn scenario(path: &Path) -> Result<WorldFile, Failure> {
    let shown = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        input(&format!("{shown} cannot be read: {error}; `kf sim scenario` prints one to begin with"))
    })?;
    read(&text, &shown)
}

fn read(text: &str, shown: &str) -> Result<WorldFile, Failure> {
    kf_sim::parse(text).map_err(|error| input(&format!("{shown}: {error}")))
}

fn input(message: &str) -> Failure {
    Failure::new(Exit::Input, escaped(message))
}

/// The control key, from its file or from the environment.
pub(super) fn key(args: &ServeArgs, env: &Env) -> Result<Option<Secret>, Failure> {
    let Some(path) = &args.control_key_file else {
        let Some(key) = env.variable(KEY_VARIABLE) else { return Ok(None) };
        let key = key.to_str().map(Secret::from).filter(is_key);
        let wrong = || input(&format!("{KEY_VARIABLE} holds no key; set it to letters, digits and signs of ASCII"));
        return key.map(Some).ok_or_else(wrong);
    };
    let shown = path.display();
    let text = fs::read_to_string(path);
    let text = text.map_err(|error| input(&format!("--control-key-file: {shown} cannot be read: {error}")))?;
    let key = Some(Secret::from(text.trim())).filter(is_key);
    let wrong = || {
        input(&format!(
            "--control-key-file: {shown} holds no key; write one line of letters, digits and signs of ASCII"
        ))
    };
    key.map(Some).ok_or_else(wrong)
}

/// Whether it can stand in a header.
fn is_key(key: &Secret) -> bool {
    !key.is_empty() && key.expose().bytes().all(|byte| byte.is_ascii_graphic())
}
