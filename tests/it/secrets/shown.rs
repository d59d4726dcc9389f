//! All that anybody could see: what types show of themselves, what errors say, what is traced.

use std::error::Error;
use std::fmt::{Debug, Display, Write as _};
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

use super::canary::Canaries;

/// What was shown, each with what showed it.
#[derive(Default)]
pub(crate) struct Shown(Vec<(String, String)>);

impl Shown {
    pub(crate) fn text(&mut self, what: &str, text: impl Display) {
        self.0.push((what.to_owned(), text.to_string()));
    }

    /// What a type shows of itself.
    pub(crate) fn debug(&mut self, what: &str, value: &impl Debug) {
        self.0.push((what.to_owned(), format!("{value:?}\n{value:#?}")));
    }

    /// What an error says, with what it comes from, and in the message of a panic.
    pub(crate) fn error(&mut self, what: &str, error: impl Error) {
        let mut text = format!("{error}\n{error:#}\n{error:?}\n{error:#?}");
        let mut source = error.source();
        while let Some(inner) = source {
            let _ = write!(text, "\n{inner}\n{inner:#}\n{inner:?}\n{inner:#?}");
            source = inner.source();
        }
        let panic =
            catch_unwind(AssertUnwindSafe(|| black_box(Err::<(), _>(error)).expect("it was provoked"))).unwrap_err();
        let message = panic.downcast_ref::<String>().expect("a panic has a message");
        self.0.push((what.to_owned(), format!("{text}\n{message}")));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }

    /// How much was shown.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Fails if a canary is in what was shown; the canary itself is not repeated.
    pub(crate) fn hides(&self, canaries: &Canaries) {
        for (what, text) in &self.0 {
            if let Some(form) = canaries.found(text) {
                panic!("{what} shows a credential as {form:?}: {text}");
            }
        }
    }
}

/// Writes down each span and event, at every level, while its guard lives: of this thread, so of a runtime of one thread.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<String>>);

impl Trace {
    pub(crate) fn begin() -> (Self, DefaultGuard) {
        let trace = Self::default();
        let guard = tracing::subscriber::set_default(trace.clone());
        (trace, guard)
    }

    pub(crate) fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }

    fn note(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(format!("{} {} {}:", metadata.level(), metadata.target(), metadata.name()));
        record(&mut fields);
        let mut text = self.0.lock().unwrap();
        text.push_str(&fields.0);
        text.push('\n');
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {field}={value:?} {value:#?}");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {field}={value}");
    }
}

impl Subscriber for Trace {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.note(span.metadata(), |fields| span.record(fields));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields(String::new());
        values.record(&mut fields);
        self.0.lock().unwrap().push_str(&fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.note(event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
