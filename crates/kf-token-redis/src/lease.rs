//! The right to fetch, as long as somebody holds it.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::line::Line;
use crate::script;

/// A lease, or one that may have been given though no answer came. It is given back when it is dropped, in the background, wherever
/// that is; if it cannot be, it ends by itself.
pub(crate) struct Held {
    pub(crate) line: Arc<Line>,
    pub(crate) key: String,
    pub(crate) owner: String,
    /// That of whoever asked: it is dropped where there may be none.
    pub(crate) runtime: Handle,
    /// Whether there is something to give back, as far as is known.
    pub(crate) may_be_ours: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.may_be_ours {
            return;
        }
        let (line, command) = (Arc::clone(&self.line), script::release(&self.key, &self.owner));
        self.runtime.spawn(async move {
            let _ = line.ask(&command, &mut line.end()).await;
        });
    }
}
