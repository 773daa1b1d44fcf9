//! Making a client.

use super::{Desk, words};
use crate::error::{Error, Result};
use crate::http::console::views::clients::created::{CreatedView, TITLE, page as created};
use crate::http::console::views::clients::form::{self as view, Filled, FormView, Kind};
use crate::http::console::wrong::Wrong;
use crate::http::ui::field::Choice;
use crate::http::ui::form::Errors;
use crate::http::web::{Form, Reply, Visit};
use crate::oauth::clients::{GrantType, Minted, Terms};

const FIELDS: [&str; 7] =
    ["name", "kind", "redirect_uris", "product", "workspace", "scopes", "oauth20"];

/// The form.
///
/// # Errors
/// `NotFound` for an unknown workspace.
pub fn page(visit: &Visit<'_>) -> Result<Reply> {
    shown(&Desk::of(visit)?, Filled::default(), Errors::default())
}

fn shown(desk: &Desk<'_>, filled: Filled<'_>, errors: Errors<'_>) -> Result<Reply> {
    let products = desk.in_force.registry.products().filter(|product| product.oauth.is_some());
    let choice = |value, label| Choice { value, label, help: "" };
    let known = products.map(|product| choice(product.id.as_str(), product.name.as_str()));
    let products: Vec<Choice<'_>> =
        std::iter::once(choice("", "Any that takes part")).chain(known).collect();
    let view = FormView {
        base: &desk.base,
        workspace: desk.slug(),
        form_token: desk.form_token()?,
        products: &products,
        filled,
        errors,
    };
    Ok(desk.page(view::TITLE, view::page(&view)))
}

/// Makes the client, and answers with its secret, if it has one.
///
/// # Errors
/// `NotFound` for an unknown workspace; `Invalid` for a form that is not the page's.
pub fn create(visit: &Visit<'_>) -> Result<Reply> {
    let (desk, form) = (Desk::of(visit)?, visit.form(&FIELDS)?);
    let filled = filled(form)?;
    let made = desk.clients().add(&visit.actor()?, desk.maker(), terms(&desk, &filled));
    match made {
        Ok(minted) => Ok(shown_once(&desk, &minted)),
        // A workspace that is typed and not there is no page that is not there.
        Err(error) => {
            let wrong = Wrong::of("", Error::invalid(error.message().to_owned()))?;
            Ok(shown(&desk, filled, wrong.errors())?.status(wrong.status))
        }
    }
}

fn filled(form: &Form) -> Result<Filled<'_>> {
    Ok(Filled {
        name: form.one("name")?.trim(),
        kind: Kind::named(form.one("kind")?)
            .ok_or_else(|| Error::invalid("there is no such kind of client"))?,
        redirect_uris: form.one("redirect_uris")?,
        product: form.one("product")?,
        workspace: form.one("workspace")?.trim(),
        scopes: form.one("scopes")?,
        is_oauth20: !form.one("oauth20")?.is_empty(),
    })
}

fn terms(desk: &Desk<'_>, filled: &Filled<'_>) -> Terms {
    let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Terms {
        name: filled.name.to_owned(),
        product: given(filled.product),
        redirect_uris: words(filled.redirect_uris),
        is_confidential: filled.kind != Kind::Public,
        grant_types: match filled.kind {
            Kind::Service => vec![GrantType::ClientCredentials],
            Kind::Public | Kind::Confidential => Vec::new(),
        },
        workspace: desk.slug().map_or_else(|| given(filled.workspace), given),
        scopes: words(filled.scopes),
        is_oauth20: filled.is_oauth20,
    }
}

/// The one answer that holds a client's secret; on to its page where it has none.
pub(super) fn shown_once(desk: &Desk<'_>, minted: &Minted) -> Reply {
    let href = desk.href(&minted.client.id);
    let Some(secret) = &minted.secret else { return Reply::see_other(&href) };
    let view = CreatedView {
        base: &desk.base,
        href: &href,
        client: &minted.client,
        secret: secret.expose(),
    };
    desk.page(TITLE, created(&view))
}
