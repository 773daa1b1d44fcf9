//! Every page and every form, and who may see it: the one place where that is said.

use actix_http::Method;

use super::console::workspaces::members;
use super::console::{
    account, apps, audit, clients, first_steps, home, invitation, keys, people, plans, products,
};
use super::console::{setup, sign_in, usage, workspaces};
use super::oauth::{Endpoint, endpoint, introspect, metadata, register, revoke, token};
use super::oauth::{authorize, consent};
use super::web::Route;
use super::web::Who::{Anyone, Member, Operator, SignedIn};
use super::web::route::{get, post};
use crate::accounts::people::Role::{Admin, Developer, Viewer};

/// The routes of the listener for people.
pub const ROUTES: &[Route] = &[
    get("/", Anyone, home::front),
    get("/console", SignedIn, home::page),
    post("/console/first-steps/close", Operator, first_steps::close),
    get("/console/setup", Anyone, setup::page),
    post("/console/setup", Anyone, setup::finish),
    get("/console/sign-in", Anyone, sign_in::page),
    post("/console/sign-in", Anyone, sign_in::sign_in),
    post("/console/sign-out", SignedIn, sign_in::sign_out),
    get("/console/invitations/{link}", Anyone, invitation::page),
    post("/console/invitations/{link}", Anyone, invitation::accept),
    get("/console/account", SignedIn, account::page),
    post("/console/account/password", SignedIn, account::change_password),
    post("/console/account/theme", SignedIn, account::choose_theme),
    post("/console/account/sessions/end", SignedIn, account::end_session),
    post("/console/account/sessions/end-others", SignedIn, account::end_others),
    post("/console/account/sessions/end-all", SignedIn, account::end_all),
    get("/oauth/authorize", Anyone, authorize::begin),
    get("/oauth/consent/{request}", SignedIn, consent::page),
    post("/oauth/consent/{request}", SignedIn, consent::decide),
    post("/console/account/apps/end", SignedIn, apps::end_own),
    get("/console/apps", Operator, apps::page),
    post("/console/apps/end", Operator, apps::end),
    get("/console/clients", Operator, clients::list),
    get("/console/clients/new", Operator, clients::new),
    post("/console/clients/new", Operator, clients::create),
    get("/console/clients/show", Operator, clients::detail),
    post("/console/clients/edit", Operator, clients::edit),
    post("/console/clients/rotate", Operator, clients::rotate),
    post("/console/clients/revoke", Operator, clients::revoke),
    get("/console/plans", Operator, plans::page),
    get("/console/audit", Operator, audit::page),
    get("/console/audit/export", Operator, audit::export),
    get("/console/people", Operator, people::list::page),
    get("/console/people/{person}", Operator, people::detail::page),
    post("/console/people/{person}/operator", Operator, people::detail::set_operator),
    post("/console/people/{person}/sessions/end", Operator, people::detail::end_sessions),
    post("/console/people/{person}/remove", Operator, people::detail::remove),
    get("/console/products", Operator, products::list::page),
    get("/console/products/{product}", Operator, products::detail::page),
    get("/console/products/{product}/test", Operator, products::tester::page),
    post("/console/products/{product}/test", Operator, products::tester::decide),
    get("/console/products/{product}/proxy", Operator, products::proxy::page),
    get("/console/workspaces", SignedIn, workspaces::list::page),
    get("/console/workspaces/new", Operator, workspaces::create::page),
    post("/console/workspaces/new", Operator, workspaces::create::create),
    get("/console/workspaces/{workspace}", Member(Viewer), workspaces::detail::page),
    post("/console/workspaces/{workspace}/plan", Operator, workspaces::detail::set_plan),
    post("/console/workspaces/{workspace}/resources", Operator, workspaces::detail::add_id),
    post(
        "/console/workspaces/{workspace}/resources/remove",
        Operator,
        workspaces::detail::remove_id,
    ),
    post("/console/workspaces/{workspace}/remove", Operator, workspaces::detail::remove),
    post("/console/workspaces/{workspace}/invitations", Member(Admin), members::invite),
    post("/console/workspaces/{workspace}/invitations/withdraw", Member(Admin), members::withdraw),
    get("/console/workspaces/{workspace}/members/{member}", Member(Admin), members::page),
    post("/console/workspaces/{workspace}/members/{member}/role", Member(Admin), members::set_role),
    post("/console/workspaces/{workspace}/members/{member}/remove", Member(Admin), members::remove),
    get("/console/workspaces/{workspace}/keys", Member(Viewer), keys::list),
    get("/console/workspaces/{workspace}/keys/new", Member(Developer), keys::new),
    post("/console/workspaces/{workspace}/keys/new", Member(Developer), keys::create),
    get("/console/workspaces/{workspace}/keys/{key}", Member(Viewer), keys::detail),
    get("/console/workspaces/{workspace}/keys/{key}/edit", Member(Developer), keys::edit_page),
    post("/console/workspaces/{workspace}/keys/{key}/edit", Member(Developer), keys::edit),
    post("/console/workspaces/{workspace}/keys/{key}/rotate", Member(Developer), keys::rotate),
    post("/console/workspaces/{workspace}/keys/{key}/finish", Member(Developer), keys::finish),
    post("/console/workspaces/{workspace}/keys/{key}/revoke", Member(Developer), keys::revoke),
    post("/console/workspaces/{workspace}/keys/{key}/restore", Member(Developer), keys::restore),
    get("/console/workspaces/{workspace}/apps", Member(Viewer), apps::page),
    post("/console/workspaces/{workspace}/apps/end", Member(Developer), apps::end),
    get("/console/workspaces/{workspace}/clients", Member(Admin), clients::list),
    get("/console/workspaces/{workspace}/clients/new", Member(Admin), clients::new),
    post("/console/workspaces/{workspace}/clients/new", Member(Admin), clients::create),
    get("/console/workspaces/{workspace}/clients/show", Member(Admin), clients::detail),
    post("/console/workspaces/{workspace}/clients/edit", Member(Admin), clients::edit),
    post("/console/workspaces/{workspace}/clients/rotate", Member(Admin), clients::rotate),
    post("/console/workspaces/{workspace}/clients/revoke", Member(Admin), clients::revoke),
    get("/console/workspaces/{workspace}/usage", Member(Viewer), usage::page),
    get("/console/workspaces/{workspace}/usage.csv", Member(Viewer), usage::csv),
];

/// The endpoints for programs, on the same listener. They read no cookie.
pub const ENDPOINTS: &[Endpoint] = &[
    endpoint("/.well-known/oauth-authorization-server", &[(Method::GET, metadata::show)]),
    endpoint("/.well-known/openid-configuration", &[(Method::GET, metadata::show)]),
    endpoint("/oauth/token", &[(Method::POST, token::answer)]).known(token::known),
    endpoint("/oauth/register", &[(Method::POST, register::register)]),
    endpoint(
        "/oauth/register/{client}",
        &[
            (Method::GET, register::show),
            (Method::PUT, register::replace),
            (Method::DELETE, register::end),
        ],
    ),
    endpoint("/oauth/revoke", &[(Method::POST, revoke::answer)]),
    endpoint("/oauth/introspect", &[(Method::POST, introspect::answer)])
        .known(introspect::known)
        .closed(),
];
