//! The five pages against the simulated platform: what they show is accepted, and what they list comes.

use kf_model::{ErrCode, Method};
use serde_json::{Value, json};

use super::super::errcodes::produced;
use super::super::scene::{SERVED, Scene, json_of};
use super::{OK, ROW, Wire, pages};

/// A call as its page shows it, in a world where the names of its sample fit.
fn as_shown(name: &str, sample: Option<&str>) -> Scene {
    let mut scene = Scene::new(name);
    if let Some(sample) = sample {
        scene.body = serde_json::from_str(sample).unwrap();
    }
    scene.app(|app| {
        // What a sample adds is not there yet, and its customer is the one who is served.
        app.accounts.retain(|account| name != "add_account" || account.kf_account != "test1@test");
        if let Some(customer) = app.customers.get(SERVED).cloned() {
            app.customers.insert("OPENID".into(), customer);
        }
    });
    scene
}

#[test]
fn calls_as_the_pages_show_them_are_accepted() {
    for page in pages() {
        let scene = as_shown(page.name, page.sample);
        let path = page.call.split_once("https://api.weixin.qq.com").unwrap().1.split_once('?').unwrap().0;
        let ours = format!("{} {}", scene.method, scene.spec.path);
        assert_eq!(ours, format!("{} {path}", page.call.split(' ').next().unwrap()), "page {}", page.seed);
        let reply = scene.send();
        assert_eq!(reply.status, 200, "page {}", page.seed);
        let answer = json_of(&reply);
        for field in page.answer {
            assert_eq!(Wire::of(&answer[field.name]), Some(field.wire), "page {}: {}", page.seed, field.name);
        }
        assert_eq!(answer.as_object().unwrap().len(), page.answer.len(), "page {}: nothing more", page.seed);
        if page.erratum.is_none() {
            assert_eq!(answer, serde_json::from_str::<Value>(page.sample_answer).unwrap(), "page {}", page.seed);
            assert_eq!(page.sample_answer, OK);
        }
        assert!((page.read)(&answer.to_string()).is_ok(), "page {}: the client reads it", page.seed);
    }
}

#[test]
fn the_other_method_is_refused_unless_older_pages_show_it() {
    for page in pages() {
        let mut scene = as_shown(page.name, page.sample);
        let (other, refused) = if scene.method == Method::Get { (Method::Post, 43001) } else { (Method::Get, 43002) };
        scene.method = other;
        let errcode = if page.name == "delete_account" { 65401 } else { refused };
        assert_eq!(scene.errcode(), errcode, "page {}: a GET to delete has the account in its query", page.seed);
    }
}

#[test]
fn a_request_without_one_of_its_fields_is_refused() {
    for page in pages() {
        for field in page.body {
            let mut scene = as_shown(page.name, page.sample);
            scene.body.as_object_mut().unwrap().remove(field.name);
            let listed = page.codes.iter().any(|code| code.number == scene.errcode());
            assert!(listed, "page {} without {}: {}", page.seed, field.name, scene.errcode());
        }
    }
}

#[test]
fn codes_come_in_the_words_of_the_pages() {
    for page in pages() {
        for code in page.codes {
            let scene = produced(page.spec, ErrCode(code.number)).unwrap();
            let answer = json_of(&scene.send());
            let text = answer["errmsg"].as_str().unwrap();
            let (said, rid) = text.split_once(" rid: ").unwrap();
            assert_eq!((&answer["errcode"], said), (&json!(code.number), code.errmsg), "page {}", page.seed);
            assert_eq!(rid.split('-').map(str::len).collect::<Vec<_>>(), [8, 8, 8], "page {}: {rid}", page.seed);
        }
    }
}

#[test]
fn rows_of_the_listing_have_the_fields_of_page_004_and_no_other() {
    let scene = Scene::new("list_accounts");
    let mut invite = Scene::new("invite_worker");
    invite.platform = scene.platform.clone();
    invite.token.clone_from(&scene.token);
    assert_eq!(invite.errcode(), 0);
    let rows = json_of(&scene.send())["kf_list"].as_array().unwrap().clone();
    let bound = ["kf_account", "kf_headimgurl", "kf_id", "kf_nick", "kf_wx"];
    let invited =
        ["invite_expire_time", "invite_status", "invite_wx", "kf_account", "kf_headimgurl", "kf_id", "kf_nick"];
    for (row, names) in rows.iter().zip([&bound[..], &bound, &invited]) {
        let members = row.as_object().unwrap();
        assert_eq!(super::sorted(members.keys().map(String::as_str)), names);
        for (name, value) in members {
            // Real servers send these two as numbers, whatever the page says: API.md 1.7.
            let wire = if ["kf_id", "invite_expire_time"].contains(&&**name) { Wire::Number } else { Wire::Text };
            assert_eq!(Wire::of(value), Some(wire), "{name}");
            assert!(ROW.iter().any(|(known, _)| known == name), "{name}");
        }
    }
    assert_eq!(rows[2]["invite_status"], "waiting");
}
