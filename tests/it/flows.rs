//! How people use it, from end to end, through each door.

use kf_model::records::Record;
use kf_model::values::InviteStatus;
use kf_model::{ErrCode, KfAccount, Nickname, OpenId, WechatId};
use kf_sim::{Deed, Done, Effect, Fault};

use super::doors::Door;

fn act(door: &Door, deed: &Deed) -> Done {
    door.platform.act(None, deed).unwrap()
}

/// A worker joins: the account is added, the person invited; they accept, and go online.
#[tokio::test]
async fn a_worker_is_brought_on_board() {
    for door in Door::all().await {
        let (client, name) = (door.client(), door.name);
        let account: KfAccount = "fresh@test".parse().unwrap();
        let (nickname, person): (Nickname, WechatId) = ("客服新".parse().unwrap(), "somebody".parse().unwrap());
        client.add_account(&account, &nickname).await.unwrap();
        let again = client.add_account(&account, &nickname).await.unwrap_err();
        assert_eq!(again.errcode(), Some(ErrCode::ACCOUNT_EXISTS), "{name}");
        client.invite_worker(&account, &person).await.unwrap();
        let row = || async {
            let rows = client.list_accounts().await.unwrap().kf_list;
            rows.into_iter().find(|row| row.kf_account == account).unwrap()
        };
        let invited = row().await;
        assert_eq!(invited.invite_wx.as_deref(), Some("somebody"), "{name}");
        assert_eq!(invited.invite_status, Some(InviteStatus::Waiting), "{name}");
        act(&door, &Deed::Accept { wechat_id: "somebody".into() });
        assert_eq!(row().await.kf_wx.as_deref(), Some("somebody"), "{name}");
        let online = || async {
            let rows = client.list_online_accounts().await.unwrap().kf_online_list;
            rows.into_iter().any(|row| row.kf_account == account)
        };
        assert!(!online().await, "{name}");
        act(&door, &Deed::Online { kf_account: account.to_string(), status: None });
        assert!(online().await, "{name}");
        client.update_account(&account, &"客服老".parse().unwrap()).await.unwrap();
        assert_eq!(row().await.kf_nick, "客服老", "{name}");
        client.delete_account(&account).await.unwrap();
        assert_eq!(client.list_accounts().await.unwrap().kf_list.len(), 3, "{name}");
    }
}

/// A customer follows, writes and waits; a worker takes and answers; the session is handed to another customer.
#[tokio::test]
async fn a_customer_has_a_day() {
    for door in Door::all().await {
        let (client, name) = (door.client(), door.name);
        let openid = act(&door, &Deed::Follow { openid: None }).openid.unwrap();
        let customer: OpenId = openid.parse().unwrap();
        let account = "test1@test".to_owned();
        let waits = client.waiting().await.unwrap().count;
        act(&door, &Deed::Say { openid: openid.clone(), text: "有人吗".into() });
        let queue = client.waiting().await.unwrap();
        assert_eq!((queue.count, queue.missing()), (waits + 1, 0), "{name}");
        assert!(queue.customers.iter().any(|row| row.openid == openid), "{name}");
        act(&door, &Deed::Take { kf_account: account.clone(), openid: Some(openid.clone()) });
        let found = client.find_session(&customer).await.unwrap();
        assert_eq!(found.kf_account.as_str(), account, "{name}");
        door.later(60);
        act(&door, &Deed::Say { openid: openid.clone(), text: "你好 \"1\"".into() });
        act(
            &door,
            &Deed::Answer { kf_account: account.clone(), openid: openid.clone(), text: "您好 \\ \u{1F600}".into() },
        );
        client.close_session(account.as_str(), &customer).await.unwrap();
        let gone = client.close_session(account.as_str(), &customer).await.unwrap_err();
        assert_eq!(gone.errcode(), Some(ErrCode::SESSION_NOT_FOUND), "{name}");
        client.create_session(account.as_str(), &customer).await.unwrap();
        let served = client.list_sessions(account.as_str()).await.unwrap().sessionlist;
        assert!(served.iter().any(|session| session.openid == openid), "{name}");

        let now = door.platform.look(kf_sim::World::now);
        let mut texts = Vec::new();
        let mut records = client.records(now - 3 * 86_400, now).with_page(2);
        while let Some(record) = door.run(records.next()).await {
            let Record { openid: who, text, .. } = record.unwrap();
            texts.extend((who == openid).then_some(text));
        }
        for said in ["你好 \"1\"", "您好 \\ \u{1F600}"] {
            assert_eq!(texts.iter().filter(|text| *text == said).count(), 1, "{name}: {texts:?}");
        }
    }
}

/// Everything is taken down again while answers are lost all the time; what is told is true at the end.
#[tokio::test]
async fn cleaning_up_survives_lost_answers() {
    for effect in [Effect::LoseAnswer, Effect::Cut, Effect::Reset, Effect::Status(502), Effect::Errcode(-1)] {
        for door in Door::all().await {
            let (client, what) = (door.client(), format!("{}, {effect:?}", door.name));
            let customer: OpenId = super::scene::SERVED.parse().unwrap();
            client.list_accounts().await.unwrap();
            for endpoint in ["close_session", "delete_account", "list_accounts", "add_account"] {
                door.platform.fault(Fault::new(effect.clone()).on(endpoint).times(2)).unwrap();
            }
            door.run(client.close_session("test1@test", &customer)).await.expect(&what);
            let rows = door.run(client.list_accounts()).await.expect(&what).kf_list;
            for row in &rows {
                door.run(client.delete_account(row.kf_account.clone())).await.expect(&what);
            }
            assert!(door.platform.look(|world| world.apps[0].accounts.is_empty()), "{what}");
            let (account, nickname) = ("test1@test".parse().unwrap(), "再来".parse().unwrap());
            door.run(client.add_account(&account, &nickname)).await.expect(&what);
            let rows = door.run(client.list_accounts()).await.expect(&what).kf_list;
            assert_eq!(rows.iter().map(|row| row.kf_nick.as_str()).collect::<Vec<_>>(), ["再来"], "{what}");
        }
    }
}
