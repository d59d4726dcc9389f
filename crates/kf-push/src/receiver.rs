//! The end that pushes come to.

use kf_model::AppId;
use kf_transport::Clock;

use crate::push::Opened;
use crate::query::missing;
use crate::sealed;
use crate::{
    Answer, EncodingAesKey, Fields, Push, PushError, PushQuery, PushToken, QueryProblem, Reply, ReplyError, Stamp,
    fields,
};

/// Takes what the platform pushes: checks, decrypts, reads, and writes the answer.
///
/// With a key only encrypted pushes are taken (the safe mode of the console, or the encrypted half of the compatible
/// mode), since what is in the clear is not signed: a signature in the clear is of the time and the nonce alone, so
/// whoever sees one can send another push with it. Without a key pushes are taken in the clear.
///
/// `Debug` shows no token and no key.
#[derive(Clone, Debug)]
pub struct Receiver {
    app_id: AppId,
    /// The current one first.
    tokens: Vec<PushToken>,
    /// The current one first.
    keys: Vec<EncodingAesKey>,
    takes_clear: bool,
}

impl Receiver {
    /// Takes pushes to an app, in the clear. For a third-party platform the app is the component, also where the
    /// messages are to its merchants.
    #[must_use]
    pub fn new(app_id: AppId, token: PushToken) -> Self {
        Self { app_id, tokens: vec![token], keys: Vec::new(), takes_clear: true }
    }

    /// Takes encrypted pushes, and those alone. Of several keys the first one is the current one; the others are those
    /// that it was before, until all pushes come with the new one.
    #[must_use]
    pub fn with_key(mut self, key: EncodingAesKey) -> Self {
        self.keys.push(key);
        self.takes_clear = false;
        self
    }

    /// Takes another token too: the one from before it was changed in the console.
    #[must_use]
    pub fn with_old_token(mut self, token: PushToken) -> Self {
        self.tokens.push(token);
        self
    }

    /// Takes pushes in the clear although there is a key, while the console is switched over to encryption.
    #[must_use]
    pub fn also_clear(mut self) -> Self {
        self.takes_clear = true;
        self
    }

    /// Answers the check of the URL: the GET by which the console asks whether this is the right server.
    ///
    /// The text is echoed as it came. Nothing is decrypted here: the `msg_signature` of a push would fit such a check as well,
    /// so whoever recorded a push could have it read out.
    ///
    /// # Errors
    ///
    /// If the platform did not sign it.
    pub fn check_url(&self, query: &PushQuery) -> Result<Answer, PushError> {
        let echo = query.echostr.as_deref().ok_or_else(|| missing("echostr"))?;
        if query.signature.is_none() && query.msg_signature.is_some() {
            return Err(PushError::SealedCheck);
        }
        self.signer_of_clear(query)?;
        // It is not signed, and what is echoed must not be a page.
        if !echo.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-./=_~".contains(&byte)) {
            return Err(PushError::Query { name: "echostr", problem: QueryProblem::Odd });
        }
        Ok(Answer::plain(echo.to_owned()))
    }

    /// Opens a push: checks its signature, decrypts it, reads it.
    ///
    /// Repeats are not told from first deliveries: that is [`Seen`](crate::Seen).
    ///
    /// # Errors
    ///
    /// If it is not the platform's, or is no push. An odd push is none: it is [`Content::Unknown`](crate::Content).
    pub fn open(&self, query: &PushQuery, body: &[u8]) -> Result<Push, PushError> {
        if self.keys.is_empty() {
            return self.open_clear(query, body);
        }
        let (envelope, _) = fields::read(body)?;
        let Some(encrypted) = sealed::encrypted(&envelope)? else {
            return if self.takes_clear { self.open_clear(query, body) } else { Err(PushError::NotEncrypted) };
        };
        let token = self.signer_of_encrypted(query, encrypted)?;
        let (clear, opened) = self.decrypt(encrypted, token)?;
        let (fields, format) = fields::read(&clear)?;
        if self.is_own_reply(&fields) {
            return Err(PushError::OwnReply);
        }
        Ok(Push::new(fields, format, opened))
    }

    /// Writes the answer to a push, in the format of the push, and encrypted with the key that opened it.
    ///
    /// # Errors
    ///
    /// If this push cannot have this reply.
    pub fn answer(&self, push: &Push, reply: &Reply, clock: &dyn Clock) -> Result<Answer, ReplyError> {
        match reply {
            Reply::Success => Ok(Answer::success()),
            reply => self.answer_with(push, reply, &Stamp::now(clock)?),
        }
    }

    /// Does the same with a stamp of one's own.
    ///
    /// # Errors
    ///
    /// If this push cannot have this reply.
    pub fn answer_with(&self, push: &Push, reply: &Reply, stamp: &Stamp) -> Result<Answer, ReplyError> {
        let Some(fields) = reply.fields(push, stamp.timestamp)? else { return Ok(Answer::success()) };
        let opened = push.opened();
        let token = self.tokens.get(opened.token).unwrap_or(&self.tokens[0]);
        let key = opened.key.and_then(|number| self.keys.get(number).or(self.keys.first()));
        let text = fields.to(push.format());
        let body = match key {
            Some(key) => {
                let encrypted = key.encrypt(&text, &self.app_id, stamp.random);
                sealed::reply(token, encrypted, stamp).to(push.format())
            }
            None => text,
        };
        Ok(Answer { content_type: push.format().content_type(), body })
    }

    fn open_clear(&self, query: &PushQuery, body: &[u8]) -> Result<Push, PushError> {
        let token = self.signer_of_clear(query)?;
        let (fields, format) = fields::read(body)?;
        if is_nothing_but_encrypted(&fields) {
            return Err(PushError::NoKey);
        }
        Ok(Push::new(fields, format, Opened { token, key: None }))
    }

    /// Whether these members are what [`answer`](Self::answer) writes, which is signed and encrypted just as a push is.
    fn is_own_reply(&self, fields: &Fields) -> bool {
        let is_account = |name| {
            let name = fields.text(name).unwrap_or_default().trim();
            name.starts_with("gh_") || name == self.app_id.as_str()
        };
        fields.text("MsgType").is_some_and(|kind| kind.trim() == "transfer_customer_service")
            || is_account("FromUserName") && !is_account("ToUserName")
    }

    fn signer_of_clear(&self, query: &PushQuery) -> Result<usize, PushError> {
        let signature = query.signature.as_deref().ok_or_else(|| missing("signature"))?;
        self.signer(&[&query.timestamp, &query.nonce], signature)
    }

    fn signer_of_encrypted(&self, query: &PushQuery, encrypted: &str) -> Result<usize, PushError> {
        let signature = query.msg_signature.as_deref().ok_or_else(|| missing("msg_signature"))?;
        self.signer(&[&query.timestamp, &query.nonce, encrypted], signature)
    }

    fn signer(&self, parts: &[&str], signature: &str) -> Result<usize, PushError> {
        self.tokens.iter().position(|token| token.has_signed(parts, signature)).ok_or(PushError::Signature)
    }

    fn decrypt(&self, encrypted: &str, token: usize) -> Result<(sealed::Clear, Opened), PushError> {
        if self.keys.is_empty() {
            return Err(PushError::NoKey);
        }
        let mut keys = self.keys.iter().zip(0..);
        let opened = keys.find_map(|(key, number)| Some((key.decrypt(encrypted, &self.app_id).ok()?, number)));
        let (clear, number) = opened.ok_or(PushError::Cipher)?;
        Ok((clear, Opened { token, key: Some(number) }))
    }
}

/// Whether there is no clear half beside the encrypted one.
fn is_nothing_but_encrypted(fields: &Fields) -> bool {
    fields.text("Encrypt").is_some() && fields.text("MsgType").is_none() && fields.text("InfoType").is_none()
}
