//! There are never more than 100 accounts, in a world that would take more.

use kf_model::{AccountRef, Rows};
use kf_roster::{Change, Obstruction, Outcome, Plan, PlanOptions, Reason, Roster, apply};
use kf_sim::{Effect, Fault};
use proptest::prelude::*;

use crate::world::{Scene, options, run};

fn scene(count: usize) -> Scene {
    Scene::new(&(0..count).map(|index| (format!("old{index}@shop"), "nickname = \"x\"".to_owned())).collect::<Vec<_>>())
}

fn roster(names: impl Iterator<Item = String>) -> Roster {
    let lines: String = names.map(|name| format!("{name},x\n")).collect();
    Roster::from_csv(&format!("account,nickname\n{lines}")).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn there_are_never_more_than_a_hundred(had in 95..=100_usize, spare in 0..4_usize, new in 1..=12_usize, faults in 0..4_u64) {
        run(async {
            let scene = scene(had);
            let kept = 100 - new - spare;
            let names = (0..kept).map(|index| format!("old{index}@shop"));
            let roster = roster(names.chain((0..new).map(|index| format!("new{index}@shop"))));
            scene.platform.fault(Fault::new(Effect::Errcode(-1)).on("delete_account").times(faults)).unwrap();
            let plan = scene.prune(&roster).await;
            assert!(plan.obstacles().is_empty());
            let report = scene.apply(&plan).await;
            assert!(scene.seen.lock().unwrap().accounts <= 100);
            let failed = report.failures().count();
            assert_eq!(failed as u64, faults.min(had.saturating_sub(kept) as u64));
            let held = report.steps.iter().filter(|(_, it)| *it == Outcome::HeldBack(Obstruction::NoRoom)).count();
            assert_eq!(held, (kept + new + failed).saturating_sub(100));
            scene.platform.change(|world| world.faults.clear());
            let report = scene.apply(&scene.prune(&roster).await).await;
            assert!(report.is_reached(), "{report}");
            assert!(scene.seen.lock().unwrap().accounts <= 100);
        });
    }
}

#[test]
fn room_that_one_did_not_take_is_there_for_the_next() {
    run(async {
        let scene = scene(100);
        let kept = (2..100).map(|index| format!("old{index}@shop"));
        let roster = roster(kept.chain(["new1@shop", "new2@shop"].map(str::to_owned)));
        scene.platform.fault(Fault::new(Effect::Errcode(-1)).on("delete_account").times(1)).unwrap();
        scene.platform.fault(Fault::new(Effect::Errcode(65404)).on("add_account").times(1)).unwrap();
        let mut options = options();
        options.at_once = 1;
        let report = apply(&scene.plain(), &scene.prune(&roster).await, &options, std::future::pending()).await;
        let outcomes: Vec<String> =
            report.steps.iter().map(|(step, outcome)| format!("{step} {}", *outcome == Outcome::Done)).collect();
        assert_eq!(
            outcomes,
            ["- old0@shop \"x\" false", "- old1@shop \"x\" true", "+ new1@shop \"x\" false", "+ new2@shop \"x\" true"]
        );
        assert_eq!(scene.seen.lock().unwrap().accounts, 100);
    });
}

#[test]
fn what_has_no_room_is_told_and_the_rest_is_done() {
    run(async {
        let scene = scene(98);
        let roster = Roster::from_csv(
            "account,nickname,picture,worker\nd@shop,x,,\nb@shop,x,,\nc@shop,x,c.jpg,wx1\na@shop,x,,\nold0@shop,y,,\n",
        );
        let plan = scene.plan(&roster.unwrap()).await;
        let text = plan.to_string();
        let lines: Vec<&str> = text.lines().take(5).collect();
        assert_eq!(
            lines,
            [
                "+ a@shop \"x\"",
                "+ b@shop \"x\"",
                "~ old0@shop nickname \"x\" -> \"y\"",
                "! c@shop is not added: an app may have 100 accounts; remove one that the roster does not name",
                "! d@shop is not added: an app may have 100 accounts; remove one that the roster does not name",
            ]
        );
        assert!(text.ends_with("Plan: 2 to add, 1 to rename; 2 cannot be done; 97 accounts left alone."), "{text}");
        let report = scene.apply(&plan).await;
        assert!(!report.is_reached());
        assert_eq!((scene.accounts().len(), report.failures().count()), (100, 0));
        assert!(
            report.to_string().contains("3 of 3 steps done. The accounts are not yet as the roster says:\n! c@shop")
        );
    });
}

#[test]
fn rows_that_cannot_be_read_take_room_too() {
    let text = format!("[{}7, 7]", "{\"kf_account\":\"客服@shop\"},".repeat(97));
    let listing: Rows<kf_model::accounts::Account> = serde_json::from_str(&text).unwrap();
    assert_eq!((listing.len(), listing.skipped()), (97, 2));
    let roster = roster(["a@shop", "b@shop"].map(str::to_owned).into_iter());
    let plan = Plan::of(&roster, &listing, &PlanOptions::new(0).with_prune());
    assert!(matches!(plan.steps(), [step] if matches!(step.change, Change::Add { .. })), "{plan}");
    assert_eq!(plan.steps()[0].account, AccountRef::from("a@shop"));
    assert!(matches!(plan.obstacles(), [obstacle] if obstacle.reason == Reason::NoRoom));
}
