//! One attempt of a call: a token, a request, an answer.

use std::sync::Arc;
use std::time::Duration;

use kf_model::{DecodeError, Endpoint, EndpointSpec, ErrCode, Malformed, Refusal, Secret, decode};
use kf_token::{TokenError, TokenProvider, request};
use kf_transport::{Transport, TransportError};

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) enum Failure {
    Api(Refusal),
    Token(TokenError),
    Transport(TransportError),
    Answer { status: u16, malformed: Malformed },
}

impl Failure {
    /// Whether the attempt may have acted all the same.
    pub(crate) fn may_have_acted(&self, spec: &EndpointSpec) -> bool {
        match self {
            // The platform was busy, in the middle of whatever it did; a question changes nothing anyway.
            Self::Api(refusal) => refusal.code == ErrCode(-1) && spec.response.is_empty(),
            Self::Token(_) => false,
            Self::Transport(error) => error.may_have_acted(),
            Self::Answer { .. } => true,
        }
    }
}

/// An attempt that failed: the token that it went out with, and how long the server asks to wait.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) failure: Failure,
    pub(crate) token: Option<Arc<Secret>>,
    pub(crate) retry_after: Option<Duration>,
}

/// Sends a request once.
pub(crate) async fn attempt<E: Endpoint>(
    wire: &dyn Transport,
    tokens: &dyn TokenProvider,
    endpoint: &E,
    timeout: Duration,
) -> Result<E::Response, Failed> {
    let failed = |failure| Failed { failure, token: None, retry_after: None };
    let token = match token(tokens, E::SPEC.tokens.is_empty()).await {
        Ok(token) => token,
        Err(error) => return Err(failed(Failure::Token(error))),
    };
    let mut request = request(endpoint, token.clone()).map_err(|error| failed(Failure::Transport(error)))?;
    request.timeout = Some(timeout);
    let response = match wire.send(request).await {
        Ok(response) => response,
        Err(error) => return Err(Failed { token, ..failed(Failure::Transport(error)) }),
    };
    decode::<E>(response.status, &response.body).map_err(|error| {
        let failure = match error {
            DecodeError::Refused(refusal) => Failure::Api(refusal),
            DecodeError::Malformed(malformed) => Failure::Answer { status: response.status, malformed },
        };
        Failed { failure, token, retry_after: response.retry_after }
    })
}

async fn token(tokens: &dyn TokenProvider, needs_none: bool) -> Result<Option<Arc<Secret>>, TokenError> {
    if needs_none {
        return Ok(None);
    }
    match tokens.at_hand() {
        Some(token) => Ok(Some(token)),
        None => tokens.token().await.map(Some),
    }
}
