//! Where the command writes, and what tells it to stop.

use std::fmt;
use std::future::{Future, pending};
use std::io::{self, Write};
use std::pin::Pin;

use crate::failure::Failure;
use crate::show;

/// Ends when the command is to stop.
pub type Stop = Pin<Box<dyn Future<Output = ()>>>;

/// Where the command writes, and what tells it to stop.
pub struct Streams<'a> {
    out: Box<dyn Write + 'a>,
    err: Box<dyn Write + 'a>,
    is_terminal: bool,
    stop: Option<Box<dyn FnOnce() -> io::Result<Stop> + 'a>>,
}

impl<'a> Streams<'a> {
    /// The output, the errors, and whether a person sees the output in a terminal. Nothing tells the command to stop.
    pub fn new(out: impl Write + 'a, err: impl Write + 'a, is_terminal: bool) -> Self {
        Self { out: Box::new(out), err: Box::new(err), is_terminal, stop: None }
    }

    /// The same, with what tells it to stop. It is called inside the runtime of a command that goes on until then.
    #[must_use]
    pub fn until(mut self, stop: impl FnOnce() -> io::Result<Stop> + 'a) -> Self {
        self.stop = Some(Box::new(stop));
        self
    }

    /// What tells the command to stop, once.
    pub(crate) fn stop(&mut self) -> io::Result<Stop> {
        self.stop.take().map_or_else(|| Ok(Box::pin(pending()) as Stop), |stop| stop())
    }

    /// Whether a person sees the output.
    pub(crate) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Writes text of ours, which is fit for a terminal, at once.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// The same with the end of a line.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.text(&format!("{text}\n"))
    }

    /// Writes JSON or TOML of others as it came; in a terminal with escapes for what a terminal would obey.
    pub(crate) fn raw(&mut self, text: &str) -> Result<(), Failure> {
        let end = if text.ends_with('\n') { "" } else { "\n" };
        if self.is_terminal { self.text(&(show::quoted(text) + end)) } else { self.text(&format!("{text}{end}")) }
    }

    /// Says something beside the output.
    pub(crate) fn note(&mut self, text: &str) {
        self.complain(&format!("kf: {text}\n"));
    }

    /// Writes to the errors. If that fails there is nobody to tell.
    pub(crate) fn complain(&mut self, text: &str) {
        let _ = self.err.write_all(text.as_bytes()).and_then(|()| self.err.flush());
    }
}

impl fmt::Debug for Streams<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Streams").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}
