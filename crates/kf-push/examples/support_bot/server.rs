//! From HTTP to the bot and back.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kf_push::{Answer, PUSH_BYTES_MAX, PushError, PushQuery};
use tokio::net::TcpListener;

use crate::Outcome;
use crate::bot::Bot;

/// Serves until it is told to end.
pub(crate) async fn serve(
    listener: TcpListener,
    bot: Arc<Bot>,
    end: impl Future<Output = ()> + Send + 'static,
) -> Outcome {
    let router = Router::new()
        .route("/push", get(check_url).post(push))
        .layer(DefaultBodyLimit::max(PUSH_BYTES_MAX))
        .with_state(bot);
    Ok(axum::serve(listener, router).with_graceful_shutdown(end).await?)
}

async fn check_url(State(bot): State<Arc<Bot>>, RawQuery(query): RawQuery) -> Response {
    let answer = PushQuery::parse(&query.unwrap_or_default()).and_then(|query| bot.receiver().check_url(&query));
    respond(answer)
}

async fn push(State(bot): State<Arc<Bot>>, RawQuery(query): RawQuery, body: Bytes) -> Response {
    match PushQuery::parse(&query.unwrap_or_default()).and_then(|query| bot.receiver().open(&query, &body)) {
        Ok(push) => respond(Ok(bot.answer(push).await)),
        Err(error) => respond(Err(error)),
    }
}

fn respond(answer: Result<Answer, PushError>) -> Response {
    match answer {
        Ok(answer) => ([(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, error.to_string()).into_response()
        }
    }
}
