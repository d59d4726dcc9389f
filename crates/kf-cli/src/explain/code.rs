//! A code of the platform.

use kf_model::{ENDPOINTS, EndpointSpec, ErrCode, ErrCodeInfo, Refresh, Retry};
use serde_json::{Value, json};

/// For a person.
pub(super) fn lines(info: &ErrCodeInfo) -> Vec<String> {
    let code = info.code;
    let name = info.name.map(|name| format!(" {name}")).unwrap_or_default();
    let mut lines = vec![
        format!("{code}{name}"),
        info.message.to_owned(),
        String::new(),
        format!("what to do   {}", code.hint()),
        format!("repeat       {}", repeat(info.retry)),
        format!("new token    {}", refresh(info.refresh)),
    ];
    let of_calls: Vec<_> = of(code).collect();
    if of_calls.is_empty() {
        lines.push("answered by  the page of no call lists it; any call may answer it".to_owned());
        return lines;
    }
    let names: Vec<_> = of_calls.iter().map(|spec| spec.name).collect();
    lines.push(format!("answered by  {}", names.join(", ")));
    for spec in of_calls {
        if spec.hint(code) != code.hint() {
            lines.extend([String::new(), format!("At {}: {}", spec.name, spec.hint(code))]);
        }
    }
    lines
}

/// For a program.
pub(super) fn json(info: &ErrCodeInfo) -> Value {
    let code = info.code;
    let hints: serde_json::Map<_, _> = of(code)
        .filter(|spec| spec.hint(code) != code.hint())
        .map(|spec| (spec.name.to_owned(), spec.hint(code).into()))
        .collect();
    json!({
        "code": code.0,
        "name": info.name,
        "message": info.message,
        "hint": code.hint(),
        "hints": hints,
        "retry": retry_name(info.retry),
        "refresh": refresh_name(info.refresh),
        "endpoints": of(code).map(|spec| spec.name).collect::<Vec<_>>(),
    })
}

/// The calls whose page lists a code.
fn of(code: ErrCode) -> impl Iterator<Item = &'static EndpointSpec> {
    ENDPOINTS.iter().copied().filter(move |spec| spec.errcodes.contains(&code))
}

fn repeat(retry: Retry) -> &'static str {
    match retry {
        Retry::No => "as it stands it will be refused again",
        Retry::Backoff => "soon, with growing pauses",
        Retry::Wait => "later: in a minute, the next day, or when something has expired",
        Retry::User => "after the customer or the worker did something",
        Retry::Admin => "after an administrator changed something in the console",
        Retry::Token => "once, with a new token",
        _ => "not known",
    }
}

fn refresh(refresh: Refresh) -> &'static str {
    match refresh {
        Refresh::No => "does not help",
        Refresh::Yes => "helps; the client fetches one by itself",
        Refresh::Maybe => "helps only if tokens of two kinds were mixed up",
        Refresh::Component => "the one of the third-party platform, or its ticket, must be renewed",
        Refresh::Reauthorize => "the merchant must authorize the third-party platform again",
        _ => "not known",
    }
}

fn retry_name(retry: Retry) -> &'static str {
    match retry {
        Retry::No => "no",
        Retry::Backoff => "backoff",
        Retry::Wait => "wait",
        Retry::User => "user",
        Retry::Admin => "admin",
        Retry::Token => "token",
        _ => "unknown",
    }
}

fn refresh_name(refresh: Refresh) -> &'static str {
    match refresh {
        Refresh::No => "no",
        Refresh::Yes => "yes",
        Refresh::Maybe => "maybe",
        Refresh::Component => "component",
        Refresh::Reauthorize => "reauthorize",
        _ => "unknown",
    }
}
