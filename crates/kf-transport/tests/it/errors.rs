//! What an error says.

use kf_transport::TransportError;
use kf_transport::TransportErrorKind::{
    Connect, Encoded, Interrupted, Overloaded, Protocol, Request, Timeout, Tls, TooLarge,
};

/// Whether a request that went out can have acted at all is not known here: a question does not.
#[test]
fn an_error_says_what_happened_and_not_what_it_may_mean() {
    let kinds = [
        (Connect, "no connection; nothing was sent"),
        (Overloaded, "too many calls are in flight; nothing was sent"),
        (Tls, "no trusted connection; nothing was sent"),
        (Request, "the request cannot be sent as it is"),
        (Timeout, "no answer in time"),
        (Interrupted, "the connection broke before the answer was whole"),
        (Protocol, "the answer is no HTTP"),
        (TooLarge, "the answer is larger than allowed"),
        (Encoded, "the answer is compressed, which was not asked for"),
    ];
    for (kind, text) in kinds {
        assert_eq!(kind.to_string(), text);
        assert_eq!(TransportError::new(kind, "ask", "host").to_string(), format!("ask at host: {text}"));
        assert!(!(kind.may_have_acted() && text.contains("nothing was sent")), "{text}");
    }
}
