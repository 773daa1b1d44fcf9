//! Carrying commands out: each is one action of its noun, answered as JSON.

use serde::Serialize;
use serde_json::{Value, json};

use super::clients::client;
use super::command::{Command, KeyCommand, Rotation, UserCommand, WorkspaceCommand};
use super::explain::explain;
use super::usage::usage;
use crate::accounts::Workspaces;
use crate::accounts::people::{NewUser, Password, People};
use crate::app::App;
use crate::audit::Actor;
use crate::clock::Span;
use crate::error::{Error, Result};
use crate::http::in_force::InForce;
use crate::keys::{Filter, Giver, Minted};

/// Carries a command out on behalf of `actor`. The answer is what `--json` prints.
///
/// # Errors
/// As the action's.
pub fn execute(app: &App, actor: &Actor, command: Command) -> Result<Value> {
    match command {
        Command::Workspace(command) => workspace(app, actor, command),
        Command::Key(command) => key(app, actor, command),
        Command::User(command) => user(app, actor, command),
        Command::Client(command) => client(app, actor, command),
        Command::Usage(question) => usage(app, &question),
        Command::Explain(question) => explain(app, &question),
    }
}

fn workspace(app: &App, actor: &Actor, command: WorkspaceCommand) -> Result<Value> {
    use WorkspaceCommand as C;

    let workspaces = Workspaces { store: &app.store, principals: &app.principals };
    match command {
        C::Add { slug, name, plan } => {
            let held = app.live.hold_plans();
            answer(&workspaces.add(actor, &slug, &name, (&held.settings.plans, &plan))?)
        }
        C::List => answer(&workspaces.list()?),
        C::Show { slug } => answer(&workspaces.show(&slug)?),
        C::SetPlan { slug, plan } => {
            let held = app.live.hold_plans();
            answer(&workspaces.set_plan(actor, &slug, (&held.settings.plans, &plan))?)
        }
        C::Remove { slug } => {
            workspaces.remove(actor, &slug)?;
            Ok(json!({ "slug": slug, "removed": true }))
        }
        C::AddResource { slug, resource, id } => {
            let registry = app.plugins.registry.load();
            answer(&workspaces.add_resource(actor, &slug, &registry, (&resource, &id))?)
        }
        C::ListResources { slug } => answer(&workspaces.show(&slug)?.resources),
        C::RemoveResource { slug, resource, id } => {
            answer(&workspaces.remove_resource(actor, &slug, (&resource, &id))?)
        }
    }
}

fn user(app: &App, actor: &Actor, command: UserCommand) -> Result<Value> {
    use UserCommand as C;

    let App { store, hasher, principals, .. } = app;
    let people = People { store, hasher, principals };
    match command {
        C::Add { email, password, operator: is_operator, membership } => {
            let password = Password::chosen(&password)?;
            let new = NewUser { email, password, is_operator, membership };
            answer(&people.account(people.add(actor, new)?)?)
        }
        C::Grant { email, operator, membership } => {
            answer(&people.account(people.grant(actor, &email, operator, membership)?)?)
        }
        C::List => answer(&people.accounts()?),
        C::SetPassword { email, password } => {
            let password = Password::chosen(&password)?;
            answer(&people.account(people.set_password(actor, &email, &password)?)?)
        }
        C::Remove { email } => {
            let removed = people.remove(actor, &email)?;
            Ok(json!({ "email": removed.email, "removed": true, "keys": removed.keys }))
        }
    }
}

fn key(app: &App, actor: &Actor, command: KeyCommand) -> Result<Value> {
    use KeyCommand as C;

    let in_force = InForce::of(app);
    let keys = in_force.keys(app, Giver::Operator);
    let now = app.clock.now();
    match command {
        C::Create(terms) => shown_once(&keys.create(actor, &terms)?),
        C::List { workspace, product, before, limit } => {
            if let Some(slug) = &workspace {
                Workspaces { store: &app.store, principals: &app.principals }.show(slug)?;
            }
            let workspace = workspace.map(String::from);
            answer(&keys.list(&Filter { workspace, product, before }, limit, now)?)
        }
        C::Show { id } => answer(&keys.show(id, now)?),
        C::Update { id, changes } => answer(&keys.update(actor, id, &changes)?),
        C::Rotate { id, overlap_seconds } => {
            let rotated = keys.rotate(actor, id, Span::seconds(overlap_seconds), now)?;
            let key = rotated.minted.secret.expose();
            let previous_expires_at = rotated.previous_expires_at;
            answer(&Rotation { id, key, previous_expires_at })
        }
        C::FinishRotation { id } => answer(&keys.finish_rotation(actor, id)?),
        C::Revoke { id, reason } => answer(&keys.revoke(actor, id, reason.as_deref())?),
        C::Restore { id, reason } => answer(&keys.restore(actor, id, reason.as_deref(), now)?),
    }
}

pub(super) fn answer<T: Serialize>(value: &T) -> Result<Value> {
    serde_json::to_value(value)
        .map_err(|error| Error::internal("an answer cannot be written as JSON").because(error))
}

/// The one answer that holds a new key's secret, as `key`.
fn shown_once(minted: &Minted) -> Result<Value> {
    let mut value = answer(&minted.key)?;
    if let Some(fields) = value.as_object_mut() {
        fields.shift_insert(1, "key".to_owned(), minted.secret.expose().into());
    }
    Ok(value)
}
