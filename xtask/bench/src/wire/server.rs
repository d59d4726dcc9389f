//! A server with an answer for actions and one for lists, in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http_body_util::Full;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{LIST, Place, token};
use crate::accounts::account_list;

static ACCEPTED: AtomicUsize = AtomicUsize::new(0);

static ACCOUNTS: LazyLock<Bytes> = LazyLock::new(|| account_list(100).into());

/// The server as a child process, which ends with this value.
pub struct Server {
    child: Child,
    /// Where it is.
    pub place: Place,
}

impl Server {
    /// Starts this very program with the word `server`.
    pub fn start() -> Self {
        let program = std::env::current_exe().expect("the program has a path");
        let mut child = Command::new(program).arg("server").stdout(Stdio::piped()).spawn().expect("the server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let mut line = || lines.next().expect("a line comes").expect("it is text");
        let (plain, tls) = (line().parse().expect("a port"), line().parse().expect("a port"));
        let pem = line().replace('|', "\n");
        Self { child, place: Place { plain, tls, pem } }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until it is killed.
pub fn run() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    runtime.block_on(async {
        let certified =
            rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate is made");
        let key = tokio_rustls::rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der())
            .expect("a key");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .expect("a configuration");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let tls = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
        println!("{}\n{}\n{}", port(&plain), port(&tls), certified.cert.pem().trim().replace('\n', "|"));
        std::io::stdout().flush().expect("it is read");
        tokio::spawn(async move {
            while let Ok((stream, _)) = tls.accept().await {
                let acceptor = acceptor.clone();
                let _ = stream.set_nodelay(true);
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream).await;
                    }
                });
            }
        });
        while let Ok((stream, _)) = plain.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream));
        }
    });
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    ACCEPTED.fetch_add(1, Ordering::Relaxed);
    let service = service_fn(|request: Request<hyper::body::Incoming>| async move {
        let body = match request.uri().path() {
            "/accepted" => Bytes::from(ACCEPTED.load(Ordering::Relaxed).to_string()),
            LIST => ACCOUNTS.clone(),
            "/cgi-bin/token" => Bytes::from(format!(r#"{{"access_token":"{}","expires_in":7200}}"#, token())),
            _ => Bytes::from_static(b"{\"errcode\":0,\"errmsg\":\"ok\"}"),
        };
        Ok::<_, std::convert::Infallible>(Response::new(Full::new(body)))
    });
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
