//! Every page and every form, and who may see it: the one place where that is said.

use super::console::{account, home, invitation, setup, sign_in};
use super::web::Route;
use super::web::Who::{Anyone, SignedIn};
use super::web::route::{get, post};

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
];
