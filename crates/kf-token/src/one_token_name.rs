//! The name by which the token of a third-party platform goes out.

use async_trait::async_trait;
use kf_model::Endpoint;
use kf_model::component::CreatePreauthCode;
use kf_transport::{Request, Response, Transport, TransportError};

/// A transport by which the token of a third-party platform goes out under the name of all others, `access_token`, as newer pages
/// have it (erratum C24). Without it the name is that of older pages, `component_access_token`, which libraries send.
///
/// Give it to [`Component`](crate::Component), and to the client for calls of the platform itself.
#[derive(Clone, Debug)]
pub struct OneTokenName<Wire>(Wire);

impl<Wire> OneTokenName<Wire> {
    /// The transport under it.
    pub fn new(wire: Wire) -> Self {
        Self(wire)
    }
}

#[async_trait]
impl<Wire: Transport> Transport for OneTokenName<Wire> {
    async fn send(&self, mut request: Request) -> Result<Response, TransportError> {
        let old = CreatePreauthCode::SPEC.token_name;
        for param in request.query.iter_mut().filter(|param| param.name == old) {
            param.name = "access_token";
        }
        self.0.send(request).await
    }
}
