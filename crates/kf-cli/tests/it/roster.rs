//! `kf roster`: what a person and a program see, through the library and as a program.

mod broken;
mod ends;

use std::fmt::Write as _;
use std::fs;

use kf_cli::{Env, Exit, Streams};
use serde_json::{Value, json};

use crate::running::{Folder, Running};
use crate::within::{Captured, args};

/// The accounts of the default world, as they are.
const AS_IT_IS: &str = "[[account]]\naccount = \"test1@test\"\nnickname = \"客服1\"\nworker = \"kfwx1\"\n\n\
     [[account]]\naccount = \"test2@test\"\nnickname = \"客服2\"\nworker = \"kfwx2\"\n\n\
     [[account]]\naccount = \"test3@test\"\nnickname = \"客服3\"\nworker = \"kfwx3\"\n";

/// A wish of every kind, one of which cannot be brought about.
const WISH: &str = "account,nickname,picture,worker\n\
     test1@test,客服A,,kf_wang_li\n\
     night@test,客服 Night,moon.jpg,kf_zhao_yun\n";

fn row(account: &str, nickname: &str) -> String {
    format!("[[account]]\naccount = \"{account}\"\nnickname = \"{nickname}\"\n\n")
}

/// A folder with a simulator and a file.
fn scene(name: &str, file: &str, text: &str) -> (Folder, Running) {
    let folder = Folder::new(name);
    let sim = folder.start(&["sim", "--listen", "127.0.0.1:0"]);
    fs::write(folder.path(file), text).unwrap();
    fs::write(folder.path("moon.jpg"), [0xFF, 0xD8, 0xFF, 0xE0]).unwrap();
    (folder, sim)
}

/// Runs `kf --sim roster` in this process.
fn roster(folder: &Folder, list: &[&str]) -> (Exit, String, String) {
    let (out, err) = (Captured::default(), Captured::default());
    let variables = [("XDG_RUNTIME_DIR".into(), folder.path("run").into())];
    let user = Some(rustix::process::geteuid().as_raw());
    let env = Env::new(variables, folder.path(""), folder.path(""), user, std::process::id());
    let mut streams = Streams::new(out.clone(), err.clone(), false);
    let exit = kf_cli::run(args(&[&["--sim", "roster"], list].concat()), &env, &mut streams);
    (exit, out.text(), err.text())
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The calls that reached the platform, in their order: endpoint and code.
fn calls(folder: &Folder) -> Vec<(String, i64)> {
    let log = json(&folder.kf(&["sim", "log", "--json", "--limit", "1000"]).ok());
    let calls = log["calls"].as_array().unwrap();
    let named =
        calls.iter().filter_map(|call| Some((call["endpoint"].as_str()?.to_owned(), call["errcode"].as_i64()?)));
    named.collect()
}

#[test]
fn what_is_there_is_exported_and_there_is_nothing_to_do_for_it() {
    let (folder, _sim) = scene("roster-export", "unused.toml", "");
    assert_eq!(roster(&folder, &["export"]), (Exit::Ok, AS_IT_IS.to_owned(), String::new()));
    for name in ["a.toml", "a.csv"] {
        let said = format!("wrote {name}: 3 accounts\n");
        assert_eq!(roster(&folder, &["export", "--out", name]), (Exit::Ok, said, String::new()));
        let none = "Nothing to do: 3 accounts are as the roster says.\n";
        let (exit, out, err) = roster(&folder, &["plan", name, "--prune", "--detailed-exitcode"]);
        assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Ok, none, ""), "{name}");
        let (exit, out, err) = roster(&folder, &["apply", name]);
        assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Ok, none, ""), "{name}");
        let (exit, _, err) = roster(&folder, &["export", "--out", name]);
        assert_eq!((exit, err), (Exit::Input, format!("kf: {name} is there already: give another name, or --force\n")));
    }
    let csv = fs::read_to_string(folder.path("a.csv")).unwrap();
    assert!(csv.starts_with("\u{feff}account,nickname,picture,worker\r\ntest1@test,客服1,,kfwx1\r\n"), "{csv:?}");
    assert_eq!(
        roster(&folder, &["export", "--out", "a.csv", "--force", "-q"]),
        (Exit::Ok, String::new(), String::new())
    );
    for account in ["test1@test", "test2@test", "test3@test"] {
        folder.kf(&["--sim", "account", "delete", account, "-q"]).ok();
    }
    let (exit, out, err) = roster(&folder, &["export"]);
    assert_eq!((exit, out.as_str()), (Exit::Partial, ""));
    assert_eq!(err, "kf: there are no accounts to export; kf account add prefix@suffix NICKNAME adds one\n");
}

#[test]
fn a_plan_shows_what_is_to_be_done_and_sends_nothing_but_the_question() {
    let (folder, _sim) = scene("roster-plan", "wish.csv", WISH);
    let (exit, out, err) = roster(&folder, &["plan", "wish.csv"]);
    let wanted = "+ night@test \"客服 Night\"\n\
         ~ night@test picture \"moon.jpg\"\n\
         > night@test invites kf_zhao_yun\n\
         ~ test1@test nickname \"客服1\" -> \"客服A\"\n\
         ! test1@test does not invite kf_wang_li: kfwx1 is bound to it; name them in the roster, or delete the account to add it anew\n\
         \x20 test2@test \"客服2\" is left alone: the roster does not name it\n\
         \x20 test3@test \"客服3\" is left alone: the roster does not name it\n\n\
         Plan: 1 to add, 1 to rename, 1 to give a picture, 1 to invite; 1 cannot be done; 2 accounts left alone.\n";
    assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Ok, wanted, ""));
    let (exit, out, err) = roster(&folder, &["plan", "wish.csv", "--prune", "--detailed-exitcode"]);
    assert_eq!((exit, err.as_str()), (Exit::Changes, ""));
    assert!(out.starts_with("- test2@test \"客服2\"\n- test3@test \"客服3\"\n+ night@test"), "{out}");
    // The order of rows changes nothing.
    let (head, rows) = WISH.split_once('\n').unwrap();
    let turned: Vec<_> = rows.lines().rev().collect();
    fs::write(folder.path("turned.csv"), format!("{head}\n{}\n", turned.join("\n"))).unwrap();
    assert_eq!(roster(&folder, &["plan", "turned.csv"]).1, wanted);
    let (_, out, _) = roster(&folder, &["plan", "wish.csv", "--json"]);
    let plan = json(&out);
    assert_eq!(
        plan["steps"][0],
        json!({ "account": "night@test", "line": 3, "change": "add", "nickname": "客服 Night" })
    );
    assert_eq!(plan["steps"][1]["change"], "set_picture");
    assert_eq!(
        plan["steps"][2],
        json!({ "account": "night@test", "line": 3, "change": "invite", "worker": "kf_zhao_yun" })
    );
    assert_eq!(
        plan["obstacles"],
        json!([{ "account": "test1@test", "line": 2, "reason": "bound_to_other", "worker": "kf_wang_li", "bound": "kfwx1" }])
    );
    assert_eq!(plan["left_alone"][1], json!({ "account": "test3@test", "nickname": "客服3", "can_be_named": true }));
    assert_eq!((&plan["present"], &plan["accounts"]), (&json!(1), &json!(3)));
    assert!(calls(&folder).iter().all(|(name, _)| matches!(&**name, "fetch_stable_token" | "list_accounts")));
}

#[test]
fn a_dry_run_shows_each_call_and_makes_none() {
    let (folder, _sim) = scene("roster-dry", "wish.csv", WISH);
    let dry = ["apply", "wish.csv", "--prune", "--dry-run"];
    let (exit, out, err) = roster(&folder, &dry);
    let wanted = "POST /customservice/kfaccount/del {\"kf_account\":\"test2@test\"}\n\
         POST /customservice/kfaccount/del {\"kf_account\":\"test3@test\"}\n\
         POST /customservice/kfaccount/add {\"kf_account\":\"night@test\",\"nickname\":\"客服 Night\"}\n\
         POST /customservice/kfaccount/uploadheadimg?kf_account=night@test the file moon.jpg\n\
         POST /customservice/kfaccount/inviteworker {\"kf_account\":\"night@test\",\"invite_wx\":\"kf_zhao_yun\"}\n\
         POST /customservice/kfaccount/update {\"kf_account\":\"test1@test\",\"nickname\":\"客服A\"}\n\
         ! test1@test does not invite kf_wang_li: kfwx1 is bound to it; name them in the roster, or delete the account to add it anew\n\
         6 calls would go out; none did but the one that lists; 1 cannot be done\n";
    assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Partial, wanted, ""));
    let (_, out, _) = roster(&folder, &[&dry[..], &["--json"]].concat());
    let shown = json(&out);
    assert_eq!(shown["calls"].as_array().unwrap().len(), 6);
    assert_eq!(shown["obstacles"][0]["reason"], "bound_to_other");
    assert_eq!((&shown["calls"][3]["method"], &shown["calls"][3]["picture"]), (&json!("POST"), &json!("moon.jpg")));
    assert!(calls(&folder).iter().all(|(name, _)| matches!(&**name, "fetch_stable_token" | "list_accounts")));
    // What it showed is what goes out, in an order in which each can be done.
    let (exit, ..) = roster(&folder, &["apply", "wish.csv", "--prune", "--yes", "--at-once", "1"]);
    assert_eq!(exit, Exit::Partial);
    let made: Vec<_> =
        calls(&folder).into_iter().map(|(name, _)| name).filter(|name| name != "list_accounts").collect();
    let order =
        ["delete_account", "delete_account", "add_account", "upload_picture", "invite_worker", "update_account"];
    assert_eq!(made[1..], order);
}

#[test]
fn all_that_is_wrong_with_a_file_is_told_before_any_call() {
    let text =
        row("reception_desk@test", "前台") + &row("a@test", "") + &row("a@test", "x") + "[[account]]\nacount = 1\n";
    let (folder, _sim) = scene("roster-wrong", "bad.toml", &text);
    let (exit, out, err) = roster(&folder, &["validate", "bad.toml"]);
    assert_eq!((exit, out.as_str()), (Exit::Input, ""));
    let lines: Vec<_> = err.lines().collect();
    assert!(lines[0].starts_with("kf: bad.toml: ") && lines[0].ends_with(" problems"), "{err}");
    assert_eq!(lines[0], format!("kf: bad.toml: {} problems", lines.len() - 1));
    for part in ["  line 2, column ", "at most 10", "  line 7", "  line 10", "acount"] {
        assert!(err.contains(part), "{part}: {err}");
    }
    for command in ["plan", "apply"] {
        assert_eq!(roster(&folder, &[command, "bad.toml"]), (Exit::Input, String::new(), err.clone()));
    }
    let (exit, out, _) = roster(&folder, &["validate", "bad.toml", "--json"]);
    let told = json(&out);
    assert_eq!(
        (exit, &told["file"], &told["valid"], &told["accounts"]),
        (Exit::Input, &json!("bad.toml"), &json!(false), &json!(0))
    );
    let problems = told["problems"].as_array().unwrap();
    assert_eq!(told["more"], 0);
    assert!(
        problems.len() == lines.len() - 1 && problems.iter().all(|it| it["line"].is_u64() && it["remedy"].is_string())
    );

    // Pictures that are not there are told together, with the lines.
    let text = format!(
        "{AS_IT_IS}picture = \"gone.jpg\"\n{}picture = \"also gone.jpg\"\n",
        row("b@test", "b").trim_end().to_owned() + "\n"
    );
    fs::write(folder.path("gone.toml"), text).unwrap();
    for command in [&["validate", "gone.toml"][..], &["plan", "gone.toml"], &["apply", "gone.toml", "--yes"]] {
        let (exit, out, err) = roster(&folder, command);
        assert_eq!((exit, out.as_str()), (Exit::Input, ""));
        assert!(
            err.starts_with("kf: gone.toml: 2 problems\n  line 15, column 11: picture: gone.jpg cannot be read: "),
            "{err}"
        );
        assert!(err.contains("\n  line 19, column 11: picture: also gone.jpg cannot be read: "), "{err}");
    }
    assert_eq!(calls(&folder), []);
    fs::write(folder.path("good.toml"), AS_IT_IS).unwrap();
    assert_eq!(roster(&folder, &["validate", "good.toml"]).1, "good.toml: 3 accounts, nothing is wrong\n");
    let told = json(&roster(&folder, &["validate", "good.toml", "--json"]).1);
    assert_eq!(told, json!({ "file": "good.toml", "valid": true, "accounts": 3, "problems": [], "more": 0 }));
}

#[test]
fn nothing_is_changed_where_nobody_can_be_asked() {
    let (folder, _sim) = scene("roster-asked", "wish.csv", WISH);
    let (exit, _, err) = roster(&folder, &["apply", "wish.csv"]);
    assert_eq!(exit, Exit::Usage);
    assert_eq!(err, "kf: nobody can be asked here whether to make these changes: give --yes to make them\n");
    let (exit, _, err) = roster(&folder, &["plan", "moon.jpg"]);
    assert_eq!(exit, Exit::Usage);
    assert_eq!(err, "kf: moon.jpg ends neither in .toml nor in .csv: give --format\n");
    assert!(calls(&folder).iter().all(|(name, _)| matches!(&**name, "fetch_stable_token" | "list_accounts")));
}

#[test]
fn it_is_applied_and_proved_and_what_is_left_is_told() {
    let (folder, _sim) = scene("roster-apply", "wish.csv", WISH);
    let (exit, out, err) = roster(&folder, &["apply", "wish.csv", "--prune", "--yes"]);
    assert_eq!((exit, err.as_str()), (Exit::Partial, ""));
    let told = out.split_once("\n\n").unwrap().1.split_once('\n').unwrap().1;
    assert_eq!(
        told,
        "6 of 6 steps done. The accounts are not yet as the roster says:\n\
         ! test1@test does not invite kf_wang_li: kfwx1 is bound to it; name them in the roster, or delete the account to add it anew\n\n\
         Nothing can be done; 1 cannot be done.\n"
    );
    // Without what cannot be done it is as wanted, which the second run shows.
    fs::write(folder.path("wish.csv"), WISH.replace("kf_wang_li", "kfwx1").replace("客服A", "客服B")).unwrap();
    let (exit, out, err) = roster(&folder, &["apply", "wish.csv", "--prune", "--yes"]);
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
    assert!(out.ends_with("\n1 of 1 step done. The accounts are as the roster says.\n"), "{out}");
    let (exit, out, _) = roster(&folder, &["apply", "wish.csv", "--prune", "--yes", "--json"]);
    assert_eq!((exit, json(&out)), (Exit::Ok, json!({ "steps": [], "check": { "check": "reached" } })));
}

#[test]
fn a_step_that_fails_holds_up_no_other_and_is_told() {
    let text =
        AS_IT_IS.to_owned() + &row("a@test", "a") + &row("b@test", "b") + "worker = \"kf_bb\"\n" + &row("c@test", "c");
    let (folder, _sim) = scene("roster-failed", "r.toml", &text);
    folder.kf(&["sim", "fault", "errcode", "65404", "--endpoint", "add_account", "--times", "1"]).ok();
    let (exit, out, err) = roster(&folder, &["apply", "r.toml", "--yes", "--at-once", "1", "--json"]);
    assert_eq!(exit, Exit::Partial, "{out}");
    assert!(err.starts_with("kf: failed: + a@test \"a\": add_account: 65404 "), "{err}");
    assert!(err.contains("(rid "), "{err}");
    let report = json(&out);
    let outcomes: Vec<_> = report["steps"].as_array().unwrap().iter().map(|step| step["outcome"].clone()).collect();
    assert_eq!(outcomes, ["failed", "done", "done", "done"], "{report}");
    assert_eq!((&report["steps"][0]["code"], &report["check"]["check"]), (&json!(65404), &json!("differs")));
    assert_eq!(report["check"]["steps"][0]["account"], "a@test");
    // What would hit every call ends it.
    folder.kf(&["sim", "fault", "errcode", "65400", "--endpoint", "add_account", "--times", "1"]).ok();
    let (exit, out, _) = roster(&folder, &["apply", "r.toml", "--yes"]);
    assert_eq!(exit, Exit::Refused);
    assert!(
        out.contains(
            "\n0 of 1 step done, 1 failed. Given up, since all else would have failed too: add_account: 65400"
        ),
        "{out}"
    );
    assert_eq!(roster(&folder, &["apply", "r.toml", "--yes"]).0, Exit::Ok);
}

#[test]
fn a_lost_answer_is_no_proof_and_a_listing_is() {
    let text = AS_IT_IS.replace("客服1", "客服A");
    let (folder, _sim) = scene("roster-lost", "r.toml", &text);
    folder.kf(&["sim", "fault", "lose-answer", "--endpoint", "update_account"]).ok();
    let (exit, out, err) = roster(&folder, &["apply", "r.toml", "--yes"]);
    assert_eq!(exit, Exit::MayHaveActed, "{out}{err}");
    assert!(
        err.starts_with("kf: failed: ~ test1@test nickname \"客服1\" -> \"客服A\": update_account at 127.0.0.1:"),
        "{err}"
    );
    assert!(err.contains("an attempt may have acted"), "{err}");
    assert!(out.ends_with("0 of 1 step done, 1 failed. The accounts are as the roster says.\n"), "{out}");
    folder.kf(&["sim", "fault", "clear"]).ok();
    assert_eq!(roster(&folder, &["apply", "r.toml", "--yes"]).0, Exit::Ok);
}

/// A roster of so many accounts beside those of the default world, which begin at a number.
fn many(from: usize, count: usize) -> String {
    let mut text = AS_IT_IS.to_owned();
    for number in from..from + count {
        let _ = write!(text, "\n{}", row(&format!("n{number}@test"), &format!("客服 {number}")));
    }
    text
}
