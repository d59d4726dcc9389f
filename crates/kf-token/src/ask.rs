//! One call of an endpoint through a transport, without any repeat.

use std::sync::Arc;
use std::time::Duration;

use kf_model::{DecodeError, Endpoint, Method, Secret, decode};
use kf_transport::{Body, Param, Request, Transport, TransportError, TransportErrorKind};
use thiserror::Error;

use crate::Credentials;

/// The request of an endpoint, with a token or, for the calls that fetch one, without.
///
/// # Errors
///
/// The request cannot be written as JSON, which no endpoint of this project does.
pub fn request<E: Endpoint>(endpoint: &E, token: Option<Arc<Secret>>) -> Result<Request, TransportError> {
    let spec = E::SPEC;
    let mut request = Request::new(spec.name, spec.method, spec.path);
    request.query.extend(token.map(|token| Param::secret("access_token", token)));
    request.query.extend(endpoint.query().into_iter().map(|pair| Param::from((pair.name, pair.value))));
    request.body = match endpoint.upload() {
        Some((name, file)) => Body::Multipart { name, file: file.clone() },
        None if spec.method == Method::Get => Body::None,
        None => {
            let json = serde_json::to_vec(endpoint).map_err(|error| {
                TransportError::new(TransportErrorKind::Request, spec.name, "this machine").with_source(error)
            })?;
            Body::Json(json.into())
        }
    };
    Ok(request)
}

/// Why a call has no answer, or none that can be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AskError {
    /// There is no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is a refusal, or cannot be read.
    #[error(transparent)]
    Answer(#[from] DecodeError),
}

/// Calls an endpoint that fetches a token.
pub(crate) async fn ask<E: Endpoint>(
    wire: &dyn Transport,
    endpoint: &E,
    timeout: Duration,
) -> Result<E::Response, AskError> {
    let mut request = request(endpoint, None)?;
    request.timeout = Some(timeout);
    let credentials = Credentials::of(endpoint, None);
    let response = wire.send(request).await.map_err(|error| credentials.hide_in_failure(error))?;
    let answer = decode::<E>(response.status, &response.body);
    Ok(answer.map_err(|error| credentials.hide_in_answer::<E>(error, &response))?)
}
