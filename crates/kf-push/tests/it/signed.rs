//! Whose push it is, and which mode it comes in.

use kf_push::{Format, PushError, PushQuery, QueryProblem};
use proptest::prelude::*;

use crate::{KEY, OTHER_KEY, TOKEN, key, open, other_key, query, receiver, said, sender, stamp};

fn refused(receiver: &kf_push::Receiver, query: &str, body: &str) -> PushError {
    receiver.open(&PushQuery::parse(query).unwrap(), body.as_bytes()).unwrap_err()
}

#[test]
fn each_mode_is_taken_by_the_receiver_of_that_mode() {
    let fields = said("text").with("Content", "hi").with("MsgId", 7);
    for format in [Format::Xml, Format::Json] {
        let clear = sender().with_format(format);
        let compatible = clear.clone().with_key(key()).compatible();
        let safe = clear.clone().with_key(key());
        let [clear, compatible, safe] = [clear, compatible, safe].map(|sender| sender.push(&fields, &stamp()));
        let opened = |receiver: &kf_push::Receiver, delivery| {
            open(receiver, delivery)
                .map(|push| (push.format(), push.is_encrypted(), push.fields().text("Content") == Some("hi")))
        };

        let in_the_clear = receiver();
        assert_eq!(opened(&in_the_clear, &clear), Ok((format, false, true)));
        assert_eq!(opened(&in_the_clear, &compatible), Ok((format, false, true)));
        assert_eq!(opened(&in_the_clear, &safe), Err(PushError::NoKey));

        let encrypted = receiver().with_key(key());
        assert_eq!(opened(&encrypted, &clear), Err(PushError::NotEncrypted));
        assert_eq!(opened(&encrypted, &compatible), Ok((format, true, true)));
        assert_eq!(opened(&encrypted, &safe), Ok((format, true, true)));

        let both = receiver().with_key(key()).also_clear();
        assert_eq!(opened(&both, &clear), Ok((format, false, true)));
        assert_eq!(opened(&both, &compatible), Ok((format, true, true)));
        assert_eq!(opened(&both, &safe), Ok((format, true, true)));
    }
}

#[test]
fn what_is_in_the_clear_beside_an_encrypted_text_is_not_believed() {
    let honest = sender().with_key(key()).compatible().push(&said("text").with("Content", "hi"), &stamp());
    let mut forged = honest.clone();
    forged.body = honest.body.replacen("<![CDATA[hi]]>", "<![CDATA[ho]]>", 1);
    assert_ne!(forged.body, honest.body);
    let push = open(&receiver().with_key(key()), &forged).unwrap();
    assert_eq!(push.fields().text("Content"), Some("hi"));
    assert_eq!(push.fields().text("Encrypt"), None);
}

#[test]
fn a_push_of_somebody_else_is_refused() {
    let fields = said("text");
    for sender in [sender(), sender().with_key(key())] {
        let delivery = sender.push(&fields, &stamp());
        let (text, body) = (delivery.query_string(), delivery.body.as_str());
        let receiver = if body.contains("Encrypt") { receiver().with_key(key()) } else { receiver() };
        assert!(open(&receiver, &delivery).is_ok());
        for (ours, theirs) in [("1714037059", "1714037060"), ("486452656", "486452657"), ("signature=", "signature=0")]
        {
            assert_eq!(refused(&receiver, &text.replace(ours, theirs), body), PushError::Signature, "{ours}");
        }
        let other = kf_push::Receiver::new(crate::APP.parse().unwrap(), "BBBBB".parse().unwrap());
        let other = if body.contains("Encrypt") { other.with_key(key()) } else { other };
        assert_eq!(open(&other, &delivery).unwrap_err(), PushError::Signature);
        assert_eq!(open(&other, &delivery).unwrap_err().status(), 403);
    }
}

#[test]
fn the_token_from_before_it_was_changed_is_taken_too_and_answers_its_own() {
    let receiver = kf_push::Receiver::new(crate::APP.parse().unwrap(), "BBBBB".parse().unwrap())
        .with_key(key())
        .with_old_token(TOKEN.parse().unwrap());
    let sender = sender().with_key(key());
    let push = open(&receiver, &sender.push(&said("text"), &stamp())).unwrap();
    let answer = receiver.answer_with(&push, &kf_push::Reply::text("hi"), &stamp()).unwrap();
    assert!(sender.read_answer(answer.body.as_bytes()).unwrap().is_some());
}

#[test]
fn a_query_says_everything_once() {
    let missing = |name| PushError::Query { name, problem: QueryProblem::Missing };
    let twice = |name| PushError::Query { name, problem: QueryProblem::Twice };
    assert_eq!(PushQuery::parse(""), Err(missing("timestamp")));
    assert_eq!(PushQuery::parse("timestamp=1&nonce="), Err(missing("nonce")));
    assert_eq!(PushQuery::parse("timestamp=1&nonce=2&timestamp=1"), Err(twice("timestamp")));
    assert_eq!(PushQuery::parse("timestamp=1&nonce=2&signature=3&signature=3"), Err(twice("signature")));
    assert_eq!(PushQuery::parse("timestamp=1&nonce=2&signature=3&signature="), Err(twice("signature")));
    assert!(PushQuery::parse("timestamp=1&nonce=2&openid=o&openid=o").is_ok());
    assert_eq!(refused(&receiver(), "timestamp=1&nonce=2", "<xml/>"), missing("signature"));
    let sealed = "<xml><Encrypt>AAAA</Encrypt></xml>";
    assert_eq!(refused(&receiver().with_key(key()), "timestamp=1&nonce=2", sealed), missing("msg_signature"));
    let query = PushQuery::parse("timestamp=1&nonce=2").unwrap();
    assert_eq!((query.timestamp(), query.nonce(), query.is_check()), (Some(1), "2", false));
    assert_eq!(receiver().check_url(&query).unwrap_err(), missing("echostr"));
}

#[test]
fn what_is_echoed_is_no_page() {
    let delivery = sender().check_url("<script>", &stamp());
    let odd = PushError::Query { name: "echostr", problem: QueryProblem::Odd };
    assert_eq!(receiver().check_url(&query(&delivery)).unwrap_err(), odd);
    let delivery = sender().check_url("c3Vj_Y2-Vzc+/==", &stamp());
    assert_eq!(receiver().check_url(&query(&delivery)).unwrap().body, "c3Vj_Y2-Vzc+/==");
}

/// The signature of a push fits a check of what it encrypts too, so a check must not be a way to have it read out.
#[test]
fn a_check_of_the_url_decrypts_nothing() {
    let receiver = receiver().with_key(key());
    let push = sender().with_key(key()).push(&said("text").with("Content", "canary"), &stamp());
    let envelope = kf_push::Fields::read(push.body.as_bytes()).unwrap();
    let encrypted = envelope.text("Encrypt").unwrap();
    let mut replayed = push;
    replayed.query.push(("echostr", encrypted.to_owned()));
    // With the `signature` of the push it is echoed as whoever sent it has it already.
    assert_eq!(receiver.check_url(&query(&replayed)).unwrap().body, encrypted);
    replayed.query.retain(|(name, _)| *name != "signature");
    let check = sender().with_key(key()).check_url_encrypted("4375120948345356249", &stamp());
    for check in [replayed, check] {
        let error = receiver.check_url(&query(&check)).unwrap_err();
        assert_eq!((&error, error.status()), (&PushError::SealedCheck, 403));
        assert!(error.to_string().contains("check the URL in the console"), "{error}");
    }
    // A `+` that nobody encoded is echoed as one.
    let check = sender().check_url("a+b/c==", &stamp());
    let raw = check.query_string().replace("%2B", "+");
    assert_eq!(receiver.check_url(&PushQuery::parse(&raw).unwrap()).unwrap().body, "a+b/c==");
}

#[test]
fn either_key_opens_and_the_one_that_opened_answers() {
    let receiver = receiver().with_key(other_key()).with_key(key());
    for text in [KEY, OTHER_KEY] {
        let sender = sender().with_key(text.parse().unwrap());
        let push = open(&receiver, &sender.push(&said("text"), &stamp())).unwrap();
        let answer = receiver.answer_with(&push, &kf_push::Reply::text("hi"), &stamp()).unwrap();
        let read = sender.read_answer(answer.body.as_bytes()).unwrap().unwrap();
        assert_eq!(read.text("Content"), Some("hi"));
    }
    let neither = crate::receiver().with_key(other_key());
    let delivery = sender().with_key(key()).push(&said("text"), &stamp());
    assert_eq!(open(&neither, &delivery).unwrap_err(), PushError::Cipher);
}

proptest! {
    /// The rule of the vendor, written a second time.
    #[test]
    fn a_signature_is_that_of_the_sorted_parts(token in "[!-~]{1,32}", parts in prop::collection::vec("[!-~]{0,40}", 1..4)) {
        use sha1::{Digest, Sha1};
        let mut all = parts.clone();
        all.push(token.clone());
        all.sort();
        let expected = format!("{:x}", Hex(Sha1::digest(all.concat()).to_vec()));
        let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
        let token: kf_push::PushToken = token.parse().unwrap();
        prop_assert_eq!(&token.sign(&borrowed), &expected);
        prop_assert!(token.has_signed(&borrowed, &expected));
        for place in 0..expected.len() {
            let mut other = expected.clone().into_bytes();
            other[place] ^= 1;
            prop_assert!(!token.has_signed(&borrowed, str::from_utf8(&other).unwrap()));
        }
        prop_assert!(!token.has_signed(&borrowed, &expected[..39]));
        prop_assert!(!token.has_signed(&borrowed, ""));
    }
}

struct Hex(Vec<u8>);

impl std::fmt::LowerHex for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
