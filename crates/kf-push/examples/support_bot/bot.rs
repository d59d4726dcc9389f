//! What the bot says.

use std::sync::Arc;
use std::time::Duration;

use kf_client::Client;
use kf_model::messages::Message as Outgoing;
use kf_model::values::TypingCommand;
use kf_model::{AccountRef, OpenId};
use kf_push::{Answer, Content, Event, EventKind, Message, MessageBody, Push, Receiver, Reply, Seen};
use kf_transport::Clock;

/// Answers what it can, and hands over what it cannot.
pub(crate) struct Bot {
    receiver: Receiver,
    seen: Seen,
    client: Client,
    clock: Arc<dyn Clock>,
}

/// How long may be asked who is online: the platform waits five seconds for the whole answer.
const LOOK: Duration = Duration::from_secs(2);

/// What the bot wants to do about a push.
enum Plan {
    /// Answers the push itself.
    Now(Reply),
    /// Answers `success`, and sends the text by the client, for which there are 48 hours instead of 5 seconds.
    Later(OpenId, String),
}

impl Bot {
    pub(crate) fn new(receiver: Receiver, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self { receiver, seen: Seen::new(clock.clone()), client, clock }
    }

    pub(crate) fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// The answer to a push; a repeat gets that of the first, which may have come too late.
    pub(crate) async fn answer(self: &Arc<Self>, push: Push) -> Answer {
        let reply = self.seen.reply_once(&push.dedupe_key(), self.reply(push.content())).await;
        self.receiver.answer(&push, &reply, &*self.clock).unwrap_or_else(|error| {
            eprintln!("cannot answer: {error}");
            Answer::success()
        })
    }

    async fn reply(self: &Arc<Self>, content: &Content) -> Reply {
        match self.plan(content).await {
            Plan::Now(reply) => reply,
            Plan::Later(person, text) => {
                let bot = Arc::clone(self);
                tokio::spawn(async move { bot.send(&person, &text).await });
                Reply::Success
            }
        }
    }

    async fn plan(&self, content: &Content) -> Plan {
        match content {
            Content::Message(message) => self.plan_for_message(message).await,
            Content::Event(event) => plan_for_event(event),
            _ => Plan::Now(Reply::Success),
        }
    }

    async fn plan_for_message(&self, message: &Message) -> Plan {
        match &message.body {
            MessageBody::Text { content, .. } if content.contains("人工") || content.contains("person") => {
                Plan::Now(self.hand_over().await)
            }
            MessageBody::Text { content, .. } if content.contains("order") => {
                Plan::Later(message.from.clone(), "your order left the house this morning".to_owned())
            }
            MessageBody::Text { .. } => Plan::Now(Reply::text("write \"person\" and somebody will come")),
            _ => Plan::Now(self.hand_over().await),
        }
    }

    /// To the worker who serves the fewest people; if nobody is there, or it cannot be told, to whoever comes first.
    async fn hand_over(&self) -> Reply {
        match self.idle_account().await {
            Ok(Some(account)) => Reply::transfer_to(account),
            Ok(None) => Reply::transfer(),
            Err(error) => {
                eprintln!("who is online cannot be told: {error}");
                Reply::transfer()
            }
        }
    }

    async fn idle_account(&self) -> Result<Option<AccountRef>, kf_client::Error> {
        let online = self.client.within(LOOK).list_online_accounts().await?.kf_online_list;
        let idle = online.into_iter().min_by_key(|account| account.accepted_case);
        Ok(idle.map(|account| account.kf_account).filter(|account| !account.is_empty()))
    }

    /// Types, and then says something that is no answer to a push. A message is never sent twice: if it is not known whether
    /// it arrived, the person asks again.
    async fn send(&self, person: &OpenId, text: &str) {
        if let Err(error) = self.client.set_typing(person, &TypingCommand::Typing).await {
            eprintln!("cannot show that somebody types: {error}");
        }
        // What takes longer than five seconds to find out is found out here.
        let outcome = match Outgoing::text(text) {
            Ok(message) => self.client.send_message(person, message).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(error) = outcome {
            eprintln!("cannot send to {person}: {error}");
        }
    }
}

fn plan_for_event(event: &Event) -> Plan {
    match &event.kind {
        EventKind::Followed { .. } => Plan::Now(Reply::text("welcome")),
        EventKind::SessionClosed { .. } => Plan::Later(event.from.clone(), "were you served well?".to_owned()),
        _ => Plan::Now(Reply::Success),
    }
}
