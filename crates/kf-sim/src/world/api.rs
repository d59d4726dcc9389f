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
        self.delete(call, request)
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
        Ok(wire::ListAccountsAnswer { kf_list: self.rows(call, request.business_id)? })
    }

    fn list_online_accounts(
        &mut self,
        call: &Call,
        request: wire::ListOnlineAccounts,
    ) -> Result<wire::ListOnlineAccountsAnswer<'_>, Refused> {
        Ok(wire::ListOnlineAccountsAnswer { kf_online_list: self.online_rows(call, request.business_id)? })
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

    fn set_admin(&mut self, call: &Call, request: wire::SetAdmin) -> Result<(), Refused> {
        self.make_admin(call, request)
    }

    fn cancel_admin(&mut self, call: &Call, request: wire::CancelAdmin) -> Result<(), Refused> {
        self.unmake_admin(call, request)
    }

    fn register_business(
        &mut self,
        call: &Call,
        request: wire::RegisterBusiness,
    ) -> Result<wire::RegisterBusinessAnswer, Refused> {
        self.register(call, request)
    }

    fn update_business(&mut self, call: &Call, request: wire::UpdateBusiness) -> Result<(), Refused> {
        self.change_business(call, request)
    }

    fn find_business(
        &mut self,
        call: &Call,
        request: wire::FindBusiness,
    ) -> Result<wire::FindBusinessAnswer<'_>, Refused> {
        self.business_by_id(call, request)
    }

    fn find_business_by_name(
        &mut self,
        call: &Call,
        request: wire::FindBusinessByName,
    ) -> Result<wire::FindBusinessByNameAnswer<'_>, Refused> {
        self.business_by_name(call, request)
    }

    fn list_businesses(
        &mut self,
        call: &Call,
        request: wire::ListBusinesses,
    ) -> Result<wire::ListBusinessesAnswer<'_>, Refused> {
        self.businesses(call, request)
    }

    fn start_ticket_push(&mut self, call: &Call, request: wire::StartTicketPush) -> Result<(), Refused> {
        self.start_tickets(call, request)
    }

    fn fetch_component_token(
        &mut self,
        call: &Call,
        request: wire::FetchComponentToken,
    ) -> Result<wire::FetchComponentTokenAnswer<'_>, Refused> {
        self.component_token(call, request)
    }

    fn create_preauth_code(
        &mut self,
        call: &Call,
        request: wire::CreatePreauthCode,
    ) -> Result<wire::CreatePreauthCodeAnswer<'_>, Refused> {
        self.preauth_code(call, request)
    }

    fn redeem_authorization(
        &mut self,
        call: &Call,
        request: wire::RedeemAuthorization,
    ) -> Result<wire::RedeemAuthorizationAnswer<'_>, Refused> {
        self.redeem(call, request)
    }

    fn refresh_authorizer_token(
        &mut self,
        call: &Call,
        request: wire::RefreshAuthorizerToken,
    ) -> Result<wire::RefreshAuthorizerTokenAnswer<'_>, Refused> {
        self.refresh_merchant(call, request)
    }

    fn show_authorizer(
        &mut self,
        call: &Call,
        request: wire::ShowAuthorizer,
    ) -> Result<wire::ShowAuthorizerAnswer<'_>, Refused> {
        self.authorizer(call, request)
    }

    fn reset_quota(&mut self, call: &Call, request: wire::ResetQuota) -> Result<(), Refused> {
        self.reset_all(call, request)
    }

    fn reset_quota_by_secret(&mut self, call: &Call, request: wire::ResetQuotaBySecret) -> Result<(), Refused> {
        self.reset_all_by_secret(call, request)
    }

    fn reset_path_quota(&mut self, call: &Call, request: wire::ResetPathQuota) -> Result<(), Refused> {
        self.reset_path(call, request)
    }

    fn show_quota(&mut self, call: &Call, request: wire::ShowQuota) -> Result<wire::ShowQuotaAnswer, Refused> {
        self.quota_of(call, request)
    }

    fn show_request(
        &mut self,
        call: &Call,
        request: wire::ShowRequest,
    ) -> Result<wire::ShowRequestAnswer<'_>, Refused> {
        self.request_of(call, request)
    }

    fn list_api_addresses(
        &mut self,
        call: &Call,
        request: wire::ListApiAddresses,
    ) -> Result<wire::ListApiAddressesAnswer, Refused> {
        self.api_addresses(call, request)
    }

    fn list_callback_addresses(
        &mut self,
        call: &Call,
        request: wire::ListCallbackAddresses,
    ) -> Result<wire::ListCallbackAddressesAnswer, Refused> {
        self.callback_addresses(call, request)
    }

    fn upload_media(
        &mut self,
        call: &Call,
        request: wire::UploadMedia,
    ) -> Result<wire::UploadMediaAnswer<'_>, Refused> {
        self.keep_medium(call, request)
    }

    fn fetch_media(
        &mut self,
        call: &Call,
        request: wire::FetchMedia,
    ) -> Result<crate::content::FileOr<wire::FetchMediaAnswer<'_>>, Refused> {
        self.medium(call, request)
    }

    fn send_message(&mut self, call: &Call, request: wire::SendMessage) -> Result<(), Refused> {
        self.send_as_account(call, request)
    }

    fn send_program_message(&mut self, call: &Call, request: wire::SendProgramMessage) -> Result<(), Refused> {
        self.send_as_program(call, request)
    }

    fn send_business_message(&mut self, call: &Call, request: wire::SendBusinessMessage) -> Result<(), Refused> {
        self.send_as_business(call, request)
    }

    fn set_typing(&mut self, call: &Call, request: wire::SetTyping) -> Result<(), Refused> {
        self.type_as_account(call, request)
    }

    fn set_program_typing(&mut self, call: &Call, request: wire::SetProgramTyping) -> Result<(), Refused> {
        self.type_as_program(call, request)
    }

    fn show_work(&mut self, call: &Call, request: wire::ShowWork) -> Result<wire::ShowWorkAnswer<'_>, Refused> {
        self.work(call, request)
    }

    fn bind_work(&mut self, call: &Call, request: wire::BindWork) -> Result<(), Refused> {
        self.bind(call, request)
    }

    fn unbind_work(&mut self, call: &Call, request: wire::UnbindWork) -> Result<(), Refused> {
        self.unbind(call, request)
    }
}
