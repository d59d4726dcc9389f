//! The clients: ours, a bare loop over hyper's connections, hyper-util's client, and reqwest.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::{Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use kf_model::{Method, Secret};
use kf_transport::{Body, HyperTransport, Param, Transport, Trust};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;

use super::{PATH, Place, body, token};

/// The names of the clients, the one that the others are measured by first.
pub const NAMES: [&str; 4] = ["bare hyper", "ours", "hyper-util", "reqwest"];

/// hyper-util's client as it is used here.
pub type LegacyClient = Legacy<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// A client that is ready to call; clones share what it shares.
#[derive(Clone)]
pub enum Client {
    /// A connection for each caller, made by [`Client::caller`].
    Bare(Arc<Place>, bool),
    /// The transport of this project, with one token for all calls.
    Ours(HyperTransport, Arc<Secret>),
    /// hyper-util's pooling client.
    Legacy(Box<LegacyClient>, String),
    /// reqwest.
    Reqwest(reqwest::Client, String),
}

/// What one caller holds.
pub enum Caller {
    /// A connection of its own.
    Bare(Box<SendRequest<Full<Bytes>>>, Request<()>),
    /// A share of a client.
    Shared(Client),
}

impl Client {
    /// The client of a name.
    pub fn new(name: &str, place: &Place, tls: bool) -> Self {
        let url = format!("{}{PATH}?access_token={}", place.url(tls), token());
        match name {
            "bare hyper" => Self::Bare(Arc::new(place.clone()), tls),
            "ours" => {
                let trust = Trust::Pem(place.pem.clone().into_bytes());
                let wire = HyperTransport::builder().base_url(place.url(tls)).trust(trust).build();
                Self::Ours(wire.expect("it is built"), Arc::new(Secret::from(token())))
            }
            "hyper-util" => {
                let connector =
                    HttpsConnectorBuilder::new().with_tls_config(config(place)).https_or_http().enable_http1();
                let mut http = HttpConnector::new();
                http.enforce_http(false);
                http.set_nodelay(true);
                Self::Legacy(Box::new(Legacy::builder(TokioExecutor::new()).build(connector.wrap_connector(http))), url)
            }
            "reqwest" => Self::Reqwest(
                reqwest::Client::builder().tls_backend_preconfigured(config(place)).build().expect("it is built"),
                url,
            ),
            other => panic!("there is no client {other}"),
        }
    }

    /// One of those who call at the same time.
    pub async fn caller(&self) -> Caller {
        let Self::Bare(place, tls) = self else { return Caller::Shared(self.clone()) };
        let stream = TcpStream::connect(("127.0.0.1", place.port(*tls))).await.expect("it connects");
        stream.set_nodelay(true).expect("it can be set");
        let sender = if *tls {
            let connector = tokio_rustls::TlsConnector::from(Arc::new(config(place)));
            let name = ServerName::try_from("localhost").expect("it is a name");
            handshake(TokioIo::new(connector.connect(name, stream).await.expect("it is trusted"))).await
        } else {
            handshake(TokioIo::new(stream)).await
        };
        let target: Uri = format!("{PATH}?access_token={}", token()).parse().expect("it is a target");
        let head = Request::post(target)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .body(())
            .expect("it is a request");
        Caller::Bare(Box::new(sender), head)
    }
}

impl Caller {
    /// Calls once and reads the answer.
    pub async fn call(&mut self) -> usize {
        match self {
            Self::Bare(sender, head) => {
                sender.ready().await.expect("the connection lives");
                let request = head.clone().map(|()| Full::new(body()));
                let response = sender.send_request(request).await.expect("an answer comes");
                response.into_body().collect().await.expect("it is whole").to_bytes().len()
            }
            Self::Shared(Client::Ours(wire, secret)) => call_ours(wire, secret).await,
            Self::Shared(Client::Legacy(client, url)) => call_legacy(client, url).await,
            Self::Shared(Client::Reqwest(client, url)) => {
                let request = client.post(url.as_str()).header("content-type", "application/json").body(body());
                request.send().await.expect("an answer comes").bytes().await.expect("it is whole").len()
            }
            Self::Shared(Client::Bare(..)) => unreachable!("a bare client makes bare callers"),
        }
    }
}

/// Calls once by our transport.
pub async fn call_ours(wire: &HyperTransport, secret: &Arc<Secret>) -> usize {
    let mut request = kf_transport::Request::new("add_account", Method::Post, PATH);
    request.query = vec![Param::secret("access_token", Arc::clone(secret))];
    request.body = Body::Json(body());
    wire.send(request).await.expect("an answer comes").body.len()
}

/// Calls once by hyper-util's client.
pub async fn call_legacy(client: &LegacyClient, url: &str) -> usize {
    let request = Request::post(url).header("content-type", "application/json");
    let request = request.body(Full::new(body())).expect("it is a request");
    let response = client.request(request).await.expect("an answer comes");
    response.into_body().collect().await.expect("it is whole").to_bytes().len()
}

async fn handshake<I>(io: I) -> SendRequest<Full<Bytes>>
where
    I: hyper::rt::Read + hyper::rt::Write + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(io).await.expect("it speaks HTTP");
    tokio::spawn(connection);
    sender
}

fn config(place: &Place) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let certificate = CertificateDer::from_pem_slice(place.pem.as_bytes()).expect("it is PEM");
    roots.add(certificate).expect("it is a certificate");
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
