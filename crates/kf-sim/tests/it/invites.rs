//! Invites from their first day to the binding: API.md 5.1.8 to 5.1.11 and 1.6.

use kf_sim::{Deed, InviteState, parse, print};

use super::caller::{Caller, MINI, MINI_SECRET, world_of};

fn accept(caller: &Caller, wechat_id: &str) -> bool {
    caller.act(&Deed::Accept { wechat_id: wechat_id.into() }).is_ok()
}

fn reject(caller: &Caller, wechat_id: &str) -> bool {
    caller.act(&Deed::Reject { wechat_id: wechat_id.into() }).is_ok()
}

/// The members of a row that tell of workers and invites: who is bound, who is invited, how it stands.
fn shown(caller: &Caller, kf_account: &str) -> [String; 3] {
    let row = caller.row(kf_account);
    let text = |name: &str| row.get(name).map_or("-", |value| value.as_str().unwrap()).to_owned();
    assert_eq!(row.get("invite_expire_time").is_some(), row.get("invite_wx").is_some());
    ["kf_wx", "invite_wx", "invite_status"].map(text)
}

#[test]
fn an_accepted_invite_binds_and_is_no_longer_shown() {
    let caller = Caller::new();
    assert_eq!(caller.add("new@test", "a"), 0);
    assert_eq!(shown(&caller, "new@test"), ["-", "-", "-"]);
    assert_eq!(caller.invite("new@test", "somebody"), 0);
    assert_eq!(shown(&caller, "new@test"), ["-", "somebody", "waiting"]);
    assert!(accept(&caller, "somebody"));
    assert_eq!(shown(&caller, "new@test"), ["somebody", "-", "-"]);
    assert!(!accept(&caller, "somebody") && !reject(&caller, "somebody"), "there is nothing left to answer");
}

#[test]
fn a_bound_row_shows_no_invite_whatever_a_file_says() {
    let caller = Caller::new();
    caller.account("test3@test", |account| account.kf_wx = Some("somebody".into()));
    assert_eq!(shown(&caller, "test3@test"), ["somebody", "-", "-"]);
}

#[test]
fn a_rejected_invite_is_shown_as_such_and_another_can_be_made() {
    let caller = Caller::new();
    assert!(reject(&caller, "kfwx3"));
    assert_eq!(shown(&caller, "test3@test"), ["-", "kfwx3", "rejected"]);
    assert!(!accept(&caller, "kfwx3"), "who said no cannot say yes");
    assert_eq!(caller.invite("test3@test", "kfwx3"), 0, "the same person may be asked again");
    assert_eq!(shown(&caller, "test3@test"), ["-", "kfwx3", "waiting"]);
}

#[test]
fn an_invite_expires_after_seven_days() {
    let caller = Caller::new();
    assert_eq!(caller.add("new@test", "a"), 0);
    assert_eq!(caller.invite("new@test", "somebody"), 0);
    assert_eq!(caller.row("new@test")["invite_expire_time"], caller.now() + 7 * 86_400);
    caller.advance(7 * 86_400 - 1);
    assert!(caller.world(|world| world.apps[0].accounts[3].invite.as_ref().unwrap().is_open(world.now())));
    let again = Caller::in_world(caller.platform.clone(), &caller.app_id, super::caller::SECRET);
    assert_eq!(again.invite("new@test", "another"), 65411);
    again.advance(1);
    assert_eq!(shown(&again, "new@test"), ["-", "somebody", "expired"]);
    assert!(!accept(&again, "somebody") && !reject(&again, "somebody"), "it is too late");
    assert_eq!(again.invite("new@test", "another"), 0);
}

#[test]
fn the_lifetime_of_an_invite_is_a_setting() {
    let caller = Caller::with(|settings| settings.invite_seconds = 60);
    assert_eq!(caller.add("new@test", "a"), 0);
    assert_eq!(caller.invite("new@test", "somebody"), 0);
    caller.advance(59);
    assert_eq!(shown(&caller, "new@test")[2], "waiting");
    caller.advance(1);
    assert_eq!(shown(&caller, "new@test")[2], "expired");
}

#[test]
fn an_invite_in_force_blocks_a_second_one() {
    let caller = Caller::new();
    assert_eq!(caller.invite("test3@test", "another"), 65411);
    assert_eq!(caller.invite("test3@test", "kfwx3"), 65411);
    assert_eq!(shown(&caller, "test3@test")[1], "kfwx3", "the first one stays");
}

#[test]
fn a_person_has_one_invite_of_an_app_at_a_time() {
    let caller = Caller::new();
    assert_eq!(caller.add("new@test", "a"), 0);
    assert_eq!(caller.invite("new@test", "kfwx3"), 65408);
    assert!(reject(&caller, "kfwx3"));
    assert_eq!(caller.invite("new@test", "kfwx3"), 0);
    let mini = caller.other(MINI, MINI_SECRET);
    mini.app(|app| app.wechat_id = "test".into());
    assert_eq!(mini.add("mini@test", "a"), 0);
    assert_eq!(mini.invite("mini@test", "kfwx3"), 0, "another app may invite them as well");
}

#[test]
fn a_person_works_for_an_app_once() {
    let caller = Caller::new();
    assert_eq!(caller.invite("test3@test", "kfwx1"), 65411);
    assert!(reject(&caller, "kfwx3"));
    assert_eq!(caller.invite("test3@test", "kfwx1"), 65407);
    assert_eq!(caller.invite("test1@test", "kfwx1"), 65412, "the account is looked at first");
}

#[test]
fn a_bound_account_cannot_be_invited_for() {
    let caller = Caller::new();
    assert_eq!(caller.invite("test1@test", "somebody"), 65412);
    assert_eq!(caller.invite("test2@test", "somebody"), 65412, "whether the worker is online or not");
}

#[test]
fn a_person_is_bound_to_so_many_accounts_and_no_more() {
    // kfwx1 works for both apps of the default world.
    for (most, errcode) in [(1, 65410), (2, 65410), (3, 0)] {
        let caller = Caller::with(|settings| settings.accounts_per_worker_max = most);
        caller.app(|app| app.accounts.remove(0));
        caller.app(|app| app.accounts[0].kf_wx = None);
        let other = caller.other(MINI, MINI_SECRET);
        other.app(|app| {
            let mut second = app.accounts[0].clone();
            (second.kf_id, second.kf_account) = (2002, "second@testmini".into());
            app.accounts.push(second);
        });
        assert_eq!(caller.invite("test2@test", "kfwx1"), errcode, "{most} at the most");
    }
    assert_eq!(Caller::new().world(|world| world.settings.accounts_per_worker_max), 10);
}

#[test]
fn an_invite_that_would_bind_a_person_too_often_cannot_be_accepted() {
    let caller = Caller::new();
    let mini = caller.other(MINI, MINI_SECRET);
    assert_eq!(mini.add("mini@testmini", "a"), 0);
    assert_eq!(mini.invite("mini@testmini", "kfwx3"), 0);
    caller.world(|world| world.settings.accounts_per_worker_max = 1);
    assert!(accept(&mini, "kfwx3"));
    assert!(!accept(&caller, "kfwx3"), "bound to one in the meantime");
}

#[test]
fn who_works_for_the_app_already_cannot_accept_a_second_invite_of_it() {
    let caller = Caller::new();
    caller.account("test2@test", |account| account.kf_wx = Some("kfwx3".into()));
    let error = caller.act(&Deed::Accept { wechat_id: "kfwx3".into() }).unwrap_err().to_string();
    assert_eq!(error, "kfwx3 works for this app already, as test2@test");
    assert_eq!(shown(&caller, "test3@test"), ["-", "kfwx3", "waiting"]);
}

#[test]
fn an_invite_that_was_over_stays_so_when_the_person_is_invited_again_or_the_world_is_saved() {
    let caller = Caller::with(|settings| settings.invite_seconds = 60);
    assert_eq!((caller.add("new@test", "a"), caller.add("more@test", "a")), (0, 0));
    assert_eq!(caller.invite("new@test", "somebody"), 0);
    let clock = caller.platform.save().0.clock;
    caller.advance(60);
    let saved = caller.platform.save().0;
    assert_eq!(saved.apps[0].accounts[3].invite.as_ref().unwrap().state, InviteState::Expired);
    assert_eq!(caller.invite("more@test", "somebody"), 0);
    let state = caller.account("new@test", |account| account.invite.as_ref().unwrap().state);
    assert_eq!(state, InviteState::Expired, "in the world too, before it is saved");
    assert_eq!(
        (shown(&caller, "new@test")[2].as_str(), shown(&caller, "more@test")[2].as_str()),
        ("expired", "waiting")
    );
    let mut back = caller.platform.save().0;
    back.clock = clock;
    let back = Caller { platform: world_of(parse(&print(&back)).unwrap()), ..caller };
    assert_eq!(shown(&back, "new@test")[2], "expired", "though the clock was set back");
    assert!(accept(&back, "somebody"));
    assert_eq!(shown(&back, "more@test")[0], "somebody");
}

#[test]
fn the_wechat_id_of_a_worker_must_be_one() {
    let caller = Caller::new();
    assert_eq!(caller.add("new@test", "a"), 0);
    let longest = "w".repeat(30);
    for bad in ["", " ", "my id", "13800138000", "客服", "a@b", "o+x", "\u{200b}a", &(longest.clone() + "w")] {
        assert_eq!(caller.invite("new@test", bad), 65409, "{bad:?}");
    }
    assert_eq!(caller.invite("nobody@test", "a b"), 65409, "a field is looked at before the account");
    assert_eq!(caller.invite("nobody@test", "fine"), 65401);
    assert_eq!(caller.invite("", "fine"), 65401);
    assert_eq!(caller.invite("new@test", &longest), 0);
    assert!(reject(&caller, &longest));
    assert_eq!(caller.invite("new@test", "_w-1"), 0);
}

#[test]
fn whose_invite_it_is_counts_in_each_app_for_itself() {
    let caller = Caller::new();
    let mini = caller.other(MINI, MINI_SECRET);
    assert!(!accept(&mini, "kfwx3"), "the invite is of the other app");
    assert!(!accept(&caller, "kfwx2"), "who is bound has no invite");
    assert!(accept(&caller, "kfwx3"));
}
