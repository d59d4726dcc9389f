//! A roster of the accounts that are there.

use kf_model::accounts::Account;
use kf_model::values::InviteStatus;
use kf_model::{AccountRef, Rows};

use crate::problem::Problems;
use crate::roster::{Roster, Row};

/// An account that is there and cannot stand in a roster.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotExported {
    /// The account.
    pub account: AccountRef,
    /// Why not.
    pub reason: String,
}

impl Roster {
    /// A roster of the accounts that are there, by their names, and those that cannot stand in one.
    ///
    /// A plan of it has nothing to do. Who works as an account, or can still accept an invite for it, is its worker. Pictures
    /// are left out, since a listing does not tell which they are.
    ///
    /// # Errors
    ///
    /// No account can stand in a roster, or what is there does not fit together.
    pub fn of_listing(listing: &Rows<Account>) -> Result<(Self, Vec<NotExported>), Problems> {
        let mut left_out = Vec::new();
        let mut rows = Vec::new();
        for account in listing {
            match row(account) {
                Ok(row) => rows.push(row),
                Err(reason) => left_out.push(NotExported { account: account.kf_account.clone(), reason }),
            }
        }
        rows.sort_by(|one, two| one.account.cmp(&two.account));
        Ok((Self::new(rows)?, left_out))
    }
}

fn row(account: &Account) -> Result<Row, String> {
    let name = account.kf_account.to_account().map_err(|error| error.to_string())?;
    let mut row = Row::new(name, account.kf_nick.parse().map_err(|error: kf_model::NicknameError| error.to_string())?);
    let is_over = matches!(account.invite_status, Some(InviteStatus::Rejected | InviteStatus::Expired));
    let invited = account.invite_wx.as_deref().filter(|_| !is_over);
    row.worker = account.kf_wx.as_deref().or(invited).and_then(|worker| worker.parse().ok());
    Ok(row)
}
