//! A plan that is applied brings about the roster; the plan of what is there then is empty.

use kf_roster::{Check, Event, Outcome, Plan, PlanOptions, Roster, Step, apply};
use proptest::prelude::*;
use std::sync::Mutex;

use crate::world::{JPEG, Scene, options, run};
use crate::worlds::cases;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_plan_that_is_applied_brings_about_the_roster(case in cases(), is_pruned in any::<bool>()) {
        run(async {
            let (scene, roster) = (case.scene(), case.roster());
            let make = async || if is_pruned { scene.prune(&roster).await } else { scene.plan(&roster).await };
            let plan = make().await;
            let report = scene.apply(&plan).await;
            assert!(report.steps.iter().all(|(_, outcome)| *outcome == Outcome::Done), "{report}");
            case.assert_reached(&scene, is_pruned, plan.obstacles());
            let again = make().await;
            assert!(again.is_empty(), "{again}");
            assert_eq!(again.obstacles().len(), plan.obstacles().len(), "{again}");
            assert_eq!(report.is_reached(), plan.obstacles().is_empty(), "{report}");
            assert_eq!(again.is_reached(), report.is_reached());
            assert_eq!(scene.changes().len(), plan.steps().len());
            let changes = scene.changes();
            assert!(changes.iter().all(|call| call.errcode == 0));
        });
    }

    #[test]
    fn the_order_of_rows_does_not_matter(case in cases(), is_pruned in any::<bool>(), seed in any::<u64>()) {
        run(async {
            let (scene, roster) = (case.scene(), case.roster());
            let listing = scene.listing().await;
            let mut options = PlanOptions::new(scene.now());
            options.prune = is_pruned;
            let plan = Plan::of(&roster, &listing, &options);
            let mix = |index: usize| (index as u64 + 1).wrapping_mul(seed | 1).rotate_left(17);
            let mut rows: Vec<_> = roster.rows().iter().cloned().enumerate().collect();
            rows.sort_by_key(|(index, _)| mix(*index));
            let mut listed: Vec<_> = listing.iter().cloned().enumerate().collect();
            listed.sort_by_key(|(index, _)| mix(*index));
            let shuffled = Roster::new(rows.into_iter().map(|(_, row)| row)).unwrap();
            let listed = listed.into_iter().map(|(_, row)| row).collect();
            let other = Plan::of(&shuffled, &listed, &options);
            assert_eq!(plan.to_string(), other.to_string());
            assert_eq!(serde_json::to_string(&plan).unwrap(), serde_json::to_string(&other).unwrap());
        });
    }

    #[test]
    fn the_calls_that_are_told_are_those_that_are_made(case in cases()) {
        run(async {
            let (scene, roster) = (case.scene(), case.roster());
            let plan = scene.prune(&roster).await;
            let told = plan.calls();
            assert!(scene.changes().is_empty(), "telling sends nothing");
            let mut options = options();
            options.at_once = 1;
            apply(&scene.plain(), &plan, &options, std::future::pending()).await;
            let made = scene.changes();
            assert_eq!(told.len(), made.len());
            for (told, made) in told.iter().zip(made) {
                assert_eq!(Some(told.endpoint), made.endpoint.as_deref());
                assert_eq!((told.method, told.path), (made.method.as_str(), made.path.as_str()));
                let pairs = told.query.iter().map(|(name, value)| format!("{name}={value}"));
                assert_eq!(made.query, [vec!["access_token=***".to_owned()], pairs.collect()].concat().join("&"));
                let body: Option<serde_json::Value> = told.body.as_deref().map(|body| serde_json::from_str(body).unwrap());
                assert_eq!(body, serde_json::from_str(&made.body).ok());
                assert_eq!(told.picture.is_some(), told.body.is_none());
            }
        });
    }
}

#[test]
fn removals_come_first_and_what_needs_an_account_waits_for_it() {
    run(async {
        let old = |index: usize| (format!("old{index}@shop"), format!("nickname = \"x\"\nkf_wx = \"wx{index}\""));
        let scene = Scene::new(&(0..5).map(old).collect::<Vec<_>>());
        let lines = (0..5).map(|index| format!("new{index}@shop,n,{index}.jpg,wx{index}\n")).collect::<String>();
        let roster = Roster::from_csv(&format!("account,nickname,picture,worker\n{lines}")).unwrap();
        let events = Mutex::new(Vec::new());
        let observer = |event: Event<'_>| {
            events.lock().unwrap().push(match event {
                Event::Begins(step) => format!("begins {step}"),
                Event::Ended(step, _) => format!("ended {step}"),
                other => format!("{other:?}"),
            });
        };
        let mut options = options();
        options.observer = &observer;
        let report = apply(&scene.plain(), &scene.prune(&roster).await, &options, std::future::pending()).await;
        assert!(report.is_reached(), "{report}");
        assert_eq!(report.to_string(), "20 of 20 steps done. The accounts are as the roster says.");
        let events = events.into_inner().unwrap();
        let place = |text: String| events.iter().position(|event| *event == text).unwrap_or_else(|| panic!("{text}"));
        for index in 0..5 {
            let added = place(format!("ended + new{index}@shop \"n\""));
            assert!(
                (0..5).all(|old| place(format!("ended - old{old}@shop \"x\""))
                    < place(format!("begins + new{index}@shop \"n\"")))
            );
            assert!(added < place(format!("begins ~ new{index}@shop picture \"{index}.jpg\"")));
            assert!(added < place(format!("begins > new{index}@shop invites wx{index}")));
            let account = scene.account(&format!("new{index}@shop")).unwrap();
            assert_eq!(account.picture.unwrap().bytes(), JPEG);
        }
        assert_eq!(events.last().map(String::as_str), Some("Checks"));
        assert_eq!(scene.seen.lock().unwrap().in_flight_most, 4);
        assert_eq!(scene.seen.lock().unwrap().cut, 0);
    });
}

#[test]
fn one_at_a_time_is_one_at_a_time() {
    run(async {
        let scene = Scene::new(&[]);
        let roster = Roster::from_csv("account,nickname\na@shop,a\nb@shop,b\nc@shop,c\n").unwrap();
        for at_once in [0, 1] {
            let mut options = options();
            options.at_once = at_once;
            apply(&scene.plain(), &scene.plan(&roster).await, &options, std::future::pending()).await;
            assert_eq!(scene.seen.lock().unwrap().in_flight_most, 1);
        }
    });
}

#[test]
fn what_others_changed_meanwhile_is_told() {
    run(async {
        let scene = Scene::new(&[]);
        let roster = Roster::from_csv("account,nickname\na@shop,a\nb@shop,b\n").unwrap();
        let plan = scene.plan(&roster).await;
        let meddle = |event: Event<'_>| {
            if matches!(event, Event::Ended(Step { .. }, Outcome::Done)) {
                scene.platform.change(|world| world.apps[0].accounts.retain(|account| account.kf_account != "a@shop"));
            }
        };
        let mut options = options();
        options.observer = &meddle;
        let report = apply(&scene.plain(), &plan, &options, std::future::pending()).await;
        assert!(matches!(&report.check, Check::Differs(plan) if plan.steps().len() == 1));
        assert_eq!(
            report.to_string(),
            "2 of 2 steps done. The accounts are not yet as the roster says:\n+ a@shop \"a\"\n\nPlan: 1 to add."
        );
    });
}
