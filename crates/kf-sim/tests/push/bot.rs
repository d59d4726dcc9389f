//! A server that does with each push what a script says, and a world that pushes to it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kf_sim::{DEFAULT, Deed, LoggedDelivery, Platform, PushTo, Sim};
use kf_transport::ManualClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

pub(crate) const IDLE: &str = "oHourAgo-5ca1ab1e00c0ffee001";
pub(crate) const QUEUED: &str = "oWaiting-5ca1ab1e00c0ffee004";
pub(crate) const GH: &str = "gh_5ca1ab1e00c0";
pub(crate) const TOKEN: &str = "canary-token";

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Got {
    /// A value of the query.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.target.split_once('?')?.1;
        form_urlencoded::parse(query.as_bytes()).find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }

    /// The text of an element of the body.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let text = self.body.split_once(&format!("<{name}>"))?.1.split_once(&format!("</{name}>"))?.0;
        Some(text.strip_prefix("<![CDATA[").and_then(|text| text.strip_suffix("]]>")).unwrap_or(text))
    }
}

/// What is done with a request.
pub(crate) enum Does {
    /// Writes bytes, and ends the connection.
    Write(Vec<u8>),
    /// Writes bytes, and then nothing more.
    Stall(Vec<u8>),
    /// Waits for a permit before it writes.
    Gate(Arc<Semaphore>, Vec<u8>),
}

/// An answer of a status and a body.
pub(crate) fn says(status: u16, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A text for who wrote.
pub(crate) fn text(got: &Got, text: &str) -> String {
    let to = got.element("FromUserName").unwrap();
    format!(
        "<xml><ToUserName>{to}</ToUserName><FromUserName>{GH}</FromUserName><CreateTime>1</CreateTime>\
         <MsgType>text</MsgType><Content><![CDATA[{text}]]></Content></xml>"
    )
}

/// The server.
pub(crate) struct Bot {
    pub(crate) address: SocketAddr,
    pub(crate) got: mpsc::UnboundedReceiver<Got>,
    /// The most requests that it held at the same time.
    pub(crate) most: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Bot {
    /// Passes the check of the URL, and does with pushes what the script says, which is told how many came before.
    pub(crate) async fn start(script: impl Fn(&Got, usize) -> Does + Send + Sync + 'static) -> Self {
        let pushes = AtomicUsize::new(0);
        Self::raw(move |got| match got.query("echostr") {
            Some(echostr) => Does::Write(says(200, &echostr)),
            None => script(got, pushes.fetch_add(1, Ordering::SeqCst)),
        })
        .await
    }

    /// Does with all requests what the script says.
    pub(crate) async fn raw(script: impl Fn(&Got) -> Does + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, got) = mpsc::unbounded_channel();
        let (script, held, most) = (Arc::new(script), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let seen = Arc::clone(&most);
        let accepting = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (tell, script, held, most) =
                    (tell.clone(), Arc::clone(&script), Arc::clone(&held), Arc::clone(&most));
                tokio::spawn(async move {
                    let Some(got) = read(&mut stream).await else { return };
                    most.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let does = script(&got);
                    let _ = tell.send(got);
                    let (bytes, stalls) = match does {
                        Does::Write(bytes) => (bytes, false),
                        Does::Stall(bytes) => (bytes, true),
                        Does::Gate(gate, bytes) => {
                            gate.acquire().await.unwrap().forget();
                            (bytes, false)
                        }
                    };
                    held.fetch_sub(1, Ordering::SeqCst);
                    let _ = stream.write_all(&bytes).await;
                    if stalls {
                        // Until the other side gives up.
                        let _ = stream.read_to_end(&mut Vec::new()).await;
                    }
                });
            }
        });
        Self { address, got, most: seen, accepting }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/push", self.address)
    }

    /// Listens no more.
    pub(crate) async fn stop(self) {
        self.accepting.abort();
        drop(self.accepting.await);
    }

    pub(crate) async fn next(&mut self) -> Got {
        self.got.recv().await.unwrap()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |it| it.parse().unwrap());
            if body.len() >= length {
                let mut first = head.split(' ');
                let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
                return Some(Got { method, target, head: head.to_owned(), body: body.to_owned() });
            }
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await {
            Ok(count) if count > 0 => bytes.extend(&more[..count]),
            _ => return None,
        }
    }
}

/// A world that pushes, on a clock that the test moves.
pub(crate) struct Pushing {
    pub(crate) sim: Sim,
    pub(crate) clock: ManualClock,
}

impl Pushing {
    /// The Official Account of the default scenario pushes to a URL, in the clear.
    pub(crate) async fn to(url: &str) -> Self {
        Self::by(PushTo::new(url).token(TOKEN)).await
    }

    pub(crate) async fn by(to: PushTo) -> Self {
        Self::in_world(DEFAULT, to).await
    }

    pub(crate) async fn in_world(scenario: &str, to: PushTo) -> Self {
        let clock = ManualClock::new(std::time::Duration::from_secs(1_800_000_000));
        let platform = Platform::from_toml(scenario, Arc::new(clock.clone())).unwrap();
        let sim = Sim::builder().platform(platform).push(to).start().await.unwrap();
        Self { sim, clock }
    }

    pub(crate) fn say(&self, openid: &str, text: &str) {
        self.does(&Deed::Say { openid: openid.into(), text: text.into() });
    }

    pub(crate) fn does(&self, deed: &Deed) {
        self.sim.platform().act(None, deed).unwrap();
    }

    /// The deliveries, once there are so many.
    pub(crate) async fn deliveries(&self, count: usize) -> Vec<LoggedDelivery> {
        let mut last = 0;
        loop {
            let deliveries = self.sim.platform().deliveries(0, None);
            if deliveries.len() >= count {
                assert_eq!(deliveries.len(), count, "{deliveries:#?}");
                return deliveries;
            }
            last = self.sim.platform().delivered(last).await;
        }
    }

    /// What the customers of the first app were shown, as kind and content.
    pub(crate) fn shown(&self) -> Vec<(String, String)> {
        let messages = |world: &kf_sim::World| world.apps[0].messages.clone();
        let messages = self.sim.platform().look(messages);
        messages.into_iter().map(|message| (message.msgtype, message.content)).collect()
    }
}
