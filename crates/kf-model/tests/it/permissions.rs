//! Permission sets, and who may call what.

use kf_model::accounts::{AddAccount, UpdateAccount};
use kf_model::component::ShowAuthorizer;
use kf_model::credentials::FetchToken;
use kf_model::{
    AccountKind, Caller, ENDPOINTS, Endpoint, EndpointSpec, Method, Missing, PermissionSet, PermissionSetError,
    PermissionSets, TokenKind,
};
use proptest::prelude::*;

fn sets(text: &str) -> PermissionSets {
    text.parse().unwrap()
}

#[test]
fn runs_and_lists_say_the_same() {
    let numbers = |text: &str| sets(text).as_slice().iter().map(|set| set.0).collect::<Vec<_>>();
    for text in ["1,6,100-101", "1, 6, 100-101", "1、6、100、101", "101,100,6,1,1", "1 , 6 , 100 - 101 ,"] {
        assert_eq!(numbers(text), [1, 6, 100, 101], "{text}");
    }
    assert_eq!(numbers(""), [0u16; 0]);
    assert_eq!(sets("1,6,100-101").to_string(), "1, 6, 100, 101");
}

#[test]
fn runs_that_overlap_are_joined() {
    assert_eq!(sets(&"1-65535,".repeat(2000)).as_slice().len(), 65_535);
    assert_eq!(sets("5-7, 1-6, 6, 0, 65535").to_string(), "0, 1, 2, 3, 4, 5, 6, 7, 65535");
}

#[test]
fn what_is_no_set_is_refused() {
    for text in ["a", "1-", "-1", "1-2-3", "65536", "+1", "1 2", "1.5"] {
        assert_eq!(text.parse::<PermissionSets>(), Err(PermissionSetError::NotANumber), "{text}");
    }
    let error = "101-100".parse::<PermissionSets>().unwrap_err();
    assert_eq!(error.to_string(), "the run 101-100 of permission sets ends before it begins; write 100-101");
}

#[test]
fn an_app_may_call_what_its_page_says() {
    let may = |kind, certified| AddAccount::SPEC.may_call(&Caller::app(kind, certified)).is_ok();
    assert!(may(AccountKind::OfficialAccount, true) && may(AccountKind::ServiceAccount, true));
    assert!(!may(AccountKind::OfficialAccount, false) && !may(AccountKind::ServiceAccount, false));
    assert!(may(AccountKind::MiniProgram, false) && may(AccountKind::MiniGame, false));
    let refused = UpdateAccount::SPEC.may_call(&Caller::app(AccountKind::MiniProgram, true)).unwrap_err();
    assert_eq!(refused.missing, [Missing::Kind(AccountKind::MiniProgram)]);
    assert_eq!(
        refused.to_string(),
        "update_account may not be called: a Mini Program is not among the kinds that may call it"
    );
}

#[test]
fn a_platform_needs_one_of_the_sets() {
    let merchant = |granted: &str| Caller::merchant(AccountKind::ServiceAccount, true, sets(granted));
    for granted in ["1", "6", "100", "101", "2, 101", "1-200"] {
        assert_eq!(UpdateAccount::SPEC.may_call(&merchant(granted)), Ok(()), "{granted}");
    }
    let refused = UpdateAccount::SPEC.may_call(&merchant("19, 161")).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "update_account may not be called: the merchant must grant one of the permission sets 1, 6, 100, 101"
    );
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let caller = Caller::merchant(AccountKind::OfficialAccount, false, sets(""));
    let refused = AddAccount::SPEC.may_call(&caller).unwrap_err();
    assert_eq!(refused.missing.len(), 2);
    let message = refused.to_string();
    assert!(message.contains("must be certified") && message.contains("; the merchant must grant"), "{message}");
}

#[test]
fn an_app_cannot_call_with_a_token_that_is_not_its_own() {
    let spec = {
        let mut spec = EndpointSpec::new("refresh", Method::Post, "/refresh");
        spec.tokens = &[TokenKind::Component];
        spec
    };
    let refused = spec.may_call(&Caller::app(AccountKind::ServiceAccount, true)).unwrap_err();
    assert_eq!(refused.missing, [Missing::OwnToken]);
    assert_eq!(FetchToken::SPEC.may_call(&Caller::app(AccountKind::ServiceAccount, false)), Ok(()));
}

#[test]
fn nobody_fetches_the_token_of_a_merchant() {
    let caller = Caller::merchant(AccountKind::OfficialAccount, true, sets("1-200"));
    assert_eq!(FetchToken::SPEC.may_call(&caller).unwrap_err().missing, [Missing::ThirdParty]);
}

#[test]
fn only_third_party_platforms_call_for_themselves() {
    let app = Caller::app(AccountKind::ServiceAccount, true);
    let merchant = Caller::merchant(AccountKind::ServiceAccount, true, sets("1-200"));
    for spec in ENDPOINTS.iter().filter(|spec| spec.path.contains("/component/")) {
        for caller in [&app, &merchant] {
            assert_eq!(spec.may_call(caller).unwrap_err().missing, [Missing::Platform], "{}", spec.name);
        }
    }
    let refused = ShowAuthorizer::SPEC.may_call(&app).unwrap_err().to_string();
    let why =
        "show_authorizer may not be called: a third-party platform makes it for itself, no app and nobody for one";
    assert_eq!(refused, why);
}

proptest! {
    #[test]
    fn any_text_can_be_parsed(text in "[0-9,、 -]{0,20}|\\PC*") {
        let _ = text.parse::<PermissionSets>();
    }

    #[test]
    fn display_comes_back(numbers in proptest::collection::vec(any::<u16>(), 0..20)) {
        let sets: PermissionSets = numbers.iter().copied().map(PermissionSet).collect();
        prop_assert_eq!(sets.to_string().parse::<PermissionSets>(), Ok(sets.clone()));
        prop_assert!(numbers.iter().all(|&number| sets.contains(PermissionSet(number))));
    }

    /// For each endpoint: a certified app of a kind that may call may call for a merchant exactly with one of the sets.
    #[test]
    fn one_set_is_enough(granted in any::<u16>().prop_map(|number| number % 120), index in any::<prop::sample::Index>()) {
        let spec = index.get(ENDPOINTS);
        let Some(rule) = spec.callers.first() else { return Ok(()) };
        let caller = Caller::merchant(rule.kind, true, [PermissionSet(granted)].into_iter().collect());
        let expected = !spec.tokens.is_empty() && spec.permission_sets.contains(&PermissionSet(granted));
        prop_assert_eq!(spec.may_call(&caller).is_ok(), expected);
    }
}
