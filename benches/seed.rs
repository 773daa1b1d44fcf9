//! Fills a data folder with keys, as fast as the engine takes them: the same rows and seals that
//! `keystile key create` writes, many to a transaction, without their audit rows.
//!
//! `seed DATA_FOLDER WORKSPACE PRODUCT COUNT` prints one secret a line. The workspace is there
//! already, and no server runs.
#![expect(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use std::io::{BufWriter, Write as _};
use std::path::Path;

use keystile::clock::{Clock, Timestamp};
use keystile::id::KeyId;
use keystile::principals::seals::{self, KeyColumns};
use keystile::schema::MIGRATIONS;
use keystile::secret::Secret;
use keystile::store::{Lock, Locked, Param, Store, Write};
use keystile::usage;

/// What the product's keys begin with.
const PREFIX: &str = "be_live_";

/// Keys of one transaction.
const CHUNK_KEYS: usize = 20_000;

const SCOPES: &str = "[\"read:things\"]";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let [data, workspace, product, count] = words.as_slice() else {
        println!("seed: usage: seed DATA_FOLDER WORKSPACE PRODUCT COUNT (benches/run starts it)");
        return;
    };
    let Locked::Ours(lock) = Lock::take(Path::new(data)).unwrap() else {
        panic!("{data} is served: end the server first");
    };
    let store = Store::open(lock, MIGRATIONS, &Clock::system()).unwrap();
    let mut left: usize = count.parse().unwrap();
    let mut out = BufWriter::new(std::io::stdout().lock());
    while left > 0 {
        let chunk = left.min(CHUNK_KEYS);
        left -= chunk;
        let secrets: Vec<Secret> = (0..chunk).map(|_| Secret::mint(PREFIX).unwrap()).collect();
        for secret in &secrets {
            writeln!(out, "{}", secret.expose()).unwrap();
        }
        let (workspace, product) = (workspace.clone(), product.clone());
        let written = store.write(move |tx| {
            secrets.iter().try_for_each(|secret| insert(tx, &workspace, &product, secret))
        });
        written.unwrap();
    }
}

fn insert(
    tx: &Write<'_>,
    workspace: &str,
    product: &str,
    secret: &Secret,
) -> keystile::error::Result<()> {
    const KEY: &str = "
        INSERT INTO keys (id, workspace, product, type, name, scopes, restrictions, allow_ip,
                          created_at, created_by, seal)
        VALUES (?1, ?2, ?3, 'live', 'Bench', ?4, '{}', '[]', ?5, 'bench', ?6)";
    const SECRET: &str = "
        INSERT INTO secrets (digest, key, last4, created_at, seal) VALUES (?1, ?2, ?3, ?4, ?5)";
    let (id, now): (KeyId, Timestamp) = (KeyId::new(tx.now), tx.now);
    let seal = seals::key(&KeyColumns {
        id,
        workspace,
        product,
        key_type: "live",
        scopes: SCOPES,
        restrictions: "{}",
        allow_ip: "[]",
        owner: None,
        expires_at: None,
        revoked_at: None,
    });
    let key: [Param<'_>; 6] =
        [id.into(), workspace.into(), product.into(), SCOPES.into(), now.into(), (&seal).into()];
    tx.execute(KEY, &key)?;
    usage::begin(tx, workspace, id)?;
    let digest = secret.digest();
    let seal = seals::secret(&digest, id, None);
    let row: [Param<'_>; 5] =
        [(&digest).into(), id.into(), secret.last4().into(), now.into(), (&seal).into()];
    tx.execute(SECRET, &row)?;
    Ok(())
}
