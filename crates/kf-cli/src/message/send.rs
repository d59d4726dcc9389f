//! `kf message send`: a message on its way.

use kf_model::messages::{SendMessage, SendProgramMessage};
use kf_model::{MediaId, MessageId, OpenId};

use super::How;
use super::draft::{Content, Draft};
use super::kind::Kind;
use crate::checked::checked;
use crate::context::Context;
use crate::failure::Failure;
use crate::reach::Reach;
use crate::show::escaped;

pub(super) async fn send(kind: Kind, how: &How, context: &mut Context<'_, '_>) -> Result<(), Failure> {
    let openid: OpenId = checked("OPENID", kind.to())?;
    let answering: Option<MessageId> = how.answering.as_deref().map(|id| checked("--answering", id)).transpose()?;
    let name = kind.name();
    let draft = Draft::of(kind, context)?;
    let reach = context.reach().await?;
    let is_program = dialect(&draft, name, how, &reach)?;
    let mut uploaded = Vec::new();
    let content = draft.written(is_program, &mut uploaded, &reach, context).await?;
    let sent = match content {
        Content::Account(message) => {
            let mut request = SendMessage::new(openid.clone(), message);
            if let Some(account) = &how.account {
                request = request.by(account.as_str());
            }
            let request = match answering {
                Some(msgid) => request.answering(msgid),
                None => request,
            };
            context.ask(reach.client.send(&request)).await
        }
        Content::Program(message) => {
            let request = SendProgramMessage::new(openid.clone(), message);
            let request = match answering {
                Some(msgid) => request.answering(msgid),
                None => request,
            };
            context.ask(reach.client.send(&request)).await
        }
    };
    sent.map_err(|failure| kept(failure, &uploaded))?;
    let by = how.account.as_ref().map(|account| format!(" as {account}")).unwrap_or_default();
    context.did(how.json, &format!("sent {name} to {openid}{by}"))
}

/// Whether it goes out as a Mini Program's. Where the kind of the app is not known, the message tells.
fn dialect(draft: &Draft, name: &str, how: &How, reach: &Reach) -> Result<bool, Failure> {
    let is_program = match reach.kind {
        Some(_) => reach.is_program(),
        None => draft.is_of_program(),
    };
    if is_program && !draft.may_be_of_program() {
        let what = if name == "miniprogrampage" {
            "a Mini Program sends pages of its own; leave --page-app-id out".to_owned()
        } else {
            format!("a Mini Program sends text, image, link and miniprogrampage; {name} is for Official Accounts")
        };
        return Err(Failure::input(what));
    }
    if is_program && how.account.is_some() {
        return Err(Failure::input("a Mini Program sends in its own name; leave --as out"));
    }
    if !is_program && draft.is_of_program() {
        return Err(Failure::input(match name {
            "link" => "an Official Account sends a link as news: kf message send news --help",
            _ => "an Official Account sends a page of a Mini Program that is linked to it; name that by --page-app-id",
        }));
    }
    Ok(is_program)
}

/// What was uploaded is not lost where the message is.
fn kept(mut failure: Failure, uploaded: &[MediaId]) -> Failure {
    if let (Some(message), false) = (&mut failure.message, uploaded.is_empty()) {
        let ids: Vec<_> = uploaded.iter().map(ToString::to_string).collect();
        *message += &format!("\nuploaded before, to be used again by its id: {}", escaped(&ids.join(", ")));
    }
    failure
}
