//! `kf roster apply`: asks, changes, and proves what came of it.

use std::future::{Future, poll_fn};
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::task::Poll;

use clap::Args;
use kf_roster::{ApplyOptions, Check, Event, Outcome, Plan, Report};
use tokio::sync::{mpsc, oneshot};

use super::file::{HELP, beside};
use super::plan::{self, WishArgs};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::files;
use crate::progress::{Progress, Stand};
use crate::reach::Reach;
use crate::show::escaped;
use crate::streams::Stop;

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    wish: WishArgs,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// Show the calls that would go out, and send none but the one that lists.
    #[arg(long)]
    dry_run: bool,
    /// Calls in flight at the most.
    #[arg(long, value_name = "COUNT", default_value_t = 4)]
    at_once: u8,
}

pub(super) async fn run(args: &ApplyArgs, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let (reach, plan) = plan::made(&args.wish, context).await?;
    if args.dry_run {
        return dry_run(args, &plan, context);
    }
    if !args.wish.json {
        plan::show(&plan, context)?;
    }
    if plan.is_empty() {
        return nothing_to_do(args, &plan, context);
    }
    agree(args, &plan, &reach, context)?;
    let report = apply(args, &plan, &reach, context).await?;
    context.streams.wipe();
    told(args, &report, context)
}

/// Prints the calls that a plan would make.
fn dry_run(args: &ApplyArgs, plan: &Plan, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let calls = plan.calls();
    if args.wish.json {
        return context.json(&calls);
    }
    for call in &calls {
        let query: Vec<_> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let sent = call.body.clone().or_else(|| call.picture.as_ref().map(|picture| format!("the file {picture}")));
        let line = format!("{} {}{mark}{} {}", call.method, call.path, query.join("&"), sent.unwrap_or_default());
        context.streams.line(escaped(&line).trim_end())?;
    }
    let count = if calls.len() == 1 { "1 call".to_owned() } else { format!("{} calls", calls.len()) };
    context.done(&format!("{count} would go out; none did but the one that lists"))
}

fn nothing_to_do(args: &ApplyArgs, plan: &Plan, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    if args.wish.json {
        context.json(plan)?;
    }
    if plan.is_reached() { Ok(()) } else { Err(Failure { exit: Exit::Partial, message: None }) }
}

/// Asks whether the plan is to be applied.
fn agree(args: &ApplyArgs, plan: &Plan, reach: &Reach, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    if !context.streams.is_person() {
        return Err(Failure::new(
            Exit::Usage,
            "nobody can be asked here whether to make these changes: give --yes to make them",
        ));
    }
    let count = plan.steps().len();
    let changes = if count == 1 { "this change".to_owned() } else { format!("these {count} changes") };
    let question = format!("kf: {}\nMake {changes}? [y/N] ", escaped(&reach.about));
    let answer = context.streams.question(&question);
    let answer = answer.map_err(|error| Failure::new(Exit::Failed, format!("the answer cannot be read: {error}")))?;
    match answer.as_deref() {
        Some("y" | "Y" | "yes" | "Yes") => Ok(()),
        _ => Err(Failure::new(Exit::Stopped, "nothing was changed")),
    }
}

/// What happens while a plan is applied, as it is told.
enum Happened {
    Failed(String),
    Ended,
    Stopping(usize),
    Checks,
}

impl Happened {
    fn of(event: &Event<'_>) -> Option<Self> {
        match event {
            Event::Ended(step, Outcome::Failed(failure)) => Some(Self::Failed(format!("failed: {step}: {failure}"))),
            Event::Ended(step, Outcome::HeldBack(why)) => Some(Self::Failed(format!("held back: {step}: {why}"))),
            Event::Ended(..) => Some(Self::Ended),
            Event::Stopping(in_flight) => Some(Self::Stopping(*in_flight)),
            Event::Checks => Some(Self::Checks),
            _ => None,
        }
    }
}

async fn apply(args: &ApplyArgs, plan: &Plan, reach: &Reach, context: &mut Context<'_, '_>) -> Result<Report, Failure> {
    let mut stop = Some(
        context
            .streams
            .stop()
            .map_err(|error| Failure::new(Exit::Failed, format!("the system tells of no signals: {error}")))?,
    );
    let folder = beside(&args.wish.file.file, "", context);
    let read = move |name: &str| files::load(&PathBuf::from(&folder).join(name));
    let (tell, mut told) = mpsc::unbounded_channel();
    let observer = move |event: Event<'_>| drop(Happened::of(&event).map(|happened| tell.send(happened)));
    let mut options = ApplyOptions::default();
    (options.at_once, options.pictures, options.observer) = (args.at_once.into(), &read, &observer);
    let (say_stop, stopped) = oneshot::channel::<()>();
    let mut say_stop = Some(say_stop);
    let applying = kf_roster::apply(&reach.client, plan, &options, async {
        let _ = stopped.await;
    });
    let mut applying = pin!(applying);
    let mut seen = Seen::new(plan, context);
    loop {
        match context.wait(came(applying.as_mut(), &mut told, &mut stop)).await {
            Came::Report(report) => {
                while let Ok(happened) = told.try_recv() {
                    seen.happened(happened, context);
                }
                return Ok(*report);
            }
            Came::Happened(happened) => seen.happened(happened, context),
            Came::Stop => drop(say_stop.take().map(|say| say.send(()))),
        }
    }
}

enum Came {
    Report(Box<Report>),
    Happened(Happened),
    Stop,
}

/// The next of what can come.
async fn came(
    mut applying: Pin<&mut impl Future<Output = Report>>,
    told: &mut mpsc::UnboundedReceiver<Happened>,
    stop: &mut Option<Stop>,
) -> Came {
    poll_fn(|context| {
        if let Some(waiting) = stop
            && waiting.as_mut().poll(context).is_ready()
        {
            *stop = None;
            return Poll::Ready(Came::Stop);
        }
        if let Poll::Ready(report) = applying.as_mut().poll(context) {
            return Poll::Ready(Came::Report(Box::new(report)));
        }
        match told.poll_recv(context) {
            Poll::Ready(Some(happened)) => Poll::Ready(Came::Happened(happened)),
            _ => Poll::Pending,
        }
    })
    .await
}

/// What a person sees while it goes on.
struct Seen {
    progress: Progress,
    stand: Stand,
}

impl Seen {
    fn new(plan: &Plan, context: &mut Context<'_, '_>) -> Self {
        let stand = Stand { of: plan.steps().len() as u64, ..Stand::default() };
        let mut progress = Progress::new("steps", stand.clone(), context);
        progress.show(|| stand.clone(), context.streams);
        Self { progress, stand }
    }

    fn happened(&mut self, happened: Happened, context: &mut Context<'_, '_>) {
        match happened {
            Happened::Ended => self.step(),
            Happened::Failed(what) => {
                context.streams.note(&escaped(&what));
                self.step();
            }
            Happened::Stopping(in_flight) => {
                context.streams.note(&format!("stopping; calls in flight are waited for: {in_flight}"));
            }
            Happened::Checks => self.stand.place = "checking".to_owned(),
        }
        self.progress.show(|| self.stand.clone(), context.streams);
    }

    fn step(&mut self) {
        self.stand.done += 1;
        self.stand.count += 1;
    }
}

/// Says what came of it. Single failures were said as they happened.
fn told(args: &ApplyArgs, report: &Report, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    if args.wish.json {
        context.json(report)?;
    } else {
        let text = report.to_string();
        let summary = text.lines().skip_while(|line| line.starts_with(' ') || is_of_a_step(line));
        let summary: Vec<_> = summary.collect();
        let left = text.lines().filter(|line| line.starts_with("left: "));
        for line in left.chain(summary) {
            context.streams.line(line)?;
        }
    }
    match exit(report) {
        Exit::Ok => Ok(()),
        exit => Err(Failure { exit, message: None }),
    }
}

fn is_of_a_step(line: &str) -> bool {
    ["failed: ", "held back: ", "left: "].iter().any(|begin| line.starts_with(begin))
}

fn exit(report: &Report) -> Exit {
    match &report.check {
        Check::Stopped => Exit::Stopped,
        _ if report.may_have_acted() => Exit::MayHaveActed,
        Check::Reached => Exit::Ok,
        _ => Exit::Partial,
    }
}
