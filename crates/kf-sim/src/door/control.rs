//! `/_sim/`: the simulator's own interface, by which tests, people and the command drive it.

use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use kf_transport::unless;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::log::{LogFilter, LoggedCall};
use crate::platform::Platform;
use crate::raw::Pair;
use crate::scenario;
use crate::settings::Settings;
use crate::world::{ClockMode, Deed};

/// The interface as OpenAPI.
const OPENAPI: &str = include_str!("openapi.json");

const JSON: &str = "application/json; charset=utf-8";
/// Seconds that a request for the log may wait.
const WAIT_SECONDS_MAX: u64 = 30;
/// Seconds that time may be moved at once: a hundred years.
const ADVANCE_SECONDS_MAX: u64 = 3_155_760_000;

/// What goes back: a status, a content type, a body.
pub(super) struct Answer(pub(super) u16, pub(super) &'static str, pub(super) Bytes);

type Outcome = Result<Value, (u16, String)>;

/// A request to the interface.
pub(super) struct Request<'a> {
    pub(super) method: &'a Method,
    /// What follows `/_sim/`.
    pub(super) path: &'a str,
    pub(super) query: &'a [Pair<'a>],
    pub(super) body: &'a [u8],
}

/// Whether a request needs no key: others must be able to see that it runs, and clients to fetch pictures and videos.
pub(super) fn is_open(method: &Method, path: &str) -> bool {
    method == Method::GET && (path == "health" || path.starts_with("picture/") || path.starts_with("media/"))
}

/// Answers a request; one that waits for something goes on until the simulator stops.
pub(super) async fn answer(platform: &Platform, request: Request<'_>, stopped: impl Future<Output = ()>) -> Answer {
    if request.method == Method::GET
        && let Some(answer) = text(platform, &request)
    {
        return answer;
    }
    let outcome = match (request.method.as_str(), request.path) {
        ("GET", "health") => Ok(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })),
        ("GET", "world") => Ok(json!(platform.save().0)),
        ("POST", "reset") => {
            platform.reset();
            what("the world begins again")
        }
        ("GET", "clock") => clock(platform),
        ("POST", "clock") => set_clock(platform, &request),
        ("GET", "faults") => Ok(json!({ "faults": platform.look(|world| world.faults.clone()) })),
        ("POST", "faults") => add_fault(platform, &request),
        ("DELETE", "faults") | ("POST", "faults/clear") => {
            platform.change(|world| world.faults.clear());
            what("nothing goes wrong on purpose any more")
        }
        ("POST", "people") => people(platform, &request),
        ("GET", "log") => log(platform, &request, stopped).await,
        ("GET", "pushes") => pushes(platform, &request, stopped).await,
        ("DELETE", "log") | ("POST", "log/clear") => {
            platform.forget_calls();
            what("the calls are forgotten")
        }
        ("GET", "settings") => Ok(json!({ "settings": Settings::list() })),
        (_, path) if PATHS.contains(&path) => {
            Err((405, format!("{} does not go with /_sim/{path}; see /_sim/openapi.json", request.method)))
        }
        (_, path) => Err((404, format!("there is no /_sim/{path}; see /_sim/openapi.json"))),
    };
    match outcome {
        Ok(value) => Answer(200, JSON, value.to_string().into()),
        Err((status, error)) => Answer(status, JSON, json!({ "error": error }).to_string().into()),
    }
}

/// The paths of the interface.
const PATHS: [&str; 12] = [
    "health",
    "openapi.json",
    "world",
    "reset",
    "clock",
    "faults",
    "faults/clear",
    "people",
    "log",
    "log/clear",
    "pushes",
    "settings",
];

/// What is no JSON of ours: the description, a scenario, a picture.
fn text(platform: &Platform, request: &Request<'_>) -> Option<Answer> {
    let format = pair(request.query, "format");
    match request.path {
        "openapi.json" => Some(Answer(200, JSON, Bytes::from_static(OPENAPI.as_bytes()))),
        "world" if format == Some("toml") => {
            Some(Answer(200, "text/plain; charset=utf-8", scenario::print(&platform.save().0).into()))
        }
        path if path.starts_with("media/") => medium(platform, path.strip_prefix("media/")?),
        path => picture(platform, path.strip_prefix("picture/")?),
    }
}

fn picture(platform: &Platform, path: &str) -> Option<Answer> {
    let (app_id, name) = path.split_once('/')?;
    let name = name.strip_suffix(".jpg")?;
    let bytes = platform.look(|world| {
        let app = world.apps.iter().find(|app| app.app_id == app_id)?;
        let picture = if let Some(business_id) = name.strip_prefix("business/") {
            app.business(business_id)?.icon.as_ref()
        } else {
            let kf_id: i64 = name.parse().ok()?;
            app.accounts.iter().find(|account| account.kf_id == kf_id)?.picture.as_ref()
        };
        picture.map(|picture| Bytes::copy_from_slice(picture.bytes()))
    });
    bytes.map(|bytes| Answer(200, "image/jpeg", bytes))
}

/// A file to send, by the address that the platform answers for a video.
fn medium(platform: &Platform, path: &str) -> Option<Answer> {
    let (app_id, media_id) = path.split_once('/')?;
    platform.look(|world| {
        let app = world.apps.iter().find(|app| app.app_id == app_id)?;
        let medium = app.medium(media_id, world.now())?;
        Some(Answer(200, medium.names().1, Bytes::copy_from_slice(medium.bytes.bytes())))
    })
}

#[allow(clippy::unnecessary_wraps, reason = "it ends a chain of outcomes")]
fn clock(platform: &Platform) -> Outcome {
    let (time, now) = (platform.time(), platform.look(|world| world.now()));
    Ok(json!({ "mode": time.mode, "now": now, "ahead_seconds": time.ahead_seconds }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    advance_seconds: Option<u64>,
    mode: Option<ClockMode>,
}

fn set_clock(platform: &Platform, request: &Request<'_>) -> Outcome {
    let time: Time = read(request.body)?;
    if time.advance_seconds.is_some_and(|seconds| seconds > ADVANCE_SECONDS_MAX) {
        return Err((400, format!("time moves {ADVANCE_SECONDS_MAX} seconds at once at the most")));
    }
    if let Some(mode) = time.mode {
        platform.set_clock(mode);
    }
    if let Some(seconds) = time.advance_seconds {
        platform.advance(Duration::from_secs(seconds));
    }
    clock(platform)
}

fn add_fault(platform: &Platform, request: &Request<'_>) -> Outcome {
    let fault: Fault = read(request.body)?;
    platform.fault(fault).map_err(|error| (400, error.to_string()))?;
    what("the fault waits for its calls")
}

#[derive(Deserialize)]
struct InApp {
    app: Option<String>,
    #[serde(flatten)]
    deed: serde_json::Map<String, Value>,
}

fn people(platform: &Platform, request: &Request<'_>) -> Outcome {
    let InApp { app, deed } = read(request.body)?;
    let deed: Deed = serde_json::from_value(Value::Object(deed)).map_err(|error| (400, error.to_string()))?;
    let done = platform.act(app.as_deref(), &deed).map_err(|error| (409, error.to_string()))?;
    Ok(json!(done))
}

/// The deliveries of pushes; the first that is wanted is waited for.
async fn pushes(platform: &Platform, request: &Request<'_>, stopped: impl Future<Output = ()>) -> Outcome {
    let after = number(request.query, "after")?.unwrap_or(0);
    let limit = number(request.query, "limit")?.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let wait = number(request.query, "wait_seconds")?.unwrap_or(0).min(WAIT_SECONDS_MAX);
    if wait > 0 {
        let clock = platform.clock();
        let end = async { unless(clock.sleep(Duration::from_secs(wait)), stopped).await.unwrap_or_default() };
        unless(platform.delivered(after), end).await;
    }
    let deliveries = platform.deliveries(after, limit);
    let last = deliveries.last().map_or(after, |delivery| delivery.id);
    Ok(json!({ "deliveries": deliveries, "last": last }))
}

async fn log(platform: &Platform, request: &Request<'_>, stopped: impl Future<Output = ()>) -> Outcome {
    let filter = filter(request.query)?;
    let wait = number(request.query, "wait_seconds")?.unwrap_or(0).min(WAIT_SECONDS_MAX);
    let matching = async {
        let mut last = 0;
        loop {
            let calls = platform.calls(&filter);
            if !calls.is_empty() {
                return calls;
            }
            last = platform.called(last).await;
        }
    };
    let calls: Vec<LoggedCall> = if wait == 0 {
        platform.calls(&filter)
    } else {
        let clock = platform.clock();
        let end = async { unless(clock.sleep(Duration::from_secs(wait)), stopped).await.unwrap_or_default() };
        unless(matching, end).await.unwrap_or_default()
    };
    let last = calls.last().map_or(filter.after, |call| call.id);
    Ok(json!({ "calls": calls, "last": last }))
}

fn filter(query: &[Pair<'_>]) -> Result<LogFilter, (u16, String)> {
    let text = |name| pair(query, name).map(str::to_owned);
    let limit = number(query, "limit")?.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let errcode = match pair(query, "errcode") {
        Some(text) => Some(text.parse().map_err(|_| (400, format!("errcode is {text:?}, which is no number")))?),
        None => None,
    };
    let after = number(query, "after")?.unwrap_or(0);
    Ok(LogFilter { after, endpoint: text("endpoint"), app: text("app"), errcode, limit })
}

fn number(query: &[Pair<'_>], name: &str) -> Result<Option<u64>, (u16, String)> {
    let Some(text) = pair(query, name) else { return Ok(None) };
    text.parse().map(Some).map_err(|_| (400, format!("{name} is {text:?}, which is no number")))
}

fn pair<'a>(query: &'a [Pair<'_>], name: &str) -> Option<&'a str> {
    query.iter().find(|pair| pair.name == name).map(|pair| &*pair.value)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, (u16, String)> {
    serde_json::from_slice(body).map_err(|error| (400, format!("the body is not what it should be: {error}")))
}

#[allow(clippy::unnecessary_wraps, reason = "it ends a chain of outcomes")]
fn what(what: &str) -> Outcome {
    Ok(json!({ "what": what }))
}
