//! A world as text.

use kf_sim::{Platform, SimTransport, parse, print};

#[test]
fn the_default_scenario_is_saved_as_it_was_read() {
    let platform = Platform::default();
    let (saved, _) = platform.save();
    let text = print(&saved);
    let again = parse(&text).unwrap();
    assert_eq!(print(&again), text, "what was saved loads, and is saved as the same");
    assert!(text.contains("kf_account = \"test1@test\""), "{text}");
    assert_eq!(SimTransport::default().platform().look(|world| world.apps.len()), 2);
}
