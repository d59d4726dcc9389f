//! The limits to the letter, what errors say, and what the types can do.

use std::collections::HashMap;

use kf_model::limits::{KF_ACCOUNT_PREFIX_MAX, KF_ACCOUNT_SUFFIX_MAX, NICKNAME_MAX};
use kf_model::{AccountError, AccountRef, Escaped, IdError, KfAccount, Nickname, NicknameError, OpenId};

#[track_caller]
fn account_says(text: &str, message: &str) {
    assert_eq!(text.parse::<KfAccount>().unwrap_err().to_string(), message, "{text:?}");
}

#[track_caller]
fn nickname_says(text: &str, message: &str) {
    assert_eq!(text.parse::<Nickname>().unwrap_err().to_string(), message, "{text:?}");
}

#[test]
fn limits_are_met_to_the_letter() {
    assert_eq!((KF_ACCOUNT_PREFIX_MAX, KF_ACCOUNT_SUFFIX_MAX, NICKNAME_MAX), (10, 30, 16));
    let account =
        |prefix: usize, suffix: usize| KfAccount::check(&format!("{}@{}", "p".repeat(prefix), "s".repeat(suffix)));
    assert_eq!(account(10, 30), Ok(()));
    assert_eq!(account(1, 1), Ok(()));
    assert_eq!(account(11, 30), Err(AccountError::PrefixTooLong { found: 11 }));
    assert_eq!(account(10, 31), Err(AccountError::SuffixTooLong { found: 31 }));
    for unit in ["n", "客", "😀", "\u{301}"] {
        assert_eq!(Nickname::check(&unit.repeat(16)), Ok(()), "{unit}");
        assert_eq!(Nickname::check(&unit.repeat(17)), Err(NicknameError::TooLong { found: 17 }), "{unit}");
    }
}

#[test]
fn account_errors_say_rule_place_finding_and_limit() {
    account_says("", "the account is empty; write prefix@suffix, such as test1@test");
    account_says("test1", "the account has no @; write prefix@suffix, such as test1@test");
    account_says("客服", "the account has no @; write prefix@suffix, such as test1@test");
    account_says("test1＠test", "character 6 is the full-width ＠; write the @ of the Latin keyboard");
    account_says("@test", "the prefix is empty; 1 to 10 characters are needed before the @");
    account_says("te-st@test", "the prefix has '-' at character 3; only A-Z, a-z, 0-9 and _ are allowed");
    account_says("te客@test", "the prefix has '客' at character 3; only A-Z, a-z, 0-9 and _ are allowed");
    account_says("te\n@test", "the prefix has '\\n' at character 3; only A-Z, a-z, 0-9 and _ are allowed");
    account_says("te\u{202e}@t", "the prefix has '\\u{202e}' at character 3; only A-Z, a-z, 0-9 and _ are allowed");
    account_says("test1234567@test", "the prefix has 11 characters; at most 10 are allowed");
    account_says("test1@", "the suffix is empty; the WeChat ID of the app is needed after the @");
    account_says("a@b.c", "the suffix has '.' at character 4; only A-Z, a-z, 0-9, _ and - are allowed");
    account_says("a@b@c", "the suffix has '@' at character 4; only A-Z, a-z, 0-9, _ and - are allowed");
    account_says("test1@test\n", "the suffix has '\\n' at character 11; only A-Z, a-z, 0-9, _ and - are allowed");
    account_says(&format!("a@{}", "b".repeat(31)), "the suffix has 31 characters; at most 30 are allowed");
}

#[test]
fn nickname_errors_say_rule_place_finding_and_limit() {
    nickname_says("", "the nickname is empty; 1 to 16 characters are needed");
    nickname_says(" \u{3000}", "the nickname is blank; at least one character that can be seen is needed");
    nickname_says(
        "\u{200b}\u{feff}\u{2800}",
        "the nickname is blank; at least one character that can be seen is needed",
    );
    nickname_says("客服\t1", "the nickname has the control character '\\t' at character 3; none is allowed");
    nickname_says("客服\u{85}1", "the nickname has the control character '\\u{85}' at character 3; none is allowed");
    nickname_says(&"客".repeat(17), "the nickname has 17 characters; at most 16 are allowed");
}

#[test]
fn errors_are_small_and_copied() {
    fn is_small<T: Copy + Send + Sync + std::error::Error + 'static>() {
        assert!(size_of::<T>() <= 16, "{} bytes", size_of::<T>());
    }
    is_small::<AccountError>();
    is_small::<NicknameError>();
    is_small::<IdError>();
}

#[test]
fn names_are_keys() {
    let mut workers: HashMap<KfAccount, u8> = HashMap::new();
    workers.insert("b@test".parse().unwrap(), 2);
    workers.insert("a@test".parse().unwrap(), 1);
    assert_eq!(workers.get("a@test"), Some(&1), "a key is found by its text");
    let mut accounts: Vec<KfAccount> = workers.into_keys().collect();
    accounts.sort();
    assert_eq!(accounts.iter().map(KfAccount::as_str).collect::<Vec<_>>(), ["a@test", "b@test"]);
    assert_ne!("A@test".parse::<KfAccount>(), "a@test".parse::<KfAccount>(), "case counts");
}

#[test]
fn an_account_is_made_of_its_parts() {
    assert_eq!(KfAccount::new("test1", "test"), "test1@test".parse());
    assert_eq!(KfAccount::new("", "test"), Err(AccountError::PrefixEmpty));
    assert_eq!(KfAccount::new("a@b", "c"), "a@b@c".parse());
}

#[test]
fn accounts_of_both_kinds_meet() {
    let account: KfAccount = "test1@test".parse().unwrap();
    let listed: HashMap<AccountRef, u8> = [(AccountRef::from("test1@test"), 1)].into();
    assert_eq!(listed.get(account.as_str()), Some(&1));
    assert_eq!(account, AccountRef::from("test1@test"));
    assert_eq!(format!("[{:>12}] [{:<12}]", account, AccountRef::from("test1@test")), "[  test1@test] [test1@test  ]");
    assert_eq!(format!("[{:<8}]", AccountRef::from("a\n")), r"[a\n     ]");
}

#[test]
fn an_account_ref_takes_any_text() {
    let account: KfAccount = "test1@test".parse().unwrap();
    assert_eq!(AccountRef::from(account.clone()), account);
    assert_eq!(AccountRef::from(&account).to_account(), Ok(account));
    let old = AccountRef::from("an account older than the rule");
    assert_eq!(old.to_account(), Err(AccountError::AtMissing));
    assert_eq!(old.as_str(), "an account older than the rule");
    assert!(AccountRef::default().is_empty());
    assert_eq!(AccountRef::from("a\u{1b}[2J@\u{202e}b\n").to_string(), r"a\u{1b}[2J@\u{202e}b\n");
}

#[test]
fn escapes_leave_ordinary_text_alone() {
    assert_eq!(Escaped("客服 1 — é 😀 العربية").to_string(), "客服 1 — é 😀 العربية");
    assert_eq!(Escaped("\u{0}\u{9b}\u{2066}\u{feff}").to_string(), r"\u{0}\u{9b}\u{2066}\u{feff}");
}

#[test]
fn an_id_that_is_no_id_says_which() {
    let error = OpenId::check("").unwrap_err();
    assert_eq!(error.to_string(), "the openid is empty; at least one character is needed");
    let error = kf_model::WechatId::check("my id").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the WeChat ID has ' ' at character 3; white space, control and hidden characters are not allowed"
    );
}
