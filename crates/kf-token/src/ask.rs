//! One call of an endpoint through a transport, without any repeat.

use std::sync::Arc;
use std::time::Duration;

use kf_model::{DecodeError, Endpoint, Method, Refresh, Secret, decode};
use kf_transport::{Body, Param, Request, Transport, TransportError, TransportErrorKind};
use thiserror::Error;

use crate::{Credentials, StoreError, TokenError, TokenProvider};

/// How long the platform may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The request of an endpoint, with a token or, for the calls that fetch one, without.
///
/// # Errors
///
/// The request cannot be written as JSON, which no endpoint of this project does.
pub fn request<E: Endpoint>(endpoint: &E, token: Option<Arc<Secret>>) -> Result<Request, TransportError> {
    let spec = E::SPEC;
    let mut request = Request::new(spec.name, spec.method, spec.path);
    request.query.extend(token.map(|token| Param::secret(spec.token_name, token)));
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
    /// The token that this one is asked for with is missing.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token that this one is asked for with was refused; with another one it can be asked for again.
    #[error(transparent)]
    TokenRefused(DecodeError),
    /// The store cannot be used, in which stands what to ask with.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The platform has pushed no ticket yet, or it was not put where the token is fetched.
    #[error("there is no ticket; the platform pushes one every ten minutes, put it with put_ticket")]
    NoTicket,
    /// The merchant has not authorized the third-party platform, as far as the store knows.
    #[error("nothing is kept of an authorization by this merchant; redeem the code of one")]
    NotAuthorized,
}

/// Calls an endpoint that fetches a token, with the token that this needs itself.
pub(crate) async fn ask<E: Endpoint>(
    wire: &dyn Transport,
    endpoint: &E,
    token: Option<Arc<Secret>>,
) -> Result<E::Response, AskError> {
    let credentials = Credentials::of(endpoint, token.as_deref());
    let mut request = request(endpoint, token)?;
    request.timeout = Some(PATIENCE);
    let response = wire.send(request).await.map_err(|error| credentials.hide_in_failure(error))?;
    let answer = decode::<E>(response.status, &response.body);
    Ok(answer.map_err(|error| credentials.hide_in_answer::<E>(error, &response))?)
}

/// Calls an endpoint with the token of a third-party platform; with another one, if that is refused.
pub(crate) async fn ask_as<E: Endpoint>(
    wire: &dyn Transport,
    endpoint: &E,
    tokens: &dyn TokenProvider,
) -> Result<E::Response, AskError> {
    let token = tokens.token().await?;
    let outcome = ask(wire, endpoint, Some(Arc::clone(&token))).await;
    match &outcome {
        Err(AskError::Answer(error)) if is_of_token(error) => {
            tokens.refuse(&token);
            ask(wire, endpoint, Some(tokens.token().await?)).await
        }
        _ => outcome,
    }
}

/// Whether what was refused is the token that was sent.
pub(crate) fn is_of_token(error: &DecodeError) -> bool {
    matches!(error, DecodeError::Refused(refusal) if refusal.code.refresh() == Refresh::Yes)
}

#[cfg(test)]
mod tests {
    use kf_model::accounts::ListAccounts;
    use kf_model::component::CreatePreauthCode;
    use kf_model::diagnosis::ResetQuotaBySecret;

    use super::{Arc, Endpoint, Secret, request};

    fn query<E: Endpoint>(endpoint: &E, token: Option<&str>) -> Vec<&'static str> {
        let token = token.map(|token| Arc::new(Secret::from(token)));
        request(endpoint, token).unwrap().query.iter().map(|param| param.name).collect()
    }

    /// Newer pages say `access_token` for both (C24).
    #[test]
    fn a_token_goes_by_the_name_that_its_call_has_for_it() {
        assert_eq!(query(&ListAccounts::new(), Some("TOKEN")), ["access_token"]);
        let code = CreatePreauthCode::new("COMPONENT".parse().unwrap());
        assert_eq!(query(&code, Some("TOKEN")), ["component_access_token"]);
        assert_eq!(query(&ResetQuotaBySecret::new("APPID".parse().unwrap(), "APPSECRET"), None), [""; 0]);
    }
}
