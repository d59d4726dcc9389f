//! From the bytes of an answer to its type.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::marker::PhantomData;

use serde::de::{DeserializeSeed, IgnoredAny};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::excerpt::excerpt;
use crate::head::{AnswerSeed, Head};
use crate::lenient::mend_json;
use crate::{Answer, Endpoint, EndpointSpec, Escaped, RawAnswer, Refusal};

/// Reads the answer to a call. (Feature `json`.)
///
/// The body is decided by its content: neither the content type nor, for refusals, the HTTP status is relied on.
///
/// - A code that is not 0 is a refusal, whatever the status.
/// - With a status of 200 to 299, no code, or 0, is success, and the data of a query must be there.
/// - Everything else is malformed: any other status, and a body that is no JSON object.
///
/// The bytes are read in one pass. Only where that fails for bad UTF-8, raw control characters or lone surrogates,
/// which real servers send, is a second pass made over a mended copy. One byte order mark is skipped.
///
/// ```
/// use kf_model::{ErrCode, accounts::ListAccounts, decode, DecodeError};
///
/// let answer = r#"{"kf_list":[{"kf_account":"test1@test","kf_nick":"客服1","kf_id":1001}]}"#;
/// let accounts = decode::<ListAccounts>(200, answer.as_bytes())?.kf_list;
/// assert_eq!(accounts[0].kf_account, "test1@test");
///
/// let answer = r#"{"errcode":65400,"errmsg":"please enable new custom service"}"#;
/// let Err(DecodeError::Refused(refusal)) = decode::<ListAccounts>(200, answer.as_bytes()) else { panic!() };
/// assert_eq!(refusal.code, ErrCode::KF_NOT_ENABLED);
/// # Ok::<(), DecodeError>(())
/// ```
///
/// # Errors
///
/// The refusal, or why the answer cannot be read.
pub fn decode<E: Endpoint>(status: u16, body: &[u8]) -> Result<E::Response, DecodeError> {
    decode_raw::<E>(&RawAnswer::new(status, body))
}

/// Reads the answer to a call, with what its head says about a file. (Feature `json`.)
///
/// It is [`decode`] for calls that may answer a file. Whether one came is told by the content:
///
/// - What begins as an answer does, `{` and the name `"errcode"`, `"errmsg"` or that of a field, is an answer or malformed,
///   even where it ends too early.
/// - Any other body that is a whole JSON object with one of these members is an answer.
/// - Text that its content type calls text or JSON is no file either, since no medium is text.
/// - Everything else that came with a status of 200 to 299 is the file, even if it begins with `{`.
///
/// # Errors
///
/// The refusal, or why the answer cannot be read.
pub fn decode_raw<E: Endpoint>(answer: &RawAnswer<'_>) -> Result<E::Response, DecodeError> {
    if E::Response::MAY_BE_FILE
        && is_file::<E>(answer)
        && let Some(file) = E::Response::from_file(answer.download())
    {
        return Ok(file);
    }
    let RawAnswer { status, body, .. } = *answer;
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let malformed = |fault| DecodeError::Malformed(Malformed::new(E::SPEC, status, fault, body));
    let outcome = match core::str::from_utf8(body) {
        Ok(text) => match read::<E::Response>(text) {
            Err(fault @ Fault { kind: MalformedKind::NotJson, .. }) => {
                reread::<E::Response>(body).unwrap_or(Err(fault))
            }
            outcome => outcome,
        },
        Err(error) => reread::<E::Response>(body).unwrap_or_else(|| Err(Fault::new(MalformedKind::NotJson, error))),
    };
    match outcome {
        Ok(Outcome::Refused(refusal)) => Err(DecodeError::Refused(refusal)),
        Ok(Outcome::Answered(answer)) if (200..300).contains(&status) => Ok(answer),
        Ok(Outcome::Answered(_)) => {
            Err(malformed(Fault::new(MalformedKind::Status, "its body holds no code that says why")))
        }
        Err(fault) => Err(malformed(fault)),
    }
}

fn is_file<E: Endpoint>(answer: &RawAnswer<'_>) -> bool {
    let body = answer.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(answer.body).trim_ascii_start();
    if body.is_empty() || !(200..300).contains(&answer.status) || answer.is_text() {
        return false;
    }
    let Some(members) = body.strip_prefix(b"{").map(<[u8]>::trim_ascii_start) else { return true };
    let fields = E::SPEC.response.iter().map(|field| field.name);
    if fields.chain(["errcode", "errmsg"]).any(|name| begins_with_name(members, name)) {
        return false;
    }
    // Anything may begin so: it is an answer if it is one as a whole.
    let may_be_answer = members.starts_with(b"\"") && is_answer::<E::Response>(body);
    !may_be_answer && !is_empty_object(members)
}

/// No medium is an object without members.
fn is_empty_object(members: &[u8]) -> bool {
    members.strip_prefix(b"}").is_some_and(|rest| rest.trim_ascii().is_empty())
}

/// Whether the members of an object begin with that of a name, or end before there is a telling.
fn begins_with_name(members: &[u8], name: &str) -> bool {
    let mut expected = core::iter::once(b'"').chain(name.bytes()).chain([b'"']);
    members.iter().zip(&mut expected).all(|(byte, expected)| byte.eq_ignore_ascii_case(&expected))
}

/// Whether a body is a whole JSON object with a code, or with the data that was asked for.
fn is_answer<T: Answer>(body: &[u8]) -> bool {
    let holds = |text: &str| {
        let mut head = Head::default();
        match parse_answer::<T>(text, &mut head) {
            Ok(_) => true,
            Err(error) if error.is_data() => {
                // The head is whole only once all members were read.
                let mut head = Head::default();
                let is_whole = parse_answer::<()>(text, &mut head).is_ok();
                is_whole && (head.errcode.is_some() || fault(&error).kind != MalformedKind::DataMissing)
            }
            Err(_) => false,
        }
    };
    core::str::from_utf8(body).is_ok_and(holds) || mend_json(body).map(Zeroizing::new).is_some_and(|text| holds(&text))
}

enum Outcome<T> {
    Answered(T),
    Refused(Refusal),
}

/// Why a text cannot be read, before it is known which call it answers.
struct Fault {
    kind: MalformedKind,
    detail: String,
}

impl Fault {
    fn new(kind: MalformedKind, detail: impl ToString) -> Self {
        Self { kind, detail: detail.to_string() }
    }

    /// Places count in the copy that was mended.
    fn of_copy(mut self) -> Self {
        self.detail.push_str(" (of a copy without control characters and bad UTF-8)");
        self
    }
}

fn read<T: Answer>(text: &str) -> Result<Outcome<T>, Fault> {
    // A list would do for a struct of serde; here an answer is an object or nothing.
    match text.trim_start_matches([' ', '\t', '\r', '\n']).as_bytes().first() {
        Some(b'{') => {}
        None => return Err(Fault::new(MalformedKind::Empty, "there is no body")),
        Some(_) => return Err(no_object(text)),
    }
    let mut head = Head::default();
    let answer = parse_answer::<T>(text, &mut head);
    match (answer, &head) {
        (Ok(_), Head { errcode: Some(code), errmsg }) if !code.is_ok() => {
            Ok(Outcome::Refused(Refusal::new(*code, errmsg.as_deref().unwrap_or_default())))
        }
        (Ok(answer), _) => Ok(Outcome::Answered(answer)),
        (Err(error), _) if error.is_data() => refusal_without_data(text, &error),
        (Err(error), _) => Err(fault(&error)),
    }
}

fn no_object(text: &str) -> Fault {
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => Fault::new(MalformedKind::NotAnObject, "the body is JSON of another kind"),
        Err(error) => fault(&error),
    }
}

/// A refusal holds no data, so reading the data of a query fails; then the head alone is read again.
fn refusal_without_data<T>(text: &str, error: &serde_json::Error) -> Result<Outcome<T>, Fault> {
    let mut head = Head::default();
    parse_answer::<()>(text, &mut head).map_err(|error| fault(&error))?;
    match head.errcode.filter(|code| !code.is_ok()) {
        Some(code) => Ok(Outcome::Refused(Refusal::new(code, head.errmsg.as_deref().unwrap_or_default()))),
        None => Err(fault(error)),
    }
}

fn reread<T: Answer>(body: &[u8]) -> Option<Result<Outcome<T>, Fault>> {
    // The copy may hold a credential, as the answer itself does.
    mend_json(body).map(Zeroizing::new).map(|text| read(&text).map_err(Fault::of_copy))
}

fn parse_answer<T: Answer>(text: &str, head: &mut Head) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let answer = AnswerSeed { head, answer: PhantomData }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(answer)
}

fn fault(error: &serde_json::Error) -> Fault {
    let message = error.to_string();
    let kind = if error.is_eof() {
        MalformedKind::Truncated
    } else if error.is_syntax() && !message.starts_with("number out of range") {
        MalformedKind::NotJson
    } else if message.starts_with("missing field") {
        MalformedKind::DataMissing
    } else {
        MalformedKind::WrongData
    };
    Fault::new(kind, if error.is_data() { without_values(&message) } else { message })
}

/// The message without the value that it may quote: that may be a credential. Names of fields stay.
fn without_values(message: &str) -> String {
    let quote = match message.split_once(' ') {
        Some(("missing" | "duplicate" | "unknown", _)) => return message.into(),
        _ if message.contains('"') => '"',
        _ => '`',
    };
    match (message.find(quote), message.rfind(quote)) {
        (Some(first), Some(last)) if first < last => format!("{}…{}", &message[..first], &message[last + 1..]),
        _ => message.into(),
    }
}

/// Why there is no answer of the type that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(clippy::exhaustive_enums, reason = "there is no third way for an answer to be no success")]
pub enum DecodeError {
    /// The platform says no.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// What came is no answer of this call.
    #[error(transparent)]
    Malformed(Malformed),
}

/// What came is no answer of this call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Malformed {
    /// What is wrong with it.
    pub kind: MalformedKind,
    /// The HTTP status.
    pub status: u16,
    /// What the reader met, and where.
    pub detail: String,
    /// How it begins, escaped and without what may be a credential; empty where nothing can be shown.
    pub excerpt: String,
}

impl Malformed {
    fn new(spec: &EndpointSpec, status: u16, fault: Fault, body: &[u8]) -> Self {
        let excerpt = if spec.answers_credential() { String::new() } else { excerpt(body) };
        Self { kind: fault.kind, status, detail: fault.detail, excerpt }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (HTTP {}): {}", self.kind, self.status, Escaped(&self.detail))?;
        if self.excerpt.is_empty() { Ok(()) } else { write!(f, "; it begins: {}", self.excerpt) }
    }
}

impl core::error::Error for Malformed {}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MalformedKind {
    /// There is no body.
    Empty,
    /// It is no JSON.
    NotJson,
    /// It is JSON that ends too early.
    Truncated,
    /// It is JSON, but no object.
    NotAnObject,
    /// The data that was asked for is not there.
    DataMissing,
    /// The data is there in another form.
    WrongData,
    /// It would do, if its HTTP status were a success.
    Status,
}

impl fmt::Display for MalformedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Empty => "the answer is empty",
            Self::NotJson => "the answer is no JSON",
            Self::Truncated => "the answer ends too early",
            Self::NotAnObject => "the answer is no JSON object",
            Self::DataMissing => "the answer lacks its data",
            Self::WrongData => "the answer holds data of another form",
            Self::Status => "the status of the answer is no success",
        })
    }
}
