//! What the vendor leaves open, and how strict the platform is: each a setting with a default.

use serde::{Deserialize, Serialize};

/// A setting, for people.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct SettingInfo {
    /// Its name in a scenario.
    pub name: &'static str,
    /// Its default, as it stands in a scenario.
    pub default: String,
    /// What it means.
    pub meaning: String,
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident: $kind:ty = $default:expr,)+) => {
        /// What the vendor leaves open, and how strict the platform is.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[non_exhaustive]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $name: $kind,)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Settings {
            /// All settings with their defaults and meanings.
            #[must_use]
            pub fn list() -> Vec<SettingInfo> {
                let defaults = Self::default();
                vec![$(SettingInfo {
                    name: stringify!($name),
                    default: serde_json::to_string(&defaults.$name).unwrap_or_default(),
                    meaning: concat!($($doc),+).trim().to_owned(),
                },)+]
            }
        }
    };
}

settings! {
    /// How many accounts, or workers of a Mini Program, an app may have.
    accounts_max: usize = 100,
    /// The same for apps that speak the old dialect.
    accounts_max_old: usize = 10,
    /// How many accounts in all apps together one WeChat user may be bound to; the pages do not say.
    accounts_per_worker_max: usize = 10,
    /// Whether `getsession` answers `errcode` and `errmsg` beside its data, as older servers did.
    find_session_with_errcode: bool = false,
    /// What `getsession` says of the time where there is no session: 0, or nothing; the pages do not say.
    find_session_createtime: NoCreatetime = NoCreatetime::Zero,
    /// Whether the sessions of a deleted account end; otherwise they stay until they are closed. Its invite
    /// vanishes either way.
    sessions_end_with_account: bool = true,
    /// Seconds that an invite lives; the pages do not say.
    invite_seconds: i64 = 7 * 86_400,
    /// Seconds after switching customer service on in which calls are still answered 65400.
    kf_fresh_seconds: i64 = 0,
    /// How `kf_id` is sent: as real servers do for the kind of app, always as a number, or always as text.
    kf_id: KfIdForm = KfIdForm::AsReal,
    /// By what a Mini Program adds workers: by `kf_wx` and by `kf_account`, or by `kf_wx` alone.
    mini_program_add: MiniProgramAdd = MiniProgramAdd::Both,
    /// Whether the case of an account counts; the pages do not say.
    account_case: AccountCase = AccountCase::Sensitive,
    /// Of a new account that exists already where there is no room either, what is told first; the pages do not say.
    account_order: AccountOrder = AccountOrder::FormExistsLimit,
    /// What the 16 characters of a nickname are counted in; the pages do not say.
    nickname_characters: NicknameCharacters = NicknameCharacters::Scalars,
    /// Bytes of a head picture at the most.
    picture_bytes_max: usize = 5 * 1024 * 1024,
    /// The code for a head picture that is too big; the pages do not say which of the two.
    picture_too_big: PictureTooBig = PictureTooBig::InvalidSize,
    /// Whether a head picture that has not 640 by 640 pixels is refused with 40009; the pages advise that size.
    picture_of_other_size: Strictness = Strictness::Accept,
    /// Seconds after the last message for which a session passes messages on to the worker.
    session_silence_seconds: i64 = 1_800,
    /// Where the messages of a customer go who is in no session, while no address for pushes is set.
    messages_without_push: WithoutPush = WithoutPush::Queue,
    /// Seconds that an answer to a push may take before the platform gives it up.
    push_seconds: u32 = 5,
    /// How often a push without an answer is delivered in all: three times, as measured; the page says three repeats, so 4.
    push_deliveries: u32 = 3,
    /// Whether an account that is online takes by itself whom a server hands over; otherwise they wait until a worker takes
    /// them.
    transfers_taken: bool = true,
    /// Sessions of an account from which on it takes nobody more by itself; 0 is no limit. The pages do not say.
    sessions_taken_max: usize = 0,
    /// Messages that a message of the customer allows; before June 2023 it was 20.
    message_window_messages: u32 = 5,
    /// Seconds after a message of the customer in which messages may be sent.
    message_window_seconds: i64 = 172_800,
    /// Messages that a tap on a menu, a follow and a scan allow.
    tap_window_messages: u32 = 3,
    /// Seconds after a tap on a menu, a follow or a scan in which messages may be sent.
    tap_window_seconds: i64 = 60,
    /// Messages that a payment to a Service Account allows; 0 is no limit, and in 2021 it was 20.
    payment_window_messages: u32 = 0,
    /// Seconds after a payment to a Service Account in which messages may be sent.
    payment_window_seconds: i64 = 172_800,
    /// Messages that it allows when a customer enters the session of a Mini Program; one page leaves them out.
    enter_window_messages: u32 = 2,
    /// Seconds after a customer entered the session of a Mini Program in which messages may be sent.
    enter_window_seconds: i64 = 60,
    /// Bytes of the text of a message at the most; the pages do not say.
    text_bytes_max: usize = 2_048,
    /// Bytes of the content of any message at the most; the pages do not say.
    message_bytes_max: usize = 20_480,
    /// The code for a message in the name of an account that is not there; the pages do not say.
    unknown_sender: UnknownSender = UnknownSender::NoAccount,
    /// Whether a Mini Program is refused with 40200 where it shows that somebody types by the path of the accounts, as
    /// the page says; libraries use that path.
    program_typing_by_account_path: Strictness = Strictness::Refuse,
    /// Messages to customers that an app keeps, for whoever wants to see what was sent; the oldest go first.
    messages_max: usize = 1_000,
    /// Calls a day that send messages; 0 is no limit.
    messages_per_day: u64 = 500_000,
    /// Calls a day by which a test account sends messages; 0 is no limit.
    messages_per_day_test: u64 = 50_000,
    /// Bytes of a temporary image at the most; the page says 10 MB and 2 MB.
    image_bytes_max: usize = 10 * 1024 * 1024,
    /// Whether a message is refused with 40007 whose file is of another kind than the message; the pages do not say.
    media_of_other_kind: Strictness = Strictness::Refuse,
    /// How an upload names the id of a thumb: as real servers do, or as the page does.
    thumb_id: ThumbId = ThumbId::ThumbMediaId,
    /// Files that an app keeps; the oldest go first.
    media_max: usize = 1_000,
    /// Bytes of all files that an app keeps; the oldest go first.
    media_bytes_max: usize = 64 * 1024 * 1024,
    /// Uploads of media a day; 0 is no limit.
    media_uploads_per_day: u64 = 100_000,
    /// Fetches of media a day; 0 is no limit.
    media_fetches_per_day: u64 = 200_000,
    /// Rows of `getwaitcase` at the most.
    waiting_rows_max: usize = 100,
    /// Whether a page of records begins after the cursor or with it; the pages do not say.
    records_cursor: RecordsCursor = RecordsCursor::After,
    /// Whether the span of records must lie within one day of Beijing time, as older pages say.
    records_within_a_day: bool = false,
    /// Lines of the records that an app keeps; the oldest go first.
    records_max: usize = 100_000,
    /// Rows of a page of records at the most.
    records_rows_max: i64 = 10_000,
    /// Seconds that the span of records may have at the most.
    records_span_seconds_max: i64 = 86_400,
    /// Seconds that a token lives.
    token_seconds: i64 = 7_200,
    /// Seconds for which the token before still works after the classic call gave a new one.
    classic_overlap_seconds: i64 = 300,
    /// Whether a third classic token voids the first one at once; otherwise each keeps the time that it was given.
    classic_third_voids: bool = false,
    /// Seconds before its end from which the stable token is renewed; both work side by side for as long.
    stable_overlap_seconds: i64 = 300,
    /// Seconds between two forced refreshes; a quicker one gives the token that there is.
    forced_gap_seconds: i64 = 30,
    /// Forced refreshes a day; 0 is no limit.
    forced_per_day: u64 = 20,
    /// Classic token calls a day; 0 is no limit.
    classic_per_day: u64 = 2_000,
    /// Classic token calls of a test account a day; 0 is no limit.
    classic_per_day_test: u64 = 200,
    /// Stable token calls a day; 0 is no limit.
    stable_per_day: u64 = 500_000,
    /// Stable token calls a minute; 0 is no limit.
    stable_per_minute: u64 = 10_000,
    /// Calls a day of each other endpoint; the pages do not say, so 0, which is no limit.
    calls_per_day: u64 = 0,
    /// Calls a minute of each other endpoint; the pages do not say, so 0, which is no limit.
    calls_per_minute: u64 = 0,
    /// The code for too many calls in a minute; both were seen.
    minute_quota_code: MinuteQuotaCode = MinuteQuotaCode::Minute,
    /// Seconds for which the token before still works after a third-party platform fetched a new one, for itself or for a
    /// merchant; the pages do not say.
    component_overlap_seconds: i64 = 300,
    /// Token calls of a third-party platform for itself a day; 0 is no limit. The pages do not say.
    component_tokens_per_day: u64 = 2_000,
    /// By which name the token of a third-party platform comes in the query: pages and libraries disagree.
    component_token_name: ComponentTokenName = ComponentTokenName::Both,
    /// Seconds from one ticket to the next; 0, none is pushed by itself.
    ticket_push_seconds: i64 = 600,
    /// Seconds that a ticket is good for.
    ticket_seconds: i64 = 43_200,
    /// Whether a ticket is refused with 61006 once a newer one was pushed; the pages advise to use the newest.
    older_ticket: Strictness = Strictness::Accept,
    /// Seconds that a code lives by which a merchant may authorize a third-party platform.
    preauth_code_seconds: i64 = 1_800,
    /// Seconds that the code of an authorization can be redeemed; the pages do not say.
    authorization_code_seconds: i64 = 3_600,
    /// How long a refresh token works once it was used: until one of the new tokens is, or no longer.
    authorizer_old_refresh: OldRefresh = OldRefresh::UntilNewIsUsed,
    /// Resets of all quotas of an app a month; 0 is no limit.
    quota_resets_per_month: i64 = 10,
    /// Resets of the quota of one path a month; 0 is no limit.
    path_quota_resets_per_month: i64 = 50,
    /// Seconds that a request can be looked up by its `rid`.
    rid_seconds: i64 = 604_800,
    /// Sub-merchants of a Mini Program at the most; the pages do not say.
    businesses_max: usize = 10_000,
    /// Rows of a page of sub-merchants at the most.
    businesses_rows_max: i64 = 200,
    /// Whether the id of a sub-merchant is sent as a number, as the sample of the page has it, or as text.
    business_id_as_number: bool = true,
    /// What beyond Chinese characters takes two of the 30 units of a sub-merchant's nickname; the pages do not say.
    business_nickname_units: BusinessNicknameUnits = BusinessNicknameUnits::Chinese,
    /// Words that the nickname of a sub-merchant may not hold; the vendor shows nobody its list.
    business_forbidden_words: Vec<String> = vec!["微信".to_owned()],
    /// Whether the calls that set and cancel an administrator are unknown paths, as a user met them in 2022.
    admin_calls_unknown: bool = false,
    /// Characters of a token.
    token_characters: usize = 157,
    /// What the backslash-u form in JSON is answered with.
    unicode_escapes: Escapes = Escapes::Refuse40033,
    /// Whether a call by the wrong method is refused with 43001 or 43002.
    wrong_method: Strictness = Strictness::Refuse,
    /// Whether an account may be deleted by GET with a query, as older pages say.
    delete_by_get: Strictness = Strictness::Accept,
    /// Whether an `@` in a query may come as `%40`; refused, the account is unknown.
    encoded_at: Strictness = Strictness::Accept,
    /// What an unknown path is answered with: 40066 with status 200, or status 404 and no JSON.
    unknown_path: UnknownPath = UnknownPath::Refuse40066,
}

macro_rules! choices {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $vdoc:literal])+ $(#[$meta:meta])* $variant:ident = $word:literal,)+ })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $name { $($(#[doc = $vdoc])+ $(#[$meta])* #[serde(rename = $word)] $variant,)+ }
    )+};
}

choices! {
    /// How `kf_id` is sent.
    KfIdForm {
        /// As a number for Official and Service Accounts, as text for Mini Programs.
        #[default]
        AsReal = "as-real",
        /// As a number.
        Number = "number",
        /// As text.
        Text = "text",
    }
    /// By what a Mini Program adds workers.
    MiniProgramAdd {
        /// By `kf_wx`, and by `kf_account` with `nickname`.
        #[default]
        Both = "both",
        /// By `kf_wx` alone.
        KfWx = "kf_wx",
    }
    /// Whether the case of an account counts.
    AccountCase {
        /// It counts.
        #[default]
        Sensitive = "sensitive",
        /// It does not.
        Insensitive = "insensitive",
    }
    /// What `getsession` says of the time where there is no session.
    NoCreatetime {
        /// 0.
        #[default]
        Zero = "0",
        /// Nothing.
        LeftOut = "left-out",
    }
    /// What a new account is judged by, in which order.
    AccountOrder {
        /// Its form (65404), whether it exists (65406), whether there is room (65405).
        #[default]
        FormExistsLimit = "form-exists-limit",
        /// Its form (65404), whether there is room (65405), whether it exists (65406).
        FormLimitExists = "form-limit-exists",
    }
    /// What the characters of a nickname are counted in.
    NicknameCharacters {
        /// In scalars of Unicode.
        #[default]
        Scalars = "scalars",
        /// In units of UTF-16: an emoji counts twice.
        Utf16 = "utf-16",
    }
    /// What takes two units of the nickname of a sub-merchant.
    BusinessNicknameUnits {
        /// Chinese characters alone.
        #[default]
        Chinese = "chinese",
        /// All characters beyond ASCII.
        NonAscii = "non-ascii",
    }
    /// The code for a head picture that is too big.
    PictureTooBig {
        /// 40009.
        #[default]
        InvalidSize = "40009",
        /// 40006.
        InvalidMediaSize = "40006",
    }
    /// The code for a message in the name of an account that is not there.
    UnknownSender {
        /// 65401, and 61452 in the old dialect.
        #[default]
        NoAccount = "65401",
        /// 40003.
        OpenId = "40003",
    }
    /// How an upload names the id of a thumb.
    ThumbId {
        /// `thumb_media_id`.
        #[default]
        ThumbMediaId = "thumb_media_id",
        /// `media_id`.
        MediaId = "media_id",
    }
    /// Where messages go that nobody takes.
    WithoutPush {
        /// Into the queue of those who wait.
        #[default]
        Queue = "queue",
        /// Nowhere.
        Drop = "drop",
    }
    /// Where a page of records begins.
    RecordsCursor {
        /// After the cursor.
        #[default]
        After = "after",
        /// With the cursor.
        Inclusive = "inclusive",
    }
    /// The code for too many calls in a minute.
    MinuteQuotaCode {
        /// 45011.
        #[default]
        Minute = "45011",
        /// 45009.
        Day = "45009",
    }
    /// By which name the token of a third-party platform comes.
    ComponentTokenName {
        /// By either.
        #[default]
        Both = "both",
        /// As libraries send it.
        ComponentAccessToken = "component_access_token",
        /// As newer pages say.
        AccessToken = "access_token",
    }
    /// How long a refresh token works once it was used.
    OldRefresh {
        /// Until the new access token or the new refresh token is used for the first time.
        #[default]
        UntilNewIsUsed = "until-new-is-used",
        /// No longer.
        VoidAtOnce = "void-at-once",
    }
    /// What the backslash-u form is answered with.
    Escapes {
        /// 40033.
        #[default]
        Refuse40033 = "40033",
        /// 47002.
        Refuse47002 = "47002",
        /// It is read.
        Accept = "accept",
    }
    /// Whether something is refused.
    Strictness {
        /// It is.
        #[default]
        Refuse = "refuse",
        /// It is not.
        Accept = "accept",
    }
    /// What an unknown path is answered with.
    UnknownPath {
        /// 40066 with status 200.
        #[default]
        Refuse40066 = "40066",
        /// Status 404 and a page of HTML.
        NotFound = "404",
    }
}
