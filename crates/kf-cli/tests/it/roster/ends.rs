//! How `kf roster` ends: without a reader, with bad pictures, for an app that may not do everything, refused at the first step.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::process::Stdio;

use kf_cli::{Env, Exit, Streams};
use rustix::process::Signal;

use serde_json::json;

use super::{AS_IT_IS, WISH, calls, json as parsed, roster, row, scene};
use crate::running::{Folder, send};
use crate::within::{Captured, Failing, args};

/// Runs the command where whoever reads the output has gone away.
fn unread(folder: &Folder, list: &[&str]) -> Exit {
    let variables = [("XDG_RUNTIME_DIR".into(), folder.path("run").into())];
    let user = Some(rustix::process::geteuid().as_raw());
    let env = Env::new(variables, folder.path(""), folder.path(""), user, std::process::id());
    let mut streams = Streams::new(Failing(ErrorKind::BrokenPipe), Captured::default(), false);
    kf_cli::run(args(list), &env, &mut streams)
}

#[test]
fn a_reader_that_has_gone_away_decides_nothing() {
    let text = AS_IT_IS.to_owned() + &row("a@test", "a") + &row("b@test", "b");
    let (folder, _sim) = scene("roster-unread", "r.toml", &text);
    let plan = ["--sim", "roster", "plan", "r.toml", "--detailed-exitcode"];
    assert_eq!(unread(&folder, &plan), Exit::Changes);
    assert_eq!(unread(&folder, &["--sim", "roster", "apply", "r.toml", "--yes"]), Exit::Ok);
    let added = calls(&folder).iter().filter(|(name, errcode)| name == "add_account" && *errcode == 0).count();
    assert_eq!(added, 2);
    assert_eq!(unread(&folder, &plan), Exit::Ok);
    fs::write(folder.path("wish.csv"), WISH).unwrap();
    assert_eq!(unread(&folder, &["--sim", "roster", "apply", "wish.csv", "--yes"]), Exit::Partial);
    assert_eq!(unread(&folder, &["validate", "account", "bad name"]), Exit::Input);
    assert_eq!(unread(&folder, &["--sim", "account", "list"]), Exit::Ok);
    assert_eq!(unread(&folder, &["sim", "log", "--follow"]), Exit::Ok);
}

#[test]
fn pictures_that_the_platform_would_not_take_are_told_with_all_else() {
    let (folder, _sim) = scene("roster-pictures", "r.toml", "");
    fs::create_dir(folder.path("folder")).unwrap();
    fs::write(folder.path("text.jpg"), "no picture").unwrap();
    fs::write(folder.path("big.jpg"), [&[0xFF, 0xD8, 0xFF][..], &vec![0; 5 * 1024 * 1024]].concat()).unwrap();
    let mut command = std::process::Command::new("mkfifo");
    assert!(command.arg(folder.path("pipe.jpg")).status().unwrap().success());
    let mut text = String::from("account,nickname,picture\n");
    for (index, picture) in ["folder", "text.jpg", "big.jpg", "pipe.jpg", "/dev/zero", "moon.jpg"].iter().enumerate() {
        text += &format!("p{index}@test,n,{picture}\n");
    }
    text += "reception_desk@test,n,gone.jpg\n";
    fs::write(folder.path("p.csv"), text).unwrap();
    let wanted = "kf: p.csv: 7 problems\n  \
        line 2, column 11: picture: folder is no file; name a JPEG\n  \
        line 3, column 11: picture: text.jpg is no JPEG; the platform takes no other picture, so convert it\n  \
        line 4, column 11: picture: big.jpg has more than 5242880 bytes; make it smaller\n  \
        line 5, column 11: picture: pipe.jpg is no file; name a JPEG\n  \
        line 6, column 11: picture: /dev/zero is no file; name a JPEG\n  \
        line 8, column 1: account: ";
    for list in [&["validate", "p.csv"][..], &["plan", "p.csv"], &["apply", "p.csv", "--yes"]] {
        let (exit, out, err) = roster(&folder, list);
        assert_eq!((exit, out.as_str()), (Exit::Input, ""), "{err}");
        assert!(err.starts_with(wanted), "{err}");
        assert!(err.contains("\n  line 8, column 23: picture: gone.jpg cannot be read: "), "{err}");
    }
    let told = parsed(&roster(&folder, &["validate", "p.csv", "--json"]).1);
    let told = &told["problems"][0];
    let picture =
        json!({ "line": 2, "column": 11, "field": "picture", "what": "folder is no file", "remedy": "name a JPEG" });
    assert_eq!(*told, picture);
    assert_eq!(calls(&folder), []);
}

#[test]
fn of_many_problems_it_is_told_how_many_more_there_are() {
    let (folder, _sim) = scene("roster-many", "r.toml", "");
    let rows: String = (0..300).map(|index| format!("bad name {index}@test,n\n")).collect();
    fs::write(folder.path("m.csv"), format!("account,nickname\n{rows}")).unwrap();
    let (exit, _, err) = roster(&folder, &["validate", "m.csv"]);
    let count: usize = err.split_once("m.csv: ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    assert!(exit == Exit::Input && count >= 300, "{err}");
    assert_eq!(err.lines().last().unwrap(), format!("  and {} more", count - 200));
    let told = parsed(&roster(&folder, &["validate", "m.csv", "--json"]).1);
    assert_eq!((told["problems"].as_array().unwrap().len(), &told["more"]), (200, &json!(count - 200)));
}

#[test]
fn what_a_mini_program_may_not_call_cannot_be_done() {
    let (folder, _sim) = scene("roster-program", "r.toml", "");
    let world = kf_sim::parse(kf_sim::DEFAULT).unwrap();
    let program = world.apps.iter().find(|app| app.kind == kf_sim::AppKind::MiniProgram);
    let app = program.unwrap().app_id.as_str();
    fs::write(folder.path("y.csv"), "account,nickname,picture,worker\ny@testmini,New,moon.jpg,\n").unwrap();
    let (exit, out, err) = roster(&folder, &["plan", "y.csv", "--app-id", app, "--json"]);
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{out}");
    let plan = parsed(&out);
    let calls: Vec<_> = plan["obstacles"].as_array().unwrap().iter().map(|it| it["call"].clone()).collect();
    let steps: Vec<_> = plan["steps"].as_array().unwrap().iter().map(|it| it["change"].clone()).collect();
    assert_eq!((&*steps, &*calls), (&[json!("add")][..], &[json!("upload_picture")][..]), "{plan}");
    let (_, out, _) = roster(&folder, &["plan", "y.csv", "--app-id", app]);
    assert!(out.contains("! y@testmini is given no picture: upload_picture may not be called: "), "{out}");
}

#[test]
fn refused_at_the_first_step_it_ends_as_any_refusal() {
    let text = AS_IT_IS.to_owned() + &row("a@test", "a") + &row("b@test", "b");
    let (folder, _sim) = scene("roster-refused", "r.toml", &text);
    for (code, wanted) in [("45009", Exit::Refused), ("40164", Exit::Credentials)] {
        folder.kf(&["sim", "fault", "errcode", code, "--endpoint", "add_account"]).ok();
        let (exit, out, _) = roster(&folder, &["apply", "r.toml", "--yes", "--at-once", "1"]);
        assert_eq!(exit, wanted, "{out}");
        folder.kf(&["sim", "fault", "clear"]).ok();
    }
    let (exit, out, err) = roster(&folder, &["apply", "r.toml", "--yes", "--quiet"]);
    assert_eq!((exit, out.as_str(), err.as_str()), (Exit::Ok, "", ""));
}

#[test]
fn a_second_ctrl_c_ends_it_at_once_and_says_that_calls_may_have_acted() {
    let text = AS_IT_IS.to_owned() + &row("a@test", "a") + &row("b@test", "b");
    let (folder, _sim) = scene("roster-twice", "r.toml", &text);
    folder.kf(&["sim", "fault", "delay", "600000", "--endpoint", "add_account"]).ok();
    let mut command = folder.command(&["--sim", "roster", "apply", "r.toml", "--yes", "--at-once", "1"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while !calls(&folder).iter().any(|(name, _)| name == "add_account") {}
    let mut err = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    send(&child, Signal::INT);
    let said = err.next().unwrap();
    assert!(said.starts_with("kf: stopping; calls in flight are waited for: 1; Ctrl-C again ends at once"), "{said}");
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(8));
    let said = err.next().unwrap();
    assert!(said.starts_with("kf: ended at once; 1 call was in flight and may have acted"), "{said}");
}
