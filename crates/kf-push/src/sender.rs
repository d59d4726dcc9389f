//! The other end: what the platform does, for tests and simulators.

use kf_model::AppId;

use crate::query::missing;
use crate::{EncodingAesKey, Fields, Format, PushError, PushToken, Stamp, fields, sealed};

/// Does what the platform does: signs, encrypts, and reads what is answered.
///
/// ```
/// use kf_push::{Fields, PushQuery, Receiver, Sender, Stamp};
/// use kf_transport::ManualClock;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let token: kf_push::PushToken = "made_up_token".parse()?;
/// let sender = Sender::new("wx5ca1ab1e00c0ffee".parse()?, token.clone());
/// let fields = Fields::new().with("MsgType", "text").with("Content", "hello");
/// let delivery = sender.push(&fields, &Stamp::now(&ManualClock::default())?);
///
/// let receiver = Receiver::new("wx5ca1ab1e00c0ffee".parse()?, token);
/// let push = receiver.open(&PushQuery::parse(&delivery.query_string())?, delivery.body.as_bytes())?;
/// assert_eq!(push.fields(), &fields);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sender {
    app_id: AppId,
    token: PushToken,
    key: Option<EncodingAesKey>,
    is_compatible: bool,
    format: Format,
}

/// One push, as it goes over the wire by POST; or a check of the URL, by GET and without a body.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The query, not yet percent-encoded.
    pub query: Vec<(&'static str, String)>,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Sender {
    /// Sends XML in the clear. For a third-party platform the app is the component.
    #[must_use]
    pub fn new(app_id: AppId, token: PushToken) -> Self {
        Self { app_id, token, key: None, is_compatible: false, format: Format::Xml }
    }

    /// Encrypts: the safe mode of the console.
    #[must_use]
    pub fn with_key(mut self, key: EncodingAesKey) -> Self {
        self.key = Some(key);
        self
    }

    /// Sends everything in the clear as well: the compatible mode of the console.
    #[must_use]
    pub fn compatible(mut self) -> Self {
        self.is_compatible = true;
        self
    }

    /// Writes XML, or JSON.
    #[must_use]
    pub fn with_format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// A push of these members.
    #[must_use]
    pub fn push(&self, fields: &Fields, stamp: &Stamp) -> Delivery {
        let mut query = self.signed(stamp);
        let mut body = fields.to(self.format);
        if let Some(key) = &self.key {
            let encrypted = key.encrypt(&body, &self.app_id, stamp.random);
            query.push(("encrypt_type", "aes".to_owned()));
            query.push(("msg_signature", self.token.sign(&[&stamp.timestamp.to_string(), &stamp.nonce, &encrypted])));
            body = self.envelope(fields, encrypted).to(self.format);
        }
        Delivery { query, content_type: self.format.content_type(), body }
    }

    /// A check of the URL, in the clear.
    #[must_use]
    pub fn check_url(&self, echostr: &str, stamp: &Stamp) -> Delivery {
        let mut query = self.signed(stamp);
        query.push(("echostr", echostr.to_owned()));
        Delivery { query, content_type: self.format.content_type(), body: String::new() }
    }

    /// A check of the URL that is encrypted if there is a key, as no page of this platform has it: what a
    /// [`Receiver`](crate::Receiver) must refuse.
    #[must_use]
    pub fn check_url_encrypted(&self, echostr: &str, stamp: &Stamp) -> Delivery {
        let Some(key) = &self.key else { return self.check_url(echostr, stamp) };
        let encrypted = key.encrypt(echostr, &self.app_id, stamp.random);
        let timestamp = stamp.timestamp.to_string();
        let signature = self.token.sign(&[&timestamp, &stamp.nonce, &encrypted]);
        let query = vec![
            ("msg_signature", signature),
            ("timestamp", timestamp),
            ("nonce", stamp.nonce.clone()),
            ("echostr", encrypted),
        ];
        Delivery { query, content_type: self.format.content_type(), body: String::new() }
    }

    /// Reads what was answered to a push: the members of a reply, or `None` where there is nothing to say.
    ///
    /// # Errors
    ///
    /// If it is no answer, or one in the clear to an encrypted push.
    pub fn read_answer(&self, body: &[u8]) -> Result<Option<Fields>, PushError> {
        if matches!(body.trim_ascii(), b"" | b"success") {
            return Ok(None);
        }
        let (envelope, _) = fields::read(body)?;
        let Some(key) = &self.key else { return Ok(Some(envelope)) };
        let encrypted = match sealed::encrypted(&envelope)? {
            Some(encrypted) => encrypted,
            None if self.is_compatible => return Ok(Some(envelope)),
            None => return Err(PushError::NotEncrypted),
        };
        let part = |name| envelope.text(name).ok_or_else(|| missing(name));
        let parts = [part("TimeStamp")?, part("Nonce")?, encrypted];
        if !self.token.has_signed(&parts, part("MsgSignature")?) {
            return Err(PushError::Signature);
        }
        let clear = key.decrypt(encrypted, &self.app_id)?;
        Ok(Some(fields::read(&clear)?.0))
    }

    fn signed(&self, stamp: &Stamp) -> Vec<(&'static str, String)> {
        let timestamp = stamp.timestamp.to_string();
        let signature = self.token.sign(&[&timestamp, &stamp.nonce]);
        vec![("signature", signature), ("timestamp", timestamp), ("nonce", stamp.nonce.clone())]
    }

    /// In safe mode it names beside the encrypted text only whom the push is to.
    fn envelope(&self, fields: &Fields, encrypted: String) -> Fields {
        let envelope = if self.is_compatible {
            fields.clone()
        } else {
            let to = ["ToUserName", "AppId"].into_iter().find_map(|name| Some((name, fields.text(name)?)));
            to.map_or_else(Fields::new, |(name, to)| Fields::new().with(name, to))
        };
        envelope.with("Encrypt", encrypted)
    }
}

impl Delivery {
    /// The query as it stands in a URL, after the `?`.
    #[must_use]
    pub fn query_string(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.query).finish()
    }
}

impl std::fmt::Debug for Delivery {
    /// Shows neither the signatures nor what is said.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}
