//! The order of the table: of all that is wrong with a request, the earliest row is the answer.

use super::asked::{Asked, Way};
use super::verdict;
use crate::harness::{Client, Instance, Key, Plugins};

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
"#;

/// What can be wrong, in the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    OwnHeader,
    UnknownProduct,
    NoCredential,
    TwoCredentials,
    WrongChecksum,
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
    DamagedRow,
}

use Fault::*;

const ALL: [Fault; 16] = [
    OwnHeader,
    UnknownProduct,
    NoCredential,
    TwoCredentials,
    WrongChecksum,
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
    DamagedRow,
];

impl Fault {
    fn code(self) -> &'static str {
        match self {
            OwnHeader => "invalid_request",
            UnknownProduct | DamagedRow => "unavailable",
            NoCredential => "missing_credential",
            TwoCredentials => "ambiguous_credential",
            WrongChecksum => "invalid_key",
            Revoked => "revoked_key",
            Expired => "expired_key",
            NotByHttps => "https_required",
            ForeignAddress => "ip_not_allowed",
            WrongHost => "wrong_environment",
            AmbiguousPath | AmbiguousQuery => "ambiguous_path",
            NoRoute => "route_not_declared",
            NoScope => "insufficient_scope",
            ForeignThing => "resource_mismatch",
        }
    }

    /// Whether one request can have both. None sent is not two sent, and what a damaged row says
    /// of its key's life, addresses, hosts, scopes and things is not believed.
    fn goes_with(self, later: Self) -> bool {
        let is_contradiction = matches!(
            (self, later),
            (NoCredential, TwoCredentials | WrongChecksum | Revoked | Expired | DamagedRow)
                | (
                    Revoked | Expired | ForeignAddress | WrongHost | NoScope | ForeignThing,
                    DamagedRow
                )
        );
        !is_contradiction
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
    fn make(instance: &Instance) -> Self {
        let new = || {
            let new = instance.key("order", "pinned", &["things:read"]).bound_to("thing", "th_1");
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

/// A request with exactly these faults.
fn request(keys: &Keys, faults: &[Fault]) -> Asked {
    let has = |fault| faults.contains(&fault);
    let thing = if has(ForeignThing) { "th_2" } else { "th_1" };
    let base = match (has(NoRoute), has(NoScope)) {
        (true, _) => "/nowhere",
        (false, true) => "/writes",
        (false, false) => "/things",
    };
    let dots = if has(AmbiguousPath) { "/." } else { "" };
    let again = if has(AmbiguousQuery) { "&Thing_ID=x" } else { "" };
    let target = format!("{base}{dots}/{thing}?thing_id={thing}{again}");
    let host = if has(WrongHost) { "order.example" } else { "pinned.example" };
    let proto = if has(NotByHttps) { "http" } else { "https" };
    let address = if has(ForeignAddress) { "198.51.100.1" } else { "203.0.113.1" };
    let mut asked =
        Asked::of("order", host, "GET", target).proto(Some(proto)).address(Some(address));
    if has(UnknownProduct) {
        asked = asked.product("nobody");
    }
    if has(OwnHeader) {
        asked = asked.header("X-Keystile-Subject", "key:key_1");
    }
    if has(NoCredential) {
        return asked;
    }
    let mut secret = keys.of(has).secret.clone();
    if has(WrongChecksum) {
        let last = secret.pop();
        secret.push(if last == Some('0') { '1' } else { '0' });
    }
    if has(TwoCredentials) {
        asked = asked.header("X-Other-Key", &secret);
    }
    asked.header("X-Api-Key", &secret)
}

fn told(gate: &Client, asked: &Asked) -> String {
    let told = Way::NAMED.map(|way| verdict::direct(way, false, &gate.send(&asked.put(way))));
    let codes = told.map(|told| told.code().to_owned());
    assert!(codes.iter().all(|code| *code == codes[0]), "{asked:?}: {codes:?}");
    codes[0].clone()
}

#[test]
fn of_two_faults_the_earlier_one_is_the_answer() {
    let instance = Instance::start(&Plugins::default().and("order", ORDER));
    let (keys, gate) = (Keys::make(&instance), instance.client());
    assert_eq!(told(&gate, &request(&keys, &[])), "pass");
    for earlier in ALL {
        assert_eq!(told(&gate, &request(&keys, &[earlier])), earlier.code(), "{earlier:?} alone");
        let later = ALL.into_iter().filter(|later| earlier < *later && earlier.goes_with(*later));
        for later in later {
            let told = told(&gate, &request(&keys, &[earlier, later]));
            assert_eq!(told, earlier.code(), "{earlier:?} with {later:?}");
        }
    }
}

#[test]
fn of_many_faults_the_earliest_one_is_the_answer() {
    let instance = Instance::start(&Plugins::default().and("order", ORDER));
    let (keys, gate) = (Keys::make(&instance), instance.client());
    // Every set of faults is a number of 16 bits; hundreds of them are asked about.
    for number in (1_u32..1 << ALL.len()).step_by(101) {
        let is_chosen = |place: &usize| number & (1 << place) != 0;
        let chosen = (0..ALL.len()).filter(is_chosen).map(|place| ALL[place]);
        let mut faults: Vec<Fault> = Vec::new();
        for fault in chosen {
            if faults.iter().all(|earlier| earlier.goes_with(fault)) {
                faults.push(fault);
            }
        }
        assert_eq!(told(&gate, &request(&keys, &faults)), faults[0].code(), "{faults:?}");
    }
}
