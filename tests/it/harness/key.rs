//! Keys of an instance: made, changed and ended as the commands do it.

use keystile::clock::Span;
use keystile::error::Result;
use keystile::http::control::{Command, KeyCommand};
use keystile::id::KeyId;
use keystile::keys::{Changes, Expiry, Terms};
use serde_json::Value;

use super::instance::{Instance, WORKSPACE};

/// A key and the newest secret that was shown for it.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: KeyId,
    pub(crate) secret: String,
}

impl Instance {
    /// Begins a new key of the workspace that every instance has.
    pub(crate) fn key(&self, product: &str, key_type: &str, scopes: &[&str]) -> NewKey<'_> {
        let terms = Terms {
            workspace: WORKSPACE.to_owned(),
            product: product.to_owned(),
            key_type: key_type.to_owned(),
            name: "Test".to_owned(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            restrictions: Vec::new(),
            expires: Expiry::Never,
            allow_ip: Vec::new(),
            owner: None,
            metadata: None,
        };
        NewKey { instance: self, terms }
    }

    /// Gives a key a second secret; the first stays good for `overlap`.
    pub(crate) fn rotate(&self, key: &Key, overlap: &str) -> Key {
        let overlap_seconds = overlap.parse::<Span>().unwrap().as_seconds();
        let answer = self.key_command(KeyCommand::Rotate { id: key.id, overlap_seconds }).unwrap();
        Key { id: key.id, secret: answer["key"].as_str().unwrap().to_owned() }
    }

    pub(crate) fn finish_rotation(&self, key: &Key) -> Result<Value> {
        self.key_command(KeyCommand::FinishRotation { id: key.id })
    }

    pub(crate) fn revoke(&self, key: &Key) -> Result<Value> {
        self.key_command(KeyCommand::Revoke { id: key.id, reason: None })
    }

    pub(crate) fn revoke_for(&self, key: &Key, reason: &str) -> Result<Value> {
        self.key_command(KeyCommand::Revoke { id: key.id, reason: Some(reason.to_owned()) })
    }

    pub(crate) fn restore(&self, key: &Key) -> Result<Value> {
        self.key_command(KeyCommand::Restore { id: key.id, reason: None })
    }

    pub(crate) fn update(&self, key: &Key, changes: Changes) -> Result<Value> {
        self.key_command(KeyCommand::Update { id: key.id, changes })
    }

    /// The key as it is shown.
    pub(crate) fn shown(&self, key: &Key) -> Value {
        self.key_command(KeyCommand::Show { id: key.id }).unwrap()
    }

    fn key_command(&self, command: KeyCommand) -> Result<Value> {
        self.execute(Command::Key(command))
    }
}

/// A key that is about to be made.
pub(crate) struct NewKey<'i> {
    instance: &'i Instance,
    terms: Terms,
}

impl NewKey<'_> {
    pub(crate) fn bound_to(mut self, resource: &str, id: &str) -> Self {
        self.terms.restrictions.push((resource.to_owned(), id.to_owned()));
        self
    }

    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.terms.name);
        self
    }

    pub(crate) fn noting(mut self, metadata: Value) -> Self {
        self.terms.metadata = Some(metadata);
        self
    }

    /// Of another workspace.
    pub(crate) fn of(mut self, workspace: &str) -> Self {
        workspace.clone_into(&mut self.terms.workspace);
        self
    }

    pub(crate) fn expires(mut self, after: &str) -> Self {
        self.terms.expires = after.parse().unwrap();
        self
    }

    pub(crate) fn allow_ip(mut self, range: &str) -> Self {
        self.terms.allow_ip.push(range.parse().unwrap());
        self
    }

    pub(crate) fn make(self) -> Key {
        self.try_make().unwrap()
    }

    pub(crate) fn try_make(self) -> Result<Key> {
        let answer = self.instance.key_command(KeyCommand::Create(self.terms))?;
        let text = |field: &str| answer[field].as_str().unwrap().to_owned();
        Ok(Key { id: text("id").parse().unwrap(), secret: text("key") })
    }
}
