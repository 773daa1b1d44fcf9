//! What a client is: an app that asks for tokens.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::id::MadeClientId;
use crate::oauth::redirect_uri::RedirectUri;

/// Bytes of a client's id: the URL of a metadata document is the longest.
const CLIENT_ID_BYTES_MAX: usize = 512;

/// What a client is known by: `client_…`, or the https URL of the document that describes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    /// A new one, that sorts by `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(MadeClientId::new(now).to_string())
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL of the document that describes the client, where its id is one.
    #[must_use]
    pub fn document(&self) -> Option<&str> {
        (!self.0.starts_with("client_")).then_some(&self.0)
    }
}

impl FromStr for ClientId {
    type Err = NoClientId;

    fn from_str(text: &str) -> Result<Self, NoClientId> {
        let is_url = text.starts_with("https://") || text.starts_with("http://");
        let is_plain_url = is_url
            && text.len() <= CLIENT_ID_BYTES_MAX
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        let is_good = is_plain_url || text.parse::<MadeClientId>().is_ok();
        is_good.then(|| Self(text.to_owned())).ok_or(NoClientId)
    }
}

impl TryFrom<String> for ClientId {
    type Error = NoClientId;

    fn try_from(text: String) -> Result<Self, NoClientId> {
        text.parse()
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no [`ClientId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a client's id: it is `client_` and 26 letters and digits, or a URL")]
pub struct NoClientId;

/// Declares an enum whose values have one name each, in the database and outside.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$said:meta])* $value:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        pub enum $name { $($(#[$said])* #[serde(rename = $text)] $value,)* }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$value),*];

            /// As text.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$value => $text,)* }
            }

            /// The one of this name.
            #[must_use]
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.as_str() == text)
            }
        }
    };
}

named! {
    /// How we came to know a client.
    Origin {
        /// An operator has made it.
        Operator = "operator",
        /// An admin of a workspace has made it, for that workspace.
        Workspace = "workspace",
        /// It has registered itself (RFC 7591).
        Registered = "registered",
        /// It is described by the document that its id leads to.
        Document = "document",
    }
}

named! {
    /// How a client proves who it is (RFC 7591 §2).
    AuthMethod {
        /// It cannot: a public client.
        None = "none",
        /// By its secret, in `Authorization: Basic`.
        SecretBasic = "client_secret_basic",
        /// By its secret, in the body.
        SecretPost = "client_secret_post",
    }
}

named! {
    /// The ways in which a client gets tokens (RFC 6749 §1.3).
    GrantType {
        /// By a code that somebody's consent gave.
        AuthorizationCode = "authorization_code",
        /// By a refresh token.
        RefreshToken = "refresh_token",
        /// By itself.
        ClientCredentials = "client_credentials",
    }
}

impl Origin {
    /// Whether somebody who runs this instance, or a workspace's admin, answers for it. What it says
    /// of itself is its own word where nobody does.
    #[must_use]
    pub fn is_vouched(self) -> bool {
        matches!(self, Self::Operator | Self::Workspace)
    }
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Client {
    /// What it is known by.
    pub id: ClientId,
    /// How we came to know it.
    pub origin: Origin,
    /// What it calls itself.
    pub name: String,
    /// How it proves who it is.
    pub auth_method: AuthMethod,
    /// Where it may have answers sent.
    pub redirect_uris: Vec<String>,
    /// The ways in which it may get tokens.
    pub grant_types: Vec<GrantType>,
    /// What it asks for when it names nothing; never a bound.
    pub scopes: Vec<String>,
    /// The product that it is bound to.
    pub product: Option<String>,
    /// The workspace that it acts for by itself, or whose admin has made it.
    pub workspace: Option<String>,
    /// Whether it may do as in OAuth 2.0: without PKCE, and with a JSON body.
    pub is_oauth20: bool,
    /// What else it says of itself.
    pub about: Map<String, Value>,
    /// When it was made or registered.
    pub created_at: Timestamp,
    /// Who has made it; the address where nobody was signed in.
    pub created_by: String,
    /// When it last got a token.
    pub last_token_at: Option<Timestamp>,
}

impl Client {
    /// Whether it has a secret to prove who it is.
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.auth_method != AuthMethod::None
    }

    /// Where an answer goes for which the client names `presented`, if that is one of its own.
    pub(in crate::oauth) fn redirect(&self, presented: &str) -> Option<RedirectUri> {
        self.registered().find_map(|uri| uri.requested(presented))
    }

    /// Whether an answer may go to `uri`.
    pub(in crate::oauth) fn answers_at(&self, uri: &str) -> bool {
        self.redirect(uri).is_some()
    }

    /// The addresses that it has registered.
    pub(in crate::oauth) fn registered(&self) -> impl Iterator<Item = RedirectUri> + '_ {
        self.redirect_uris.iter().filter_map(|text| RedirectUri::parse(text).ok())
    }

    /// Whether people may let it act for a workspace: one that is made for a workspace acts for that
    /// alone.
    #[must_use]
    pub fn acts_for(&self, workspace: &str) -> bool {
        self.workspace.as_deref().is_none_or(|own| own == workspace)
    }

    /// Whether it may get tokens in this way.
    #[must_use]
    pub fn may(&self, grant_type: GrantType) -> bool {
        self.grant_types.contains(&grant_type)
    }
}

/// A secret of a client: which, never what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClientSecret {
    /// Its last 4 characters.
    pub last4: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it does.
    pub ends_at: Option<Timestamp>,
}

/// How long a secret is good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lasting {
    /// When it ends, if it does.
    pub(super) ends_at: Option<Timestamp>,
}

impl Lasting {
    /// Whether it proves anything at `now`.
    pub(super) fn is_good(self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| end > now)
    }
}

/// A client that has proved who it is.
#[derive(Clone, Debug)]
pub struct Proved {
    /// The client.
    pub client: Client,
    pub(super) proof: Lasting,
}

impl Proved {
    /// Whether what it has presented still proves it at `now`.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.proof.is_good(now)
    }
}
