//! The clients: a bare loop, ours, reqwest, and the one other crate that can be pointed at a server.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::SendRequest;
use kf_client::Client as KfClient;
use kf_transport::HyperTransport;
use wechat_mp_sdk::api::{WechatContext, WechatKfApi};
use wechat_mp_sdk::client::WechatClient;
use wechat_mp_sdk::token::TokenManager;
use wechat_mp_sdk::types::{AppId, AppSecret};

use super::bare::{self, ADD};
use super::{Case, token};
use crate::accounts::AccountList;
use crate::wire::{self, LIST, PATH, Place};

/// The names of the clients, the one that the others are measured by first.
pub const NAMES: [&str; 4] = ["bare hyper", "kf-client", "reqwest", "wechat-mp-sdk"];

/// A client that is ready to call; clones share what it shares.
#[derive(Clone)]
pub enum Client {
    /// A connection for each caller, made by [`Client::caller`].
    Bare(Place),
    /// The client of this project, with its tokens and its transport.
    Ours(KfClient),
    /// reqwest, with the base URL and the token.
    Reqwest(reqwest::Client, String, String),
    /// `wechat-mp-sdk`.
    Peer(Arc<WechatContext>, Arc<WechatKfApi>),
}

/// What one caller holds.
pub enum Caller {
    /// A connection of its own, and the token.
    Bare(Box<SendRequest<Full<Bytes>>>, String),
    /// A share of a client.
    Shared(Client),
}

impl Client {
    /// The client of a name.
    pub fn new(name: &str, place: &Place) -> Self {
        let url = place.url(false);
        match name {
            "bare hyper" => Self::Bare(place.clone()),
            "kf-client" => {
                let wire = HyperTransport::builder().base_url(url).build().expect("it is built");
                Self::Ours(KfClient::new(wire, token::provider()))
            }
            "reqwest" => {
                let client = reqwest::Client::builder().tls_backend_preconfigured(wire::empty_config()).no_proxy();
                Self::Reqwest(client.build().expect("it is built"), url, wire::token())
            }
            "wechat-mp-sdk" => {
                let client = WechatClient::builder()
                    .appid(AppId::new("wx5ca1ab1e00c0ffee").expect("it is an id"))
                    .secret(AppSecret::new("0123456789abcdef0123456789abcdef").expect("it is a secret"))
                    .base_url(url);
                let client = client.build().expect("it is built");
                let tokens = TokenManager::new(client.clone());
                let context = Arc::new(WechatContext::new(Arc::new(client), Arc::new(tokens)));
                Self::Peer(Arc::clone(&context), Arc::new(WechatKfApi::new(context)))
            }
            other => panic!("there is no client {other}"),
        }
    }

    /// One of those who call at the same time.
    pub async fn caller(&self) -> Caller {
        match self {
            Self::Bare(place) => Caller::Bare(Box::new(bare::connect(place).await), wire::token()),
            shared => Caller::Shared(shared.clone()),
        }
    }
}

impl Caller {
    /// Calls once; how many rows came, or 1.
    pub async fn call(&mut self, case: Case) -> usize {
        match self {
            Self::Bare(sender, token) => bare::call(sender, token, case).await,
            Self::Shared(Client::Ours(client)) => ours(client, case).await,
            Self::Shared(Client::Reqwest(client, url, token)) => by_reqwest(client, url, token, case).await,
            Self::Shared(Client::Peer(context, api)) => by_peer(context, api, case).await,
            Self::Shared(Client::Bare(_)) => unreachable!("a bare client makes bare callers"),
        }
    }
}

/// The names are checked anew for each call.
async fn ours(client: &KfClient, case: Case) -> usize {
    match case {
        Case::Post => {
            let account = ADD.kf_account.parse().expect("it is an account");
            let nickname = ADD.nickname.parse().expect("it is a nickname");
            client.add_account(&account, &nickname).await.expect("it is done");
            1
        }
        Case::List => client.list_accounts().await.expect("an answer comes").kf_list.len(),
    }
}

async fn by_reqwest(client: &reqwest::Client, url: &str, token: &str, case: Case) -> usize {
    let request = match case {
        Case::Post => client
            .post(format!("{url}{PATH}?access_token={token}"))
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&ADD).expect("it is written")),
        Case::List => client.get(format!("{url}{LIST}?access_token={token}")),
    };
    let response = request.send().await.expect("an answer comes").error_for_status().expect("it is a success");
    bare::read(case, &response.bytes().await.expect("it is whole"))
}

/// The POST is its typed call to bind an account of customer service: two texts too. It has no call that lists accounts,
/// so the list goes by its tokens and its GET to any path, into the struct of the bare loop.
async fn by_peer(context: &WechatContext, api: &WechatKfApi, case: Case) -> usize {
    match case {
        Case::Post => {
            api.bind_kf_work(ADD.kf_account, ADD.nickname).await.expect("it is done");
            1
        }
        Case::List => {
            let token = context.token_manager().get_token().await.expect("a token comes");
            let list: AccountList =
                context.client().get(LIST, &[("access_token", &token)]).await.expect("an answer comes");
            list.kf_list.len()
        }
    }
}
