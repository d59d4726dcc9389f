//! One attempt of a call: a token, a request, an answer.

use std::sync::Arc;
use std::time::Duration;

use kf_model::{DecodeError, Endpoint, EndpointSpec, ErrCode, Malformed, Refusal, Repeat, Secret, Unfit, decode_raw};
use kf_token::{Credentials, TokenError, TokenProvider, request};
use kf_transport::{Body, Clock, Param, Transport, TransportError, TransportErrorKind, unless};

/// How much longer than it may a transport can take before it is given up.
const GRACE: Duration = Duration::from_secs(1);

/// Why an attempt failed.
#[derive(Debug)]
pub(crate) enum Failure {
    Api(Refusal),
    Token(TokenError),
    /// The body would be refused, whatever the platform thinks of the call.
    Unfit(Unfit),
    /// The deadline was over before anything was sent.
    Late,
    Transport(TransportError),
    Answer {
        status: u16,
        malformed: Malformed,
    },
}

impl Failure {
    /// Whether the attempt may have acted all the same.
    pub(crate) fn may_have_acted(&self, spec: &EndpointSpec) -> bool {
        // What answers data and is safe is a question, which changes nothing.
        let changes = spec.response.is_empty() || spec.repeat != Repeat::Safe;
        changes
            && match self {
                // The platform was busy, in the middle of whatever it did.
                Self::Api(refusal) => refusal.code == ErrCode(-1),
                Self::Token(_) | Self::Unfit(_) | Self::Late => false,
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

/// Sends a request once, within a time.
pub(crate) async fn attempt<E: Endpoint>(
    wire: &dyn Transport,
    tokens: &dyn TokenProvider,
    clock: &dyn Clock,
    endpoint: &E,
    left: Duration,
) -> Result<E::Response, Failed> {
    let failed = |failure| Failed { failure, token: None, retry_after: None };
    // A fetch of a token would be sent too, and not every transport keeps its time.
    if left.is_zero() {
        return Err(failed(Failure::Late));
    }
    let mut request = request(endpoint, None).map_err(|error| failed(Failure::Transport(error)))?;
    if let Body::Json(json) = &request.body
        && let Some(unfit) = Unfit::in_json(json)
    {
        return Err(failed(Failure::Unfit(unfit)));
    }
    let (token, timeout) = match token(tokens, clock, E::SPEC, left).await {
        Ok(found) => found,
        // Nobody asks for a token before that: neither does a repeat.
        Err(error) => return Err(Failed { retry_after: error.ask_again_in(), ..failed(Failure::Token(error)) }),
    };
    if timeout.is_zero() {
        return Err(failed(Failure::Late));
    }
    if let Some(token) = token.clone() {
        request.query.insert(0, Param::secret(E::SPEC.token_name, token));
    }
    request.timeout = Some(timeout);
    // A transport ends a call in time; one that does not is not waited for.
    let sending = unless(wire.send(request), clock.sleep(timeout.saturating_add(GRACE)));
    let outcome = sending.await.unwrap_or_else(|| {
        Err(TransportError::new(TransportErrorKind::Timeout, E::SPEC.name, "a transport that does not keep its time"))
    });
    let response = match outcome {
        Ok(response) => response,
        Err(error) => {
            let error = Credentials::of(endpoint, token.as_deref()).hide_in_failure(error);
            return Err(Failed { token, ..failed(Failure::Transport(error)) });
        }
    };
    decode_raw::<E>(&(&response).into()).map_err(|error| {
        let failure = match Credentials::of(endpoint, token.as_deref()).hide_in_answer::<E>(error, &response) {
            DecodeError::Refused(refusal) => Failure::Api(refusal),
            DecodeError::Malformed(malformed) => Failure::Answer { status: response.status, malformed },
        };
        Failed { failure, token, retry_after: response.retry_after }
    })
}

/// A token where the call needs one, and how much of the time is left when it is there.
async fn token(
    tokens: &dyn TokenProvider,
    clock: &dyn Clock,
    spec: &EndpointSpec,
    left: Duration,
) -> Result<(Option<Arc<Secret>>, Duration), TokenError> {
    if spec.tokens.is_empty() {
        return Ok((None, left));
    }
    if let Some(token) = tokens.at_hand() {
        return Ok((Some(token), left));
    }
    let start = clock.now();
    let token = unless(tokens.token(), clock.sleep(left)).await.unwrap_or_else(|| Err(TokenError::late(spec.name)))?;
    Ok((Some(token), left.saturating_sub(clock.now().saturating_sub(start))))
}
