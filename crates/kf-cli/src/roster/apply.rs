//! `kf roster apply`: asks, changes, and proves what came of it.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::task::Poll;

use clap::Args;
use kf_model::ErrCode;
use kf_roster::{ApplyOptions, Check, Event, Outcome, Plan, Report};
use serde_json::json;
use tokio::sync::{mpsc, oneshot};

use super::file::{HELP, beside};
use super::picture;
use super::plan::{self, WishArgs};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, is_of_credentials};
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
    // Whoever is asked sees what about.
    let asks = !args.yes && !plan.is_empty();
    if !args.wish.json && (asks || !context.global.quiet) {
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
    let outcome = match plan.obstacles() {
        [] => Ok(()),
        _ => Err(Failure { exit: Exit::Partial, message: None }),
    };
    if args.wish.json {
        context.json(&json!({ "calls": calls, "obstacles": plan.obstacles() }))?;
        return outcome;
    }
    for call in &calls {
        let query: Vec<_> = call.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let sent = call.body.clone().or_else(|| call.picture.as_ref().map(|picture| format!("the file {picture}")));
        let line = format!("{} {}{mark}{} {}", call.method, call.path, query.join("&"), sent.unwrap_or_default());
        context.streams.line(escaped(&line).trim_end())?;
    }
    for obstacle in plan.obstacles() {
        context.streams.line(&obstacle.to_string())?;
    }
    let count = if calls.len() == 1 { "1 call".to_owned() } else { format!("{} calls", calls.len()) };
    let cannot = match plan.obstacles().len() {
        0 => String::new(),
        count => format!("; {count} cannot be done"),
    };
    context.done(&format!("{count} would go out; none did but the one that lists{cannot}"))?;
    outcome
}

fn nothing_to_do(args: &ApplyArgs, plan: &Plan, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    if args.wish.json {
        context.json(&Report::of_nothing(plan))?;
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
    if args.wish.json {
        // The output is for a program alone.
        context.streams.complain(&format!("{}\n", escaped_lines(&plan.to_string())));
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

/// Lines of ours, fit for a terminal.
fn escaped_lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("\n")
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
    let mut stop = Some(context.streams.stop().map_err(no_signals)?);
    let folder = beside(&args.wish.file.file, "", context);
    let read = move |name: &str| picture::load(&folder, name);
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
            Came::Stop => match say_stop.take() {
                Some(say) => {
                    let _ = say.send(());
                    stop = Some(context.streams.stop_again().map_err(no_signals)?);
                }
                None => {
                    while let Ok(happened) = told.try_recv() {
                        seen.happened(happened, context);
                    }
                    return Err(cut_off(seen.in_flight));
                }
            },
        }
    }
}

fn no_signals(error: io::Error) -> Failure {
    Failure::new(Exit::Failed, format!("the system tells of no signals: {error}"))
}

/// It was told a second time to stop, and no longer waits.
fn cut_off(in_flight: usize) -> Failure {
    let count = if in_flight == 1 { "1 call was".to_owned() } else { format!("{in_flight} calls were") };
    let message = format!("ended at once; {count} in flight and may have acted; kf roster plan shows what is left");
    Failure::new(if in_flight == 0 { Exit::Stopped } else { Exit::MayHaveActed }, message)
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
    /// Calls that were waited for, and whose answers have not come since.
    in_flight: usize,
}

impl Seen {
    fn new(plan: &Plan, context: &mut Context<'_, '_>) -> Self {
        let stand = Stand { of: plan.steps().len() as u64, ..Stand::default() };
        let mut progress = Progress::new("steps", stand.clone(), context);
        progress.show(|| stand.clone(), context.streams);
        Self { progress, stand, in_flight: 0 }
    }

    fn happened(&mut self, happened: Happened, context: &mut Context<'_, '_>) {
        match happened {
            Happened::Ended => self.step(),
            Happened::Failed(what) => {
                context.streams.note(&escaped(&what));
                self.step();
            }
            Happened::Stopping(in_flight) => {
                self.in_flight = in_flight;
                context.streams.note(&format!(
                    "stopping; calls in flight are waited for: {in_flight}; Ctrl-C again ends at once, \
                     without knowing what became of them"
                ));
            }
            Happened::Checks => self.stand.place = "checking".to_owned(),
        }
        self.progress.show(|| self.stand.clone(), context.streams);
    }

    fn step(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
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
        match (context.global.quiet, report.is_reached()) {
            (true, true) => {}
            // What is not as wanted is an error, and those are said.
            (true, false) => context.streams.note(&summary.join("\n")),
            (false, _) => left.chain(summary).try_for_each(|line| context.streams.line(line))?,
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
        _ if report.may_have_acted() => Exit::MayHaveActed,
        Check::Stopped => Exit::Stopped,
        Check::Reached => Exit::Ok,
        Check::GivenUp(failure) if report.done() == 0 => match failure.code.map(ErrCode) {
            Some(code) if is_of_credentials(code) => Exit::Credentials,
            Some(_) => Exit::Refused,
            None => Exit::NoAnswer,
        },
        _ => Exit::Partial,
    }
}
