//! What may be asked of a key: terms are checked against the product before anything is written.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::accounts::people::Email;
use crate::clock::{Span, Timestamp};
use crate::error::{Error, Result};
use crate::principals::{AddressRange, AllowedAddresses, Restrictions};
use crate::registry::{Access, KeyType, PerKey, Product, Resource};

/// Ids of one resource that a key may be bound to.
const RESTRICTION_IDS_MAX: usize = 100;

/// Bytes of an identity header, under 4 KiB: what a key would say there must fit.
const IDENTITY_HEADER_BYTES_MAX: usize = 4_095;

/// Bytes of all scopes and ids of a key: with the other headers they fit into 16 KiB, which is what
/// the printed proxy configuration makes room for.
const IDENTITY_BYTES_MAX: usize = 12 * 1_024;

/// Bytes of metadata, written compactly.
const METADATA_BYTES_MAX: usize = 4_096;

/// What is asked of a new key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The workspace that will own it.
    pub workspace: String,
    /// Its product.
    pub product: String,
    /// Its key type.
    #[serde(rename = "type")]
    pub key_type: String,
    /// What people call it.
    pub name: String,
    /// What it may do.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// What it is bound to, resource and id.
    #[serde(default)]
    pub restrictions: Vec<(String, String)>,
    /// When it expires.
    #[serde(default)]
    pub expires: Expiry,
    /// The addresses from which it may be used.
    #[serde(default)]
    pub allow_ip: Vec<AddressRange>,
    /// Who owns it: a member of the workspace, or an operator.
    #[serde(default)]
    pub owner: Option<Email>,
    /// What its makers note.
    #[serde(default)]
    pub metadata: Option<Value>,
}

/// What is asked to change; what is absent stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    /// What people call it.
    pub name: Option<String>,
    /// The scopes, replacing all.
    pub scopes: Option<Vec<String>>,
    /// The restrictions, replacing all.
    pub restrictions: Option<Vec<(String, String)>>,
    /// When it expires.
    pub expires: Option<Expiry>,
    /// The address ranges, replacing all; none means any.
    pub allow_ip: Option<Vec<AddressRange>>,
    /// Who owns it: a member of the workspace, or an operator.
    pub owner: Option<Email>,
    /// What its makers note; `null` takes it away.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
}

/// A value that is there, `null` too.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// When a key is to expire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// So long after now; at least a second.
    After(Span),
    /// At an instant; a day stands for its beginning in UTC.
    At(Timestamp),
}

impl Expiry {
    /// The instant, counted from `now`.
    ///
    /// # Errors
    /// `Invalid` for one that is over.
    pub fn at(self, now: Timestamp) -> Result<Option<Timestamp>> {
        match self {
            Self::Never => Ok(None),
            Self::After(span) => Ok(Some(now.plus(span))),
            Self::At(end) if end > now => Ok(Some(end)),
            Self::At(end) => Err(Error::invalid(format!("{end} is over: a key expires later"))),
        }
    }
}

impl std::str::FromStr for Expiry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let instant = text.parse().or_else(|_| format!("{text}T00:00:00Z").parse());
        match (text, text.parse::<Span>()) {
            ("never", _) => Ok(Self::Never),
            (_, Err(_)) if let Ok(end) = instant => Ok(Self::At(end)),
            (_, Ok(span)) if !span.is_zero() => Ok(Self::After(span)),
            (_, Ok(_)) => Err("a key cannot expire at once: give it a second at least".into()),
            (_, Err(error)) => Err(format!("{error}, a day such as 2027-06-30, or never")),
        }
    }
}

impl TryFrom<String> for Expiry {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Expiry> for String {
    fn from(expiry: Expiry) -> Self {
        match expiry {
            Expiry::Never => "never".into(),
            Expiry::After(span) => span.to_string(),
            Expiry::At(end) => end.to_string(),
        }
    }
}

/// The scopes as they are kept: sorted, each once, all of them in the registry.
pub(super) fn scopes(
    product: &Product,
    key_type: &KeyType,
    asked: &[String],
) -> Result<Vec<String>> {
    let kind = &key_type.id;
    match key_type.access {
        Access::Full if asked.is_empty() => return Ok(Vec::new()),
        Access::Full => {
            return Err(Error::invalid(format!(
                "`{kind}` keys of {} have full access: there are no scopes to choose",
                product.id
            )));
        }
        Access::Scoped if asked.is_empty() => {
            return Err(Error::invalid(format!(
                "a `{kind}` key of {} needs at least one scope: `--scope {}`, for example",
                product.id,
                product.scopes.iter().find(|scope| !scope.is_wildcard).map_or("…", |it| &it.name)
            )));
        }
        Access::Scoped => {}
    }
    for name in asked {
        if product.scopes.get(name).is_none() {
            return Err(Error::invalid(format!(
                "{} has no scope `{name}`{}",
                product.id,
                suggestion(product.scopes.nearest(name))
            )));
        }
    }
    let kept: BTreeSet<&String> = asked.iter().collect();
    let kept: Vec<String> = kept.into_iter().cloned().collect();
    check_fits("scopes", &kept.join(" "))?;
    Ok(kept)
}

/// The restrictions as they are kept: each id fits its resource, and their number its rule.
///
/// # Errors
/// `Invalid`.
pub fn restrictions(product: &Product, asked: &[(String, String)]) -> Result<Restrictions> {
    let mut restrictions = Restrictions::default();
    for (name, id) in asked {
        let resource = product.resource(name).ok_or_else(|| unknown_resource(product, name))?;
        if !resource.takes(id) {
            return Err(Error::invalid(format!(
                "`{id}` does not look like an id of a {name} of {}",
                product.id
            )));
        }
        restrictions.insert(name.clone(), id.clone());
    }
    for resource in &product.resources {
        check_number(resource, &restrictions)?;
    }
    Ok(restrictions)
}

fn check_number(resource: &Resource, restrictions: &Restrictions) -> Result<()> {
    let name = &resource.name;
    let ids = restrictions.ids(name);
    let number = ids.map_or(0, BTreeSet::len);
    match resource.per_key {
        PerKey::One if number != 1 => Err(Error::invalid(format!(
            "a key is bound to exactly one {name}: `--restrict {name}=ID`, once"
        ))),
        PerKey::Some if number == 0 => Err(Error::invalid(format!(
            "a key is bound to at least one {name}: `--restrict {name}=ID`"
        ))),
        PerKey::Any | PerKey::Some | PerKey::One if number > RESTRICTION_IDS_MAX => {
            Err(Error::invalid(format!("a key is bound to at most 100 ids of a {name}")))
        }
        PerKey::Any | PerKey::Some | PerKey::One => {
            let ids: Vec<&str> = ids.into_iter().flatten().map(String::as_str).collect();
            check_fits(&format!("ids of {name}"), &ids.join(","))
        }
    }
}

/// Holds that what a key says of itself upstream fits into one answer's head.
///
/// # Errors
/// `Invalid`.
pub fn check_identity(scopes: &[String], restrictions: &Restrictions) -> Result<()> {
    let ids = restrictions.iter().flat_map(|(_, ids)| ids);
    let bytes: usize = scopes.iter().chain(ids).map(|word| word.len() + 1).sum();
    if bytes <= IDENTITY_BYTES_MAX {
        return Ok(());
    }
    Err(Error::invalid(
        "the scopes and restricted ids together do not fit into the headers that take them \
         upstream (12 KiB)",
    ))
}

fn check_fits(what: &str, value: &str) -> Result<()> {
    if value.len() <= IDENTITY_HEADER_BYTES_MAX {
        return Ok(());
    }
    Err(Error::invalid(format!(
        "the {what} do not fit into the header that takes them upstream (4 KiB)"
    )))
}

pub(super) fn allow_ip(ranges: Vec<AddressRange>) -> Result<AllowedAddresses> {
    AllowedAddresses::new(ranges)
        .ok_or_else(|| Error::invalid("a key names at most 100 ranges of addresses"))
}

/// The metadata as it is kept: compact JSON, and nothing for `null`.
pub(super) fn metadata(asked: Option<&Value>) -> Result<Option<String>> {
    let text = asked.filter(|asked| !asked.is_null()).map(ToString::to_string);
    if text.as_ref().is_some_and(|text| text.len() > METADATA_BYTES_MAX) {
        return Err(Error::invalid("the metadata is longer than 4,096 bytes"));
    }
    Ok(text)
}

pub(super) fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

fn unknown_resource(product: &Product, name: &str) -> Error {
    let known: Vec<&str> = product.resources.iter().map(|it| it.name.as_str()).collect();
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Error::invalid(format!("{} has no resource `{name}`; it has {known}", product.id))
}
