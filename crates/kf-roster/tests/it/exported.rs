//! A roster of what is there.

use kf_model::Rows;
use kf_model::accounts::Account;
use kf_roster::{Plan, PlanOptions, Roster};
use proptest::prelude::*;

use crate::world::run;
use crate::worlds::cases;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_roster_of_what_is_there_has_nothing_to_do(case in cases()) {
        run(async {
            let scene = case.scene();
            let listing = scene.listing().await;
            if listing.is_empty() {
                assert!(Roster::of_listing(&listing).is_err());
                return;
            }
            let (roster, left_out) = Roster::of_listing(&listing).unwrap();
            assert!(left_out.is_empty());
            for roster in [Roster::from_toml(&roster.to_toml()), Roster::from_csv(&roster.to_csv())] {
                let plan = Plan::of(&roster.unwrap(), &listing, &PlanOptions::new(scene.now()).with_prune());
                assert!(plan.is_reached(), "{plan}");
            }
        });
    }
}

#[test]
fn what_no_roster_can_name_is_told() {
    let mut good = Account::new("a@shop");
    good.kf_nick = "A".to_owned();
    let mut old = Account::new("客服@shop");
    old.kf_nick = "Old".to_owned();
    let (roster, left_out) = Roster::of_listing(&Rows::from(vec![old, Account::new("b@shop"), good])).unwrap();
    assert_eq!(roster.to_toml(), "[[account]]\naccount = \"a@shop\"\nnickname = \"A\"\n");
    let told: Vec<String> = left_out.iter().map(|it| format!("{}: {}", it.account, it.reason)).collect();
    assert_eq!(
        told,
        [
            "客服@shop: the prefix has '客' at character 1; only A-Z, a-z, 0-9 and _ are allowed",
            "b@shop: the nickname is empty; 1 to 16 characters are needed",
        ]
    );
}
