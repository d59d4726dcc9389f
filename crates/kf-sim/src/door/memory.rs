//! The world as a transport: no socket, no thread, no port.

use std::fmt;

use async_trait::async_trait;
use kf_model::Method;
use kf_transport::TransportErrorKind::{Interrupted, Timeout};
use kf_transport::{Body, ParamValue, Request, Response, Transport, TransportError};

use crate::platform::Platform;
use crate::raw::{Input, Pair, Payload, Verb};
use crate::reply::Delivery;

/// The name of the host in errors.
const HOST: &str = "simulator";

/// A world as a [`Transport`], without a socket. Clones call the same world.
///
/// ```
/// use kf_sim::SimTransport;
///
/// let wire = SimTransport::default(); // the default scenario, on a clock that is moved by hand
/// assert_eq!(wire.platform().look(|world| world.apps.len()), 2);
/// ```
#[derive(Clone, Default)]
pub struct SimTransport(Platform);

impl SimTransport {
    /// A way into a world.
    #[must_use]
    pub fn new(platform: Platform) -> Self {
        Self(platform)
    }

    /// The world.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.0
    }
}

impl fmt::Debug for SimTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SimTransport").field(&self.0).finish()
    }
}

#[async_trait]
impl Transport for SimTransport {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let endpoint = request.endpoint;
        let reply = self.0.handle(&input(&request, &pairs(&request)));
        let clock = self.0.clock();
        if let Some(timeout) = request.timeout.filter(|timeout| *timeout < reply.delay) {
            clock.sleep(timeout).await;
            return Err(TransportError::new(Timeout, endpoint, HOST));
        }
        if !reply.delay.is_zero() {
            clock.sleep(reply.delay).await;
        }
        if reply.delivery != Delivery::Whole {
            return Err(TransportError::new(Interrupted, endpoint, HOST));
        }
        let mut response = Response::new(reply.status, reply.body);
        response.content_type = Some(reply.content_type.into_owned());
        response.content_disposition = reply.content_disposition;
        Ok(response)
    }
}

fn pairs(request: &Request) -> Vec<Pair<'_>> {
    request.query.iter().map(|param| Pair::new(param.name, value(&param.value))).collect()
}

fn value(value: &ParamValue) -> &str {
    match value {
        ParamValue::Text(text) => text,
        ParamValue::Secret(secret) => secret.expose(),
        _ => "",
    }
}

fn input<'a>(request: &'a Request, query: &'a [Pair<'a>]) -> Input<'a> {
    let verb = if request.method == Method::Get { Verb::Get } else { Verb::Post };
    let body = match &request.body {
        Body::Json(json) => Payload::Bytes(json),
        Body::Multipart { name, file } => {
            Payload::Part { name, file_name: &file.file_name, content_type: &file.content_type, bytes: &file.bytes }
        }
        _ => Payload::Bytes(&[]),
    };
    Input::new(verb, request.path, query, body)
}
