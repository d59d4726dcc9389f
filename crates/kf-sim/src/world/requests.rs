//! The requests that were refused last, so that one can be looked up by the `rid` of its answer.

use std::collections::VecDeque;
use std::net::IpAddr;

use kf_model::Secret;

use crate::raw::Input;

/// Requests that are remembered.
const REQUESTS_MAX: usize = 2_000;
/// Bytes of each text of a request that are remembered.
const TEXT_MAX: usize = 2_048;

/// The three numbers of a `rid`.
pub(crate) type Rid = [u32; 3];

/// The requests that were refused last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(VecDeque<Asked>);

/// A request that was refused. It is kept as it came, its token too, as the platform shows it to its owner.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    rid: Rid,
    pub(super) app: Option<usize>,
    pub(super) at: i64,
    pub(super) ip: IpAddr,
    pub(super) query: Secret,
    pub(super) body: Secret,
    pub(super) answer: Secret,
}

impl Requests {
    /// Remembers a request and what it was answered.
    pub(crate) fn note(&mut self, rid: Rid, app: Option<usize>, at: i64, input: &Input<'_>, answer: &[u8]) {
        if self.0.len() >= REQUESTS_MAX {
            self.0.pop_front();
        }
        let mut query = String::new();
        for pair in input.query {
            let joint = if query.is_empty() { "" } else { "&" };
            query.extend([joint, &pair.name, "=", &pair.value]);
        }
        let (query, body, answer) = (kept(query.as_bytes()), kept(input.bytes()), kept(answer));
        self.0.push_back(Asked { rid, app, at, ip: input.ip, query, body, answer });
    }

    /// A request by its `rid`.
    pub(super) fn find(&self, rid: Rid) -> Option<&Asked> {
        self.0.iter().rev().find(|asked| asked.rid == rid)
    }
}

/// Reads `8hex-8hex-8hex`.
pub(super) fn parse(text: &str) -> Option<Rid> {
    let is_hex = |run: &&str| run.len() == 8 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut runs =
        text.split('-').map(|run| Some(run).filter(is_hex).and_then(|run| u32::from_str_radix(run, 16).ok()));
    let rid = [runs.next()??, runs.next()??, runs.next()??];
    runs.next().is_none().then_some(rid)
}

fn kept(bytes: &[u8]) -> Secret {
    Secret::from(&*String::from_utf8_lossy(&bytes[..bytes.len().min(TEXT_MAX)]))
}
