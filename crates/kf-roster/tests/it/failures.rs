//! Steps that fail: the rest is done, and each failure is told with its code, its hint and what it means.

use kf_client::RetryPolicy;
use kf_roster::{Check, Obstruction, Outcome, Roster, apply};
use kf_sim::{Effect, Fault};

use crate::world::{Scene, drive, options, run};

fn roster() -> Roster {
    let text = "account,nickname,picture,worker\na@shop,A,a.jpg,wx_a\nb@shop,B,missing.jpg,wx_b\nc@shop,C,c.jpg,wx_c\n";
    Roster::from_csv(text).unwrap()
}

#[test]
fn a_failure_holds_up_only_what_needs_it() {
    run(async {
        let scene = Scene::new(&[]);
        scene.platform.fault(Fault::new(Effect::Errcode(65404)).on("add_account").times(1)).unwrap();
        scene.platform.fault(Fault::new(Effect::Errcode(65409)).on("invite_worker").times(1)).unwrap();
        let mut one = options();
        one.at_once = 1;
        let report = apply(&scene.plain(), &scene.plan(&roster()).await, &one, std::future::pending()).await;
        let is_held = |outcome: &Outcome| *outcome == Outcome::HeldBack(Obstruction::NotAdded);
        assert_eq!(report.steps.iter().filter(|(_, outcome)| is_held(outcome)).count(), 2);
        let failures: Vec<_> = report.failures().collect();
        assert_eq!(failures.len(), 3);
        let (step, failure) = failures[0];
        assert_eq!(step.to_string(), "+ a@shop \"A\"");
        assert_eq!((failure.code, failure.attempts, failure.may_have_acted), (Some(65404), 1, false));
        assert!(failure.hint.unwrap().starts_with("Correct the kf_account"), "{failure:?}");
        assert!(failure.rid.as_ref().is_some_and(|rid| rid.len() > 20), "{failure:?}");
        assert_eq!(failures[1].1.to_string(), "the picture \"missing.jpg\" cannot be read: there is no such file");
        assert!(!report.may_have_acted());
        assert!(scene.account("c@shop").unwrap().picture.is_some());
        assert_eq!(scene.account("c@shop").unwrap().invite.unwrap().wechat_id, "wx_c");
        let Check::Differs(rest) = &report.check else { panic!("{report}") };
        // The picture and the invite of the account that is missing, and what failed.
        assert_eq!(rest.steps().len(), 5, "{rest}");
        let text = report.to_string();
        assert!(text.contains("held back: > a@shop invites wx_a\n        its account was not added\n"), "{text}");
        assert!(text.contains("4 of 9 steps done, 3 failed, 2 not begun. The accounts are not yet"), "{text}");
        let json = serde_json::to_value(&report).unwrap();
        let failed = &json["steps"][0];
        assert_eq!(
            (&failed["change"], &failed["outcome"], &failed["code"]),
            (&"add".into(), &"failed".into(), &65404.into())
        );
        let held = json["steps"].as_array().unwrap().iter().find(|step| step["outcome"] == "held_back").unwrap();
        assert_eq!((&held["account"], &held["obstruction"]), (&"a@shop".into(), &"not_added".into()));
        assert_eq!(json["check"]["check"], "differs");
    });
}

#[test]
fn what_would_fail_for_all_ends_all() {
    run(async {
        for code in [65400, 45009, 48001] {
            let scene = Scene::new(&[]);
            scene.platform.fault(Fault::new(Effect::Errcode(code)).on("add_account")).unwrap();
            let report = scene.apply(&scene.plan(&roster()).await).await;
            assert!(matches!(&report.check, Check::GivenUp(failure) if failure.code == Some(code)), "{report}");
            assert_eq!(scene.changes().len(), 3, "those that were in flight");
            assert_eq!(report.left().count(), 6);
            let end = "Apply the roster again to do the rest.";
            assert!(report.to_string().ends_with(end), "{report}");
        }
    });
}

#[test]
fn answers_that_are_lost_are_settled_or_told() {
    run(async {
        // The client repeats, and holds the refusal of the repeat against the listing.
        let scene = Scene::new(&[]);
        for endpoint in ["add_account", "invite_worker", "upload_picture"] {
            scene.platform.fault(Fault::new(Effect::LoseAnswer).on(endpoint).times(2)).unwrap();
        }
        let text = "account,nickname,picture,worker\na@shop,A,a.jpg,wx_a\nb@shop,B,b.jpg,wx_b\n";
        let roster = Roster::from_csv(text).unwrap();
        let plan = scene.plan(&roster).await;
        let (client, options) = (scene.client(RetryPolicy::default(), None), options());
        let report = drive(&scene.clock, apply(&client, &plan, &options, std::future::pending())).await;
        assert!(report.is_reached(), "{report}");
        assert_eq!(report.failures().count(), 0);

        // A client that repeats nothing cannot know: a second run looks.
        let scene = Scene::new(&[]);
        scene.platform.fault(Fault::new(Effect::LoseAnswer).on("add_account").times(1)).unwrap();
        let report = scene.apply(&scene.plan(&roster).await).await;
        assert!(report.may_have_acted(), "{report}");
        let Check::Differs(rest) = &report.check else { panic!("{report}") };
        assert_eq!(rest.summary().add, 0, "it acted: {rest}");
        assert_eq!((rest.summary().picture, rest.summary().invite), (1, 1));
        assert!(scene.apply(&scene.plan(&roster).await).await.is_reached());
    });
}

#[test]
fn a_listing_that_fails_at_the_end_is_told() {
    run(async {
        let scene = Scene::new(&[]);
        let plan = scene.plan(&Roster::from_csv("account,nickname\na@shop,A\n").unwrap()).await;
        scene.platform.fault(Fault::new(Effect::Reset).on("list_accounts")).unwrap();
        let report = scene.apply(&plan).await;
        assert!(matches!(report.check, Check::Unknown(_)));
        assert!(!report.is_reached());
        assert!(
            report
                .to_string()
                .starts_with("1 of 1 step done. Whether the accounts are as the roster says is not known: ")
        );
    });
}
