//! Brings about what a plan says.

mod running;

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::pin::pin;

use kf_client::Client;
use kf_model::limits::KF_ACCOUNTS_MAX;
use kf_model::{AccountRef, Upload};

use self::running::{Next, Running, Stop};
use crate::plan::Plan;
use crate::report::{Check, Failure, Obstruction, Outcome, Report};
use crate::step::{Change, Step};

/// How a plan is applied.
#[non_exhaustive]
pub struct ApplyOptions<'a> {
    /// Calls in flight at the most; 0 is taken for 1.
    pub at_once: usize,
    /// Reads a picture by the name that the roster has for it, or says why it cannot be read.
    pub pictures: &'a (dyn Fn(&str) -> Result<Upload, String> + Sync),
    /// Is told what happens.
    pub observer: &'a (dyn Fn(Event<'_>) + Sync),
}

impl Default for ApplyOptions<'_> {
    /// Four calls at once, no pictures, nobody who is told.
    fn default() -> Self {
        let pictures = &|name: &str| Err(format!("nobody was named who reads pictures, such as {name}"));
        Self { at_once: 4, pictures, observer: &|_| () }
    }
}

impl fmt::Debug for ApplyOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApplyOptions").field("at_once", &self.at_once).finish_non_exhaustive()
    }
}

/// What happens while a plan is applied.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A step begins.
    Begins(&'a Step),
    /// A step is over.
    Ended(&'a Step, &'a Outcome),
    /// It was told to stop; so many calls are in flight, and are waited for.
    Stopping(usize),
    /// All steps are over; the accounts are listed.
    Checks,
}

/// Brings about what a plan says, then lists the accounts and says whether they are those of the roster.
///
/// Removals come first, then additions, then what needs an account that is there; so there are never more than 100 accounts,
/// and who is invited no longer works as an account that is removed. A step that fails holds up only what needs it. What
/// would fail for every step, such as a wrong AppSecret, ends all. Once `stop` is over no step begins; calls in flight are
/// waited for, and none is ever cut off. Dropped or killed in the middle it leaves a state from which a new plan goes on.
pub async fn apply(
    client: &Client,
    plan: &Plan,
    options: &ApplyOptions<'_>,
    stop: impl Future<Output = ()> + Send,
) -> Report {
    let stop = pin!(stop);
    let mut applying = Applying {
        client,
        options,
        outcomes: plan.steps().iter().map(|_| Outcome::Left).collect(),
        stop: Stop::of(stop),
        end: None,
        absent: HashSet::new(),
        room: 0,
    };
    for rank in 0..=2 {
        applying.phase(plan, rank).await;
    }
    let check = match applying.end.take() {
        Some(end) => end,
        None => {
            (options.observer)(Event::Checks);
            check(client, plan).await
        }
    };
    Report { steps: plan.steps().iter().cloned().zip(applying.outcomes).collect(), check }
}

struct Applying<'a, 'o> {
    client: &'a Client,
    options: &'a ApplyOptions<'o>,
    /// What became of each step of the plan.
    outcomes: Vec<Outcome>,
    stop: Stop<'a>,
    /// Why no step begins any more.
    end: Option<Check>,
    /// Accounts that were to be added and may not be there.
    absent: HashSet<AccountRef>,
    /// How many accounts may be added.
    room: usize,
}

impl Applying<'_, '_> {
    /// Makes the steps of a rank; those of the rank before are over.
    async fn phase(&mut self, plan: &Plan, rank: u8) {
        let mut queue = (0..plan.steps().len()).filter(|index| plan.steps()[*index].change.rank() == rank);
        let mut running = Running::default();
        self.room = KF_ACCOUNTS_MAX.saturating_sub(plan.accounts() - self.removed(plan));
        loop {
            while running.len() < self.options.at_once.max(1) && self.goes_on(running.len()).await {
                let Some(index) = queue.next() else { break };
                let step = &plan.steps()[index];
                if let Some(obstruction) = self.obstruction(step) {
                    self.ended(step, index, Outcome::HeldBack(obstruction), None);
                    continue;
                }
                (self.options.observer)(Event::Begins(step));
                let (client, pictures) = (self.client, self.options.pictures);
                running.push(async move { (index, perform(client, step, pictures).await) });
            }
            match running.next(&mut self.stop).await {
                Next::Ended((index, result)) => {
                    let end = result.as_ref().err().filter(|failure| failure.hits_all).cloned();
                    let outcome = result.map_or_else(Outcome::Failed, |()| Outcome::Done);
                    self.ended(&plan.steps()[index], index, outcome, end);
                }
                Next::Stopped => self.stopping(running.len()),
                Next::Idle => break,
            }
        }
    }

    /// Whether another step may begin.
    async fn goes_on(&mut self, in_flight: usize) -> bool {
        if self.end.is_none() && self.stop.is_told().await {
            self.stopping(in_flight);
        }
        self.end.is_none()
    }

    fn stopping(&mut self, in_flight: usize) {
        if self.end.is_none() {
            self.end = Some(Check::Stopped);
            (self.options.observer)(Event::Stopping(in_flight));
        }
    }

    /// Why a step cannot begin. Room that it needs is taken.
    fn obstruction(&mut self, step: &Step) -> Option<Obstruction> {
        match step.change {
            Change::Add { .. } if self.room == 0 => {
                self.absent.insert(step.account.clone());
                return Some(Obstruction::NoRoom);
            }
            Change::Add { .. } => self.room -= 1,
            _ if self.absent.contains(&step.account) => return Some(Obstruction::NotAdded),
            _ => {}
        }
        None
    }

    fn ended(&mut self, step: &Step, index: usize, outcome: Outcome, end: Option<Failure>) {
        if let (Change::Add { .. }, Outcome::Failed(failure)) = (&step.change, &outcome) {
            self.absent.insert(step.account.clone());
            self.room += usize::from(!failure.may_have_acted);
        }
        if let Some(failure) = end {
            self.end.get_or_insert(Check::GivenUp(failure));
        }
        (self.options.observer)(Event::Ended(step, &outcome));
        self.outcomes[index] = outcome;
    }

    /// How many accounts are gone for certain.
    fn removed(&self, plan: &Plan) -> usize {
        let is_gone = |(step, outcome): &(&Step, &Outcome)| {
            matches!((&step.change, outcome), (Change::Remove { .. }, Outcome::Done))
        };
        plan.steps().iter().zip(&self.outcomes).filter(is_gone).count()
    }
}

/// Makes the call of a step.
async fn perform(
    client: &Client,
    step: &Step,
    pictures: &(dyn Fn(&str) -> Result<Upload, String> + Sync),
) -> Result<(), Failure> {
    let account = &step.account;
    let sent = match &step.change {
        Change::Remove { .. } => client.delete_account(account).await,
        Change::Add { account, nickname } => client.add_account(account, nickname).await,
        Change::Rename { to, .. } => client.update_account(account, to).await,
        Change::SetPicture { picture } => {
            let upload = pictures(picture).map_err(|reason| Failure::of_picture(picture, &reason))?;
            client.upload_picture(account, &upload).await
        }
        Change::Invite { worker, .. } => client.invite_worker(account, worker).await,
    };
    sent.map_err(|error| Failure::of(&error))
}

/// Holds what is there against what was wanted.
async fn check(client: &Client, plan: &Plan) -> Check {
    match client.list_accounts().await {
        Ok(listing) => {
            let again = plan.again(&listing.kf_list);
            if again.is_reached() { Check::Reached } else { Check::Differs(Box::new(again)) }
        }
        Err(error) => Check::Unknown(Failure::of(&error)),
    }
}
