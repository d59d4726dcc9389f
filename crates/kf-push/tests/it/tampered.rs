//! Encrypted pushes that were changed on the way.

use std::collections::BTreeSet;

use aes::Aes256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cbc::Encryptor;
use cbc::cipher::{Block, BlockModeEncrypt, KeyIvInit};
use kf_push::{Fields, PushError};
use proptest::prelude::*;

use crate::{APP, KEY, key, open, receiver, said, sender, stamp, token};

/// Whatever is changed, the signature tells.
#[test]
fn no_byte_of_a_push_can_be_changed() {
    let receiver = receiver().with_key(key());
    let honest = sender().with_key(key()).push(&said("text").with("Content", "hello"), &stamp());
    let start = honest.body.find("<Encrypt><![CDATA[").unwrap() + "<Encrypt><![CDATA[".len();
    let end = honest.body.rfind("]]></Encrypt>").unwrap();
    for place in start..end {
        let mut changed = honest.clone();
        let other = if &honest.body[place..=place] == "A" { "B" } else { "A" };
        changed.body.replace_range(place..=place, other);
        assert_eq!(open(&receiver, &changed).unwrap_err(), PushError::Signature, "byte {place}");
        let mut shorter = honest.clone();
        shorter.body.replace_range(place..end, "");
        assert_eq!(open(&receiver, &shorter).unwrap_err(), PushError::Signature, "from byte {place}");
    }
}

/// Whoever knows the token but not the key learns nothing from the errors.
#[test]
fn whatever_is_wrong_inside_is_one_error() {
    let receiver = receiver().with_key(key());
    let honest = key().encrypt("<xml></xml>", &APP.parse().unwrap(), *b"0123456789abcdef");
    let bytes = STANDARD.decode(&honest).unwrap();
    let mut errors = BTreeSet::new();
    let mut try_bytes = |bytes: &[u8]| {
        let delivery = signed(&STANDARD.encode(bytes));
        match open(&receiver, &delivery) {
            // Changed random bytes or letters open: padding, length and app fit, and the errors of reading tell no more.
            Ok(_) | Err(PushError::Malformed(_)) => {}
            Err(error) => {
                errors.insert(format!("{error} {error:?} {}", error.status()));
            }
        }
    };
    for place in 0..bytes.len() {
        (0..8).for_each(|bit| {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            try_bytes(&changed);
        });
        try_bytes(&bytes[..place]);
    }
    try_bytes(&[]);
    for text in ["", "*", "AAAA", "AAA", &honest[1..], &honest.replace('=', "")] {
        errors.insert(
            open(&receiver, &signed(text))
                .map_err(|error| format!("{error} {error:?} {}", error.status()))
                .unwrap_err(),
        );
    }
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors.iter().all(|error| error.contains("does not open with any key")), "{errors:?}");
}

/// Signed by who knows the token.
fn signed(encrypted: &str) -> kf_push::Delivery {
    let mut delivery = sender().with_key(key()).push(&said("text"), &stamp());
    delivery.body = Fields::new().with("Encrypt", encrypted).to_xml();
    let signature = token().sign(&["1714037059", "486452656", encrypted]);
    *delivery.query.iter_mut().find(|(name, _)| *name == "msg_signature").map(|(_, value)| value).unwrap() = signature;
    delivery
}

/// Encrypts bytes as they are, with whatever padding they have.
fn encrypted(clear: &[u8]) -> String {
    let key = STANDARD.decode(KEY_PADDED).unwrap();
    let mut bytes = clear.to_vec();
    let (blocks, rest) = Block::<Aes256>::slice_as_chunks_mut(&mut bytes);
    assert!(rest.is_empty());
    Encryptor::<Aes256>::new_from_slices(&key, &key[..16]).unwrap().encrypt_blocks(blocks);
    STANDARD.encode(&bytes)
}

/// `KEY` with its last character as strict readers want it.
const KEY_PADDED: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFE=";

fn packed(length: u32, message: &[u8], app: &str) -> Vec<u8> {
    [b"0123456789abcdef", &length.to_be_bytes()[..], message, app.as_bytes()].concat()
}

#[test]
fn every_padding_from_1_to_32_is_opened_and_no_other() {
    let app = APP.parse().unwrap();
    let mut paddings = BTreeSet::new();
    for length in 0..64_u8 {
        let message = "m".repeat(length.into());
        let text = key().encrypt(&message, &app, *b"0123456789abcdef");
        let all = STANDARD.decode(&text).unwrap().len();
        assert_eq!(all % 32, 0);
        paddings.insert(all - packed(0, message.as_bytes(), APP).len());
        assert_eq!(key().decrypt(&text, &app).unwrap().as_slice(), message.as_bytes());
    }
    assert_eq!(paddings, (1..=32).collect());

    for padding in 0..=255_u8 {
        // As much of it as fits to whole blocks of 16, so that those of senders who pad to 16 are opened too.
        let count = usize::from(padding).max(1);
        let length = 16 * 20 - (16 + 4 + APP.len()) - count % 16;
        let mut clear = packed(u32::try_from(length).unwrap(), &vec![b'm'; length], APP);
        clear.resize(clear.len() + count, padding);
        assert_eq!(clear.len() % 16, 0);
        let is_opened = key().decrypt(&encrypted(&clear), &app).is_ok();
        assert_eq!(is_opened, (1..=32).contains(&padding), "{padding}");
    }
}

#[test]
fn each_byte_of_the_padding_counts() {
    let app = APP.parse().unwrap();
    let clear = |length: usize| packed(u32::try_from(length).unwrap(), &vec![b'm'; length], APP);
    for padding in 1..=32_u8 {
        let length = 128 - clear(0).len() - usize::from(padding);
        let mut text = clear(length);
        text.resize(128, padding);
        assert!(key().decrypt(&encrypted(&text), &app).is_ok());
        for place in 128 - usize::from(padding)..128 {
            let mut changed = text.clone();
            changed[place] ^= 64;
            assert!(key().decrypt(&encrypted(&changed), &app).is_err(), "{padding} {place}");
        }
    }
}

#[test]
fn a_length_that_is_not_that_of_the_message_is_refused() {
    let app = APP.parse().unwrap();
    let message = b"<xml></xml>";
    for length in [0, 1, 10, 12, 29, 30, 1000, u32::MAX] {
        let mut clear = packed(length, message, APP);
        let padding = 32 - clear.len() % 32;
        clear.resize(clear.len() + padding, u8::try_from(padding).unwrap());
        assert!(key().decrypt(&encrypted(&clear), &app).is_err(), "{length}");
    }
    // Nothing but padding, and less than a head.
    for filled in [0, 1, 19] {
        let mut clear = vec![0; filled];
        clear.resize(32, u8::try_from(32 - filled).unwrap());
        assert!(key().decrypt(&encrypted(&clear), &app).is_err(), "{filled}");
    }
    assert_eq!(KEY_PADDED[..42], KEY[..42]);
}

proptest! {
    #[test]
    fn what_was_encrypted_is_decrypted(message in ".{0,300}", random: [u8; 16], app in "[!-~]{1,40}") {
        let app = app.parse().unwrap();
        let text = key().encrypt(&message, &app, random);
        let opened = key().decrypt(&text, &app).unwrap();
        prop_assert_eq!(opened.as_slice(), message.as_bytes());
    }

    #[test]
    fn no_text_is_decrypted_by_accident(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let app = APP.parse().unwrap();
        prop_assert!(key().decrypt(&STANDARD.encode(&bytes), &app).is_err());
    }

    #[test]
    fn no_text_makes_it_panic(text in ".{0,100}") {
        prop_assert!(key().decrypt(&text, &APP.parse().unwrap()).is_err());
    }
}
