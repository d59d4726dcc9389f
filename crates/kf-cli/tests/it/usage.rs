//! Arguments that are not what they should be, and help.

use std::io::ErrorKind;
use std::sync::mpsc;
use std::thread;

use kf_cli::{Exit, Streams};

use crate::running::Folder;
use crate::within::{Captured, Failing, args, env, run, run_in};

#[test]
fn wrong_arguments_end_with_2_and_say_what_would_be_right() {
    let cases: [(&[&str], &str); 17] = [
        (&[], "Usage: kf [OPTIONS] <COMMAND>"),
        (&["sin"], "tip: a similar subcommand exists: 'sim'"),
        (&["sim", "foll"], "tip: a similar subcommand exists: 'follow'"),
        (&["sim", "say", "oA"], "<TEXT|--image <FILE>|"),
        (&["sim", "tap", "oA"], "Usage: kf sim tap <OPENID> <ENTRY>"),
        (&["sim", "tap", "oA", "1", "--menu", "KEY"], "cannot be used with"),
        (&["sim", "--listen", "9180"], "write an address and a port, such as 127.0.0.1:9180"),
        (&["sim", "--listen", "127.0.0.1:0", "clock"], "cannot be used with"),
        (&["sim", "advance", "90"], "write a number with s, m, h or d, such as 90s or 1h30m"),
        (&["sim", "clock", "slow"], "[possible values: manual, real]"),
        (&["sim", "fault"], "Usage: kf sim fault"),
        (&["sim", "authorize", "--sets", "one"], "invalid value 'one' for '--sets <SETS>'"),
        (&["sim", "scenario", "other"], "[possible values: default, merchants]"),
        (&["sim", "fault", "status", "99"], "99 is not in 200..=599"),
        (&["sim", "fault", "--probability", "2", "cut"], "write a number from 0 to 1"),
        (&["sim", "fault", "--seed", "2", "cut"], "give --probability too"),
        (&["sim", "fault", "--times", "2", "clear"], "leave --endpoint, --app and the others out"),
    ];
    for (list, remedy) in cases {
        let (exit, out, err) = run(list);
        assert_eq!((exit, exit.code(), out.as_str()), (Exit::Usage, 2, ""), "{list:?}: {err}");
        assert!(err.contains(remedy), "{list:?}: {err}");
    }
}

#[test]
fn help_is_output() {
    let (exit, out, err) = run(&["--help"]);
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""));
    assert!(out.contains("Exit codes:") && out.contains("sim"), "{out}");
    let (exit, out, _) = run(&["sim", "--help"]);
    assert_eq!(exit, Exit::Ok);
    let commands = "follow say leave tap scan pay enter block unblock accept reject online offline take answer handover \
        close confirm-ip refuse-ip authorize withdraw ticket advance clock fault reset log world settings scenario";
    for command in commands.split_whitespace() {
        assert!(out.contains(&format!("\n  {command} ")), "{command}: {out}");
        let (exit, out, err) = run(&["sim", command, "--help"]);
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""), "{command}");
        assert!(out.contains(&format!("Usage: kf sim {command}")), "{out}");
    }
    assert_eq!(run(&["--version"]).1, format!("kf {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_needs_no_simulator_works_without() {
    let (exit, out, _) = run(&["sim", "settings"]);
    assert_eq!(exit, Exit::Ok);
    // It is a scenario as it stands.
    assert_eq!(kf_sim::parse(&out).unwrap().settings, kf_sim::Settings::default());
    assert!(kf_sim::Settings::list().iter().all(|setting| out.contains(&format!("\n{} = ", setting.name))), "{out}");
    let json: serde_json::Value = serde_json::from_str(&run(&["sim", "settings", "--json"]).1).unwrap();
    assert_eq!(json["settings"].as_array().unwrap().len(), kf_sim::Settings::list().len());
    let (exit, _, err) = run(&["sim", "clock"]);
    assert_eq!(exit, Exit::NoAnswer);
    assert!(err.contains("no simulator was found") && err.contains("or give --url"), "{err}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_disk_is_one() {
    let env = env(std::path::PathBuf::new());
    for (kind, expected) in [(ErrorKind::BrokenPipe, Exit::Ok), (ErrorKind::StorageFull, Exit::Failed)] {
        for list in [&["sim", "scenario"][..], &["--help"]] {
            let err = Captured::default();
            let exit = kf_cli::run(args(list), &env, &mut Streams::new(Failing(kind), err.clone(), false));
            assert_eq!((exit, err.text().is_empty()), (expected, expected == Exit::Ok));
        }
    }
}

#[test]
fn it_serves_within_another_program() {
    let folder = Folder::new("within");
    let path = folder.path("");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let (ready, wait) = mpsc::channel();
    let server = thread::spawn(move || {
        let err = Captured::default();
        let out = Lines(ready);
        let until = || Ok(Box::pin(async { drop(stopped.await) }) as kf_cli::Stop);
        let mut streams = Streams::new(out, err.clone(), false).until(until);
        let exit = kf_cli::run(args(&["sim", "--listen", "127.0.0.1:0"]), &env(path), &mut streams);
        (exit, err.text())
    });
    let text: String = wait.recv().unwrap();
    assert!(text.starts_with("kf sim is ready at http://127.0.0.1:"), "{text}");
    let env = env(folder.path(""));
    assert_eq!(run_in(&env, &["sim", "follow", "oIn"], false), (Exit::Ok, "oIn follows\n".to_owned(), String::new()));
    stop.send(()).unwrap();
    assert_eq!(server.join().unwrap(), (Exit::Ok, String::new()));
    assert_eq!(run_in(&env, &["sim", "clock"], false).0, Exit::NoAnswer);
}

/// Sends on what is written.
struct Lines(mpsc::Sender<String>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = self.0.send(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
