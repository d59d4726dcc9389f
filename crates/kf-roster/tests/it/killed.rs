//! Killed at any call, a second run finishes.

use proptest::prelude::*;

use crate::world::{Death, run};
use crate::worlds::cases;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_killed_at_any_call_is_finished_by_a_second_run(case in cases(), acts in any::<bool>()) {
        run(async {
            let steps = case.scene().prune(&case.roster()).await.steps().len();
            for after in 0..=steps {
                let (scene, roster) = (case.scene(), case.roster());
                let plan = scene.prune(&roster).await;
                let report = scene.apply_until(&plan, Death { after, acts }).await;
                assert_eq!(report.is_some(), after == steps, "killed at {after} of {steps}");
                let made = scene.changes().len();
                assert!(made <= after + usize::from(acts));
                let second = scene.prune(&roster).await;
                assert_eq!(second.steps().len(), steps - made, "nothing is done twice");
                let report = scene.apply(&second).await;
                assert_eq!(report.is_reached(), plan.obstacles().is_empty(), "{report}");
                case.assert_reached(&scene, true, plan.obstacles());
                assert!(scene.prune(&roster).await.is_empty());
            }
        });
    }
}
