//! The simulator of a demo, and the surroundings in which its commands find it.

use std::fs::{self, DirBuilder};
use std::future::poll_fn;
use std::path::PathBuf;
use std::sync::mpsc;
use std::task::Poll;
use std::thread::{self, JoinHandle};

use kf_sim::Sim;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::show::{chain, escaped};
use crate::sim;
use crate::streams::{Stop, Streams};

/// A simulator that runs beside the story, until this is dropped.
pub(super) struct Stage {
    env: Env,
    url: String,
    /// Commands find the simulator as long as this lives.
    announced: Option<sim::Announced>,
    /// The folder that is made for the story alone.
    folder: Option<PathBuf>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Stage {
    /// Starts a simulator. Where it is kept, other commands find it too; otherwise the story has a folder of its own.
    pub(super) fn build(keep: bool, env: &Env) -> Result<Self, Failure> {
        let folder = if keep { None } else { Some(folder(env)?) };
        let env = env.of_demo(folder.as_deref());
        let mut stage = Self { env, url: String::new(), announced: None, folder, stop: None, thread: None };
        let (tell, told) = mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        stage.thread = Some(thread::spawn(move || serve(&tell, stopped)));
        stage.stop = Some(stop);
        let started = told.recv().unwrap_or_else(|_| Err("the simulator did not start".to_owned()));
        stage.url = started.map_err(|why| failed(&why))?;
        stage.announced = Some(sim::announce_at(&stage.env, &stage.url).map_err(|why| failed(&why))?);
        Ok(stage)
    }

    pub(super) fn env(&self) -> &Env {
        &self.env
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

/// What tells the demo to stop.
pub(super) struct Stopping {
    runtime: Runtime,
    stop: Stop,
}

impl Stopping {
    /// Listens from now on.
    pub(super) fn listen(streams: &mut Streams<'_>) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(&format!("the system gives no events: {error}")))?;
        let stop = runtime.block_on(async { streams.stop() });
        let stop = stop.map_err(|error| failed(&format!("the system tells of no signals: {error}")))?;
        Ok(Self { runtime, stop })
    }

    /// Whether it was told to.
    pub(super) fn came(&mut self) -> bool {
        let stop = &mut self.stop;
        self.runtime.block_on(async {
            // Lets the runtime look at what the system has to say.
            tokio::task::yield_now().await;
            poll_fn(|context| Poll::Ready(stop.as_mut().poll(context).is_ready())).await
        })
    }

    /// Waits for it.
    pub(super) fn wait(self) {
        self.runtime.block_on(self.stop);
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        drop(self.announced.take());
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Serves until the other end is dropped; says at which URL, or why not.
fn serve(tell: &mpsc::Sender<Result<String, String>>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(async {
            let sim = Sim::start().await.map_err(|error| chain(&error))?;
            let _ = tell.send(Ok(sim.url().to_owned()));
            let _ = stopped.await;
            sim.stop().await.map_err(|error| chain(&error))
        }),
        Err(error) => Err(format!("the system gives no events: {error}")),
    };
    if let Err(why) = outcome {
        let _ = tell.send(Err(why));
    }
}

/// A folder that only its user can open.
fn folder(env: &Env) -> Result<PathBuf, Failure> {
    let folder = env.temp().join(format!("kf-demo-{}", env.process()));
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(&folder);
    made.map_err(|error| failed(&format!("{} cannot be made: {error}", folder.display())))?;
    Ok(folder)
}

fn failed(message: &str) -> Failure {
    Failure::new(Exit::Failed, escaped(message))
}
