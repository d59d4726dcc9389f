//! What a simulator starts from, and why it does not.

use std::fs;
use std::net::TcpListener;

use rustix::process::Signal;

use crate::running::{Folder, send};

const SIM: [&str; 3] = ["sim", "--listen", "127.0.0.1:0"];

#[test]
fn the_first_line_is_the_url_and_then_come_credentials_and_examples() {
    let folder = Folder::new("ready");
    let sim = folder.start(&SIM);
    let port = sim.url.strip_prefix("http://127.0.0.1:").unwrap();
    assert!(port.parse::<u16>().unwrap() > 0);
    for part in [
        "wx5ca1ab1e00c0ffee  0123456789abcdef0123456789abcdef  Test Account, test\n",
        "wxdecade00facade00  fedcba9876543210fedcba9876543210  Test Mini Program, testmini\n",
        "\n# curl:\n",
        "\n# Python, with nothing installed:\n",
        "\n# Node.js, 18 or newer:\n",
        "\n// Rust, with kf-client, kf-token, kf-transport and tokio",
        "StableToken::new(wire.clone(), \"wx5ca1ab1e00c0ffee\".parse()?, \"0123456789abcdef0123456789abcdef\");\n",
        "\nkf sim say oWaiting-5ca1ab1e00c0ffee004 hello\n",
    ] {
        assert!(sim.text.contains(part), "{part}: {}", sim.text);
    }
}

#[test]
fn a_scenario_is_read_and_its_mistakes_are_told_with_their_line() {
    let folder = Folder::new("scenario");
    let scenario = folder.kf(&["sim", "scenario"]).ok();
    assert_eq!(scenario, kf_sim::DEFAULT);
    fs::write(folder.path("own.toml"), scenario.replace("Test Account", "Own Account")).unwrap();
    let own = [&SIM[..], &["--scenario", "own.toml"]].concat();
    assert!(folder.start(&own).text.contains("Own Account"));

    fs::write(
        folder.path("bad.toml"),
        "[[app]]\napp_id = \"wx5ca1ab1e00c0ffee\"\nkind = \"official-account\"\nsecrit = \"a\"\n",
    )
    .unwrap();
    let err = folder.kf(&["sim", "--scenario", "bad.toml"]).failed(5);
    assert!(err.starts_with("kf: bad.toml: line 4: unknown field `secrit`"), "{err}");
    fs::write(folder.path("bad.toml"), scenario.replace("wxdecade00facade00", "wxnothex")).unwrap();
    let err = folder.kf(&["sim", "--scenario", "bad.toml"]).failed(5);
    assert!(err.contains("bad.toml: line ") && err.contains("write wx and 16 hexadecimal digits"), "{err}");
    let err = folder.kf(&["sim", "--scenario", "none.toml"]).failed(5);
    assert!(err.contains("none.toml cannot be read") && err.contains("`kf sim scenario` prints one"), "{err}");
}

#[test]
fn a_saved_world_goes_before_a_scenario() {
    let folder = Folder::new("saved");
    fs::write(folder.path("own.toml"), kf_sim::DEFAULT.replace("Test Account", "Own Account")).unwrap();
    let both = [&SIM[..], &["--state", "state.toml", "--scenario", "own.toml"]].concat();
    let sim = folder.start(&both);
    assert!(sim.text.contains("Own Account"));
    let (_, err) = sim.end(Signal::TERM);
    assert_eq!(err, "");
    fs::write(folder.path("own.toml"), kf_sim::DEFAULT.replace("Test Account", "Other Account")).unwrap();
    let sim = folder.start(&both);
    assert!(sim.text.contains("Own Account"));
    let (_, err) = sim.end(Signal::TERM);
    assert!(err.contains("state.toml holds a world, so --scenario is ignored; remove it to begin from"), "{err}");
}

#[test]
fn a_state_that_cannot_be_kept_is_refused() {
    let folder = Folder::new("unkept");
    fs::write(folder.path("real.toml"), kf_sim::DEFAULT).unwrap();
    std::os::unix::fs::symlink("real.toml", folder.path("link.toml")).unwrap();
    let err = folder.kf(&[&SIM[..], &["--state", "link.toml"]].concat()).failed(5);
    assert!(err.contains("link.toml is a symbolic link"), "{err}");
    fs::write(folder.path("broken.toml"), "[[app]\n").unwrap();
    let err = folder.kf(&[&SIM[..], &["--state", "broken.toml"]].concat()).failed(5);
    assert!(err.contains("broken.toml holds no world") && err.contains("line 1"), "{err}");
    let err = folder.kf(&[&SIM[..], &["--state", "no/such/folder.toml"]].concat()).failed(1);
    assert!(err.contains("no/such/folder.toml cannot be read or written"), "{err}");
    assert!(!folder.entry().exists());
}

#[test]
fn a_port_that_is_taken_is_told() {
    let folder = Folder::new("port");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let err = folder.kf(&["sim", "--listen", &address]).failed(1);
    assert!(err.contains(&format!("cannot listen on {address}; choose another port, or 0")), "{err}");
}

#[test]
fn the_certificate_to_trust_is_written_and_the_commands_trust_it() {
    let folder = Folder::new("tls");
    let sim = folder.start(&[&SIM[..], &["--tls", "its certificates"]].concat());
    assert!(sim.url.starts_with("https://127.0.0.1:"));
    let ca = folder.path("its certificates/ca.pem");
    let pem = fs::read_to_string(&ca).unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----") && pem.matches("-----BEGIN").count() == 1, "{pem}");
    assert!(sim.text.contains(&format!("curl -sS --cacert '{}' ", ca.display())), "{}", sim.text);
    folder.kf(&["sim", "clock"]).ok();
    let err = folder.kf(&["sim", "clock", "--url", &sim.url]).failed(3);
    assert!(err.contains("no trusted connection"), "{err}");
    folder.kf(&["sim", "clock", "--url", &sim.url, "--ca", "its certificates/ca.pem"]).ok();
}

#[test]
fn what_is_no_simulator_is_told() {
    let folder = Folder::new("no-sim");
    let err = folder.kf(&["sim", "clock", "--url", "http://127.0.0.1:1"]).failed(3);
    assert!(err.contains("no simulator answers at") && err.contains("start it, or mend --url"), "{err}");
    let err = folder.kf(&["sim", "clock", "--url", "ftp://user:canary@host"]).failed(2);
    assert!(err.starts_with("kf: --url: ") && !err.contains("canary"), "{err}");
    // Its calls are no interface of a simulator: the paths are not there.
    let sim = folder.start(&SIM);
    let err = folder.kf(&["sim", "clock", "--url", &format!("{}/elsewhere", sim.url)]).failed(3);
    assert!(err.contains("no `kf sim`") || err.contains("not that of a `kf sim`"), "{err}");
}

#[test]
fn it_serves_on_when_nobody_reads_what_it_prints() {
    let folder = Folder::new("unread");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut sim = folder.command(&SIM).stdout(writer).spawn().unwrap();
    while !folder.entry().exists() {
        assert_eq!(sim.try_wait().unwrap(), None);
    }
    folder.kf(&["sim", "clock"]).ok();
    send(&sim, Signal::TERM);
    assert_eq!(sim.wait().unwrap().code(), Some(0));
}
