//! What somebody fills into the form of a key, and what is wrong with it.

use crate::accounts::parse_name;
use crate::accounts::people::Email;
use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::http::console::scene::Scene;
use crate::http::console::views::keys::create::{
    Filled, PREVIEW_FIELD, other_ids_field, restriction_field,
};
use crate::http::ui::time::date;
use crate::http::web::{Form, Visit};
use crate::keys::{Expiry, Key, Terms};
use crate::principals::AddressRange;
use crate::registry::{Access, Grant, KeyType, PerKey, Product, Registry};

/// The fields of the form, but for those that bind the key: each resource has one of its own.
const FIELDS: [&str; 8] =
    ["product", "type", "name", "scope", "expires", "allow_ip", "owner", PREVIEW_FIELD];

/// The form of a key, as it is typed.
#[derive(Clone, Debug, Default)]
pub(super) struct Typed {
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) restrictions: Vec<(String, String)>,
    pub(super) expires: String,
    pub(super) allow_ip: String,
    pub(super) owner: String,
}

/// What is wrong, each with its field.
pub(super) type Wrong = Vec<(String, String)>;

/// The form that was sent.
///
/// # Errors
/// `Invalid` where it has a field that no such form has.
pub(super) fn sent<'v>(visit: &'v Visit<'_>, registry: &Registry) -> Result<&'v Form> {
    let resources = registry.products().flat_map(|product| &product.resources);
    let own: Vec<String> =
        resources.flat_map(|it| [restriction_field(&it.name), other_ids_field(&it.name)]).collect();
    let names: Vec<&str> = FIELDS.into_iter().chain(own.iter().map(String::as_str)).collect();
    visit.form(&names)
}

impl Typed {
    /// A form before anything is typed.
    pub(super) fn nothing(scene: &Scene<'_>) -> Result<Self> {
        let owner = scene.visit.holder()?.user.email.as_str().to_owned();
        Ok(Self { owner, ..Self::default() })
    }

    pub(super) fn read(form: &Form, product: &Product) -> Result<Self> {
        let mut restrictions = Vec::new();
        for resource in &product.resources {
            let field = restriction_field(&resource.name);
            let other = form.one(&other_ids_field(&resource.name))?.split([',', ' ']);
            let ids = form.all(&field).chain(other.filter(|id| !id.is_empty()));
            restrictions.extend(ids.map(|id| (resource.name.clone(), id.to_owned())));
        }
        let one = |name| form.one(name).map(|text| text.trim().to_owned());
        Ok(Self {
            name: one("name")?,
            scopes: form.all("scope").map(str::to_owned).collect(),
            restrictions,
            expires: one("expires")?,
            allow_ip: one("allow_ip")?,
            owner: one("owner")?,
        })
    }

    /// What a key has now.
    pub(super) fn of_key(scene: &Scene<'_>, key: &Key) -> Result<Self> {
        let bound = key.restrictions.iter();
        let bound =
            bound.flat_map(|(name, ids)| ids.iter().map(|id| (name.to_owned(), id.clone())));
        let ranges: Vec<String> = key.allow_ip.iter().map(ToString::to_string).collect();
        Ok(Self {
            name: key.name.clone(),
            scopes: key.scopes.clone(),
            restrictions: bound.collect(),
            expires: key.expires_at.map(day_or_instant).unwrap_or_default(),
            allow_ip: ranges.join("\n"),
            owner: key.owner.as_deref().map_or(Ok(String::new()), |owner| scene.called(owner))?,
        })
    }

    pub(super) fn filled(&self) -> Filled<'_> {
        let bound = self.restrictions.iter();
        Filled {
            name: &self.name,
            scopes: self.scopes.iter().map(String::as_str).collect(),
            restrictions: bound.map(|(name, id)| (name.as_str(), id.as_str())).collect(),
            expires: &self.expires,
            allow_ip: &self.allow_ip,
            owner: &self.owner,
        }
    }

    /// What a key with the scopes that are ticked could do.
    pub(super) fn grant(&self, product: &Product, key_type: &KeyType) -> Grant {
        match key_type.access {
            Access::Full => product.scopes.grant_full(),
            Access::Scoped => product.scopes.grant(self.scopes.iter().map(String::as_str)),
        }
    }

    /// The terms that it asks for.
    ///
    /// # Errors
    /// What is wrong with it, all at once.
    pub(super) fn terms(
        &self,
        scene: &Scene<'_>,
        (product, key_type): (&Product, &KeyType),
    ) -> std::result::Result<Terms, Wrong> {
        let mut wrong = Wrong::new();
        let name = noted(&mut wrong, "name", parse_name(&self.name));
        let expires = noted(&mut wrong, "expires", expiry(&self.expires));
        let allow_ip = noted(&mut wrong, "allow_ip", ranges(&self.allow_ip));
        let owner = noted(&mut wrong, "owner", owner(&self.owner));
        if key_type.access == Access::Scoped && self.scopes.is_empty() {
            wrong.push(("scope".into(), "Tick at least one scope".into()));
        }
        wrong.extend(self.unbound(product));
        let (Some(name), Some(expires), Some(allow_ip), Some(owner), true) =
            (name, expires, allow_ip, owner, wrong.is_empty())
        else {
            return Err(wrong);
        };
        Ok(Terms {
            workspace: scene.workspace.slug.clone(),
            product: product.id.clone(),
            key_type: key_type.id.clone(),
            name,
            scopes: self.scopes.clone(),
            restrictions: self.restrictions.clone(),
            expires,
            allow_ip,
            owner,
            metadata: None,
        })
    }

    /// The resources that a key must be bound to, and this one is not.
    fn unbound(&self, product: &Product) -> Wrong {
        let number = |name: &str| self.restrictions.iter().filter(|(it, _)| it == name).count();
        let lacking = product.resources.iter().filter_map(|resource| {
            let said = match (resource.per_key, number(&resource.name)) {
                (PerKey::One, 1) | (PerKey::Some, 1..) | (PerKey::Any, _) => return None,
                (PerKey::One, _) => "Choose one",
                (PerKey::Some, 0) => "Choose at least one",
            };
            Some((restriction_field(&resource.name), said.to_owned()))
        });
        lacking.collect()
    }
}

/// The value, unless something is wrong with it, which is noted beside its field.
fn noted<T>(wrong: &mut Wrong, field: &str, value: Result<T>) -> Option<T> {
    match value {
        Ok(value) => Some(value),
        Err(error) => {
            wrong.push((field.to_owned(), error.message().to_owned()));
            None
        }
    }
}

fn expiry(text: &str) -> Result<Expiry> {
    if text.is_empty() {
        return Ok(Expiry::Never);
    }
    let read = text.parse();
    read.map_err(|_| Error::invalid(format!("`{text}` is no time: write 90d, 2027-06-30 or never")))
}

fn ranges(text: &str) -> Result<Vec<AddressRange>> {
    let parts = text.split([',', '\n', '\r', ' ']).filter(|part| !part.is_empty());
    let read =
        |part: &str| part.parse().map_err(|error| Error::invalid(format!("`{part}`: {error}")));
    parts.map(read).collect()
}

fn owner(text: &str) -> Result<Option<Email>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|error: crate::accounts::people::BadEmail| Error::invalid(error.to_string()))
}

/// An instant as the form takes it: the day, where that is what was meant.
fn day_or_instant(at: Timestamp) -> String {
    let day = date(at);
    let is_day = day.parse::<Expiry>() == Ok(Expiry::At(at));
    if is_day { day } else { at.to_string() }
}
