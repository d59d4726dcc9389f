//! The calls of a plan, as values.

use kf_client::token::request;
use kf_client::transport::{Body, ParamValue, Request};
use kf_model::accounts::{AddAccount, DeleteAccount, InviteWorker, UpdateAccount, UploadPicture};
use kf_model::{Endpoint, Upload};
use serde::Serialize;

use crate::step::{Change, Step};

/// A call that a plan would make: what goes out, beside the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedCall {
    /// The endpoint.
    pub endpoint: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path.
    pub path: &'static str,
    /// The query, without the token.
    pub query: Vec<(&'static str, String)>,
    /// The JSON of the body.
    pub body: Option<String>,
    /// The name of the picture that is uploaded.
    pub picture: Option<String>,
}

impl PlannedCall {
    pub(crate) fn of(step: &Step) -> Self {
        let account = step.account.clone();
        match &step.change {
            Change::Remove { .. } => Self::to(&DeleteAccount::new(account)),
            Change::Add { account, nickname } => Self::to(&AddAccount::new(account.clone(), nickname.clone())),
            Change::Rename { to, .. } => Self::to(&UpdateAccount::new(account, to.clone())),
            Change::SetPicture { picture } => {
                let call = Self::to(&UploadPicture::new(account, Upload::jpeg(picture.as_str(), [])));
                Self { picture: Some(picture.clone()), ..call }
            }
            Change::Invite { worker, .. } => Self::to(&InviteWorker::new(account, worker.clone())),
        }
    }

    /// What the client would send to an endpoint.
    fn to<E: Endpoint>(endpoint: &E) -> Self {
        let spec = E::SPEC;
        let sent = request(endpoint, None).unwrap_or_else(|_| Request::new(spec.name, spec.method, spec.path));
        let query = sent.query.iter().filter_map(|param| match &param.value {
            ParamValue::Text(text) => Some((param.name, text.clone())),
            _ => None,
        });
        let body = match &sent.body {
            Body::Json(json) => Some(String::from_utf8_lossy(json).into_owned()),
            _ => None,
        };
        let (endpoint, method, path) = (sent.endpoint, sent.method.as_str(), sent.path);
        Self { endpoint, method, path, query: query.collect(), body, picture: None }
    }
}
