//! What must be done so that the accounts are those of a roster.

mod people;
mod show;

use std::collections::{BTreeMap, HashSet};

use kf_model::accounts::Account;
use kf_model::limits::KF_ACCOUNTS_MAX;
use kf_model::{AccountRef, Caller, Rows};
use serde::Serialize;

use self::people::People;
pub use self::show::Summary;
use crate::call::PlannedCall;
use crate::draft::is_of_platform;
use crate::obstacle::{LeftAlone, Obstacle, Reason};
use crate::roster::{Roster, Row};
use crate::step::{Change, Step};

/// How a plan is made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PlanOptions {
    /// Whether accounts that the roster does not name are removed.
    pub prune: bool,
    /// Which pictures are uploaded.
    pub pictures: Pictures,
    /// The time, in seconds since the Unix epoch.
    pub now: i64,
}

impl PlanOptions {
    /// Nothing is removed, and pictures are uploaded where there is none.
    #[must_use]
    pub fn new(now: i64) -> Self {
        Self { prune: false, pictures: Pictures::Missing, now }
    }

    /// The same, but accounts that the roster does not name are removed.
    #[must_use]
    pub fn with_prune(self) -> Self {
        Self { prune: true, ..self }
    }

    /// The same with other pictures uploaded.
    #[must_use]
    pub fn with_pictures(self, pictures: Pictures) -> Self {
        Self { pictures, ..self }
    }
}

/// Which pictures are uploaded. A listing tells whether an account has a picture, and not which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pictures {
    /// Those of accounts that show none, or are added.
    #[default]
    Missing,
    /// All that the roster names.
    All,
}

/// What must be done so that the accounts are those of a roster, in the order in which it is done.
///
/// It is made of a roster and a listing alone, and the order of their rows does not matter. `Display` is for people; it
/// serialises to the same as data.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    steps: Vec<Step>,
    obstacles: Vec<Obstacle>,
    left_alone: Vec<LeftAlone>,
    /// How many accounts of the roster are there.
    present: usize,
    /// How many accounts there are.
    accounts: usize,
    #[serde(skip)]
    roster: Roster,
    #[serde(skip)]
    options: PlanOptions,
    #[serde(skip)]
    caller: Option<Caller>,
}

impl Plan {
    /// A plan for accounts as [`list_accounts`](kf_client::Client::list_accounts) shows them.
    #[must_use]
    pub fn of(roster: &Roster, listing: &Rows<Account>, options: &PlanOptions) -> Self {
        Self::made(roster, listing, options, None)
    }

    /// The same for an app of which it is known what it may call: what it may not is among what cannot be done.
    #[must_use]
    pub fn of_caller(roster: &Roster, listing: &Rows<Account>, options: &PlanOptions, caller: &Caller) -> Self {
        Self::made(roster, listing, options, Some(caller.clone()))
    }

    fn made(roster: &Roster, listing: &Rows<Account>, options: &PlanOptions, caller: Option<Caller>) -> Self {
        let accounts = listing.len() + listing.skipped();
        let mut plan = Self {
            steps: Vec::new(),
            obstacles: Vec::new(),
            left_alone: Vec::new(),
            present: 0,
            accounts,
            roster: roster.clone(),
            options: *options,
            caller,
        };
        let mut rows: Vec<&Row> = roster.rows().iter().collect();
        rows.sort_by(|one, two| one.account.cmp(&two.account));
        let mut listed: Vec<&Account> = listing.iter().collect();
        // A server that names an account twice is read the same way whatever comes first.
        listed.sort_by_cached_key(|account| format!("{account:?}"));
        plan.remove(&rows, &listed);
        plan.add_and_change(&rows, &listed);
        plan.steps.sort_by_key(|step| step.change.rank());
        plan
    }

    /// The same plan for another listing, made after this one was applied: pictures that are there count as uploaded.
    #[must_use]
    pub fn again(&self, listing: &Rows<Account>) -> Self {
        Self::made(&self.roster, listing, &self.options.with_pictures(Pictures::Missing), self.caller.clone())
    }

    /// What is done, in that order: removals, additions, and what needs an account that is there.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the roster wants and no call brings about now.
    #[must_use]
    pub fn obstacles(&self) -> &[Obstacle] {
        &self.obstacles
    }

    /// The accounts that the roster does not name and the plan does not touch.
    #[must_use]
    pub fn left_alone(&self) -> &[LeftAlone] {
        &self.left_alone
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether the accounts are those of the roster: there is nothing to do, and nothing that cannot be done.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.steps.is_empty() && self.obstacles.is_empty()
    }

    /// The calls that applying it makes, in the order in which they begin. No call is made.
    #[must_use]
    pub fn calls(&self) -> Vec<PlannedCall> {
        self.steps.iter().map(PlannedCall::of).collect()
    }

    /// How much there is to do.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(self)
    }

    /// How many accounts there are.
    pub(crate) fn accounts(&self) -> usize {
        self.accounts
    }

    /// Removes what the roster does not name, or says that it is left alone.
    fn remove(&mut self, rows: &[&Row], listed: &[&Account]) {
        let named: HashSet<&str> = rows.iter().map(|row| row.account.as_str()).collect();
        let foreign = foreign_suffix(rows, listed);
        let mut seen = HashSet::new();
        for account in listed.iter().filter(|account| !named.contains(account.kf_account.as_str())) {
            let name = account.kf_account.clone();
            let can_be_named = name.to_account().is_ok();
            if can_be_named && !seen.insert(name.clone()) {
                continue;
            }
            if !self.options.prune || !can_be_named || is_meant(rows, &name) {
                let nickname = account.kf_nick.clone();
                self.left_alone.push(LeftAlone { account: name, nickname, can_be_named });
            } else if let Some(suffix) = foreign {
                let reason = Reason::OtherApp { suffix: suffix.to_owned() };
                self.obstacles.push(Obstacle { account: name, line: None, reason });
            } else {
                self.push(name, None, Change::Remove { nickname: account.kf_nick.clone() });
            }
        }
    }

    fn add_and_change(&mut self, rows: &[&Row], listed: &[&Account]) {
        let removed: HashSet<AccountRef> = self.steps.iter().map(|step| step.account.clone()).collect();
        let stay = listed.iter().filter(|account| !removed.contains(&account.kf_account)).copied();
        let people = People::of(stay.clone(), self.options.now);
        let mut by_name = BTreeMap::new();
        for account in stay {
            by_name.entry(account.kf_account.as_str()).or_insert(account);
        }
        let mut room = KF_ACCOUNTS_MAX.saturating_sub(self.accounts - self.removals());
        for row in rows {
            match by_name.get(row.account.as_str()) {
                Some(account) => self.change(row, account),
                None if is_of_platform(&row.account) => {
                    self.hinder(row, Reason::MadeByPlatform);
                    continue;
                }
                None if room == 0 => {
                    self.hinder(row, Reason::NoRoom);
                    continue;
                }
                None => {
                    if !self.add(row) {
                        continue;
                    }
                    room -= 1;
                }
            }
            match people.invite(row, by_name.get(row.account.as_str()).copied()) {
                Some(Ok(change)) => {
                    self.step(row, change);
                }
                Some(Err(reason)) => self.hinder(row, reason),
                None => {}
            }
        }
    }

    fn removals(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step.change, Change::Remove { .. })).count()
    }

    /// Whether the account will be there.
    fn add(&mut self, row: &Row) -> bool {
        let (account, nickname) = (row.account.clone(), row.nickname.clone());
        if !self.step(row, Change::Add { account, nickname }) {
            return false;
        }
        if let Some(picture) = row.picture.clone() {
            self.step(row, Change::SetPicture { picture });
        }
        true
    }

    fn change(&mut self, row: &Row, account: &Account) {
        self.present += 1;
        if account.kf_nick != row.nickname.as_str() {
            self.step(row, Change::Rename { from: account.kf_nick.clone(), to: row.nickname.clone() });
        }
        let is_due = account.kf_headimgurl.is_empty() || self.options.pictures == Pictures::All;
        if let Some(picture) = row.picture.clone().filter(|_| is_due) {
            self.step(row, Change::SetPicture { picture });
        }
    }

    fn step(&mut self, row: &Row, change: Change) -> bool {
        self.push(AccountRef::from(&row.account), Some(row.line), change)
    }

    /// A change that is made, unless the app may not make its call. Whether it is.
    fn push(&mut self, account: AccountRef, line: Option<usize>, change: Change) -> bool {
        let spec = change.spec();
        match self.caller.as_ref().map_or(Ok(()), |caller| spec.may_call(caller)) {
            Ok(()) => {
                self.steps.push(Step { account, line, change });
                true
            }
            Err(missing) => {
                let reason = Reason::NotPermitted { call: spec.name, why: missing.to_string() };
                self.obstacles.push(Obstacle { account, line, reason });
                false
            }
        }
    }

    fn hinder(&mut self, row: &Row, reason: Reason) {
        self.obstacles.push(Obstacle { account: AccountRef::from(&row.account), line: Some(row.line), reason });
    }
}

/// The suffix of the roster, if there are accounts and none of them has it: they may be those of another app.
fn foreign_suffix<'a>(rows: &[&'a Row], listed: &[&Account]) -> Option<&'a str> {
    let suffix = rows.iter().find(|row| !is_of_platform(&row.account)).map(|row| row.account.suffix())?;
    let mut accounts = listed.iter().filter_map(|account| account.kf_account.to_account().ok()).peekable();
    accounts.peek()?;
    accounts.all(|account| account.suffix() != suffix).then_some(suffix)
}

/// Whether a row may mean an account by the original id of the app: the platform takes both suffixes for one.
fn is_meant(rows: &[&Row], name: &AccountRef) -> bool {
    let Ok(account) = name.to_account() else { return false };
    rows.iter().any(|row| is_of_platform(&row.account) && row.account.prefix() == account.prefix())
}
