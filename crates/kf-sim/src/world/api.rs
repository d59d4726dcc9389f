//! The calls of the platform: each takes its request apart and lets the world do it.

use std::borrow::Cow;

use super::World;
use super::tokens::Ask;
use crate::call::{Call, Refused};
use crate::generated::api::{self as wire, Api, Op};
use crate::settings::NoCreatetime;

impl Api for World {
    fn add_account(&mut self, call: &Call, request: wire::AddAccount) -> Result<(), Refused> {
        self.add(call, request)
    }

    fn update_account(&mut self, call: &Call, request: wire::UpdateAccount) -> Result<(), Refused> {
        self.update(call, request)
    }

    fn delete_account(&mut self, call: &Call, request: wire::DeleteAccount) -> Result<(), Refused> {
        self.delete(call, request.kf_account.as_deref())
    }

    fn upload_picture(&mut self, call: &Call, request: wire::UploadPicture) -> Result<(), Refused> {
        self.set_picture(call, request.kf_account.as_deref(), request.media)
    }

    fn invite_worker(&mut self, call: &Call, request: wire::InviteWorker) -> Result<(), Refused> {
        self.invite_to(call, request)
    }

    fn list_accounts(
        &mut self,
        call: &Call,
        request: wire::ListAccounts,
    ) -> Result<wire::ListAccountsAnswer<'_>, Refused> {
        Ok(wire::ListAccountsAnswer { kf_list: self.rows(call, request.business_id.as_deref()) })
    }

    fn list_online_accounts(
        &mut self,
        call: &Call,
        request: wire::ListOnlineAccounts,
    ) -> Result<wire::ListOnlineAccountsAnswer<'_>, Refused> {
        Ok(wire::ListOnlineAccountsAnswer { kf_online_list: self.online_rows(call, request.business_id.as_deref()) })
    }

    fn add_worker(&mut self, call: &Call, request: wire::AddWorker) -> Result<(), Refused> {
        self.add_by_wechat(call, request)
    }

    fn delete_worker(&mut self, call: &Call, request: wire::DeleteWorker) -> Result<(), Refused> {
        self.delete_by_openid(call, request)
    }

    fn create_session(&mut self, call: &Call, request: wire::CreateSession) -> Result<(), Refused> {
        self.open_session(call, request.kf_account.as_deref(), request.openid.as_deref())
    }

    fn close_session(&mut self, call: &Call, request: wire::CloseSession) -> Result<(), Refused> {
        self.end_session(call, request.kf_account.as_deref(), request.openid.as_deref())
    }

    fn find_session(
        &mut self,
        call: &Call,
        request: wire::FindSession,
    ) -> Result<wire::FindSessionAnswer<'_>, Refused> {
        let none = (self.settings.find_session_createtime == NoCreatetime::Zero).then_some(0);
        let session = self.session(call, request.openid.as_deref())?;
        Ok(wire::FindSessionAnswer {
            kf_account: session.map_or(Cow::Borrowed(""), |session| Cow::Borrowed(&session.kf_account)),
            createtime: session.map_or(none, |session| Some(session.since.seconds())),
        })
    }

    fn list_sessions(
        &mut self,
        call: &Call,
        request: wire::ListSessions,
    ) -> Result<wire::ListSessionsAnswer<'_>, Refused> {
        Ok(wire::ListSessionsAnswer { sessionlist: self.sessions(call, request.kf_account.as_deref())? })
    }

    fn list_waiting(&mut self, call: &Call, _: wire::ListWaiting) -> Result<wire::ListWaitingAnswer<'_>, Refused> {
        let (count, waitcaselist) = self.waiting(call);
        Ok(wire::ListWaitingAnswer { count, waitcaselist })
    }

    fn list_records(
        &mut self,
        call: &Call,
        request: wire::ListRecords,
    ) -> Result<wire::ListRecordsAnswer<'_>, Refused> {
        self.page(call, &request)
    }

    fn fetch_token(&mut self, call: &Call, request: wire::FetchToken) -> Result<wire::FetchTokenAnswer<'_>, Refused> {
        let app = self.admit(
            call,
            &Ask {
                op: Op::FetchToken,
                grant_type: request.grant_type.as_deref().unwrap_or_default(),
                app_id: request.appid.as_deref().unwrap_or_default(),
                secret: &request.secret.unwrap_or_else(|| "".into()),
                forced: false,
            },
        )?;
        let (token, seconds) = self.classic(app)?;
        Ok(wire::FetchTokenAnswer { access_token: &token.value, expires_in: Some(seconds) })
    }

    fn fetch_stable_token(
        &mut self,
        call: &Call,
        request: wire::FetchStableToken,
    ) -> Result<wire::FetchStableTokenAnswer<'_>, Refused> {
        let ask = Ask {
            op: Op::FetchStableToken,
            grant_type: request.grant_type.as_deref().unwrap_or_default(),
            app_id: request.appid.as_deref().unwrap_or_default(),
            secret: &request.secret.unwrap_or_else(|| "".into()),
            forced: request.force_refresh.unwrap_or_default(),
        };
        let app = self.admit(call, &ask)?;
        let (token, seconds) = self.stable(app, ask.forced)?;
        Ok(wire::FetchStableTokenAnswer { access_token: &token.value, expires_in: Some(seconds) })
    }
}
