//! What every call of the API has in common, and what is known about each.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use crate::{
    Answer, Caller, ErrCode, Example, FieldSpec, Missing, NotPermitted, Payload, PermissionSet, Secret, Unfit, Upload,
};

/// A call of the API: a request type that knows where it goes and what answers it.
///
/// A request serialises to the JSON of its body; what goes into the query is left out of it. The requests of
/// [`ENDPOINTS`](crate::ENDPOINTS) are generated from the specification; an endpoint of your own is a struct with this
/// trait, and what it answers is `()` or a struct with [`Answer`]:
///
/// ```
/// use kf_model::{Answer, Endpoint, EndpointSpec, Method, QueryPair, Repeat};
///
/// /// Asks for the tags of a customer; a call that this version does not have.
/// #[derive(Debug, serde::Serialize)]
/// struct ListTags {
///     /// Goes into the query, so it is left out of the body.
///     #[serde(skip)]
///     lang: String,
///     openid: String,
/// }
///
/// #[derive(Debug, serde::Deserialize)]
/// struct Tags {
///     tagid_list: Vec<u32>,
/// }
///
/// impl Answer for Tags {}
///
/// impl Endpoint for ListTags {
///     type Response = Tags;
///     const SPEC: &'static EndpointSpec = &{
///         let mut spec = EndpointSpec::new("list_tags", Method::Post, "/cgi-bin/tags/getidlist");
///         spec.repeat = Repeat::Safe;
///         spec
///     };
///
///     fn query(&self) -> Vec<QueryPair<'_>> {
///         vec![QueryPair::text("lang", self.lang.as_str())]
///     }
/// }
///
/// let request = ListTags { lang: "zh_CN".into(), openid: "o6_bmjrPTlm6_2sgVt7hMZOPfL2M".into() };
/// assert_eq!(serde_json::to_string(&request)?, r#"{"openid":"o6_bmjrPTlm6_2sgVt7hMZOPfL2M"}"#);
/// # #[cfg(feature = "json")] {
/// let answer = kf_model::decode::<ListTags>(200, br#"{"errcode":0,"tagid_list":[134,2]}"#)?; // with the feature `json`
/// assert_eq!(answer.tagid_list, [134, 2]);
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// With `kf-client` it is sent by `client.send(&request).await?`, which gives its `Tags`.
pub trait Endpoint: Serialize + fmt::Debug + Send + Sync {
    /// What comes back when the platform does not refuse.
    type Response: Answer;

    /// What is known about the call.
    const SPEC: &'static EndpointSpec;

    /// What goes into the query, beside the access token.
    fn query(&self) -> Vec<QueryPair<'_>> {
        Vec::new()
    }

    /// The file that goes into a multipart body and the name of its part, for calls that send one.
    fn upload(&self) -> Option<(&'static str, &Upload)> {
        None
    }

    /// What this very request holds that only some kinds of app may send, and which, for calls where that differs.
    fn senders(&self) -> Option<(&'static str, &'static [AccountKind])> {
        None
    }

    /// Why the platform is known to refuse this very request, whoever sends it; what has a reason is not worth sending.
    ///
    /// ```
    /// use kf_model::media::UploadMedia;
    /// use kf_model::values::MediaKind;
    /// use kf_model::{Endpoint, Upload};
    ///
    /// let thumb = UploadMedia::new(MediaKind::Thumb, Upload::jpeg("a.jpg", vec![0; 70_000]));
    /// let unfit = thumb.unfit().unwrap();
    /// assert_eq!(unfit.to_string(), "the file has 70000 bytes; at most 65536 are allowed for its kind");
    /// ```
    fn unfit(&self) -> Option<Unfit> {
        None
    }

    /// Whether an app may make this very request, as far as its page says.
    ///
    /// ```
    /// use kf_model::messages::{Message, SendMessage};
    /// use kf_model::{AccountKind, Caller, Endpoint};
    ///
    /// let link = Message::link("A title", "What it is", "https://example.com", "https://example.com/1.jpg");
    /// let shop = Caller::app(AccountKind::ServiceAccount, true);
    /// let refused = SendMessage::new("OPENID".parse()?, link).may_be_sent_by(&shop).unwrap_err();
    /// assert_eq!(refused.to_string(), "send_message may not be called: Service Accounts may not send `link`");
    /// # Ok::<(), kf_model::IdError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// All that is missing.
    fn may_be_sent_by(&self, caller: &Caller) -> Result<(), NotPermitted> {
        let mut missing = Self::SPEC.may_call(caller).err().map_or_else(Vec::new, |refused| refused.missing);
        if let Some((what, senders)) = self.senders()
            && !senders.contains(&caller.kind)
        {
            missing.push(Missing::Content(caller.kind, what));
        }
        if missing.is_empty() { Ok(()) } else { Err(NotPermitted { endpoint: Self::SPEC.name, missing }) }
    }
}

/// A name and a value of a query. The value is as it is meant: percent-encoding is up to the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryPair<'a> {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: QueryValue<'a>,
}

impl<'a> QueryPair<'a> {
    /// A pair whose value may be shown.
    #[must_use]
    pub fn text(name: &'static str, value: impl Into<Cow<'a, str>>) -> Self {
        Self { name, value: QueryValue::Text(value.into()) }
    }

    /// A pair whose value is a credential.
    #[must_use]
    pub fn secret(name: &'static str, value: &'a Secret) -> Self {
        Self { name, value: QueryValue::Secret(value) }
    }
}

/// A value of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "who writes a query must know all there is")]
pub enum QueryValue<'a> {
    /// A value that may be shown.
    Text(Cow<'a, str>),
    /// A credential.
    Secret(&'a Secret),
}

/// What is known about a call.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct EndpointSpec {
    /// Our name of it.
    pub name: &'static str,
    /// The vendor's name of it.
    pub wire_name: &'static str,
    /// Which of several calls on one path it is.
    pub dialect: Option<&'static str>,
    /// The method that we send.
    pub method: Method,
    /// Other methods that servers take.
    pub also: &'static [Method],
    /// The path, from the root of the host.
    pub path: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// What else there is to know.
    pub notes: &'static [&'static str],
    /// The page that it was read from.
    pub source: &'static str,
    /// How sure its facts are.
    pub sure: Sure,
    /// Whether it may be called from servers only, never from a page or an app.
    pub server_side_only: bool,
    /// What must be set up in the console before.
    pub setup: &'static [Setup],
    /// Whose access tokens it takes; none for the calls that fetch tokens.
    pub tokens: &'static [TokenKind],
    /// The name that the token has in the query.
    pub token_name: &'static str,
    /// The permission sets of which a merchant must have granted at least one.
    pub permission_sets: &'static [PermissionSet],
    /// Which apps may call it; a kind that is not here may not. Nobody is here where third-party platforms call for
    /// themselves.
    pub callers: &'static [CallerRule],
    /// Whether it can be called from the vendor's cloud without a token.
    pub cloud_call: bool,
    /// What a repeat does after the answer was lost.
    pub repeat: Repeat,
    /// Codes that, after a repeat, can mean that the first attempt acted.
    pub settled_by: &'static [ErrCode],
    /// The codes that its page lists; any other code can come too.
    pub errcodes: &'static [ErrCode],
    /// What to do about a code where this call knows better than the code's own hint.
    pub hints: &'static [(ErrCode, &'static str)],
    /// Those of the codes that the simulator has no rule for, and why.
    pub unreachable: &'static [(ErrCode, &'static str)],
    /// The names of the limits that hold for it.
    pub limits: &'static [&'static str],
    /// In which form the body goes out.
    pub payload: Payload,
    /// What is sent.
    pub request: &'static [FieldSpec],
    /// What comes back.
    pub response: &'static [FieldSpec],
    /// Whether the answer may be a file instead.
    pub answers_file: bool,
    /// Samples, with the page that shows them.
    pub examples: &'static [Example],
}

impl EndpointSpec {
    /// A call of which no more is known: it takes the app's own token, sends JSON unless it is a GET, may be called by
    /// any app and is never repeated after a lost answer. Set the fields that differ.
    #[must_use]
    pub const fn new(name: &'static str, method: Method, path: &'static str) -> Self {
        Self {
            name,
            wire_name: name,
            dialect: None,
            method,
            also: &[],
            path,
            doc: "",
            notes: &[],
            source: "",
            sure: Sure::Guessed,
            server_side_only: true,
            setup: &[],
            tokens: &[TokenKind::Own, TokenKind::Authorizer],
            token_name: "access_token",
            permission_sets: &[],
            callers: CallerRule::ANYBODY,
            cloud_call: false,
            repeat: Repeat::Never,
            settled_by: &[],
            errcodes: &[],
            hints: &[],
            unreachable: &[],
            limits: &[],
            payload: match method {
                Method::Get => Payload::None,
                Method::Post => Payload::Json,
            },
            request: &[],
            response: &[],
            answers_file: false,
            examples: &[],
        }
    }

    /// What to do about a code of this call.
    #[must_use]
    pub fn hint(&self, code: ErrCode) -> &'static str {
        self.hints.iter().find(|(known, _)| *known == code).map_or_else(|| code.hint(), |(_, hint)| hint)
    }

    /// Whether a credential is among what comes back.
    #[must_use]
    pub fn answers_credential(&self) -> bool {
        self.response.iter().any(|field| field.secret)
    }
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "the API has these two")]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

impl Method {
    /// The name that goes over the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Sure {
    /// One of the five pages that the project grew from states it.
    Stated,
    /// Another page of the vendor states it.
    Official,
    /// At least two public libraries do it this way.
    Several,
    /// One public library does it this way.
    Single,
    /// A public issue or thread reports it.
    Reported,
    /// It is our guess.
    Guessed,
}

/// The kind of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AccountKind {
    /// 公众号, the former subscription account.
    OfficialAccount,
    /// 服务号.
    ServiceAccount,
    /// 小程序.
    MiniProgram,
    /// 小游戏.
    MiniGame,
}

impl fmt::Display for AccountKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::OfficialAccount => "Official Account",
            Self::ServiceAccount => "Service Account",
            Self::MiniProgram => "Mini Program",
            Self::MiniGame => "Mini Game",
        })
    }
}

/// A kind of app that may make a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallerRule {
    /// The kind.
    pub kind: AccountKind,
    /// Whether it must be certified, with an enterprise as its subject.
    pub certified_only: bool,
}

impl CallerRule {
    /// Any app may call.
    pub const ANYBODY: &'static [Self] = &[
        Self::any(AccountKind::OfficialAccount),
        Self::any(AccountKind::ServiceAccount),
        Self::any(AccountKind::MiniProgram),
        Self::any(AccountKind::MiniGame),
    ];

    /// Any app of a kind may call.
    #[must_use]
    pub const fn any(kind: AccountKind) -> Self {
        Self { kind, certified_only: false }
    }

    /// Certified apps of a kind may call.
    #[must_use]
    pub const fn certified(kind: AccountKind) -> Self {
        Self { kind, certified_only: true }
    }
}

/// Whose access token a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// The app's own.
    Own,
    /// The one by which a third-party platform acts for a merchant.
    Authorizer,
    /// The third-party platform's own.
    Component,
}

/// What must be set up in the vendor's console before a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Setup {
    /// The address of the caller is on the whitelist of the app.
    IpWhitelist,
    /// The new customer service is switched on.
    KfEnabled,
    /// The app has a WeChat ID.
    WechatId,
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::IpWhitelist => "the address of the caller is on the IP whitelist of the app",
            Self::KfEnabled => "the new customer service is switched on for the app",
            Self::WechatId => "a WeChat ID is set for the app",
        })
    }
}

/// What a repeat does after the answer of the first attempt was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// It changes nothing more.
    Safe,
    /// It acts once more, which harms nobody: another code, another file that is gone after some days.
    Harmless,
    /// It is refused with a code that tells whether the first attempt acted.
    Settles,
    /// It may act twice.
    Never,
}
