//! What a command works with: the options of all commands, the machine, the streams.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use kf_client::{Error, ErrorKind};
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::args::Global;
use crate::env::Env;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::reach::Reach;
use crate::show::{escaped, quoted};
use crate::streams::Streams;
use crate::table::{Table, cut};
use crate::watch::{Tell, Told};

/// What a command works with.
pub(crate) struct Context<'c, 's> {
    pub(crate) global: &'c Global,
    pub(crate) env: &'c Env,
    pub(crate) streams: &'c mut Streams<'s>,
    /// The calls as they go out and as they end.
    told: UnboundedReceiver<Told>,
    tell: UnboundedSender<Told>,
    /// The proxy of the way to the platform, for a person.
    proxy: Option<String>,
}

impl<'c, 's> Context<'c, 's> {
    pub(crate) fn new(global: &'c Global, env: &'c Env, streams: &'c mut Streams<'s>) -> Self {
        let (tell, told) = unbounded_channel();
        Self { global, env, streams, told, tell, proxy: None }
    }

    /// A way to the platform, with the credentials that the options, the environment and the profile name.
    pub(crate) async fn reach(&mut self) -> Result<Reach, Failure> {
        let reach = Reach::find(self.global, self.env, self.teller()).await?;
        if let Some(proxy) = reach.proxy.as_ref().filter(|_| self.global.verbose) {
            self.streams.note(&escaped(&format!("the proxy is {proxy}")));
        }
        self.proxy.clone_from(&reach.proxy);
        Ok(reach)
    }

    /// Who is told of the calls, and of what is wrong beside them.
    fn teller(&self) -> Tell {
        let tell = self.tell.clone();
        Arc::new(move |told| drop(tell.send(told)))
    }

    /// Waits for the answer of a call.
    pub(crate) async fn ask<T>(&mut self, call: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
        self.wait(call).await.map_err(|error| self.failure(&error))
    }

    /// Why a call has no answer, with the proxy where it may be the cause.
    pub(crate) fn failure(&self, error: &Error) -> Failure {
        let mut failure = Failure::of_call(error);
        let is_of_network = matches!(error.kind(), ErrorKind::Transport(_) | ErrorKind::Token(_));
        if let Some(proxy) = self.proxy.as_ref().filter(|_| is_of_network && error.errcode().is_none()) {
            failure.message = failure.message.map(|message| format!("{message} (the proxy is {})", escaped(proxy)));
        }
        failure
    }

    /// Waits; shows meanwhile the calls that went out.
    pub(crate) async fn wait<T>(&mut self, future: impl Future<Output = T>) -> T {
        let mut future = pin!(future);
        let (told, streams, brief) = (&mut self.told, &mut *self.streams, self.global.brief);
        poll_fn(|context| {
            let outcome = future.as_mut().poll(context);
            while let Poll::Ready(Some(call)) = told.poll_recv(context) {
                if let Told::Warning(what) = &call {
                    streams.note(&escaped(what));
                    continue;
                }
                for line in call.to_string().lines() {
                    let line = brief.map_or_else(|| line.to_owned(), |width| cut(line, width));
                    let line = streams.styled(&quoted(&line), "2");
                    streams.complain(&(line + "\n"));
                }
            }
            outcome
        })
        .await
    }

    /// Prints the answer for a program.
    pub(crate) fn json(&mut self, answer: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(answer);
        let text = text.map_err(|error| Failure::new(Exit::Failed, format!("the answer is no JSON: {error}")))?;
        self.streams.raw(&text)
    }

    /// Prints a table, or what an empty one means.
    pub(crate) fn table(&mut self, table: &Table, empty: &str) -> Result<(), Failure> {
        if table.is_empty() {
            return self.done(empty);
        }
        let lines = table.lines(self.streams.width());
        let (head, rows) = lines.split_first().map_or(("", &[][..]), |(head, rows)| (head.as_str(), rows));
        let head = self.streams.bold(head);
        self.streams.line(&head)?;
        rows.iter().try_for_each(|row| self.streams.line(row))
    }

    /// Prints lines of ours, of which the first is what they are about.
    pub(crate) fn lines(&mut self, lines: &[String]) -> Result<(), Failure> {
        let Some((first, rest)) = lines.split_first() else { return Ok(()) };
        let first = self.streams.bold(first);
        self.streams.line(&first)?;
        rest.iter().try_for_each(|line| self.streams.line(line))
    }

    /// Says what was done, unless nobody wants to know.
    pub(crate) fn done(&mut self, what: &str) -> Result<(), Failure> {
        if self.global.quiet { Ok(()) } else { self.streams.line(&escaped(what)) }
    }

    /// Says what was done, to a person or to a program.
    pub(crate) fn did(&mut self, json: bool, what: &str) -> Result<(), Failure> {
        if json { self.json(&serde_json::json!({ "what": what })) } else { self.done(what) }
    }
}
