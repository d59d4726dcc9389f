//! Sub-merchants: API.md 1.20, and `business_id` on the calls on accounts, 1.1.

use kf_sim::{AppKind, BusinessNicknameUnits, Verb, parse, print};
use serde_json::{Value, json};

use super::caller::{ADD, Caller, DELETE, LIST, MINI, MINI_SECRET, ONLINE, UPDATE, default_with, world_of};

const REGISTER: &str = "/cgi-bin/business/register";
const CHANGE: &str = "/cgi-bin/business/update";
const GET: &str = "/cgi-bin/business/get";
const PAGE: &str = "/cgi-bin/business/list";

/// What the Mini Program of the default scenario has uploaded: an icon, a newer one, and what is none.
const MEDIA: &str = r#"
[[app.media]]
media_id = "ICON"
kind = "image"
created_at = "now"
expires_at = "in 3d"
bytes = "/9j/4AAQ"

[[app.media]]
media_id = "NEWER"
kind = "image"
created_at = "now"
expires_at = "in 4d"
bytes = "/9j/4AAR"

[[app.media]]
media_id = "VOICE"
kind = "voice"
created_at = "now"
expires_at = "in 3d"
"#;

fn platform() -> Caller {
    Caller::in_world(default_with(MEDIA), MINI, MINI_SECRET)
}

/// Registers a sub-merchant to which accounts can be given; gives its id.
#[track_caller]
fn register(caller: &Caller, account_name: &str) -> String {
    let answer = caller.post(REGISTER, &ask(account_name, "商店", "ICON"));
    assert_eq!(answer.errcode, 0, "{answer:?}");
    number(&answer.json["business_id"])
}

/// An id, which is sent as a number.
#[track_caller]
fn number(id: &Value) -> String {
    id.as_i64().unwrap_or_else(|| panic!("{id} is no number")).to_string()
}

fn ask(account_name: &str, nickname: &str, icon: &str) -> Value {
    json!({ "account_name": account_name, "nickname": nickname, "icon_media_id": icon, "transfer_to_commkf": true })
}

fn row(caller: &Caller, business_id: &str) -> Value {
    caller.post(GET, &json!({ "business_id": business_id })).json["business_info"].clone()
}

fn page(caller: &Caller, offset: i64, count: i64) -> Vec<String> {
    let answer = caller.post(PAGE, &json!({ "offset": offset, "count": count }));
    let rows = answer.json["list"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    rows.iter().map(|row| number(&row["business_id"])).collect()
}

#[test]
fn a_sub_merchant_is_registered_found_changed_and_listed() {
    let caller = platform();
    let (one, two) = (register(&caller, "test_business"), register(&caller, "Test_Business"));
    assert_ne!(one, two, "case counts");
    let found = caller.post(GET, &json!({ "account_name": "test_business" }));
    assert_eq!(found.json["business_info"], row(&caller, &one));
    let mut shown = row(&caller, &one);
    let icon_url = shown["icon_url"].take();
    let path = format!("/_sim/picture/{MINI}/business/{one}.jpg");
    assert!(icon_url.as_str().unwrap().ends_with(&path), "{icon_url}");
    let expected = json!({ "business_id": 1, "account_name": "test_business", "nickname": "商店", "icon_url": null });
    assert_eq!(shown, expected);
    assert_eq!(page(&caller, 0, 200), [one.clone(), two.clone()]);
    let change = |body: Value| caller.post(CHANGE, &body).errcode;
    assert_eq!(change(json!({ "business_id": one, "nickname": "书店" })), 0);
    assert_eq!(row(&caller, &one)["nickname"], "书店");
    assert_eq!(icon(&caller, 0), b"\xFF\xD8\xFF\xE0\x00\x10", "what is left out stays");
    assert_eq!(change(json!({ "business_id": one, "icon_media_id": "NEWER" })), 0);
    assert_eq!(icon(&caller, 0), b"\xFF\xD8\xFF\xE0\x00\x11");
    assert_eq!(icon(&caller, 1), b"\xFF\xD8\xFF\xE0\x00\x10", "the other one has its own");
    assert_eq!((&row(&caller, &one)["nickname"], &row(&caller, &two)["nickname"]), (&json!("书店"), &json!("商店")));
    assert_eq!(change(json!({ "business_id": one })), 0, "nothing is changed");
}

fn icon(caller: &Caller, index: usize) -> Vec<u8> {
    caller.app(|app| app.businesses[index].icon.as_ref().unwrap().bytes().to_vec())
}

#[test]
fn a_registration_is_refused_by_what_is_wrong() {
    let caller = platform();
    register(&caller, "taken_name");
    let name = |name: &str| (ask(name, "商店", "ICON"), 45091);
    let nickname = |nickname: &str| (ask("test_business", nickname, "ICON"), 45078);
    let media = |media_id: &str, code: i64| (ask("test_business", "商店", media_id), code);
    let long = "a".repeat(31);
    for (body, errcode) in [
        name(""),
        name("abcde"),
        name(&long),
        name("test-business"),
        name("test business"),
        name("商店商店商店"),
        nickname(""),
        nickname("abc"),
        nickname("店"),
        nickname("店a"),
        nickname(&"店".repeat(16)),
        nickname(&"a".repeat(31)),
        nickname(&format!("{}a", "店".repeat(15))),
        (ask("test_business", "微信商店", "ICON"), 45079),
        (ask("taken_name", "商店", "ICON"), 45070),
        media("", 40007),
        media("NOTHING", 40007),
        media("VOICE", 40004),
        (json!({}), 45091),
        (json!({ "account_name": "test_business" }), 45078),
        (json!({ "account_name": "test_business", "nickname": "商店" }), 40007),
    ] {
        let answer = caller.post(REGISTER, &body);
        assert_eq!(answer.errcode, errcode, "{body}");
        assert_ne!(answer.says(), "refused", "{errcode} has words of its own");
    }
    assert_eq!(page(&caller, 0, 200).len(), 1, "nothing was registered");
    for (account_name, nickname) in [
        ("abcdef", "abcd"),
        (&*"a".repeat(30), &*"a".repeat(30)),
        ("Abc_019", &*"店".repeat(15)),
        ("______", "店店"),
        ("012345", "店ab"),
    ] {
        assert_eq!(caller.post(REGISTER, &ask(account_name, nickname, "ICON")).errcode, 0, "{account_name} {nickname}");
    }
}

#[test]
fn a_change_is_refused_by_what_is_wrong() {
    let caller = platform();
    let id = register(&caller, "test_business");
    for (body, errcode) in [
        (json!({ "business_id": id, "nickname": "店" }), 45078),
        (json!({ "business_id": id, "nickname": "" }), 45078),
        (json!({ "business_id": id, "nickname": "我的微信" }), 45079),
        (json!({ "business_id": "77", "nickname": "商店" }), 45071),
        (json!({ "nickname": "商店" }), 45071),
        (json!({ "business_id": id, "nickname": "书店", "icon_media_id": "NOTHING" }), 40007),
        (json!({ "business_id": id, "nickname": "书店", "icon_media_id": "VOICE" }), 40004),
    ] {
        assert_eq!(caller.post(CHANGE, &body).errcode, errcode, "{body}");
    }
    assert_eq!(row(&caller, &id)["nickname"], "商店", "nothing was changed, not even in half");
}

#[test]
fn what_is_not_there_is_not_found() {
    let caller = platform();
    let id = register(&caller, "test_business");
    let find = |body: Value| caller.post(GET, &body).errcode;
    assert_eq!([find(json!({ "business_id": id })), find(json!({ "account_name": "test_business" }))], [0, 0]);
    for body in [
        json!({ "business_id": "77" }),
        json!({ "business_id": "" }),
        json!({ "account_name": "TEST_business" }),
        json!({ "account_name": "" }),
        json!({}),
    ] {
        assert_eq!(find(body.clone()), 45071, "{body}");
    }
}

/// An icon stays when the file that it came from is over.
#[test]
fn an_icon_is_of_a_file_that_is_there_and_outlives_it() {
    let caller = platform();
    let id = register(&caller, "test_business");
    caller.advance(3 * 86_400 - 1);
    let caller = Caller::in_world(caller.platform, MINI, MINI_SECRET);
    assert_eq!(register(&caller, "last_second"), "2");
    caller.advance(1);
    assert_eq!(caller.post(REGISTER, &ask("one_too_late", "商店", "ICON")).errcode, 40007);
    assert_eq!(caller.post(REGISTER, &ask("just_in_time", "商店", "NEWER")).errcode, 0);
    assert!(row(&caller, &id)["icon_url"].as_str().unwrap().ends_with("1.jpg"));
    let other = caller.other(super::caller::APP, super::caller::SECRET);
    other.app(|app| (app.kind, app.ecommerce_platform) = (AppKind::MiniProgram, true));
    assert_eq!(other.post(REGISTER, &ask("test_business", "商店", "NEWER")).errcode, 40007, "it is another app's");
}

#[test]
fn there_are_pages_of_200_at_the_most() {
    let caller = platform();
    let ids: Vec<String> = (0..5).map(|number| register(&caller, &format!("business{number}"))).collect();
    assert_eq!(page(&caller, 0, 2), ids[..2]);
    assert_eq!(page(&caller, 2, 2), ids[2..4]);
    assert_eq!(page(&caller, 4, 2), ids[4..], "fewer than asked for: the end");
    assert_eq!((page(&caller, 5, 1), page(&caller, i64::MAX, 200)), (vec![], vec![]));
    assert_eq!((page(&caller, 0, 1), page(&caller, 0, 200)), (ids[..1].to_vec(), ids.clone()));
    let refused = |body: Value| caller.post(PAGE, &body).errcode;
    for body in [
        json!({ "offset": 0, "count": 201 }),
        json!({ "offset": 0, "count": 0 }),
        json!({ "offset": 0, "count": -1 }),
        json!({ "offset": -1, "count": 1 }),
        json!({ "count": 1 }),
        json!({ "offset": 0 }),
    ] {
        assert_eq!(refused(body.clone()), 40097, "{body}");
    }
    assert_eq!(refused(json!({ "offset": "one", "count": 1 })), 47001);
}

#[test]
fn there_is_room_for_as_many_as_the_setting_says() {
    let caller = platform();
    caller.world(|world| world.settings.businesses_max = 1);
    register(&caller, "test_business");
    assert_eq!(caller.post(REGISTER, &ask("one_more", "商店", "ICON")).errcode, 45077);
    assert_eq!(caller.post(REGISTER, &ask("test_business", "商店", "ICON")).errcode, 45070, "that comes first");
    caller.world(|world| world.settings.businesses_max = 2);
    caller.app(|app| app.next_business = i64::MAX);
    assert_eq!(caller.post(REGISTER, &ask("one_more", "商店", "ICON")).errcode, 45077, "no number is left");
}

#[test]
fn what_takes_two_units_and_which_words_are_forbidden_are_settings() {
    let (letters, two) = ("é".repeat(16), "éé");
    for (units, long, short) in
        [(BusinessNicknameUnits::Chinese, 0, 45078), (BusinessNicknameUnits::NonAscii, 45078, 0)]
    {
        let caller = platform();
        caller.world(|world| world.settings.business_nickname_units = units);
        assert_eq!(caller.post(REGISTER, &ask("business1", &letters, "ICON")).errcode, long, "{units:?}");
        assert_eq!(caller.post(REGISTER, &ask("business2", two, "ICON")).errcode, short, "{units:?}");
        for (number, ends) in ["\u{3400}\u{4DBF}", "\u{4E00}\u{9FFF}", "\u{20000}\u{3FFFD}"].iter().enumerate() {
            let name = format!("chinese{number}");
            assert_eq!(caller.post(REGISTER, &ask(&name, ends, "ICON")).errcode, 0, "{ends:?} under {units:?}");
        }
        let beside = if units == BusinessNicknameUnits::Chinese { 45078 } else { 0 };
        for (number, ends) in ["\u{33FF}\u{4DC0}", "\u{4DFF}\u{A000}", "\u{1FFFF}\u{40000}"].iter().enumerate() {
            let name = format!("beside{number}");
            assert_eq!(caller.post(REGISTER, &ask(&name, ends, "ICON")).errcode, beside, "{ends:?} under {units:?}");
        }
    }
    let caller = platform();
    caller.world(|world| world.settings.business_forbidden_words = vec![String::new(), "shop".into()]);
    assert_eq!(caller.post(REGISTER, &ask("business1", "my shops", "ICON")).errcode, 45079);
    assert_eq!(caller.post(REGISTER, &ask("business1", "微信商店", "ICON")).errcode, 0);
}

/// The page says text and shows a number: either is taken, and by a setting either is sent.
#[test]
fn an_id_is_a_number_or_text() {
    let caller = platform();
    let id = register(&caller, "test_business");
    for business_id in [json!(id), json!(1)] {
        assert_eq!(caller.post(GET, &json!({ "business_id": business_id })).json["business_info"]["business_id"], 1);
        let change = json!({ "business_id": business_id, "nickname": "书店" });
        assert_eq!(caller.post(CHANGE, &change).errcode, 0);
        let body = json!({ "kf_account": "a@testmini", "nickname": "a", "business_id": business_id });
        assert_eq!((caller.post(ADD, &body).errcode, caller.post(DELETE, &body).errcode), (0, 0));
    }
    assert_eq!(caller.post(GET, &json!({ "business_id": [1] })).errcode, 47001);
    caller.world(|world| world.settings.business_id_as_number = false);
    assert_eq!(row(&caller, &id)["business_id"], "1");
    assert_eq!(caller.post(REGISTER, &ask("business2", "商店", "ICON")).json["business_id"], "2");
    caller.world(|world| world.settings.business_id_as_number = true);
    caller.app(|app| app.businesses[0].business_id = "b1".into());
    assert_eq!(row(&caller, "b1")["business_id"], "b1", "what is no number stays text");
}

#[test]
fn only_mini_programs_of_the_category_may_call() {
    let caller = platform();
    let codes = |caller: &Caller| [REGISTER, CHANGE, GET, PAGE].map(|path| caller.post(path, &json!({})).errcode);
    assert_eq!(codes(&caller), [45091, 45071, 45071, 40097]);
    assert_eq!(caller.post(GET, &json!({ "account_name": "test_business" })).errcode, 45071);
    caller.app(|app| app.ecommerce_platform = false);
    assert_eq!(codes(&caller), [48001; 4]);
    assert_eq!(caller.post(GET, &json!({ "account_name": "test_business" })).errcode, 48001);
    assert_eq!(caller.post(ADD, &json!({ "kf_wx": "somebody" })).errcode, 0, "other calls are open as ever");
    for kind in [AppKind::OfficialAccount, AppKind::ServiceAccount, AppKind::MiniGame] {
        caller.app(|app| (app.kind, app.ecommerce_platform, app.certified) = (kind, true, true));
        assert_eq!(codes(&caller), [48001; 4], "{kind:?}");
    }
}

/// The accounts of the app and those of each of its sub-merchants are lists of their own.
#[test]
fn accounts_are_listed_and_deleted_by_sub_merchant() {
    let caller = platform();
    let (one, two) = (register(&caller, "business1"), register(&caller, "business2"));
    let add = |name: &str, business_id: &str| {
        caller.post(ADD, &json!({ "kf_account": name, "nickname": "a", "business_id": business_id })).errcode
    };
    assert_eq!([add("own@testmini", ""), add("one@testmini", &one), add("two@testmini", &two)], [0; 3]);
    assert_eq!(add("one@testmini", &two), 65406, "a name is one account's, whoever has it");
    let names = |path: &str, list: &str, query: &[(&str, &str)]| {
        let answer = caller.get(path, query);
        let rows = answer.json[list].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone();
        rows.iter().map(|row| row["kf_account"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let listed = |business_id: &str| names(LIST, "kf_list", &[("business_id", business_id)]);
    assert_eq!(names(LIST, "kf_list", &[]), ["", "own@testmini"]);
    assert_eq!(
        [listed(""), listed(&one), listed(&two)],
        [vec![String::new(), "own@testmini".into()], vec!["one@testmini".into()], vec!["two@testmini".into()]]
    );
    for (index, name) in ["own@testmini", "one@testmini"].into_iter().enumerate() {
        caller.account(name, |account| (account.kf_wx, account.online) = (Some(format!("w{index}")), 1));
    }
    let online = |business_id: &str| names(ONLINE, "kf_online_list", &[("business_id", business_id)]);
    assert_eq!((online("").len(), online(&one), online(&two).len()), (2, vec!["one@testmini".into()], 0));
    let delete = |name: &str, business_id: &str| {
        caller.post(DELETE, &json!({ "kf_account": name, "business_id": business_id })).errcode
    };
    let by_get = [("kf_account", "two@testmini"), ("business_id", &*one)];
    assert_eq!(caller.call(Verb::Get, DELETE, &by_get, b"").errcode, 65401, "it is not of that one");
    assert_eq!([delete("one@testmini", &two), delete("one@testmini", ""), delete("own@testmini", &one)], [65401; 3]);
    assert_eq!([delete("one@testmini", &one), delete("own@testmini", ""), delete("two@testmini", &two)], [0; 3]);
}

#[test]
fn a_sub_merchant_that_is_not_served_is_unknown_to_the_calls_on_accounts() {
    let caller = platform();
    let mut body = ask("business1", "商店", "ICON");
    for (number, flag) in [json!(false), Value::Null].into_iter().enumerate() {
        body["account_name"] = json!(format!("business{number}"));
        body["transfer_to_commkf"] = flag;
        assert_eq!(caller.post(REGISTER, &body).errcode, 0);
    }
    for id in ["1", "2", "3", "b"] {
        let add = json!({ "kf_account": "a@testmini", "nickname": "a", "business_id": id });
        assert_eq!(caller.post(ADD, &add).errcode, 45071, "{id}");
        let delete = json!({ "kf_account": "nobody@testmini", "business_id": id });
        assert_eq!(caller.post(DELETE, &delete).errcode, 45071, "{id}");
        for path in [LIST, ONLINE] {
            assert_eq!(caller.get(path, &[("business_id", id)]).errcode, 45071, "{path} {id}");
        }
    }
    let add = |name: &str| json!({ "kf_account": name, "nickname": "a", "business_id": "1" });
    assert_eq!(caller.post(ADD, &add("a@elsewhere")).errcode, 65404, "the form comes first");
    let official = Caller::new();
    assert_eq!(official.post(ADD, &add("test1@test")).errcode, 45071, "others have no sub-merchants");
    assert_eq!(official.post(UPDATE, &add("test1@test")).errcode, 0, "an update names none");
}

#[test]
fn a_world_with_sub_merchants_is_saved_and_goes_on() {
    let caller = platform();
    let id = register(&caller, "test_business");
    let before = caller.platform.save().1;
    assert_eq!(caller.post(CHANGE, &json!({ "business_id": id, "nickname": "书店" })).errcode, 0);
    assert!(caller.platform.save().1 > before, "a change is to be saved");
    let before = caller.platform.save().1;
    register(&caller, "business2");
    assert!(caller.platform.save().1 > before, "so is a registration");
    let add = json!({ "kf_account": "a@testmini", "nickname": "a", "business_id": id });
    assert_eq!(caller.post(ADD, &add).errcode, 0);
    let text = print(&caller.platform.save().0);
    let copy = world_of(parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}")));
    assert_eq!(print(&copy.save().0), text);
    let again = Caller::in_world(copy, MINI, MINI_SECRET);
    assert_eq!(row(&again, &id)["nickname"], "书店");
    assert_eq!(register(&again, "business3"), "3");
}

#[test]
fn numbers_of_sub_merchants_are_not_given_twice() {
    let business = "ecommerce_platform = true\nbusiness = [{ business_id = \"41\", account_name = \"b\" }]";
    let text = kf_sim::DEFAULT.replacen("ecommerce_platform = true", business, 1);
    let caller = Caller::in_world(world_of(parse(&format!("{text}{MEDIA}")).unwrap()), MINI, MINI_SECRET);
    assert_eq!(register(&caller, "business1"), "42");
    assert_eq!(row(&caller, "41")["icon_url"], "", "it has no icon");
}

#[test]
fn what_does_not_fit_is_refused_with_line_and_remedy() {
    let business = |rows: &str| format!("ecommerce_platform = true\nbusiness = [{rows}]");
    let row = |id: &str, name: &str| format!("{{ business_id = \"{id}\", account_name = \"{name}\" }}");
    let two = |one: (&str, &str), two: (&str, &str)| business(&format!("{}, {}", row(one.0, one.1), row(two.0, two.1)));
    for (from, to, words) in [
        ("ecommerce_platform = true", two(("1", "a"), ("1", "b")), "have the business_id \"1\"; give each its own"),
        ("ecommerce_platform = true", two(("1", "a"), ("2", "a")), "have the account_name \"a\"; give each its own"),
        ("ecommerce_platform = true", business(&row("", "a")), "has the business_id \"\"; write a number that"),
        (
            "ecommerce_platform = true",
            business(&row("9223372036854775807", "a")),
            "has the business_id \"9223372036854775807\"; write a number that another one can come after",
        ),
        (
            "ecommerce_platform = true",
            format!("business = [{}]", row("1", "a")),
            "has sub-merchants and is no e-commerce platform; write ecommerce_platform = true",
        ),
        ("certified = true", "ecommerce_platform = true".into(), "is an e-commerce platform and no Mini Program"),
        ("kf_id = 2001", "kf_id = 2001\nbusiness_id = \"7\"".into(), "\"7\", which the app wxdecade00facade00 has not"),
    ] {
        let message = parse(&kf_sim::DEFAULT.replacen(from, &to, 1)).expect_err(&to).to_string();
        assert!(message.contains(words) && message.starts_with("line "), "{words}: {message}");
    }
}
