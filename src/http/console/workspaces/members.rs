//! Who belongs to a workspace: inviting, roles, removal.

use super::detail::{self, Beside, refused};
use super::listed::invitations;
use super::slug;
use crate::accounts::invitations::Offer;
use crate::accounts::people::{Email, Role, User};
use crate::error::{Error, ErrorKind, Result};
use crate::http::console::views::workspaces::detail::Draft;
use crate::http::console::views::workspaces::member::{self as view, MemberView};
use crate::http::console::views::workspaces::members::Member;
use crate::http::console::wrong::Wrong;
use crate::http::ui::form::{Confirm, Errors};
use crate::http::ui::layout::Place;
use crate::http::web::{Reply, Visit};
use crate::id::{InvitationId, UserId};
use crate::keys::census::Census;

/// Invites somebody. The answer is the one page that shows the link.
///
/// # Errors
/// As the store's.
pub fn invite(visit: &Visit<'_>) -> Result<Reply> {
    let form = visit.form(&["email", "role"])?;
    let (email, role) = (form.one("email")?, form.one("role")?);
    let draft = Draft { email, role, ..Draft::default() };
    let (email, role) = match read(visit, email, role)? {
        Ok(read) => read,
        Err(wrong) => return refused(visit, draft, &wrong),
    };
    let offer = Offer::Member { workspace: slug(visit)?, role };
    let (_, token) = match invitations(visit).invite(&visit.actor()?, &email, &offer) {
        Ok(invited) => invited,
        Err(error) => {
            let field = if error.kind() == ErrorKind::Invalid { "role" } else { "" };
            return refused(visit, draft, &Wrong::of(field, error)?);
        }
    };
    let link = format!("{}/console/invitations/{}", visit.public.as_str(), token.expose());
    detail::shown(visit, &Beside { link: Some(&link), ..Beside::default() })
}

/// Whom to invite, and as what.
fn read<'f>(
    visit: &Visit<'_>,
    email: &str,
    role: &str,
) -> Result<Result<(Email, Role), Wrong<'f>>> {
    let email = match email.parse::<Email>() {
        Ok(email) => email,
        Err(error) => return Ok(Err(Wrong::input("email", error.to_string()))),
    };
    if visit.people().is_member(&email, &slug(visit)?)? {
        return Ok(Err(Wrong::input("email", format!("{email} is a member already"))));
    }
    Ok(read_role(role).map(|role| (email, role)))
}

fn read_role<'f>(role: &str) -> Result<Role, Wrong<'f>> {
    role.parse::<Role>().map_err(|error| Wrong::input("role", error.to_string()))
}

/// Takes an invitation back: its link is good no more.
///
/// # Errors
/// `NotFound`.
pub fn withdraw(visit: &Visit<'_>) -> Result<Reply> {
    let named = visit.form(&["invitation"])?.one("invitation")?.parse::<InvitationId>();
    let id = named.map_err(|error| Error::not_found(error.to_string()))?;
    let slug = slug(visit)?;
    match invitations(visit).withdraw(&visit.actor()?, Some(&slug), id) {
        Ok(()) => Ok(Reply::see_other(&format!("/console/workspaces/{slug}"))),
        Err(error) => refused(visit, Draft::default(), &Wrong::of("", error)?),
    }
}

/// A member's own page: their role and keys.
///
/// # Errors
/// `NotFound` for whoever is no member.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(visit, None, Errors::default())
}

/// The page with what is wrong with one of its forms, and the role that was chosen there.
fn shown(visit: &Visit<'_>, chosen: Option<&str>, errors: Errors<'_>) -> Result<Reply> {
    let workspace = visit.workspaces().show(&slug(visit)?)?;
    let (user, role) = member(visit)?;
    let (id, email) = (user.id.to_string(), user.email.as_str());
    let census = Census { store: &visit.app.store, now: visit.now };
    let keys = census.owned(user.id, Some(&workspace.slug))?;
    let seen_at = visit.sessions().presence(visit.now)?.get(&user.id).and_then(|it| it.seen_at);
    let place = Place { slug: &workspace.slug, name: &workspace.name };
    let view = MemberView {
        workspace: place,
        member: Member { id: &id, email, role: role.as_str(), seen_at, keys: keys.total },
        chosen: chosen.unwrap_or(role.as_str()),
        keys: &keys,
        form_token: &visit.holder()?.form_token,
        errors,
    };
    Ok(visit.page_in(place, email, view::page(&view)))
}

/// The member that the path names, and their role.
fn member(visit: &Visit<'_>) -> Result<(User, Role)> {
    let slug = slug(visit)?;
    let id = visit.param("member").parse::<UserId>();
    let user = visit.people().known(id.map_err(|error| Error::not_found(error.to_string()))?)?;
    let role = user.membership(slug.as_str());
    Ok((user, role.ok_or_else(|| Error::not_found("there is no such member"))?))
}

/// Gives a member another role.
///
/// # Errors
/// `NotFound`.
pub fn set_role(visit: &Visit<'_>) -> Result<Reply> {
    let form = visit.form(&["role"])?;
    let (user, _) = member(visit)?;
    let slug = slug(visit)?;
    let chosen = form.one("role")?;
    let wrong = match read_role(chosen) {
        Ok(role) => match visit.people().put_member(&visit.actor()?, &slug, (&user.email, role)) {
            Ok(_) => return Ok(Reply::see_other(&format!("/console/workspaces/{slug}"))),
            Err(error) => Wrong::of("role", error)?,
        },
        Err(wrong) => wrong,
    };
    Ok(shown(visit, Some(chosen), wrong.errors())?.status(wrong.status))
}

/// Ends a membership, once their address was typed.
///
/// # Errors
/// `NotFound`.
pub fn remove(visit: &Visit<'_>) -> Result<Reply> {
    let form = visit.form(&[Confirm::FIELD])?;
    let (user, _) = member(visit)?;
    let is_confirmed = form.one(Confirm::FIELD)?.trim() == user.email.as_str();
    let wrong = if is_confirmed {
        let slug = slug(visit)?;
        match visit.people().remove_member(&visit.actor()?, &slug, &user.email) {
            Ok(_) => return Ok(Reply::see_other(&format!("/console/workspaces/{slug}"))),
            Err(error) => Wrong::of("", error)?,
        }
    } else {
        Wrong::input(Confirm::FIELD, "That is not their address")
    };
    Ok(shown(visit, None, wrong.errors())?.status(wrong.status))
}
