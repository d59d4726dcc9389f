//! Who works as which account, and who can be invited.

use kf_model::accounts::Account;
use kf_model::values::InviteStatus;

use crate::obstacle::Reason;
use crate::roster::Row;
use crate::step::Change;

/// The people of the accounts that stay.
pub(super) struct People<'a> {
    accounts: Vec<&'a Account>,
    now: i64,
}

impl<'a> People<'a> {
    pub(super) fn of(accounts: impl Iterator<Item = &'a Account>, now: i64) -> Self {
        Self { accounts: accounts.collect(), now }
    }

    /// The invite that a row needs, or why it cannot be made; none where nobody is to be invited.
    pub(super) fn invite(&self, row: &Row, account: Option<&Account>) -> Option<Result<Change, Reason>> {
        let worker = row.worker.clone()?;
        let bound = account.and_then(|account| account.kf_wx.as_deref());
        let invited = account.and_then(|account| account.invite_wx.as_deref());
        let open = account.and_then(|account| self.invited(account));
        match (bound, open) {
            (Some(bound), _) if bound == worker.as_str() => return None,
            (Some(bound), _) => return Some(Err(Reason::BoundToOther { worker, bound: bound.to_owned() })),
            (None, Some(open)) if open == worker.as_str() => return None,
            (None, Some(open)) => {
                let expires_at = account.and_then(|account| account.invite_expire_time);
                let seconds_left = expires_at.map(|at| at.saturating_sub(self.now)).filter(|left| *left > 0);
                return Some(Err(Reason::InvitedOther { worker, invited: open.to_owned(), seconds_left }));
            }
            (None, None) => {}
        }
        if let Some((other, is_bound)) = self.place_of(worker.as_str()) {
            return Some(Err(Reason::WorkerElsewhere { worker, other: other.kf_account.clone(), is_bound }));
        }
        let after =
            account.and_then(|account| account.invite_status.clone()).filter(|_| invited == Some(worker.as_str()));
        Some(Ok(Change::Invite { worker, after }))
    }

    /// The account that a person works as, or else is invited to.
    fn place_of(&self, worker: &str) -> Option<(&'a Account, bool)> {
        let bound = self.accounts.iter().find(|account| account.kf_wx.as_deref() == Some(worker));
        let invited = || self.accounts.iter().find(|account| self.invited(account) == Some(worker));
        bound.map(|account| (*account, true)).or_else(|| invited().map(|account| (*account, false)))
    }

    /// Who can still accept an invite for an account.
    fn invited<'b>(&self, account: &'b Account) -> Option<&'b str> {
        let is_open = match &account.invite_status {
            Some(InviteStatus::Waiting) => true,
            Some(InviteStatus::Rejected | InviteStatus::Expired) => false,
            // The platform does not say it in words that are known.
            _ => account.invite_expire_time.is_none_or(|at| at > self.now),
        };
        account.invite_wx.as_deref().filter(|_| is_open && account.kf_wx.is_none())
    }
}
