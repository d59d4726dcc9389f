//! What happens between a person and an account.

use kf_model::{AccountRef, OpenId};

use crate::FieldError;
use crate::members::Members;

/// Something that happened between a person and the account.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Event {
    /// The account, by its original id (`gh_...`).
    pub to: String,
    /// The person.
    pub from: OpenId,
    /// When it happened, in seconds since the Unix epoch.
    pub created_at: u64,
    /// What happened.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum EventKind {
    /// A worker serves the person from now on.
    #[non_exhaustive]
    SessionCreated {
        /// The worker's account.
        account: AccountRef,
    },
    /// The worker no longer serves the person.
    #[non_exhaustive]
    SessionClosed {
        /// The worker's account.
        account: AccountRef,
    },
    /// Another worker serves the person from now on.
    #[non_exhaustive]
    SessionSwitched {
        /// The account of who served.
        from: AccountRef,
        /// The account of who serves.
        to: AccountRef,
    },
    /// The person opened the customer service of a Mini Program.
    #[non_exhaustive]
    SessionEntered {
        /// What the button says where they came from.
        session_from: Option<String>,
    },
    /// The person follows the account.
    #[non_exhaustive]
    Followed {
        /// The scene of the QR code that they came by, without its `qrscene_`.
        scene: Option<String>,
        /// The ticket by which the picture of that code can be had.
        ticket: Option<String>,
    },
    /// The person does not follow the account any more.
    Unfollowed,
    /// A follower scanned a QR code of the account.
    #[non_exhaustive]
    Scanned {
        /// The scene of the code.
        scene: String,
        /// The ticket by which the picture of that code can be had.
        ticket: Option<String>,
    },
    /// The person tapped an entry of the menu that sends a key.
    #[non_exhaustive]
    MenuClicked {
        /// The key.
        key: String,
    },
    /// The person tapped an entry of the menu that leads to a page.
    #[non_exhaustive]
    MenuViewed {
        /// The page.
        url: String,
        /// The id of the menu, where an account has several.
        menu_id: Option<String>,
    },
    /// The person scanned a code by an entry of the menu.
    #[non_exhaustive]
    MenuScanned {
        /// The key of the entry.
        key: String,
        /// Such as `qrcode`.
        scan_type: String,
        /// What the code says.
        scan_result: String,
        /// Whether the person is shown that an answer is on its way.
        is_waiting: bool,
    },
    /// A kind that is not known, or a known one without what it needs; then the error says what.
    ///
    /// [`Push::fields`](crate::Push::fields) has all of it.
    #[non_exhaustive]
    Other {
        /// Its `Event`.
        kind: String,
        /// What is wrong with it.
        odd: Option<FieldError>,
    },
}

impl Event {
    pub(crate) fn read(members: Members<'_>) -> Result<Self, FieldError> {
        let kind = members.required("Event")?;
        let other = |odd| EventKind::Other { kind: kind.to_owned(), odd };
        Ok(Self {
            to: members.string("ToUserName")?,
            from: members.parsed("FromUserName")?,
            created_at: members.parsed("CreateTime")?,
            kind: match EventKind::read(members, kind) {
                Ok(kind) => kind.unwrap_or_else(|| other(None)),
                Err(error) => other(Some(error)),
            },
        })
    }
}

impl EventKind {
    fn read(members: Members<'_>, kind: &str) -> Result<Option<Self>, FieldError> {
        let account = |name| members.required(name).map(AccountRef::from);
        Ok(Some(match kind {
            "kf_create_session" => Self::SessionCreated { account: account("KfAccount")? },
            "kf_close_session" => Self::SessionClosed { account: account("KfAccount")? },
            "kf_switch_session" => {
                Self::SessionSwitched { from: account("FromKfAccount")?, to: account("ToKfAccount")? }
            }
            "user_enter_tempsession" => Self::SessionEntered { session_from: members.some_string("SessionFrom")? },
            "subscribe" => Self::Followed { scene: scene(members)?, ticket: members.some_string("Ticket")? },
            "unsubscribe" => Self::Unfollowed,
            "SCAN" => Self::Scanned {
                scene: members.required("EventKey")?.to_owned(),
                ticket: members.some_string("Ticket")?,
            },
            "CLICK" => Self::MenuClicked { key: members.string("EventKey")? },
            "VIEW" => Self::MenuViewed {
                url: members.some_string("EventKey")?.unwrap_or_default(),
                menu_id: members.some_string("MenuId")?,
            },
            "scancode_push" | "scancode_waitmsg" => Self::menu_scanned(members, kind)?,
            _ => return Ok(None),
        }))
    }

    fn menu_scanned(members: Members<'_>, kind: &str) -> Result<Self, FieldError> {
        let nothing = crate::Fields::new();
        let info = Members(members.0.fields("ScanCodeInfo").unwrap_or(&nothing));
        Ok(Self::MenuScanned {
            key: members.string("EventKey")?,
            scan_type: info.string("ScanType")?,
            scan_result: info.string("ScanResult")?,
            is_waiting: kind == "scancode_waitmsg",
        })
    }
}

/// Who followed without a code has no scene.
fn scene(members: Members<'_>) -> Result<Option<String>, FieldError> {
    let key = members.text("EventKey")?;
    Ok(key.map(|key| key.strip_prefix("qrscene_").unwrap_or(key).to_owned()))
}
