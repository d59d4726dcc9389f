//! The token that calls go out with, shown to a person and fetched anew.

use std::fs;

use kf_cli::Exit;
use serde_json::Value;

use crate::desk::Desk;

fn revealed(desk: &Desk) -> String {
    let shown: Value = serde_json::from_str(&desk.kf(&["token", "show", "--reveal", "--json"]).ok()).unwrap();
    shown["access_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_token_is_masked_unless_it_is_to_be_seen() {
    let desk = Desk::new("desk-token");
    let shown = desk.kf(&["token", "show"]).ok();
    let token = revealed(&desk);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[0], format!("token    {}…{}", &token[..4], &token[token.len() - 4..]));
    assert_eq!(lines[1], "app      wx5ca1ab1e00c0ffee");
    assert_eq!(lines[2], format!("kept in  {}", desk.path("run/kf/sim-tokens.json").display()));
    assert_eq!(lines[3], "by       the stable call");
    assert!(lines[4].starts_with("fetched  20") && lines[5].starts_with("ends     20"), "{shown}");
    assert!(lines[5].ends_with(" Beijing (in 1h 59m)") || lines[5].ends_with(" Beijing (in 2h 0m)"), "{shown}");
    assert!(desk.kf(&["token", "show", "--reveal"]).ok().starts_with(&format!("token    {token}\n")));
    let json: Value = serde_json::from_str(&desk.kf(&["token", "show", "--json"]).ok()).unwrap();
    assert_eq!(json["access_token"], lines[0].trim_start_matches("token    "));
    assert_eq!(json["expires_at"].as_u64().unwrap() - json["obtained_at"].as_u64().unwrap(), 7_200);
    // Neither the token nor the secret of the app is in what else is shown.
    let traced = desk.kf(&["-v", "token", "refresh"]);
    assert!(
        !format!("{traced:?}").contains(&token) && traced.err.contains("-> POST /cgi-bin/stable_token"),
        "{traced:?}"
    );
    assert!(!format!("{traced:?}").contains("0123456789abcdef"), "{traced:?}");
}

#[test]
fn a_refresh_keeps_what_the_platform_gives() {
    let desk = Desk::new("desk-refresh");
    let token = revealed(&desk);
    let said = desk.kf(&["token", "refresh"]).ok();
    assert!(said.starts_with("the platform gave the same token again, which lives; --force "), "{said}");
    assert!(said.contains("\nit ends 20") && said.lines().count() == 2, "{said}");
    assert_eq!(revealed(&desk), token);
    // What is kept was lost: the platform still knows it.
    fs::remove_file(desk.path("run/kf/sim-tokens.json")).unwrap();
    assert!(desk.kf(&["token", "refresh"]).ok().starts_with("the platform gave another token: "));
    assert_eq!(revealed(&desk), token);
}

#[test]
fn a_forced_refresh_is_agreed_to_first() {
    let desk = Desk::new("desk-force");
    let token = revealed(&desk);
    let warning = "this ends the token of wx5ca1ab1e00c0ffee for everybody who uses it";
    let force = ["token", "refresh", "--force"];
    let err = desk.kf(&force).failed(Exit::Usage);
    assert!(err.contains(warning) && err.contains("give --yes"), "{err}");
    for answer in ["n\n", "\n", "", "ja\n"] {
        let err = desk.typed(&force, answer).failed(Exit::Stopped);
        assert!(
            err.contains(warning) && err.contains("Go on? [y/N] ") && err.ends_with("kf: nothing was done\n"),
            "{err}"
        );
    }
    assert_eq!(revealed(&desk), token);
    let agreed = desk.typed(&force, "y\n");
    assert_eq!(agreed.exit, Exit::Ok, "{agreed:?}");
    let next = revealed(&desk);
    assert_ne!(next, token);
    // Calls go out with the new one at once: the first answer is no refusal.
    let called = desk.kf(&["-v", "call", "list_accounts"]);
    assert_eq!(called.err.matches("-> ").count(), 1, "{called:?}");
    desk.folder.kf(&["sim", "advance", "1m"]).ok();
    let forced = desk.kf(&["token", "refresh", "--force", "--yes"]);
    assert!(forced.err.contains(warning) && forced.out.starts_with("the platform gave another token"), "{forced:?}");
    assert_ne!(revealed(&desk), next);
}

#[test]
fn the_token_of_the_environment_is_somebody_elses() {
    let desk = Desk::new("desk-own-token");
    let token = [("KF_ACCESS_TOKEN", "canary-canary-canary-canary-canary-canary")];
    let shown = desk.with(&["token", "show"], &token, "", false).ok();
    assert_eq!(shown, "token    cana…nary\nkept in  KF_ACCESS_TOKEN; whoever sets it knows when it ends\n");
    let err = desk.with(&["token", "refresh"], &token, "", false).failed(Exit::Usage);
    assert!(err.contains("is looked after by whoever sets it") && !err.contains("canary"), "{err}");
}

#[test]
fn the_classic_call_makes_a_new_token_each_time() {
    let desk = Desk::new("desk-classic");
    let url = fs::read_to_string(desk.folder.entry()).unwrap();
    let url: Value = serde_json::from_str(&url).unwrap();
    fs::create_dir_all(desk.path("config/kf")).unwrap();
    let config =
        format!("[profile.shop]\napp_id = \"wx5ca1ab1e00c0ffee\"\ntoken = \"classic\"\nbase_url = {}\n", url["url"]);
    fs::write(desk.path("config/kf/config.toml"), config).unwrap();
    let (folder, state) = (desk.path("config"), desk.path("state"));
    let variables = [
        ("XDG_CONFIG_HOME", folder.to_str().unwrap()),
        ("XDG_STATE_HOME", state.to_str().unwrap()),
        ("KF_APP_SECRET", "0123456789abcdef0123456789abcdef"),
    ];
    let kf = |list: &[&str]| desk.with(list, &variables, "", false);
    let before = kf(&["token", "show", "--reveal"]).ok();
    assert!(before.contains("\nby       the classic call\n"), "{before}");
    assert!(kf(&["token", "refresh"]).failed(Exit::Usage).contains("give --yes"));
    assert!(kf(&["token", "refresh", "--force", "--yes"]).failed(Exit::Usage).contains("leave --force out"));
    assert!(kf(&["token", "refresh", "--yes"]).out.starts_with("the platform gave another token"));
    assert_ne!(kf(&["token", "show", "--reveal"]).ok().lines().next(), before.lines().next());
}
