//! Completions and the manual.

use std::fs;

use kf_cli::Exit;

use crate::running::Folder;
use crate::within::{env, run, run_in};

#[test]
fn every_shell_has_completions_of_every_command() {
    let top: Vec<String> = commands(&run(&["--help"]).1);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (exit, out, err) = run(&["completions", shell]);
        assert_eq!((exit, err.as_str()), (Exit::Ok, ""));
        assert!(top.iter().all(|command| out.contains(command.as_str())), "{shell}");
        assert!(out.contains("nickname") && out.contains("secret-file"), "{shell}");
    }
    let (exit, _, err) = run(&["completions", "tcsh"]);
    assert_eq!(exit, Exit::Usage);
    assert!(err.contains("[possible values: bash, elvish, fish, powershell, zsh]"), "{err}");
}

#[test]
fn the_manual_has_a_page_a_command() {
    let folder = Folder::new("manual");
    let env = env(folder.path(""));
    let (exit, out, err) = run_in(&env, &["man", "--out", "pages/man1"], false);
    assert_eq!((exit, err.as_str()), (Exit::Ok, ""));
    let mut pages: Vec<_> = fs::read_dir(folder.path("pages/man1")).unwrap().map(|page| page.unwrap()).collect();
    pages.sort_by_key(fs::DirEntry::file_name);
    assert!(out.starts_with(&format!("wrote {} pages into ", pages.len())), "{out}");
    for command in commands(&run(&["--help"]).1) {
        let page = fs::read_to_string(folder.path(&format!("pages/man1/kf-{command}.1"))).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
        // The same page comes out alone.
        assert_eq!(run(&["man", &command]).1, page);
    }
    let page = fs::read_to_string(folder.path("pages/man1/kf-account-add.1")).unwrap();
    assert_eq!(run(&["man", "account", "add"]).1, page);
    let (page, help) = (run(&["man"]).1, run(&["--help"]).1);
    assert!(page.contains("Exit codes:") && page.contains(".SH ENVIRONMENT\n") && page.contains(".SH FILES\n"));
    for name in ["KF_APP_ID", "KF_ACCESS_TOKEN", "KF_BASE_URL", "HTTPS_PROXY", "/kf/config.toml"] {
        assert!(page.contains(name) && help.contains(name), "{name}");
    }
    let (exit, _, err) = run(&["man", "account", "ad"]);
    assert_eq!((exit, err.as_str()), (Exit::Usage, "kf: there is no command ad; kf help lists all\n"));
    fs::write(folder.path("file"), "").unwrap();
    let (exit, _, err) = run_in(&env, &["man", "--out", "file"], false);
    assert!(exit == Exit::Failed && err.contains("file cannot be written"), "{err}");
}

/// The commands of a help.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}
