//! How the authorization server behaves: `[oauth]`.

use std::ops::RangeInclusive;

use crate::clock::Span;
use crate::source::{Diagnostic, Document, Table};

/// Registrations that one address may be allowed in a minute.
const REGISTRATIONS_MAX: u64 = 1_000;

/// The settings of `[oauth]`. All of them are live on a reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth {
    /// How long an access token is good.
    pub access_token: Span,
    /// How long a refresh token is good without being used.
    pub refresh_token_idle: Span,
    /// How long all refresh tokens of one consent are good together.
    pub refresh_token_max: Span,
    /// How long an authorization code is good.
    pub code: Span,
    /// Within this time a used refresh token gets the same successor again; zero is never.
    pub refresh_replay: Span,
    /// Who may register a client.
    pub registration: Registration,
    /// Whether a client id may be the URL of a document that describes the client.
    pub has_client_id_metadata: bool,
    /// Registrations that one address may make in a minute.
    pub registrations_per_minute: u32,
    /// A client that registered itself and never got a token is removed after this time.
    pub registration_idle: Span,
    /// Whether such a document may be on this machine, by http: for development alone.
    pub is_loopback_metadata_allowed: bool,
}

/// Who may register a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Everybody.
    Open,
    /// Whoever has an initial access token.
    Token,
    /// Nobody.
    Off,
}

impl Default for OAuth {
    fn default() -> Self {
        Self {
            access_token: Span::seconds(3_600),
            refresh_token_idle: Span::days(30),
            refresh_token_max: Span::days(180),
            code: Span::seconds(60),
            refresh_replay: Span::seconds(30),
            registration: Registration::Open,
            has_client_id_metadata: true,
            registrations_per_minute: 10,
            registration_idle: Span::days(30),
            is_loopback_metadata_allowed: false,
        }
    }
}

type SpanOf = fn(&mut OAuth) -> &mut Span;
type SwitchOf = fn(&mut OAuth) -> &mut bool;

/// The lengths of time, and what each of them may be. A code lives ten minutes at most
/// ([RFC 6749 §4.1.2](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2)).
const SPANS: [(&str, SpanOf, RangeInclusive<Span>); 6] = [
    ("access_token", |it| &mut it.access_token, Span::seconds(1)..=Span::days(30)),
    ("refresh_token_idle", |it| &mut it.refresh_token_idle, Span::seconds(1)..=Span::days(3_650)),
    ("refresh_token_max", |it| &mut it.refresh_token_max, Span::seconds(1)..=Span::days(3_650)),
    ("code", |it| &mut it.code, Span::seconds(1)..=Span::seconds(600)),
    ("refresh_replay", |it| &mut it.refresh_replay, Span::ZERO..=Span::seconds(600)),
    ("registration_idle", |it| &mut it.registration_idle, Span::seconds(60)..=Span::days(3_650)),
];

const SWITCHES: [(&str, SwitchOf); 2] = [
    ("client_id_metadata", |it| &mut it.has_client_id_metadata),
    ("insecure_client_id_metadata_loopback", |it| &mut it.is_loopback_metadata_allowed),
];

const REGISTRATIONS: [(&str, Registration); 3] =
    [("open", Registration::Open), ("token", Registration::Token), ("off", Registration::Off)];

/// What one source sets, and where the last of it is written.
#[derive(Default)]
pub(super) struct OAuthDraft {
    spans: Vec<(SpanOf, Span)>,
    switches: Vec<(SwitchOf, bool)>,
    registration: Option<Registration>,
    registrations_per_minute: Option<u32>,
    place: Option<Diagnostic>,
}

impl OAuthDraft {
    pub(super) fn read(document: &Document<'_>, mut table: Table<'_>) -> Self {
        let mut draft = Self::default();
        for (name, field, range) in SPANS {
            let Some(written) = table.span(name) else { continue };
            if !range.contains(&written.value) {
                let (start, end) = (range.start(), range.end());
                document.error(written.at, format!("`{name}` is from {start} to {end}"));
            }
            draft.place = Some(document.place(written.at));
            draft.spans.push((field, written.value));
        }
        for (name, field) in SWITCHES {
            draft.switches.extend(table.bool(name).map(|written| (field, written.value)));
        }
        draft.registration = table.choice("registration", &REGISTRATIONS).map(|it| it.value);
        let per_minute = table.whole("registration_per_minute", 1..=REGISTRATIONS_MAX);
        draft.registrations_per_minute = per_minute.and_then(|it| u32::try_from(it.value).ok());
        table.close();
        draft
    }

    /// Takes whatever `later` sets.
    pub(super) fn override_with(&mut self, later: Self) {
        self.spans.extend(later.spans);
        self.switches.extend(later.switches);
        self.registration = later.registration.or(self.registration);
        let per_minute = later.registrations_per_minute.or(self.registrations_per_minute);
        self.registrations_per_minute = per_minute;
        self.place = later.place.or(self.place.take());
    }

    /// What it means; what it leaves out has its default.
    pub(super) fn settings(&self) -> OAuth {
        let mut settings = OAuth::default();
        for (field, span) in &self.spans {
            *field(&mut settings) = *span;
        }
        for (field, is_on) in &self.switches {
            *field(&mut settings) = *is_on;
        }
        settings.registration = self.registration.unwrap_or(settings.registration);
        if let Some(per_minute) = self.registrations_per_minute {
            settings.registrations_per_minute = per_minute;
        }
        settings
    }

    /// What is wrong with the lengths of time beside each other, told where the last is written.
    pub(super) fn contradiction(&self) -> Option<Diagnostic> {
        let settings = self.settings();
        let message = if settings.refresh_token_max < settings.refresh_token_idle {
            "`refresh_token_max` of [oauth] is not less than `refresh_token_idle`"
        } else if settings.refresh_token_idle < settings.access_token {
            "`refresh_token_idle` of [oauth] is not less than `access_token`: else nobody could \
             renew one in time"
        } else {
            return None;
        };
        self.place.clone().map(|place| place.saying(message))
    }
}
