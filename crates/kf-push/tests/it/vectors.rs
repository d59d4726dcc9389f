//! Against values that were computed by other programs: sha1sum and openssl.

use kf_push::PushQuery;

use crate::{APP, key, open, other_key, receiver, said, sender, stamp, token};

const TEXT: &str = "<xml><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content></xml>";
const ENCRYPTED: &str = "Q3stYC6hdFzMh9T8HCvyDMw5rmmq0qJcY77jXFhg3zcsmBXvn4zy3wlNEKGqmOUce3kXqQffzVSIUAhoPbwRyygEFMbu134/LtpOHyi0ysVImpUvFJvPDIUhXMHVf2oinCSNcMjet0uDVXJ1CR9cLRSttk0O9YekIapGQhR07OI=";
const EMPTY: &str = "Q3stYC6hdFzMh9T8HCvyDFVXW0tihgySImBdaQ1KgLGucddAFHunR6xFtSqJ6WFuC5BfxBIRB2il+axnhLxlow==";

#[test]
fn a_check_of_the_url_is_signed_so() {
    let text = "signature=899cf89e464efb63f54ddac96b0a0a235f53aa78&timestamp=1714037059&nonce=486452656&echostr=4375120948345356249";
    let answer = receiver().check_url(&PushQuery::parse(text).unwrap()).unwrap();
    assert_eq!(answer.body, "4375120948345356249");
    assert_eq!(answer.content_type, "text/plain; charset=utf-8");
    assert_eq!(token().sign(&["486452656", "1714037059"]), "899cf89e464efb63f54ddac96b0a0a235f53aa78");
    assert!(!token().has_signed(&["486452656", "1714037059"], "899CF89E464EFB63F54DDAC96B0A0A235F53AA78"));
}

#[test]
fn a_text_is_encrypted_so() {
    let app = APP.parse().unwrap();
    let random = *b"0123456789abcdef";
    assert_eq!(key().encrypt(TEXT, &app, random), ENCRYPTED);
    assert_eq!(key().decrypt(ENCRYPTED, &app).unwrap().as_slice(), TEXT.as_bytes());
    assert_eq!(key().encrypt("", &app, random), EMPTY);
    assert!(key().decrypt(EMPTY, &app).unwrap().is_empty());
    let signature = token().sign(&["1714037059", "486452656", ENCRYPTED]);
    assert_eq!(signature, "5764228a8cb5f79c28eff2a4cac4ea6db320c0fa");
    for (key, app) in [(other_key(), APP), (key(), "wx5ca1ab1e00c0ffe"), (key(), "wx5ca1ab1e00c0ffeee"), (key(), "x")] {
        assert!(key.decrypt(ENCRYPTED, &app.parse().unwrap()).is_err());
    }
}

#[test]
fn who_looks_for_a_fault_learns_of_which_app_a_text_is() {
    let (clear, app) = key().decrypt_of_any(ENCRYPTED).unwrap();
    assert_eq!((clear.as_slice(), app.as_str()), (TEXT.as_bytes(), APP));
    assert!(other_key().decrypt_of_any(ENCRYPTED).is_err());
    assert!(key().decrypt_of_any(&ENCRYPTED[..ENCRYPTED.len() - 4]).is_err());
}

#[test]
fn the_last_character_of_a_key_may_have_bits_that_belong_to_no_byte() {
    let texts: Vec<String> = "EFGH".chars().map(|last| KEY_BUT_ONE.to_owned() + &last.to_string()).collect();
    for text in texts {
        assert_eq!(text.parse::<kf_push::EncodingAesKey>().unwrap(), key(), "{text}");
    }
    assert_ne!((KEY_BUT_ONE.to_owned() + "I").parse::<kf_push::EncodingAesKey>().unwrap(), key());
}

const KEY_BUT_ONE: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF";

#[test]
fn a_push_in_safe_mode_looks_so() {
    let delivery = sender().with_key(key()).push(&said("text").with("Content", "hi").with("MsgId", 7), &stamp());
    assert!(delivery.body.starts_with("<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><Encrypt><![CDATA["));
    let names: Vec<&str> = delivery.query.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["signature", "timestamp", "nonce", "encrypt_type", "msg_signature"]);
    assert!(open(&receiver().with_key(key()), &delivery).unwrap().is_encrypted());
}
