//! The order of the table: of all that is wrong with a request, the earliest row is the answer.

use keystile::secret::Secret;

use super::asked::{Asked, Way};
use super::verdict;
use crate::harness::{Client, Instance, Key, Plugins};

/// Pairs that one request can have; for each of the others [`Fault::cannot_be_with`] says why not.
const PAIRS: usize = 248;

const ORDER: &str = r#"
name = "Order"
hosts = ["order.example"]
credentials = ["x-api-key", "x-other-key"]
https = true

[keys.pinned]
prefix = "or_pin_"
hosts = ["pinned.example"]

[resources.thing]
from = ["path:thing", "query:thing_id"]

[scopes]
"things:read" = "Read"
"things:write" = "Write"

[routes]
"GET /things/{thing}" = "things:read"
"GET /writes/{thing}" = "things:write"
"GET /dear/{thing}" = { scope = "things:read", cost = 4_000_000_000 }
"GET /dear-writes/{thing}" = { scope = "things:write", cost = 4_000_000_000 }
"GET /open" = "public"
"#;

/// Another product with the same prefix, whose keys are shaped like ours.
fn sibling() -> String {
    ORDER.replace("\"Order\"", "\"Sibling\"").replace(".example", ".sibling.example")
}

/// What can be wrong, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    OwnHeader,
    OverrideHeader,
    ForeignHeader,
    RepeatedHeader,
    BadMethod,
    UnknownProduct,
    NoCredential,
    TwoCredentials,
    NoShape,
    OtherPrefix,
    WrongChecksum,
    OtherProducts,
    Revoked,
    Expired,
    NotByHttps,
    ForeignAddress,
    WrongHost,
    AmbiguousPath,
    AmbiguousQuery,
    NoRoute,
    NoScope,
    ForeignThing,
    TooDear,
    DamagedRow,
}

use Fault::*;

const ALL: [Fault; 24] = [
    OwnHeader,
    OverrideHeader,
    ForeignHeader,
    RepeatedHeader,
    BadMethod,
    UnknownProduct,
    NoCredential,
    TwoCredentials,
    NoShape,
    OtherPrefix,
    WrongChecksum,
    OtherProducts,
    Revoked,
    Expired,
    NotByHttps,
    ForeignAddress,
    WrongHost,
    AmbiguousPath,
    AmbiguousQuery,
    NoRoute,
    NoScope,
    ForeignThing,
    TooDear,
    DamagedRow,
];

impl Fault {
    fn code(self) -> &'static str {
        match self {
            OwnHeader | OverrideHeader | ForeignHeader | RepeatedHeader | BadMethod => {
                "invalid_request"
            }
            UnknownProduct | DamagedRow => "unavailable",
            NoCredential => "missing_credential",
            TwoCredentials => "ambiguous_credential",
            NoShape | OtherPrefix | WrongChecksum | OtherProducts => "invalid_key",
            Revoked => "revoked_key",
            Expired => "expired_key",
            NotByHttps => "https_required",
            ForeignAddress => "ip_not_allowed",
            WrongHost => "wrong_environment",
            AmbiguousPath | AmbiguousQuery => "ambiguous_path",
            NoRoute => "route_not_declared",
            NoScope => "insufficient_scope",
            ForeignThing => "resource_mismatch",
            TooDear => "rate_limited",
        }
    }

    /// Why no request can have both, of which this one is the earlier; `None` where one can.
    fn cannot_be_with(self, later: Self) -> Option<&'static str> {
        let is_of_a_key = |fault| matches!(fault, Revoked | Expired | DamagedRow);
        match (self, later) {
            (NoCredential, TwoCredentials) => Some("none sent is not two sent"),
            (NoCredential, NoShape | OtherPrefix | WrongChecksum | OtherProducts) => {
                Some("where nothing is sent, nothing is wrong with it")
            }
            (NoCredential | NoShape | OtherPrefix, key) if is_of_a_key(key) => {
                Some("there is no key that could have a life or a row")
            }
            (NoShape | OtherPrefix | WrongChecksum, NoShape | OtherPrefix | WrongChecksum) => {
                Some("one row of the table, and what has no shape has no prefix and no checksum")
            }
            (NoShape | OtherPrefix, OtherProducts) => Some("it is nobody's"),
            (
                OtherProducts | Revoked | Expired | ForeignAddress | WrongHost | NoScope
                | ForeignThing | TooDear,
                DamagedRow,
            ) => Some("what a damaged row says of its key is not believed"),
            (NoRoute, TooDear) => Some("what is not declared weighs nothing"),
            _ => None,
        }
    }
}

/// The keys of each life, all of one kind otherwise.
struct Keys {
    good: Key,
    revoked: Key,
    expired: Key,
    revoked_and_expired: Key,
    damaged: Key,
}

impl Keys {
    fn make(instance: &Instance, product: &str) -> Self {
        let new = || {
            let new = instance.key(product, "pinned", &["things:read"]).bound_to("thing", "th_1");
            new.allow_ip("203.0.113.0/24")
        };
        let keys = Self {
            good: new().make(),
            revoked: new().make(),
            expired: new().expires("1h").make(),
            revoked_and_expired: new().expires("1h").make(),
            damaged: new().make(),
        };
        instance.revoke(&keys.revoked).unwrap();
        instance.revoke(&keys.revoked_and_expired).unwrap();
        instance.advance("1h");
        let damage = format!("UPDATE keys SET scopes = '[]' WHERE id = '{}'", keys.damaged.id);
        instance.damage(&[damage]);
        keys
    }

    fn of(&self, has: impl Fn(Fault) -> bool) -> &Key {
        match (has(Revoked), has(Expired), has(DamagedRow)) {
            (true, true, _) => &self.revoked_and_expired,
            (true, false, _) => &self.revoked,
            (false, true, _) => &self.expired,
            (false, false, true) => &self.damaged,
            (false, false, false) => &self.good,
        }
    }
}

/// The keys of both products.
struct World {
    gate: Client,
    ours: Keys,
    siblings: Keys,
    _instance: Instance,
}

impl World {
    fn start() -> Self {
        let plugins = Plugins::default().and("order", ORDER).and("sibling", &sibling());
        let instance = Instance::start(&plugins);
        let ours = Keys::make(&instance, "order");
        let siblings = Keys::make(&instance, "sibling");
        Self { gate: instance.client(), ours, siblings, _instance: instance }
    }

    /// The code of a request with exactly these faults, which each dialect must agree on.
    fn told(&self, faults: &[Fault]) -> String {
        let asked = self.request(faults);
        let told =
            Way::NAMED.map(|way| verdict::direct(way, false, &self.gate.send(&asked.put(way))));
        let codes = told.map(|told| told.code().to_owned());
        assert!(codes.iter().all(|code| *code == codes[0]), "{asked:?}: {codes:?}");
        codes[0].clone()
    }

    fn request(&self, faults: &[Fault]) -> Asked {
        let has = |fault| faults.contains(&fault);
        let asked = with_headers(plain(&has), &has);
        if has(NoCredential) {
            return asked;
        }
        let secret = self.secret(&has);
        let asked = if has(TwoCredentials) { asked.header("X-Other-Key", &secret) } else { asked };
        asked.header("X-Api-Key", &secret)
    }

    fn secret(&self, has: &impl Fn(Fault) -> bool) -> String {
        let keys = if has(OtherProducts) { &self.siblings } else { &self.ours };
        let mut secret = keys.of(has).secret.clone();
        if has(WrongChecksum) {
            let last = secret.pop();
            secret.push(if last == Some('0') { '1' } else { '0' });
        }
        match (has(NoShape), has(OtherPrefix)) {
            (true, _) => "letmein".to_owned(),
            (_, true) => Secret::mint("or_pan_").unwrap().expose().to_owned(),
            _ => secret,
        }
    }
}

/// Lines that the contract forbids.
fn with_headers(mut asked: Asked, has: &impl Fn(Fault) -> bool) -> Asked {
    if has(UnknownProduct) {
        asked = asked.product("nobody");
    }
    for (fault, name, value) in [
        (OwnHeader, "X-Keystile-Subject", "key:key_1"),
        (OverrideHeader, "X-HTTP-Method-Override", "GET"),
        // The nginx dialect's, and Envoy's, in the one; Caddy's a second time in the other.
        (ForeignHeader, "X-Forwarded-Uri", "/things/th_1"),
        (RepeatedHeader, "X-Request-Id", "12345678"),
        (RepeatedHeader, "X-Request-Id", "12345678"),
    ] {
        if has(fault) {
            asked = asked.header(name, value);
        }
    }
    asked
}

/// The request but for its credential and forbidden lines.
fn plain(has: &impl Fn(Fault) -> bool) -> Asked {
    let thing = if has(ForeignThing) { "th_2" } else { "th_1" };
    let base = match (has(NoRoute), has(NoScope), has(TooDear)) {
        (true, ..) => "/nowhere",
        (false, true, false) => "/writes",
        (false, true, true) => "/dear-writes",
        (false, false, false) => "/things",
        (false, false, true) => "/dear",
    };
    let dots = if has(AmbiguousPath) { "/." } else { "" };
    let again = if has(AmbiguousQuery) { "&Thing_ID=x" } else { "" };
    let target = format!("{base}{dots}/{thing}?thing_id={thing}{again}");
    let host = if has(WrongHost) { "order.example" } else { "pinned.example" };
    let proto = if has(NotByHttps) { "http" } else { "https" };
    let address = if has(ForeignAddress) { "198.51.100.1" } else { "203.0.113.1" };
    let method = if has(BadMethod) { "GE" } else { "GET" };
    Asked::of("order", host, method, target).proto(Some(proto)).address(Some(address))
}

#[test]
fn of_two_faults_the_earlier_one_is_the_answer() {
    let world = World::start();
    assert_eq!(world.told(&[]), "pass");
    let mut pairs = 0;
    for (place, earlier) in ALL.into_iter().enumerate() {
        assert_eq!(world.told(&[earlier]), earlier.code(), "{earlier:?} alone");
        for later in ALL.into_iter().skip(place + 1) {
            if earlier.cannot_be_with(later).is_some() {
                continue;
            }
            let told = world.told(&[earlier, later]);
            assert_eq!(told, earlier.code(), "{earlier:?} with {later:?}");
            pairs += 1;
        }
    }
    assert_eq!(pairs, PAIRS, "of all {} pairs", ALL.len() * (ALL.len() - 1) / 2);
}

#[test]
fn of_many_faults_the_earliest_one_is_the_answer() {
    let world = World::start();
    // Every set of faults is a number of 24 bits; hundreds of them are asked about.
    for number in (1_u32..1 << ALL.len()).step_by(24_691) {
        let is_chosen = |place: &usize| number & (1 << place) != 0;
        let chosen = (0..ALL.len()).filter(is_chosen).map(|place| ALL[place]);
        let mut faults: Vec<Fault> = Vec::new();
        for fault in chosen {
            if faults.iter().all(|earlier| earlier.cannot_be_with(fault).is_none()) {
                faults.push(fault);
            }
        }
        assert_eq!(world.told(&faults), faults[0].code(), "{faults:?}");
    }
}

#[test]
fn what_is_open_to_everybody_is_judged_by_contract_and_https_alone() {
    let world = World::start();
    let of_key = [NoCredential, TwoCredentials, NoShape, OtherProducts, Revoked, Expired];
    let rest = [ForeignAddress, WrongHost, AmbiguousQuery, DamagedRow];
    let open = |faults: &[Fault]| {
        let asked = world.request(faults).target("/open");
        let answer = world.gate.send(&asked.put(Way::Verify));
        verdict::direct(Way::Verify, false, &answer).code().to_owned()
    };
    for fault in of_key.into_iter().chain(rest) {
        assert_eq!(open(&[fault]), "pass", "{fault:?}");
        assert_eq!(open(&[fault, NotByHttps]), "https_required", "{fault:?}");
        for contract in [OwnHeader, OverrideHeader, ForeignHeader, RepeatedHeader, BadMethod] {
            assert_eq!(open(&[contract, fault, NotByHttps]), "invalid_request", "{contract:?}");
        }
        assert_eq!(open(&[UnknownProduct, fault, NotByHttps]), "unavailable", "{fault:?}");
    }
}
