//! Every page and every form, and who may see it: the one place where that is said.

use actix_http::Method;

use super::console::workspaces::members;
use super::console::{
    account, apps, audit, clients, home, invitation, keys, people, plans, products,
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
    get("/", SignedIn, home::page),
    get("/setup", Anyone, setup::page),
    post("/setup", Anyone, setup::finish),
    get("/sign-in", Anyone, sign_in::page),
    post("/sign-in", Anyone, sign_in::sign_in),
    post("/sign-out", SignedIn, sign_in::sign_out),
    get("/invitations/{link}", Anyone, invitation::page),
    post("/invitations/{link}", Anyone, invitation::accept),
    get("/account", SignedIn, account::page),
    post("/account/password", SignedIn, account::change_password),
    post("/account/theme", SignedIn, account::choose_theme),
    post("/account/sessions/end", SignedIn, account::end_session),
    post("/account/sessions/end-others", SignedIn, account::end_others),
    get("/oauth/authorize", Anyone, authorize::begin),
    get("/oauth/consent/{request}", SignedIn, consent::page),
    post("/oauth/consent/{request}", SignedIn, consent::decide),
    post("/account/apps/end", SignedIn, apps::end_own),
    get("/apps", Operator, apps::page),
    post("/apps/end", Operator, apps::end),
    get("/clients", Operator, clients::list),
    get("/clients/new", Operator, clients::new),
    post("/clients/new", Operator, clients::create),
    get("/clients/show", Operator, clients::detail),
    post("/clients/edit", Operator, clients::edit),
    post("/clients/rotate", Operator, clients::rotate),
    post("/clients/revoke", Operator, clients::revoke),
    get("/plans", Operator, plans::page),
    get("/audit", Operator, audit::page),
    get("/audit/export", Operator, audit::export),
    get("/people", Operator, people::list::page),
    get("/people/{person}", Operator, people::detail::page),
    post("/people/{person}/operator", Operator, people::detail::set_operator),
    post("/people/{person}/sessions/end", Operator, people::detail::end_sessions),
    post("/people/{person}/remove", Operator, people::detail::remove),
    get("/products", Operator, products::list::page),
    get("/products/{product}", Operator, products::detail::page),
    get("/products/{product}/test", Operator, products::tester::page),
    post("/products/{product}/test", Operator, products::tester::decide),
    get("/products/{product}/proxy", Operator, products::proxy::page),
    get("/workspaces", SignedIn, workspaces::list::page),
    get("/workspaces/new", Operator, workspaces::create::page),
    post("/workspaces/new", Operator, workspaces::create::create),
    get("/workspaces/{workspace}", Member(Viewer), workspaces::detail::page),
    post("/workspaces/{workspace}/plan", Operator, workspaces::detail::set_plan),
    post("/workspaces/{workspace}/resources", Operator, workspaces::detail::add_id),
    post("/workspaces/{workspace}/resources/remove", Operator, workspaces::detail::remove_id),
    post("/workspaces/{workspace}/remove", Operator, workspaces::detail::remove),
    post("/workspaces/{workspace}/invitations", Member(Admin), members::invite),
    post("/workspaces/{workspace}/invitations/withdraw", Member(Admin), members::withdraw),
    get("/workspaces/{workspace}/members/{member}", Member(Admin), members::page),
    post("/workspaces/{workspace}/members/{member}/role", Member(Admin), members::set_role),
    post("/workspaces/{workspace}/members/{member}/remove", Member(Admin), members::remove),
    get("/workspaces/{workspace}/keys", Member(Viewer), keys::list),
    get("/workspaces/{workspace}/keys/new", Member(Developer), keys::new),
    post("/workspaces/{workspace}/keys/new", Member(Developer), keys::create),
    get("/workspaces/{workspace}/keys/{key}", Member(Viewer), keys::detail),
    get("/workspaces/{workspace}/keys/{key}/edit", Member(Developer), keys::edit_page),
    post("/workspaces/{workspace}/keys/{key}/edit", Member(Developer), keys::edit),
    post("/workspaces/{workspace}/keys/{key}/rotate", Member(Developer), keys::rotate),
    post("/workspaces/{workspace}/keys/{key}/finish", Member(Developer), keys::finish),
    post("/workspaces/{workspace}/keys/{key}/revoke", Member(Developer), keys::revoke),
    post("/workspaces/{workspace}/keys/{key}/restore", Member(Developer), keys::restore),
    get("/workspaces/{workspace}/apps", Member(Viewer), apps::page),
    post("/workspaces/{workspace}/apps/end", Member(Developer), apps::end),
    get("/workspaces/{workspace}/clients", Member(Admin), clients::list),
    get("/workspaces/{workspace}/clients/new", Member(Admin), clients::new),
    post("/workspaces/{workspace}/clients/new", Member(Admin), clients::create),
    get("/workspaces/{workspace}/clients/show", Member(Admin), clients::detail),
    post("/workspaces/{workspace}/clients/edit", Member(Admin), clients::edit),
    post("/workspaces/{workspace}/clients/rotate", Member(Admin), clients::rotate),
    post("/workspaces/{workspace}/clients/revoke", Member(Admin), clients::revoke),
    get("/workspaces/{workspace}/usage", Member(Viewer), usage::page),
    get("/workspaces/{workspace}/usage.csv", Member(Viewer), usage::csv),
];

/// The endpoints for programs, on the same listener. They read no cookie.
pub const ENDPOINTS: &[Endpoint] = &[
    endpoint("/.well-known/oauth-authorization-server", &[(Method::GET, metadata::show)]),
    endpoint("/.well-known/openid-configuration", &[(Method::GET, metadata::show)]),
    endpoint("/oauth/token", &[(Method::POST, token::answer)]),
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
    endpoint("/oauth/introspect", &[(Method::POST, introspect::answer)]).closed(),
];
