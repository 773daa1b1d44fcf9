//! Which version of each product comes into force where two claim one host or OAuth resource.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::version::{Reading, Version};
use crate::source::{Diagnostic, Severity};

/// Versions by product.
pub(super) type Versions = BTreeMap<String, Arc<Version>>;

/// The versions that come into force, and why a newcomer did not.
pub(super) struct Settled {
    pub(super) in_force: Versions,
    pub(super) refused: BTreeMap<String, Diagnostic>,
}

/// Takes every new version, then gives back those that claim what another product has.
///
/// So two files may swap a host in one reload. It ends, since each round refuses one version more,
/// and those that are in force share no claim.
pub(super) fn settle(readings: &BTreeMap<String, Reading>, in_force: &Versions) -> Settled {
    let mut refused = BTreeMap::new();
    loop {
        let chosen = choose(readings, in_force, &refused);
        match first_refusal(&chosen, in_force) {
            Some((product, diagnostic)) => refused.insert(product, diagnostic),
            None => return Settled { in_force: chosen, refused },
        };
    }
}

fn choose(
    readings: &BTreeMap<String, Reading>,
    in_force: &Versions,
    refused: &BTreeMap<String, Diagnostic>,
) -> Versions {
    let version = |(id, reading): (&String, &Reading)| {
        let newest = reading.version.as_ref().filter(|_| !refused.contains_key(id));
        Some((id.clone(), Arc::clone(newest.or_else(|| in_force.get(id))?)))
    };
    readings.iter().filter_map(version).collect()
}

/// The first claim to what another has: the product that must give way, and why.
fn first_refusal(chosen: &Versions, in_force: &Versions) -> Option<(String, Diagnostic)> {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (id, version) in chosen {
        for (name, _) in &version.claims {
            let owner = *owners.entry(name).or_insert(id);
            if owner == id {
                continue;
            }
            let has_it = in_force.get(id).is_some_and(|version| version.has_claim(name));
            let (winner, loser) = if has_it { (id.as_str(), owner) } else { (owner, id.as_str()) };
            return Some((loser.to_owned(), refusal(&chosen[loser], name, winner)));
        }
    }
    None
}

fn refusal(version: &Version, name: &str, winner: &str) -> Diagnostic {
    let place = version.claims.iter().find(|(claimed, _)| claimed == name);
    let at = place.map(|(_, at)| *at).unwrap_or_default();
    let message = format!(
        "`{name}` leads to the product `{winner}` already, and it can lead to one alone: take it \
         out of one of the two files"
    );
    version.diagnostic(Severity::Error, at, &message)
}
