//! A world as text: what may stand in it, what is said when something does not fit, and that it is saved as it was read.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use kf_sim::{ClockMode, DEFAULT, Deed, Platform, Settings, SimTransport, parse, print};
use kf_transport::ManualClock;

use super::caller::{APP, Caller, IDLE, LIST, MINI, QUEUED, SECRET, SERVED, default_with, world_of};

#[test]
fn the_default_scenario_is_saved_as_it_was_read() {
    let platform = Platform::default();
    let (saved, _) = platform.save();
    let text = print(&saved);
    let again = parse(&text).unwrap();
    assert_eq!(print(&again), text, "what was saved loads, and is saved as the same");
    assert!(text.contains("kf_account = \"test1@test\""), "{text}");
    assert_eq!(SimTransport::default().platform().look(|world| world.apps.len()), 2);
}

#[test]
fn a_saved_world_goes_on_where_it_was() {
    let caller = Caller::new();
    assert_eq!((caller.add("new@test", "新"), caller.invite("new@test", "somebody")), (0, 0));
    caller.upload("test1@test", "media", &[0xFF, 0xD8, 0xFF, 0xE0]);
    caller.says(IDLE, "在吗");
    caller.says(SERVED, "好");
    caller.does(&Deed::Leave { openid: QUEUED.into() });
    let (saved, _) = caller.platform.save();
    let text = print(&saved);
    let copy = world_of(parse(&text).unwrap());
    assert_eq!(print(&copy.save().0), text);
    let again = Caller { platform: copy, app_id: APP.into(), token: caller.token.clone(), ip: caller.ip };
    assert_eq!(again.rows(), caller.rows(), "with the token that was given before");
    let ahead =
        |caller: &Caller| (caller.add("one@test", "a"), caller.row("one@test"), caller.classic(APP, SECRET).json);
    assert_eq!(ahead(&again), ahead(&caller), "even what is made up from then on is the same");
}

#[test]
fn every_setting_can_be_written_and_is_listed_with_its_meaning() {
    let text = print(&Platform::default().save().0);
    let list = Settings::list();
    for setting in &list {
        assert!(text.contains(&format!("\n{} = {}\n", setting.name, setting.default)), "{setting:?}\n{text}");
        assert!(setting.meaning.ends_with('.') && setting.meaning.len() > 20, "{setting:?}");
        let line = format!("[settings]\n{} = {}\n", setting.name, setting.default);
        assert!(parse(&line).is_ok(), "{line}");
    }
    assert_eq!(
        list.len(),
        text.lines().skip_while(|line| *line != "[settings]").skip(1).take_while(|line| !line.is_empty()).count()
    );
    let read = parse("[settings]\naccounts_max = 7\nkf_id = \"text\"\n").unwrap().settings;
    assert_eq!((read.accounts_max, read.invite_seconds), (7, 604_800), "what is left out has its default");
}

#[test]
fn what_is_relative_counts_from_loading() {
    let caller = Caller::new();
    let now = caller.now();
    let (since, expires, wrote) = caller.app(|app| {
        let expires = app.accounts[2].invite.as_ref().unwrap().expires_at;
        (app.kf_since.unwrap(), expires, app.customers[IDLE].wrote_at.unwrap())
    });
    assert_eq!(
        (since.seconds(), expires.seconds(), wrote.seconds()),
        (now - 30 * 86_400, now + 6 * 86_400, now - 3_600)
    );
    let at = |text: &str| {
        let app = DEFAULT.replace("kf_since = \"30d ago\"", &format!("kf_since = {text}"));
        parse(&app).map(|file| world_of(file).look(|world| world.apps[0].kf_since.unwrap().seconds()))
    };
    for (text, seconds) in [
        ("1700000000", 1_700_000_000),
        ("\"now\"", now),
        ("\"90 ago\"", now - 90),
        ("\"90s ago\"", now - 90),
        ("\"15m ago\"", now - 900),
        ("\"in 2h\"", now + 7_200),
    ] {
        assert_eq!(at(text), Ok(seconds), "{text}");
    }
    assert_eq!(at("\"999999999999s ago\""), Ok(now - 999_999_999_999), "the longest span");
    for bad in ["\"1000000000000s ago\"", "\"in 11574075d\"", "\"in 9223372036854775807d\""] {
        assert!(at(bad).is_err(), "{bad}");
    }
    for bad in ["\"\"", "\"yesterday\"", "\"-5s ago\"", "\"5w ago\"", "\"in 2h ago\"", "1.5", "true"] {
        assert!(at(bad).is_err(), "{bad}");
    }
}

/// What is said of the default scenario with one text replaced by another.
#[track_caller]
fn refusal(from: &str, to: &str) -> String {
    assert!(DEFAULT.contains(from), "{from}");
    parse(&DEFAULT.replacen(from, to, 1)).expect_err("it is taken").to_string()
}

#[test]
fn what_does_not_fit_is_refused_with_line_and_remedy() {
    for (from, to, words) in [
        ("certified = true", "certified = yes", "line "),
        ("certified = true", "sertified = true", "sertified"),
        (APP, "wx5ca1ab1e00c0ffeg", "is no AppID; write wx and 16 hexadecimal digits"),
        (APP, "wx5CA1AB1E00C0FFEE", "is no AppID"),
        (APP, "wx123", "is no AppID; write wx and 16 hexadecimal digits"),
        ("wechat_id = \"test\"", "wechat_id = \"te.st\"", "\"te.st\" is no WeChat ID; write letters"),
        (MINI, APP, "stands twice; give each app an AppID of its own"),
        ("\"test2@test\"", "\"test1@test\"", "the account test1@test stands twice; remove one"),
        ("kf_id = 1002", "kf_id = 1001", "two accounts have the kf_id 1001; give each its own"),
        ("kf_wx = \"kfwx2\"", "kf_wx = \"kfwx1\"", "bound to two accounts of one app; bind each person to one"),
        ("kf_wx = \"kfwx2\"", "online = 1", "nobody is bound to it; write a kf_wx, or online = 0"),
        ("wechat_id = \"kfwx3\"", "wechat_id = \"kfwx1\"", "has an open invite of it; remove the invite, or write"),
        ("kf_wx = \"kfwx2\"", TWICE_INVITED, "kfwx3 has two open invites of one app; remove one, or write"),
        ("kf_id = 1003", "kf_id = 1003\nkf_wx = \"kfwx4\"", "which has an invite; remove the invite, or the kf_wx"),
        ("kf_id = 1003", "kf_id = 9223372036854775807", "no number comes after the last kf_id; write a smaller one"),
        ("id = 20165268", "id = 9223372036854775807", "no number comes after the last id of a record; write"),
        ("id = 20165268", "id = 20165267", "two records have the id 20165267; give each its own"),
        (
            "certified = true",
            "certified = true\nquota.add_acount = { per_day = 1 }",
            "\"add_acount\", which is no endpoint",
        ),
        ("\"test2@test\"", "\"te st2@test\"", "blanks or control characters in its name; write one like test1@test"),
        ("\"test2@test\"", "\"te\\tst2@test\"", "\"te\\tst2@test\" has blanks or control characters"),
        ("secret = \"0123456789abcdef0123456789abcdef\"", "secret = \"\"", "expected a credential, found blank text"),
        ("online = 1", "online = 2", "has the online status 2, which is none; write 0 or 1"),
        ("online = 1", "online = -1", "has the online status -1, which is none; write 0 or 1"),
        (
            "latest_at = \"2m ago\"",
            "latest_at = 1, kf_account = \"gone@test\"",
            "waits for \"gone@test\", which is no account; write the kf_account of one of this app, or leave it out",
        ),
        (
            "kf_account = \"test1@test\", since",
            "kf_account = \"gone@test\", since",
            "is no account; write the kf_account",
        ),
        ("wrote_at = \"2m ago\"", "follows = false", "has left and still waits or is in a session; remove it"),
        ("certified = true", "certified = true\nip_whitelist = [\"10.0.0.0/33\"]", "is no address; write one like"),
        ("kind = \"mini-program\"", "kind = \"component\"", "is a component and has accounts; give the accounts"),
        ("oWaiting-5ca1ab1e00c0ffee004", QUEUED_TWICE, "stands twice"),
        ("certified = true", FILE_TWICE, "the file m stands twice; give each a media_id of its own"),
        ("certified = true", FILE_WITH_BLANK, "\"a b\" is no media_id; write letters, digits, _ and -"),
    ] {
        let message = refusal(from, to);
        assert!(message.contains(words) && message.starts_with("line "), "{words}: {message}");
    }
    let both = DEFAULT
        .replace("waiting = {", "session = { kf_account = \"test1@test\", since = 1, active_at = 1 }\nwaiting = {");
    assert!(parse(&both).unwrap_err().to_string().contains("waits and is in a session; remove one of the two"));
}

const FILE_TWICE: &str = r#"media = [{ media_id = "m", kind = "image", created_at = 1 }, { media_id = "m", kind = "voice", created_at = 1 }]"#;
const FILE_WITH_BLANK: &str = r#"media = [{ media_id = "a b", kind = "image", created_at = 1 }]"#;
const TWICE_INVITED: &str = "invite = { wechat_id = \"kfwx3\", expires_at = \"in 1d\" }";
/// A line is that of the mistake, not that of a longer number or name before it.
#[test]
fn the_line_of_a_mistake_is_that_of_the_whole_word() {
    let text = DEFAULT.replacen("kf_id = 1002", "kf_id = 1", 1).replacen("kf_id = 1003", "kf_id=1", 1);
    let line = |words: &str, text: &str| text.lines().position(|line| line == words).map(|index| index + 1);
    assert_eq!(parse(&text).unwrap_err().line, line("kf_id = 1", &text), "not that of kf_id = 1001");
    let text = DEFAULT.replace("test2@test", "test1@test").replacen("客服1", "test1@test.", 1);
    assert_eq!(parse(&text).unwrap_err().line, line("kf_account = \"test1@test\"", &text));
    let text = DEFAULT.replace("[[app.record]]\nid = 20165268", "[[app.record]]\nid = 20165267");
    assert_eq!(parse(&text).unwrap_err().line, line("id = 20165267", &text));
}

#[test]
fn tokens_have_32_to_512_characters() {
    for (characters, fits) in [(0, false), (31, false), (32, true), (512, true), (513, false)] {
        let read = parse(&format!("[settings]\ntoken_characters = {characters}\n"));
        assert_eq!(read.is_ok(), fits, "{characters}");
        let error = read.err().map(|error| (error.line, error.remedy));
        assert_eq!(error, (!fits).then(|| (Some(2), "write 32 to 512".to_owned())));
    }
}

#[test]
fn the_old_dialect_knows_four_online_statuses() {
    let old = DEFAULT.replacen("certified = true", "certified = true\ndialect = \"old\"", 1);
    for (online, fits) in [("3", true), ("4", false)] {
        let read = parse(&old.replacen("online = 1", &format!("online = {online}"), 1));
        assert_eq!(read.is_ok(), fits, "{online}");
    }
}

#[test]
fn every_endpoint_and_the_forced_token_call_may_have_a_quota() {
    let quota = |name: &str| DEFAULT.replacen("certified = true", &format!("quota.{name} = {{ per_day = 1 }}"), 1);
    for name in ["add_account", "fetch_token", "\"fetch_stable_token forced\""] {
        assert!(parse(&quota(name)).is_ok(), "{name}");
    }
    assert!(parse(&quota("\"fetch_token forced\"")).is_err());
}

#[test]
fn a_secret_may_have_any_form_but_that_of_nothing() {
    assert!(parse(&DEFAULT.replacen(SECRET, "anything", 1)).is_ok());
    assert!(parse(&DEFAULT.replacen(SECRET, "", 1)).is_err());
}

#[test]
fn what_is_no_scenario_at_all_is_answered_with_where_to_read() {
    for text in ["[[app]", "sertified = true", "dice = \"one\""] {
        let remedy = parse(text).unwrap_err().remedy;
        assert!(remedy.contains("SCENARIO.md") && remedy.contains("`kf sim scenario`"), "{remedy}");
    }
}

#[test]
fn records_are_put_in_the_order_of_their_numbers() {
    let text = DEFAULT.replacen("id = 20165268", "id = 7", 1);
    let caller = Caller::in_world(world_of(parse(&text).unwrap()), APP, SECRET);
    assert_eq!(caller.app(|app| app.records.iter().map(|record| record.id).collect::<Vec<_>>()), [7, 20_165_267]);
    caller.says(SERVED, "好");
    assert_eq!(caller.app(|app| app.records.back().unwrap().id), 20_165_268);
}

#[test]
fn where_no_number_is_left_nothing_is_added_and_the_file_still_loads() {
    let last = i64::MAX - 1;
    let text = DEFAULT.replacen("kf_id = 1003", &format!("kf_id = {last}"), 1);
    let text = text.replacen("id = 20165268", &format!("id = {last}"), 1);
    let caller = Caller::in_world(world_of(parse(&text).unwrap()), APP, SECRET);
    assert_eq!(caller.add("new@test", "a"), 65405);
    caller.says(SERVED, "好");
    assert_eq!(caller.app(|app| app.records.len()), 2);
    let saved = print(&caller.platform.save().0);
    assert_eq!(print(&world_of(parse(&saved).unwrap()).save().0), saved);
    let begun = world_of(parse(&format!("dice = {}\n", i64::MIN)).unwrap());
    assert!(parse(&print(&begun.save().0)).is_ok());
}

/// The openid of the customer before.
const QUEUED_TWICE: &str = "oSession-5ca1ab1e00c0ffee003";

#[test]
fn a_message_shows_no_credential() {
    let message = refusal(&format!("secret = \"{SECRET}\""), &format!("secret = [\"{SECRET}\"]"));
    assert!(!message.contains(SECRET), "{message}");
    let message = refusal(&format!("secret = \"{SECRET}\""), &format!("secrets = \"{SECRET}\""));
    assert!(!message.contains(SECRET), "{message}");
    let debug = format!("{:?} {:?}", Platform::default(), Platform::default().save().0);
    assert!(!debug.contains(SECRET), "{debug}");
}

#[test]
fn faults_of_a_scenario_must_fit_too() {
    for (fault, words) in [
        ("endpoint = \"add_acount\"\neffect = \"cut\"", "which is no endpoint; write one such as add_account"),
        ("app = \"wx0\"\neffect = \"cut\"", "which is no app; write the app_id of one"),
        ("probability = 2.0\neffect = \"cut\"", "a probability that is none; write 0 to 1"),
        ("effect = \"explode\"", "unknown variant"),
        ("effect = { errcode = 0 }", "refuses with 0, which is no refusal; write a code"),
        ("effect = { status = 199 }", "a status that is none; write 200 to 599"),
        ("effect = { status = 600 }", "a status that is none; write 200 to 599"),
    ] {
        let message = parse(&format!("{DEFAULT}\n[[fault]]\n{fault}\n")).unwrap_err().to_string();
        assert!(message.contains(words) && message.starts_with("line "), "{message}");
    }
}

#[test]
fn numbers_are_not_given_twice_whatever_a_file_says() {
    let text = DEFAULT.replacen("kf_id = 1003", "kf_id = 5000", 1).replacen("id = 20165268", "id = 30000000", 1);
    let caller = Caller::in_world(world_of(parse(&text).unwrap()), APP, SECRET);
    assert_eq!(caller.add("new@test", "a"), 0);
    assert_eq!(caller.row("new@test")["kf_id"], 5_001);
    caller.says(SERVED, "好");
    assert_eq!(caller.app(|app| app.records.back().unwrap().id), 30_000_001);
}

#[test]
fn time_goes_by_itself_or_is_moved_by_hand() {
    let clock = Arc::new(ManualClock::default());
    let platform = Platform::from_toml(DEFAULT, clock.clone()).unwrap();
    let now = || platform.look(kf_sim::World::now) - 1_800_000_000;
    clock.advance(Duration::from_secs(5));
    assert_eq!(now(), 5, "by itself");
    platform.advance(Duration::from_secs(60));
    assert_eq!(now(), 65, "and by hand on top");
    platform.set_clock(ClockMode::Manual);
    clock.advance(Duration::from_secs(5));
    assert_eq!(now(), 65, "it stands still");
    platform.advance(Duration::from_secs(10));
    assert_eq!(now(), 75);
    let saved = platform.save().0;
    assert_eq!(world_of(saved).look(kf_sim::World::now) - 1_800_000_000, 75, "a saved time is kept");
    platform.set_clock(ClockMode::Real);
    assert_eq!(now(), 75, "it goes on from where it was");
    clock.advance(Duration::from_secs(5));
    assert_eq!(now(), 80);
    assert_eq!(platform.clock().wall().as_secs(), 1_800_000_015, "the machine's own clock was not touched");
}

#[test]
fn a_reset_begins_again_from_the_start() {
    let caller = Caller::new();
    let begin = print(&world_of(parse(DEFAULT).unwrap()).save().0);
    assert_eq!(caller.add("new@test", "a"), 0);
    caller.advance(1_000);
    caller.platform.reset();
    assert_eq!(print(&caller.platform.save().0), begin);
    assert_eq!(caller.get(LIST, &[]).errcode, 40001, "tokens are gone, too");
    assert_eq!(caller.platform.calls(&kf_sim::LogFilter::default()).len(), 1);
}

/// Who keeps the file of a world asks for changes by their number, which must not begin again.
#[test]
fn a_reset_is_a_change_more_and_not_a_new_count() {
    let caller = Caller::new();
    for openid in [IDLE, QUEUED, IDLE] {
        caller.says(openid, "在吗");
    }
    let before = caller.platform.save().1;
    let mut changed = pin!(caller.platform.changed(before));
    let mut context = Context::from_waker(Waker::noop());
    assert!(changed.as_mut().poll(&mut context).is_pending());
    caller.platform.reset();
    assert!(caller.platform.save().1 > before);
    assert!(changed.as_mut().poll(&mut context).is_ready());
}

#[test]
fn who_waits_for_a_change_is_woken_by_one_and_by_nothing_else() {
    let caller = Caller::new();
    let (_, changes) = caller.platform.save();
    let mut context = Context::from_waker(Waker::noop());
    let mut changed = pin!(caller.platform.changed(changes));
    caller.get(LIST, &[]);
    assert_eq!(caller.add("test1@test", "a"), 65406);
    assert!(changed.as_mut().poll(&mut context).is_pending(), "nothing is to be saved yet");
    assert_eq!(caller.add("new@test", "a"), 0);
    assert!(changed.as_mut().poll(&mut context).is_ready());
    let changes = caller.platform.save().1;
    caller.says(IDLE, "在吗");
    assert!(caller.platform.save().1 > changes, "what people do is to be saved");
}

#[test]
fn several_worlds_stand_side_by_side() {
    let (one, two) = (Caller::new(), Caller::in_world(default_with(""), APP, SECRET));
    assert_eq!(one.add("new@test", "a"), 0);
    assert_eq!((one.rows().len(), two.rows().len()), (4, 3));
    let clone = Caller::in_world(one.platform.clone(), APP, SECRET);
    assert_eq!((clone.add("more@test", "a"), one.rows().len()), (0, 5), "a clone is the same world");
}
/// Every field that a saved world can have stands in the description.
#[test]
fn every_field_is_described() {
    let described = include_str!("../../SCENARIO.md");
    let everything = r#"
        dice = 1
        clock = { mode = "manual", now = 1, ahead_seconds = 0 }
        [settings]
        [[corporation]]
        corpid = "ww0000000000000000"
        subject = "s"
        [[app]]
        app_id = "wx0000000000000000"
        secret = "s"
        kind = "mini-program"
        subject = "s"
        ecommerce_platform = true
        work = { corpid = "ww0000000000000000", since = 1 }
        business = [{ business_id = "1", account_name = "a", icon = "" }]
        kf_since = 1
        pushing = { url = "http://a", token = "t", key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", \
            compatible = true, format = "json" }
        confirmation = [{ ip = "127.0.0.1", state = "refused", until = 1 }]
        token = [{ value = "t", line = "authorizer", component = "wx0000000000000001", expires_at = 1, void_at = 1 }]
        authorization = [{ component = "wx0000000000000001", sets = [1], refresh = "r", old_refresh = "o", \
            code = { value = "c", expires_at = 1 } }]
        account = [{ kf_account = "a@b", kf_id = 1, kf_openid = "o", kf_wx = "w", business_id = "1", picture = "" }, \
            { kf_account = "c@b", kf_id = 2, invite = { wechat_id = "v", expires_at = 1 } }]
        record = [{ id = 2, openid = "o", opercode = 2002, text = "", time = 1, worker = "a@b" }]
        message = [{ openid = "one", time = 1, msgtype = "text", content = "{}", kf_account = "a@b", answers = "1", \
            business_id = "1" }]
        media = [{ media_id = "m", kind = "news", created_at = 1, expires_at = 1 }]
        quota.add_account = { per_day = 1, per_minute = 1, last_at = 1, month = 1, used_in_month = 1 }
        [[app.customer]]
        openid = "one"
        wrote_at = 1
        tapped_at = 1
        reached_at = 1
        window = { left = 1, ends_at = 1 }
        typing_until = 1
        waiting = { since = 1, latest_at = 1, kf_account = "a@b" }
        [[app.customer]]
        openid = "two"
        session = { kf_account = "a@b", since = 1, active_at = 1 }
        [[app]]
        app_id = "wx0000000000000001"
        secret = "s"
        kind = "component"
        tickets_stopped = true
        pushing = { token = "t", authorization_url = "http://a" }
        ticket = [{ value = "t", pushed_at = 1 }]
        preauth_code = [{ value = "c", expires_at = 1 }]
        [[fault]]
        endpoint = "add_account"
        app = "wx0000000000000000"
        times = 1
        probability = 0.5
        effect = "cut"
        [[push]]
        id = 1
        app = "wx0000000000000001"
        at = 1
        body = { kind = "authorized", merchant = "wx", code = "c", expires_at = 1, pre_auth_code = "p" }
        [[push]]
        id = 2
        app = "wx0000000000000001"
        at = 1
        body = { kind = "ticket", ticket = "t" }
        [[push]]
        id = 3
        app = "wx0000000000000001"
        merchant = "wx0000000000000000"
        at = 1
        body = { kind = "text", openid = "o", msg_id = 1, text = "t", bizmsgmenuid = "1" }
        [[push]]
        id = 4
        app = "wx0000000000000000"
        at = 1
        body = { kind = "session-switched", openid = "o", from = "a", to = "b" }
        [[push]]
        id = 5
        app = "wx0000000000000000"
        at = 1
        body = { kind = "session-closed", openid = "o", kf_account = "a" }
        [[push]]
        id = 6
        app = "wx0000000000000000"
        at = 1
        body = { kind = "menu-clicked", openid = "o", key = "k" }
        [[push]]
        id = 7
        app = "wx0000000000000000"
        at = 1
        body = { kind = "sent", openid = "o", msg_id = 1, sent = { image = { media_id = "m" } } }
        [[push]]
        id = 8
        app = "wx0000000000000000"
        at = 1
        body = { kind = "sent", openid = "o", msg_id = 1, sent = { voice = { media_id = "m", format = "amr" } } }
        [[push]]
        id = 9
        app = "wx0000000000000000"
        at = 1
        body = { kind = "sent", openid = "o", msg_id = 1, sent = { video = { media_id = "m", thumb_media_id = "t" } } }
        [[push]]
        id = 10
        app = "wx0000000000000000"
        at = 1
        body = { kind = "sent", openid = "o", msg_id = 1, sent = { link = { title = "t", description = "d", url = "u" } } }
        [[push]]
        id = 11
        app = "wx0000000000000000"
        at = 1
        body = { kind = "sent", openid = "o", msg_id = 1, sent = { miniprogrampage = { title = "t", appid = "a", pagepath = "p", thumb_media_id = "m" } } }
    "#;
    let file = parse(&everything.replace("\\\n", "")).unwrap();
    let mut fields = std::collections::BTreeSet::new();
    collect(&serde_json::to_value(&file).unwrap(), "", &mut fields);
    for field in &fields {
        assert!(described.contains(&format!("`{field}`")), "{field} is not described");
    }
    assert!(fields.len() > 60, "{}", fields.len());
}

/// The fields below a name, each as `name.field`; the settings have a description of their own.
fn collect(value: &serde_json::Value, name: &str, fields: &mut std::collections::BTreeSet<String>) {
    match value {
        serde_json::Value::Object(members) if name == "quota" => {
            members.values().for_each(|member| collect(member, "quota.", fields));
        }
        serde_json::Value::Object(members) => {
            for (field, member) in members.iter().filter(|(field, _)| *field != "settings") {
                let is_table = member.is_object()
                    || member.as_array().is_some_and(|list| list.iter().any(serde_json::Value::is_object));
                if !is_table {
                    let table = name.trim_end_matches('.');
                    fields.insert(if table.is_empty() { field.clone() } else { format!("{table}.{field}") });
                }
                collect(member, field, fields);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, name, fields)),
        _ => {}
    }
}
