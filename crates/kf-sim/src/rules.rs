//! The platform's rules for names, pictures and requests, in the simulator's own words, and what it says when one is broken.
//!
//! Nothing here asks the validators of the clients: the two are held against each other by a property.

mod jpeg;
mod voice;

use std::borrow::Cow;

use crate::call::Refused;
use crate::settings::{BusinessNicknameUnits, Escapes, NicknameCharacters, PictureTooBig, Settings, Strictness};
use crate::world::{Dialect, MediumKind};

/// A rule of the customer service family that can be broken; each dialect has its code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    NotEnabled,
    NoAccount,
    NotBound,
    Nickname,
    AccountForm,
    /// The part before the `@` is too long, which only the old dialect tells apart.
    PrefixTooLong,
    /// The part before the `@` has a character that is not allowed, which only the old dialect tells apart.
    PrefixCharacter,
    TooMany,
    Exists,
    AlreadyWorker,
    AlreadyInvited,
    WechatId,
    BoundTooOften,
    InviteOpen,
    AlreadyBound,
    NoSession,
    WithAnother,
    NotOnline,
    RecordArgument,
    RecordSpan,
    PictureKind,
}

impl Broken {
    /// The refusal in a dialect: code for code, as section 4 of the facts has them.
    pub(crate) fn refused(self, dialect: Dialect) -> Refused {
        let (new, old) = match self {
            Self::NotEnabled => (65400, 61450),
            Self::NoAccount => (65401, 61452),
            Self::NotBound => (65402, 61451),
            Self::Nickname => (65403, 61451),
            Self::AccountForm => (65404, 61451),
            Self::PrefixTooLong => (65404, 61454),
            Self::PrefixCharacter => (65404, 61455),
            Self::TooMany => (65405, 61456),
            Self::Exists => (65406, 61453),
            Self::AlreadyWorker => (65407, 61451),
            Self::AlreadyInvited => (65408, 61451),
            Self::WechatId => (65409, 61451),
            Self::BoundTooOften => (65410, 61451),
            Self::InviteOpen => (65411, 61451),
            Self::AlreadyBound => (65412, 61451),
            Self::NoSession => (65413, 61451),
            Self::WithAnother => (65414, 61458),
            Self::NotOnline => (65415, 61459),
            Self::RecordArgument => (65416, 61451),
            Self::RecordSpan => (65417, 61501),
            Self::PictureKind => (40005, 61457),
        };
        said(if dialect == Dialect::Old { old } else { new })
    }
}

/// A refusal with what the platform says for its code.
pub(crate) fn said(code: i64) -> Refused {
    let message: Cow<'static, str> = match code {
        -1 => "system error".into(),
        40001 => "invalid credential, access_token is invalid or not latest".into(),
        40002 => "invalid grant_type".into(),
        40003 => "invalid openid".into(),
        40004 => "invalid media type".into(),
        40005 => "invalid file type".into(),
        40006 => "invalid meida size".into(),
        40007 => "invalid media_id".into(),
        40008 => "invalid message type".into(),
        40009 => "invalid image size".into(),
        40013 => "invalid appid".into(),
        40014 => "invalid access_token".into(),
        40033 => "invalid charset. please check your request, if include \\uxxxx will create fail!".into(),
        40066 => "invalid url".into(),
        40097 => "invalid args".into(),
        40125 => "invalid appsecret".into(),
        40200 => "invalid account type".into(),
        40243 => "appsecret is frozen".into(),
        41001 => "access_token missing".into(),
        41002 => "appid missing".into(),
        41004 => "appsecret missing".into(),
        41005 => "media data missing".into(),
        41018 => "component_appid missing".into(),
        42001 => "access_token expired".into(),
        43001 => "require GET method".into(),
        43002 => "require POST method".into(),
        44001 => "empty media data".into(),
        44002 => "empty post data".into(),
        44003 => "empty news data".into(),
        44004 => "empty content".into(),
        45001 => "media size out of limit".into(),
        45002 => "content size out of limit".into(),
        45007 => "voice playtime out of limit".into(),
        45008 => "article size out of limit".into(),
        45009 => "reach max api daily quota limit".into(),
        45011 => "api minute-quota reach limit, must slower, retry next minute".into(),
        45015 => "response out of time limit or subscription is canceled".into(),
        45047 => "out of response count limit".into(),
        45064 => "the mini program is not linked to this account".into(),
        45070 => "business account already exists".into(),
        45071 => "business account not found".into(),
        45072 => "command field must be in [\"Typing\", \"CancelTyping\"]".into(),
        45077 => "too many business accounts".into(),
        45078 => "invalid business nickname".into(),
        45079 => "business nickname contains forbidden words".into(),
        45080 => "typing needs an interaction with the user in the past 30 seconds".into(),
        45081 => "already typing, do not send typing again".into(),
        45086 => "a mini program may lead to itself alone".into(),
        45087 => "custom messages of this account are blocked".into(),
        45091 => "invalid business account_name".into(),
        45094 => "messages to users who enter the session are blocked".into(),
        45162 => "invalid message for this account".into(),
        47001 => "data format error".into(),
        47002 => "data format error: escaped characters".into(),
        48001 => "api unauthorized".into(),
        48002 => "user block receive message".into(),
        48006 => "forbid to clear quota because of reaching the limit".into(),
        50002 => "user limited".into(),
        50004 => "forbid to use token, please contact wxmp".into(),
        50007 => "account frozen".into(),
        61003 => "component is not authorized by this account".into(),
        61005 => "component ticket is expired".into(),
        61006 => "component ticket is invalid".into(),
        61007 => "api is unauthorized to component".into(),
        61009 => "code is invalid".into(),
        61010 => "code is expired".into(),
        61011 => "invalid component".into(),
        61014 => "must use component token for component api".into(),
        61015 => "must use api token, not component token".into(),
        61023 => "refresh_token is invalid".into(),
        61024 => "component appid, use the component token call".into(),
        61450 => "system error".into(),
        61451 => "invalid parameter".into(),
        61452 => "invalid kf_account".into(),
        61453 => "kf_account existed".into(),
        61454 => "invalid kf_acount length".into(),
        61455 => "illegal character in kf_account".into(),
        61456 => "kf_account count exceeded".into(),
        61457 => "invalid file type".into(),
        61458 => "customer is being served by another worker".into(),
        61459 => "worker is not online".into(),
        61501 => "date range error".into(),
        65400 => "please enable new custom service or wait for a while if you have enabled".into(),
        65401 => "invalid custom service account".into(),
        65402 => "custom service account has not been bound".into(),
        65403 => "illegal nickname".into(),
        65404 => "illegal custom service account".into(),
        65405 => "custom service account number reach limit".into(),
        65406 => "custom service account exists".into(),
        65407 => "this user is already your worker".into(),
        65408 => "you have already invited this wechat account".into(),
        65409 => "invalid wechat account".into(),
        65410 => "this wechat account is bound to too many custom service accounts".into(),
        65411 => "an invitation for this custom service account is effective".into(),
        65412 => "this custom service account is already bound".into(),
        65413 => "no effective session for the customer".into(),
        65414 => "another worker is serving the customer".into(),
        65415 => "this worker is not online".into(),
        65416 => "invalid parameter, please check the fields".into(),
        65417 => "the interval between start and end time is too long".into(),
        76001 => "rid not found".into(),
        76002 => "invalid rid".into(),
        76004 => "rid is expired".into(),
        76021 => "cgi_path not found".into(),
        76022 => "this token is not for the account kind of cgi_path".into(),
        89501 => "a confirmation of this ip is pending with the administrator".into(),
        89503 => "this ip needs to be confirmed by the administrator".into(),
        89506 => "the administrator refused this ip twice, try again 24 hours later".into(),
        89507 => "the administrator refused this ip, try again an hour later".into(),
        10130002 => "invalid parameter".into(),
        10130030 => "account not allowed, the mini program must not belong to a private person".into(),
        10130600 | 10130601 => "invalid corpid".into(),
        10130602 => "the subject of the corpid is not that of the mini program".into(),
        10130603 => "the mini program is already bound, unbind it first".into(),
        10130604 => "the mini program is not bound".into(),
        _ => "refused".into(),
    };
    Refused { code, message }
}

/// An account that may be added to an app: `prefix@suffix`, the suffix being the WeChat ID of the app.
pub(crate) fn account(text: &str, wechat_id: &str, dialect: Dialect) -> Result<(), Broken> {
    let Some((prefix, suffix)) = text.split_once('@') else { return Err(Broken::AccountForm) };
    let old = dialect == Dialect::Old;
    let may_stand = |c: char| c.is_ascii_alphanumeric() || (c == '_' && !old);
    if prefix.is_empty() || wechat_id.is_empty() || suffix != wechat_id || suffix.len() > 30 {
        return Err(Broken::AccountForm);
    }
    if !prefix.chars().all(may_stand) {
        return Err(Broken::PrefixCharacter);
    }
    if prefix.len() > 10 { Err(Broken::PrefixTooLong) } else { Ok(()) }
}

/// A nickname: 1 to 16 characters of which one at least can be seen; of old, 12 columns, a Chinese character taking two.
pub(crate) fn nickname(text: &str, settings: &Settings, dialect: Dialect) -> Result<(), Broken> {
    let characters = match settings.nickname_characters {
        NicknameCharacters::Scalars => text.chars().count(),
        NicknameCharacters::Utf16 => text.encode_utf16().count(),
    };
    let columns: usize = text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    let fits = if dialect == Dialect::Old { columns <= 12 } else { characters <= 16 };
    let is_clean = !text.chars().any(char::is_control);
    if fits && is_clean && text.chars().any(is_seen) { Ok(()) } else { Err(Broken::Nickname) }
}

/// Whether something of a character is to be seen: not so blanks, fillers, and what only steers how text runs.
fn is_seen(character: char) -> bool {
    let point = u32::from(character);
    let fills = [0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0].contains(&point);
    let steers = point == 0x061C
        || point == 0xFEFF
        || [0x200B..=0x200F, 0x2028..=0x202E, 0x2060..=0x206F, 0xFFF9..=0xFFFB, 0xE0000..=0xE007F]
            .iter()
            .any(|run| run.contains(&point));
    !character.is_whitespace() && !fills && !steers
}

/// A WeChat ID that a person can have: letters, digits, `_` and `-`, not digits alone, as a phone number would be.
pub(crate) fn wechat_id(text: &str) -> Result<(), Broken> {
    let may_stand = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_one =
        (1..=30).contains(&text.len()) && text.chars().all(may_stand) && text.chars().any(|c| c.is_ascii_alphabetic());
    if is_one { Ok(()) } else { Err(Broken::WechatId) }
}

/// The name of a sub-merchant that nobody sees: 6 to 30 letters, digits and underscores.
pub(crate) fn business_name(text: &str) -> Result<(), Refused> {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if (6..=30).contains(&text.len()) && text.bytes().all(may_stand) { Ok(()) } else { Err(said(45091)) }
}

/// The name of a sub-merchant that customers see: 4 to 30 units, of which a Chinese character takes two.
pub(crate) fn business_nickname(text: &str, settings: &Settings) -> Result<(), Refused> {
    let takes_two = |character: &char| match settings.business_nickname_units {
        BusinessNicknameUnits::Chinese => is_ideograph(*character),
        BusinessNicknameUnits::NonAscii => !character.is_ascii(),
    };
    let units = text.chars().count() + text.chars().filter(takes_two).count();
    if !(4..=30).contains(&units) {
        return Err(said(45078));
    }
    let is_forbidden = |word: &String| !word.is_empty() && text.contains(&**word);
    if settings.business_forbidden_words.iter().any(is_forbidden) { Err(said(45079)) } else { Ok(()) }
}

/// Whether a character is one of the unified ideographs, with their extension A and those beyond the basic plane.
fn is_ideograph(character: char) -> bool {
    let point = u32::from(character);
    [0x3400..0x4DC0, 0x4E00..0xA000, 0x2_0000..0x4_0000].iter().any(|run| run.contains(&point))
}

/// Whether text could be the id of a corporation: `ww`, of old `wx`, and 16 hexadecimal digits.
pub(crate) fn is_corpid(text: &str) -> bool {
    let digits = text.strip_prefix("ww").or_else(|| text.strip_prefix("wx")).unwrap_or_default();
    digits.len() == 16 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Whether text could be an openid.
pub(crate) fn is_openid(text: &str) -> bool {
    let may_stand = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    text.starts_with('o') && text.bytes().all(may_stand)
}

/// Pixels that a head picture should have in each direction.
const PICTURE_PIXELS: u16 = 640;

/// A head picture: a JPEG, as its first bytes tell, and not too big; by a setting also of the size that is advised.
pub(crate) fn picture(bytes: &[u8], settings: &Settings, dialect: Dialect) -> Result<(), Refused> {
    if bytes.len() > settings.picture_bytes_max {
        let code = if settings.picture_too_big == PictureTooBig::InvalidSize { 40009 } else { 40006 };
        return Err(said(code));
    }
    if bytes.len() < 4 || !bytes.starts_with(&[0xFF, 0xD8, 0xFF]) {
        return Err(Broken::PictureKind.refused(dialect));
    }
    let any_size = settings.picture_of_other_size == Strictness::Accept;
    let fits = any_size || jpeg::dimensions(bytes) == Some((PICTURE_PIXELS, PICTURE_PIXELS));
    if fits { Ok(()) } else { Err(said(40009)) }
}

/// Milliseconds that a voice may play.
const VOICE_MILLISECONDS_MAX: usize = 60_000;

/// A temporary file of a kind: not empty, not too big, what its first bytes say, and as a voice not too long.
pub(crate) fn medium(kind: MediumKind, bytes: &[u8], settings: &Settings) -> Result<(), Refused> {
    let most = match kind {
        MediumKind::Image => settings.image_bytes_max,
        MediumKind::Voice => 2 * 1024 * 1024,
        MediumKind::Video => 10 * 1024 * 1024,
        MediumKind::Thumb => 64 * 1024,
        MediumKind::News => 0,
    };
    if bytes.is_empty() {
        return Err(said(44001));
    }
    if bytes.len() > most {
        return Err(said(45001));
    }
    let found = FileType::of(bytes).map(FileType::kind);
    let fits = found == Some(kind) || (kind == MediumKind::Thumb && FileType::of(bytes) == Some(FileType::Jpeg));
    if !fits {
        return Err(said(40005));
    }
    let is_too_long = kind == MediumKind::Voice && voice::milliseconds(bytes) > VOICE_MILLISECONDS_MAX;
    if is_too_long { Err(said(45007)) } else { Ok(()) }
}

/// What a temporary file of a kind must be, for people.
pub(crate) fn medium_form(kind: MediumKind, settings: &Settings) -> String {
    match kind {
        MediumKind::Image => format!("a JPEG, PNG or GIF of at most {} bytes", settings.image_bytes_max),
        MediumKind::Voice => "an AMR or MP3 of at most 2 MB and a minute".to_owned(),
        MediumKind::Video => "an MP4 of at most 10 MB".to_owned(),
        MediumKind::Thumb => "a JPEG of at most 64 KB".to_owned(),
        MediumKind::News => "no file".to_owned(),
    }
}

/// What a file is by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileType {
    Jpeg,
    Png,
    Gif,
    Amr,
    Mp3,
    Mp4,
}

impl FileType {
    pub(crate) fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |start: &[u8]| bytes.starts_with(start);
        // A frame of MPEG audio begins with eleven bits.
        let is_frame = starts(&[0xFF]) && bytes.get(1).is_some_and(|second| second & 0xE0 == 0xE0);
        Some(match () {
            () if starts(&[0xFF, 0xD8, 0xFF]) => Self::Jpeg,
            () if starts(b"\x89PNG\r\n\x1a\n") => Self::Png,
            () if starts(b"GIF87a") || starts(b"GIF89a") => Self::Gif,
            () if starts(b"#!AMR") => Self::Amr,
            () if starts(b"ID3") || is_frame => Self::Mp3,
            () if bytes.get(4..8) == Some(b"ftyp") => Self::Mp4,
            () => return None,
        })
    }

    fn kind(self) -> MediumKind {
        match self {
            Self::Jpeg | Self::Png | Self::Gif => MediumKind::Image,
            Self::Amr | Self::Mp3 => MediumKind::Voice,
            Self::Mp4 => MediumKind::Video,
        }
    }

    /// How a name of such a file ends, and its content type.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Jpeg => ("jpg", "image/jpeg"),
            Self::Png => ("png", "image/png"),
            Self::Gif => ("gif", "image/gif"),
            Self::Amr => ("amr", "audio/amr"),
            Self::Mp3 => ("mp3", "audio/mpeg"),
            Self::Mp4 => ("mp4", "video/mp4"),
        }
    }
}

/// What is said to the backslash-u form.
pub(crate) fn escapes(escapes: Escapes) -> Refused {
    said(if escapes == Escapes::Refuse47002 { 47002 } else { 40033 })
}

/// What is said to a body that is no JSON object, or one whose members are of another kind.
pub(crate) fn no_json(body: &[u8], error: &serde_json::Error) -> Refused {
    if body.iter().all(u8::is_ascii_whitespace) {
        return said(44002);
    }
    // Where it went wrong is told, what stands there is not: it may be a credential.
    Refused::new(47001, format!("data format error at line {} column {}", error.line(), error.column()))
}
