//! What a platform would push, pushed from here.

use std::net::SocketAddr;

use kf_push::{Delivery, Fields, Format, Sender, Stamp};
use kf_sim::{LogFilter, Sim};
use kf_transport::{Clock, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::{Account, Outcome};

/// Checks the URL, pushes what people do, and prints what is answered.
pub(crate) async fn run(address: SocketAddr, account: &Account, sim: &Sim) -> Outcome {
    let clock = SystemClock::new();
    let clear = Sender::new(account.app_id.clone(), account.push_token.clone());
    let xml = clear.clone().with_key(account.push_key.clone());
    let json = xml.clone().with_format(Format::Json);

    let check = clear.check_url("4375120948345356249", &Stamp::now(&clock)?);
    println!("the check of the URL: {}", post(address, "GET", &check).await?.1);

    for (what, sender, fields) in [
        ("somebody follows", &xml, event("subscribe")),
        ("writes", &xml, message(1, "hello")),
        ("asks for something that takes its time", &json, message(2, "where is my order?")),
        ("wants a person", &xml, message(3, "a person, please")),
        ("from a Mini Program that pushes JSON", &json, message(4, "人工")),
        ("the worker closes the session", &xml, event("kf_close_session").with("KfAccount", "test1@test")),
        ("an event that nobody knows", &xml, event("poked")),
    ] {
        let fields = fields.with("CreateTime", clock.wall().as_secs());
        println!("{what}:");
        push(address, sender, &fields, &clock).await?;
        if what == "writes" {
            println!("and the platform repeats it:");
            push(address, sender, &fields, &clock).await?;
        }
    }
    println!("what is not encrypted, and what somebody changed:");
    push(address, &clear, &message(5, "in the clear").with("CreateTime", 1), &clock).await?;
    let mut changed = xml.push(&message(6, "hello"), &Stamp::now(&clock)?);
    changed.body = changed.body.replace("<Encrypt><![CDATA[", "<Encrypt><![CDATA[A");
    println!("  {:?}", post(address, "POST", &changed).await?);
    println!("the bot called the platform {} times", sim.platform().calls(&LogFilter::default()).len());
    Ok(())
}

async fn push(address: SocketAddr, sender: &Sender, fields: &Fields, clock: &dyn Clock) -> Outcome {
    let delivery = sender.push(fields, &Stamp::now(clock)?);
    let (status, body) = post(address, "POST", &delivery).await?;
    match sender.read_answer(body.as_bytes()) {
        _ if status != 200 => println!("  {status}: {body}"),
        Ok(None) => println!("  success"),
        Ok(Some(reply)) => println!("  {}", shown(&reply)),
        Err(error) => println!("  no answer: {error}"),
    }
    Ok(())
}

fn shown(reply: &Fields) -> String {
    let account = reply.fields("TransInfo").and_then(|info| info.text("KfAccount"));
    let texts = [reply.text("MsgType"), reply.text("Content"), account];
    texts.into_iter().flatten().collect::<Vec<_>>().join(": ")
}

fn said(kind: &str) -> Fields {
    Fields::new().with("ToUserName", "gh_5ca1ab1e00c0").with("FromUserName", "oHourAgo").with("MsgType", kind)
}

fn message(id: u64, text: &str) -> Fields {
    said("text").with("Content", text).with("MsgId", id)
}

fn event(name: &str) -> Fields {
    said("event").with("Event", name)
}

/// One request, one connection.
async fn post(address: SocketAddr, method: &str, delivery: &Delivery) -> Outcome<(u16, String)> {
    let Delivery { content_type, body, .. } = delivery;
    let (query, length) = (delivery.query_string(), body.len());
    let head = format!(
        "{method} /push?{query} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
    );
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all((head + body).as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    let status = answer.split(' ').nth(1).unwrap_or_default().parse()?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Ok((status, body))
}
