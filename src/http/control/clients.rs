//! Carrying out commands on OAuth clients.

use serde_json::{Value, json};

use super::command::ClientCommand;
use super::execute::answer;
use crate::accounts::Slug;
use crate::app::App;
use crate::audit::Actor;
use crate::clock::Span;
use crate::error::Result;
use crate::http::in_force::InForce;
use crate::oauth::clients::{Client, Maker, Minted};

/// Clients of one listing.
const LISTED_MAX: usize = 1_000;

/// Carries a command out on behalf of an operator.
pub(super) fn client(app: &App, actor: &Actor, command: ClientCommand) -> Result<Value> {
    use ClientCommand as C;

    let in_force = InForce::of(app);
    let clients = in_force.clients(app);
    match command {
        C::Add(terms) => minted(&clients.add(actor, Maker::Operator, terms)?),
        C::List { workspace } => {
            let workspace = workspace.as_ref().map(Slug::as_str);
            let listed = clients.list(workspace, 0, LISTED_MAX)?;
            Ok(Value::Array(listed.iter().map(told).collect::<Result<_>>()?))
        }
        C::Show { id } => {
            let mut value = told(&clients.show(&id)?)?;
            value["secrets"] = answer(&clients.secrets(&id)?)?;
            Ok(value)
        }
        C::Update { id, changes } => told(&clients.update(actor, &id, changes)?),
        C::Rotate { id, overlap_seconds } => {
            minted(&clients.rotate(actor, &id, Span::seconds(overlap_seconds))?)
        }
        C::Remove { id } => {
            clients.remove(actor, &id)?;
            Ok(json!({ "client_id": id, "removed": true }))
        }
        C::MintInitial { life_seconds } => {
            let token = clients.mint_initial(actor, Span::seconds(life_seconds))?;
            Ok(json!({ "registration_token": token.expose() }))
        }
    }
}

/// A client, whose id bears the name that the protocol gives it.
fn told(client: &Client) -> Result<Value> {
    let mut value = answer(client)?;
    if let Some(fields) = value.as_object_mut()
        && let Some(id) = fields.shift_remove("id")
    {
        fields.shift_insert(0, "client_id".to_owned(), id);
    }
    Ok(value)
}

/// The same with its new secret, if it has one.
fn minted(minted: &Minted) -> Result<Value> {
    let mut value = told(&minted.client)?;
    if let (Some(fields), Some(secret)) = (value.as_object_mut(), &minted.secret) {
        fields.shift_insert(1, "client_secret".to_owned(), secret.expose().into());
    }
    Ok(value)
}
