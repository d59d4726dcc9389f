//! May this call be made, and if not, what is missing?

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::permission::write_list;
use crate::{AccountKind, EndpointSpec, PermissionSet, PermissionSets, TokenKind};

/// Who makes a call: an app, by itself or through a third-party platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// The kind of the app.
    pub kind: AccountKind,
    /// Whether the app is certified, with an enterprise as its subject.
    pub certified: bool,
    /// What the merchant granted to the third-party platform that calls; none when the app calls by itself.
    pub granted: Option<PermissionSets>,
}

impl Caller {
    /// An app that calls by itself.
    #[must_use]
    pub fn app(kind: AccountKind, certified: bool) -> Self {
        Self { kind, certified, granted: None }
    }

    /// An app on whose behalf a third-party platform calls.
    #[must_use]
    pub fn merchant(kind: AccountKind, certified: bool, granted: PermissionSets) -> Self {
        Self { kind, certified, granted: Some(granted) }
    }
}

impl EndpointSpec {
    /// Whether an app may make this call, as far as its page says.
    ///
    /// ```
    /// use kf_model::{AccountKind, Caller, Endpoint, accounts::AddAccount};
    ///
    /// let granted = "1, 100".parse()?;
    /// let shop = Caller::merchant(AccountKind::ServiceAccount, false, granted);
    /// let refused = AddAccount::SPEC.may_call(&shop).unwrap_err();
    /// assert_eq!(
    ///     refused.to_string(),
    ///     "add_account may not be called: the Service Account must be certified, with an enterprise as its subject",
    /// );
    /// # Ok::<(), kf_model::PermissionSetError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// All that is missing.
    pub fn may_call(&self, caller: &Caller) -> Result<(), NotPermitted> {
        let mut missing = Vec::new();
        if self.callers.is_empty() {
            return Err(NotPermitted { endpoint: self.name, missing: vec![Missing::Platform] });
        }
        match self.callers.iter().find(|rule| rule.kind == caller.kind) {
            None => missing.push(Missing::Kind(caller.kind)),
            Some(rule) if rule.certified_only && !caller.certified => missing.push(Missing::Certification(caller.kind)),
            Some(_) => {}
        }
        // The calls that fetch tokens take none: any app makes them, and nobody for it.
        if caller.granted.is_none() && !self.tokens.is_empty() && !self.tokens.contains(&TokenKind::Own) {
            missing.push(Missing::OwnToken);
        }
        if let Some(granted) = &caller.granted {
            if !self.tokens.contains(&TokenKind::Authorizer) {
                missing.push(Missing::ThirdParty);
            } else if !self.permission_sets.is_empty() && !self.permission_sets.iter().any(|&set| granted.contains(set))
            {
                missing.push(Missing::PermissionSet(self.permission_sets));
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(NotPermitted { endpoint: self.name, missing }) }
    }
}

/// A call that its caller may not make.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{endpoint} may not be called: {}", Reasons(missing))]
#[non_exhaustive]
pub struct NotPermitted {
    /// The call.
    pub endpoint: &'static str,
    /// What is missing, at least one thing.
    pub missing: Vec<Missing>,
}

/// What a caller lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Missing {
    /// Apps of this kind may not make the call.
    Kind(AccountKind),
    /// Apps of this kind must be certified.
    Certification(AccountKind),
    /// The merchant granted none of the sets that would do.
    PermissionSet(&'static [PermissionSet]),
    /// The call does not take an app's own token.
    OwnToken,
    /// Only a third-party platform makes the call, for itself.
    Platform,
    /// Apps of this kind may make the call, but not send this with it.
    Content(AccountKind, &'static str),
    /// No third-party platform may make the call on behalf of an app.
    ThirdParty,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => write!(f, "a {kind} is not among the kinds that may call it"),
            Self::Certification(kind) => {
                write!(f, "the {kind} must be certified, with an enterprise as its subject")
            }
            Self::PermissionSet(sets) => {
                f.write_str("the merchant must grant one of the permission sets ")?;
                write_list(f, sets)
            }
            Self::Platform => f.write_str("a third-party platform makes it for itself, no app and nobody for one"),
            Self::Content(kind, what) => write!(f, "{kind}s may not send `{what}`"),
            Self::OwnToken => f.write_str("an app cannot call it with its own token"),
            Self::ThirdParty => f.write_str("only the app itself may call it, no third-party platform"),
        }
    }
}

struct Reasons<'a>(&'a [Missing]);

impl fmt::Display for Reasons<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, missing) in self.0.iter().enumerate() {
            write!(f, "{}{missing}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}
