//! What a back end is told of who asks, as it is sent.

use std::sync::Arc;

use super::rights::{Holder, Rights};
use crate::registry::{Access, KeyType, PerKey, Product, Resource};

/// What stands where there is nothing to say: proxies pass an absent header on as the client sent it, and
/// an empty one is dropped.
const NOTHING: &str = "-";

/// What stands where a principal is not restricted.
const EVERYTHING: &str = "*";

/// What a back end is told of who asks, and a caller of what they may use: the lines of the identity
/// headers and of the policy, as they are sent. They are the same for all who have the same rights, so
/// they are written once. The two lines that name a key, [`SUBJECT`] and [`KEY`], are left to whoever
/// knows which key it is.
#[derive(Clone, Debug, Default)]
pub struct Identity(Option<Arc<str>>);

/// The header that tells a caller what the windows of their limits are.
pub const RATE_POLICY: &str = "ratelimit-policy";

/// The header that names who asks: `key:ID`, `user:EMAIL` or `client:ID`.
pub const SUBJECT: &str = "x-keystile-subject";
/// The header that names the key by which they ask.
pub const KEY: &str = "x-keystile-key";

/// The other headers that every product has; those of its resources come behind them.
const NAMES: [&str; 7] = [
    "x-keystile-client",
    "x-keystile-owner",
    "x-keystile-workspace",
    "x-keystile-product",
    "x-keystile-plan",
    "x-keystile-environment",
    "x-keystile-scopes",
];

impl Identity {
    /// Of a request that passes without a credential.
    #[must_use]
    pub fn of_nobody(product: &Product) -> Self {
        let known = NAMES.map(|name| match name {
            "x-keystile-product" => (name, product.id.as_str()),
            _ => (name, NOTHING),
        });
        let resources = product.resources.iter().map(|it| (it.header.as_str(), NOTHING));
        let nobody = [(SUBJECT, NOTHING), (KEY, NOTHING)];
        Self::said(nobody.into_iter().chain(known).chain(resources))
    }

    /// Of all who have such rights: of keys without what names each.
    pub(super) fn of(rights: &Rights, product: &Product, key_type: Option<&KeyType>) -> Self {
        let owner = rights.owner.as_deref();
        let (subject, client) = match &rights.holder {
            Holder::Key { .. } => (None, NOTHING),
            Holder::App { client, .. } => {
                let service = || format!("client:{client}");
                let subject = owner.map_or_else(service, |owner| format!("user:{owner}"));
                (Some(subject), client.as_str())
            }
        };
        let app = subject.as_deref().map(|subject| [(SUBJECT, subject), (KEY, NOTHING)]);
        let scopes = scopes_shown(rights, product, key_type);
        let known = [
            client,
            owner.unwrap_or(NOTHING),
            &rights.workspace,
            &product.id,
            &rights.plan,
            key_type.map_or(NOTHING, |key_type| &key_type.environment),
            &scopes,
        ];
        let ids: Vec<String> =
            product.resources.iter().map(|resource| ids_shown(rights, resource)).collect();
        let resources = product.resources.iter().zip(&ids);
        let resources = resources.map(|(resource, ids)| (resource.header.as_str(), ids.as_str()));
        Self::said(app.into_iter().flatten().chain(NAMES.into_iter().zip(known)).chain(resources))
    }

    /// The same with one more line, where there is a value for it.
    pub(super) fn and(self, name: &str, value: Option<String>) -> Self {
        let (Some(lines), Some(value)) = (&self.0, value) else { return self };
        Self(Some(format!("{lines}{name}: {value}\r\n").into()))
    }

    fn said<'v>(headers: impl Iterator<Item = (&'v str, &'v str)>) -> Self {
        let mut lines = String::with_capacity(512);
        for (name, value) in headers {
            if value.bytes().any(|byte| byte.is_ascii_control()) {
                return Self(None);
            }
            for part in [name, ": ", value, "\r\n"] {
                lines.push_str(part);
            }
        }
        Self(Some(lines.into()))
    }

    /// The lines, each with its end. `None` where a value is none that a header can hold: an identity
    /// that cannot be told whole is not told at all.
    #[must_use]
    pub fn lines(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// The scopes as the back end sees them: as held, those gone from the registry left out.
fn scopes_shown(rights: &Rights, product: &Product, key_type: Option<&KeyType>) -> String {
    if key_type.is_some_and(|key_type| key_type.access == Access::Full) {
        return EVERYTHING.to_owned();
    }
    let is_shown = |name: &&str| {
        let is_known = product.scopes.get(name).is_some();
        is_known && (key_type.is_some() || !is_admin(product, name))
    };
    let known: Vec<&str> = rights.scopes.iter().map(String::as_str).filter(is_shown).collect();
    if known.is_empty() { NOTHING.to_owned() } else { known.join(" ") }
}

/// The ids of a resource as the back end sees them.
fn ids_shown(rights: &Rights, resource: &Resource) -> String {
    match (rights.restrictions.ids(&resource.name), resource.per_key) {
        (Some(ids), _) => ids.iter().map(String::as_str).collect::<Vec<_>>().join(","),
        (None, PerKey::Any) => EVERYTHING.to_owned(),
        (None, PerKey::Some | PerKey::One) => NOTHING.to_owned(),
    }
}

pub(super) fn is_admin(product: &Product, scope: &str) -> bool {
    product.scopes.get(scope).is_some_and(|scope| scope.is_admin)
}
