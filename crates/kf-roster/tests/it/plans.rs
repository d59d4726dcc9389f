//! Plans as people read them, and as data.

use kf_model::Rows;
use kf_model::accounts::Account;
use kf_model::values::InviteStatus;
use kf_roster::{Pictures, Plan, PlanOptions, Roster};
use proptest::prelude::*;
use serde_json::json;

const DAY: i64 = 86_400;

fn account(name: &str, nickname: &str) -> Account {
    let mut account = Account::new(name);
    account.kf_nick = nickname.to_owned();
    account.kf_headimgurl = "https://example.com/0".to_owned();
    account
}

fn bound(name: &str, worker: &str) -> Account {
    let mut account = account(name, "x");
    account.kf_wx = Some(worker.to_owned());
    account
}

fn invited(name: &str, worker: &str, status: Option<InviteStatus>, expires_at: i64) -> Account {
    let mut account = account(name, "x");
    account.invite_wx = Some(worker.to_owned());
    account.invite_status = status;
    account.invite_expire_time = Some(expires_at);
    account
}

fn roster(lines: &str) -> Roster {
    Roster::from_csv(&format!("account,nickname,picture,worker\n{lines}")).unwrap()
}

fn plan(lines: &str, listing: Vec<Account>, options: PlanOptions) -> Plan {
    Plan::of(&roster(lines), &Rows::from(listing), &options)
}

#[test]
fn a_plan_reads_like_a_diff() {
    let mut bare = account("bare@shop", "x");
    bare.kf_headimgurl.clear();
    let listing = vec![
        account("gone@shop", "Gone \"1\"\u{202e}"),
        account("客服@shop", "Old"),
        Account::new(""),
        account("same@shop", "x"),
        account("name@shop", "Old"),
        bare,
        bound("bound@shop", "wx_other"),
        invited("open@shop", "wx_other2", Some(InviteStatus::Waiting), 3 * DAY),
        invited("again@shop", "wx_again", Some(InviteStatus::Rejected), 3 * DAY),
        invited("late@shop", "wx_somebody", Some(InviteStatus::Expired), 3 * DAY),
        invited("taken@shop", "wx_taken", Some(InviteStatus::Waiting), 3 * DAY),
    ];
    let lines = "same@shop,x,same.jpg,\n\
                 new@shop,客服1,new.jpg,wx_new\n\
                 name@shop,New,,\n\
                 bare@shop,x,bare.jpg,\n\
                 bound@shop,x,,wx_wanted\n\
                 open@shop,x,,wx_open\n\
                 again@shop,x,,wx_again\n\
                 late@shop,x,,wx_late\n\
                 taken@shop,x,,\n\
                 third@shop,x,,wx_taken\n\
                 fourth@shop,x,,wx_other\n\
                 kf2001@gh_0123456789ab,x,,\n";
    let options = PlanOptions::new(DAY).with_prune();
    assert_eq!(
        plan(lines, listing.clone(), options).to_string(),
        r#"- gone@shop "Gone \"1\"\u{202e}"
+ fourth@shop "x"
+ new@shop "客服1"
+ third@shop "x"
> again@shop invites wx_again again, after one that is rejected
~ bare@shop picture "bare.jpg"
> late@shop invites wx_late
~ name@shop nickname "Old" -> "New"
~ new@shop picture "new.jpg"
> new@shop invites wx_new
! bound@shop does not invite wx_wanted: wx_other is bound to it; name them in the roster, or delete the account to add it anew
! fourth@shop does not invite wx_other, who works as bound@shop; name another, or remove that account
! kf2001@gh_0123456789ab is not added: the platform alone makes accounts whose suffix is the original id; write the WeChat ID of the app as the suffix
! open@shop does not invite wx_open: wx_other2 is invited and can accept for 2 days more; plan again when they have answered or the invite has expired
! third@shop does not invite wx_taken, who is invited to work as taken@shop; plan again when that invite is over
  a worker without an account "" is left alone: no roster can name it; delete it by hand if nobody needs it
  客服@shop "Old" is left alone: no roster can name it; delete it by hand if nobody needs it

Plan: 3 to add, 1 to rename, 2 to give a picture, 3 to invite, 1 to remove; 5 cannot be done; 2 accounts left alone."#
    );
    let kept = plan(lines, listing, PlanOptions::new(DAY)).to_string();
    assert!(
        kept.contains("  gone@shop \"Gone \\\"1\\\"\\u{202e}\" is left alone: the roster does not name it\n"),
        "{kept}"
    );
    assert!(!kept.contains("\n- "), "{kept}");
}

#[test]
fn a_plan_with_nothing_to_do_says_so() {
    let same = |options| plan("a@shop,x,a.jpg,wx\n", vec![bound("a@shop", "wx")], options);
    let options = PlanOptions::new(0);
    assert_eq!(same(options).to_string(), "Nothing to do: 1 account is as the roster says.");
    assert!(same(options).is_reached());
    let anew = same(options.with_pictures(Pictures::All));
    assert_eq!(anew.to_string(), "~ a@shop picture \"a.jpg\"\n\nPlan: 1 to give a picture.");
    assert!(anew.again(&Rows::from(vec![bound("a@shop", "wx")])).is_reached());
    let other = plan("a@shop,x,,wx2\n", vec![bound("a@shop", "wx")], options);
    assert!(other.is_empty() && !other.is_reached());
    assert!(other.to_string().ends_with("\n\nNothing can be done; 1 cannot be done."), "{other}");
}

#[test]
fn an_invite_whose_state_is_unknown_is_over_when_its_time_is() {
    let listing = |status| vec![invited("a@shop", "wx", status, DAY)];
    let steps = |status, now| plan("a@shop,x,,wx\n", listing(status), PlanOptions::new(now)).steps().len();
    for status in [None, Some(InviteStatus::from("paused"))] {
        assert_eq!((steps(status.clone(), DAY - 1), steps(status, DAY)), (0, 1));
    }
    // The platform's word counts more than our clock.
    assert_eq!(steps(Some(InviteStatus::Waiting), 9 * DAY), 0);
    assert_eq!(steps(Some(InviteStatus::Expired), 0), 1);
}

#[test]
fn a_person_whose_account_is_removed_can_be_invited() {
    let options = PlanOptions::new(0);
    let listing = || vec![bound("old@shop", "wx")];
    let pruned = plan("new@shop,x,,wx\n", listing(), options.with_prune());
    assert_eq!(
        pruned.to_string(),
        "- old@shop \"x\"\n+ new@shop \"x\"\n> new@shop invites wx\n\nPlan: 1 to add, 1 to invite, 1 to remove."
    );
    assert_eq!(plan("new@shop,x,,wx\n", listing(), options).obstacles().len(), 1);
}

#[test]
fn the_roster_of_another_app_removes_nothing() {
    let options = PlanOptions::new(0).with_prune();
    let listing = || vec![account("a@shop", "x"), account("b@shop", "y")];
    let text = plan("a@cafe,x,,\n", listing(), options).to_string();
    assert_eq!(
        text.lines().nth(1),
        Some(
            "! a@shop is not removed: no account there ends in @cafe; is this the roster of another app? If not, delete the accounts by hand"
        ),
        "{text}"
    );
    assert_eq!(plan("c@shop,x,,\n", listing(), options).summary().remove, 2);
    assert_eq!(plan("c@shop,x,,\n", Vec::new(), options).summary().add, 1);
}

#[test]
fn an_account_that_may_be_meant_by_its_original_id_is_not_removed() {
    let listing = vec![account("a@shop", "x"), account("b@shop", "x")];
    let plan = plan("a@gh_0123456789ab,x,,\nc@shop,x,,\n", listing, PlanOptions::new(0).with_prune());
    let removed: Vec<String> = plan.steps().iter().take(1).map(ToString::to_string).collect();
    assert_eq!(removed, ["- b@shop \"x\""]);
    assert_eq!(plan.left_alone().len(), 1);
}

#[test]
fn a_plan_is_data_too() {
    let listing = vec![bound("old@shop", "wx_old"), invited("b@shop", "wx_b", Some(InviteStatus::Expired), 0)];
    let lines = "a@shop,A,a.jpg,wx_a\nb@shop,B,,wx_b\nc@shop,C,,wx_old\n";
    let plan = plan(lines, listing, PlanOptions::new(DAY));
    assert_eq!(
        serde_json::to_value(&plan).unwrap(),
        json!({
            "steps": [
                { "account": "a@shop", "line": 2, "change": "add", "nickname": "A" },
                { "account": "c@shop", "line": 4, "change": "add", "nickname": "C" },
                { "account": "a@shop", "line": 2, "change": "set_picture", "picture": "a.jpg" },
                { "account": "a@shop", "line": 2, "change": "invite", "worker": "wx_a" },
                { "account": "b@shop", "line": 3, "change": "rename", "from": "x", "to": "B" },
                { "account": "b@shop", "line": 3, "change": "invite", "worker": "wx_b", "after": "expired" },
            ],
            "obstacles": [{
                "account": "c@shop", "line": 4, "reason": "worker_elsewhere", "worker": "wx_old",
                "other": "old@shop", "is_bound": true,
            }],
            "left_alone": [{ "account": "old@shop", "nickname": "x", "can_be_named": true }],
            "present": 1,
            "accounts": 2,
        })
    );
    let calls = serde_json::to_value(plan.calls()).unwrap();
    assert_eq!(
        calls[0],
        json!({
            "endpoint": "add_account", "method": "POST", "path": "/customservice/kfaccount/add", "query": [],
            "body": "{\"kf_account\":\"a@shop\",\"nickname\":\"A\"}", "picture": null,
        })
    );
    assert_eq!(
        calls[2],
        json!({
            "endpoint": "upload_picture", "method": "POST", "path": "/customservice/kfaccount/uploadheadimg",
            "query": [["kf_account", "a@shop"]], "body": null, "picture": "a.jpg",
        })
    );
}

proptest! {
    #[test]
    fn no_listing_is_too_much(
        rows in proptest::collection::vec(("a?@?.{0,3}|[ab]@shop", ".{0,4}", ".{0,2}", ".{0,2}", -9..9_i64), 0..6),
        is_pruned in any::<bool>(),
    ) {
        let row = |(name, nickname, worker, status, expires_at): &(String, String, String, String, i64)| {
            let mut row = account(name, nickname);
            row.kf_wx = Some(worker.clone()).filter(|worker| worker.len() == 1);
            row.invite_wx = Some(worker.clone()).filter(|worker| worker.len() > 1);
            row.invite_status = Some(InviteStatus::from(status.as_str()));
            row.invite_expire_time = Some(expires_at.saturating_mul(i64::MAX / 9));
            row
        };
        let mut options = PlanOptions::new(i64::MIN);
        options.prune = is_pruned;
        let plan = plan("a@shop,x,,w\nb@shop,x,,\n", rows.iter().map(row).collect(), options);
        let shown = plan.to_string();
        prop_assert!(shown.chars().all(|character| character == '\n' || !character.is_control()), "{shown:?}");
        prop_assert_eq!(shown.lines().count(), {
            let lines = plan.steps().len() + plan.obstacles().len() + plan.left_alone().len();
            lines + if lines == 0 { 1 } else { 2 }
        });
        prop_assert_eq!(plan.calls().len(), plan.steps().len());
    }
}
