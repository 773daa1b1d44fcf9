//! What the sample pages show: products from `plugins/`, keys, plans, figures.

use std::fs;
use std::sync::Arc;

use keystile::accounts::{OwnedIds, Workspace};
use keystile::clock::{Span, Timestamp};
use keystile::http::ui::chart::Bucket;
use keystile::http::ui::layout::Place;
use keystile::id::KeyId;
use keystile::keys::census::{Owned, OwnedKey};
use keystile::keys::{Key, SecretRecord, SecretState, State};
use keystile::principals::{AllowedAddresses, Restrictions};
use keystile::registry::{self, Product};
use keystile::secret::SecretDigest;

pub(super) const TOKEN: &str = "form-token-of-the-sample-session";

pub(super) const PLACE: Place<'_> = Place { slug: "acme", name: "Acme" };

/// A name as long as names may be, without a place to break it, with what HTML would take amiss.
pub(super) const LONG: &str = "Warenwirtschaftssystemschnittstellenverbindungsschlüssel<b>&\"'";

/// The instant at which every sample page is drawn.
pub(super) fn now() -> Timestamp {
    "2026-11-22T14:58:02Z".parse().unwrap()
}

/// So many minutes before that.
pub(super) fn ago(minutes: i64) -> Timestamp {
    Timestamp::from_millis(now().as_millis() - minutes * 60_000)
}

pub(super) fn product(id: &str) -> Arc<Product> {
    let file = format!("plugins/{id}.toml");
    let text = fs::read_to_string(&file).unwrap();
    Arc::new(registry::read(&file, id, &text).product.unwrap())
}

/// Keys of somebody: more than are named.
pub(super) fn owned_keys() -> Owned {
    let key = |name: &str| OwnedKey {
        id: KeyId::new(ago(9)),
        name: name.to_owned(),
        workspace: "acme".to_owned(),
    };
    Owned { named: vec![key("Web shop"), key(LONG)], total: 1_204 }
}

pub(super) fn workspace() -> Workspace {
    let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
    Workspace {
        slug: "acme".into(),
        name: "Acme".into(),
        plan: "pro".into(),
        created_at: ago(400_000),
        resources: OwnedIds::from([(
            "store".into(),
            ids(&["st_1", "st_2", "st_harbour_street_19"]),
        )]),
    }
}

fn secret(last4: &str, state: SecretState, made: i64, ends_at: Option<Timestamp>) -> SecretRecord {
    let digest = SecretDigest::of(last4.as_bytes());
    SecretRecord {
        digest,
        last4: last4.into(),
        state,
        created_at: ago(made),
        ends_at,
        last_used_at: Some(ago(4)),
        last_used_from: Some("203.0.113.7".parse().unwrap()),
        requests: 48_100,
    }
}

/// A key of Whale, in good order.
pub(super) fn key(name: &str) -> Key {
    let mut restrictions = Restrictions::default();
    restrictions.insert("store".into(), "st_1".into());
    Key {
        id: KeyId::new(ago(200_000)),
        name: name.into(),
        workspace: "acme".into(),
        product: "whale".into(),
        key_type: "live".into(),
        state: State::Active,
        scopes: ["read:products", "read:orders", "write:orders", "read:customers"]
            .map(str::to_owned)
            .to_vec(),
        restrictions,
        allow_ip: AllowedAddresses::default(),
        owner: Some("ada@example.com".into()),
        expires_at: None,
        metadata: Some(serde_json::json!({ "team": "checkout" })),
        created_at: ago(200_000),
        created_by: "ada@example.com".into(),
        last_used_at: Some(ago(4)),
        last_used_from: Some("203.0.113.7".parse().unwrap()),
        revoked_at: None,
        revoked_by: None,
        revoked_reason: None,
        secrets: vec![secret("3xQ9", SecretState::Current, 200_000, None)],
    }
}

/// The same key in the middle of a rotation.
pub(super) fn rotating() -> Key {
    let end = now().plus(Span::seconds(18 * 3_600));
    let secrets = vec![
        secret("pL0c", SecretState::Current, 360, None),
        secret("3xQ9", SecretState::Ending, 200_000, Some(end)),
    ];
    let allow_ip = vec!["203.0.113.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
    Key {
        secrets,
        allow_ip: AllowedAddresses::new(allow_ip).unwrap(),
        expires_at: Some(now().plus(Span::days(5))),
        ..key("Web shop")
    }
}

pub(super) fn revoked() -> Key {
    Key {
        state: State::Revoked,
        revoked_at: Some(ago(12)),
        revoked_by: Some("ada@example.com".into()),
        revoked_reason: Some("Found in a public repository".into()),
        ..key(LONG)
    }
}

/// `count` buckets of `minutes` each, with so many numbers.
pub(super) fn buckets(count: u32, minutes: i64, series: usize) -> Vec<Bucket> {
    let wave = |place: u32| 900 + u64::from(place * place * 37 % 700);
    let value = |place: u32, of: usize| match of {
        0 => wave(place),
        1 if place % 9 < 3 => u64::from(place * 13 % 120),
        _ if place % 17 == 4 => 210,
        _ => 0,
    };
    (0..count)
        .map(|place| Bucket {
            at: ago(minutes * i64::from(count - place)),
            values: (0..series).map(|of| value(place, of)).collect(),
        })
        .collect()
}
