//! Every long-lived part, wired once.

use std::sync::Arc;

use crate::accounts::Workspaces;
use crate::accounts::people::Hasher;
use crate::clock::{Clock, Timestamp};
use crate::error::Result;
use crate::kept::Kept;
use crate::keys::census::Fullest;
use crate::limits::{self, Limiter};
use crate::oauth::documents::Documents;
use crate::oauth::{Attempts, Known};
use crate::principals::Principals;
use crate::schema::MIGRATIONS;
use crate::store::{Lock, Store};
use crate::upkeep::{Live, Reloader};
use crate::usage::{KeyCount, Ledger, Unusual};

/// The parts of one instance.
pub struct App {
    /// What time it is.
    pub clock: Clock,
    /// When this run began.
    pub started_at: Timestamp,
    /// The database.
    pub store: Arc<Store>,
    /// Where passwords are hashed.
    pub hasher: Hasher,
    /// What is used, and how much may be.
    pub limiter: Arc<Limiter>,
    /// What presented secrets are worth.
    pub principals: Arc<Principals>,
    /// How often each place tries what costs us.
    pub attempts: Attempts,
    /// What was read lately of clients and tokens.
    pub known: Known,
    /// What clients say of themselves at their own addresses.
    pub documents: Documents,
    /// What was asked, as far as it is not written down.
    pub ledger: Arc<Ledger>,
    /// What pages show that is dear to find.
    pub kept: KeptAnswers,
    /// The plugin folder, and the registry in force.
    pub plugins: Reloader,
    /// The settings in force.
    pub live: Live,
}

/// What looks at every key, of the instance or of a workspace.
#[derive(Default)]
pub struct KeptAnswers {
    /// What is unusual.
    pub unusual: Kept<(), Vec<Unusual>>,
    /// The keys of a workspace, by its slug, that asked most within a stretch of time.
    pub busiest: Kept<(String, &'static str), Vec<KeyCount>>,
    /// What the fullest buckets have spent of their day.
    pub spent: Kept<(), Vec<Fullest>>,
}

impl App {
    /// Opens the data folder that `lock` guards, and puts the plugin folder in force.
    ///
    /// # Errors
    /// `CannotStart` for a database that cannot be used, or plans that workspaces miss.
    pub fn open(live: Live, lock: Lock, clock: Clock) -> Result<Arc<Self>> {
        let settings = live.get();
        let store = Arc::new(Store::open(lock, MIGRATIONS, &clock)?);
        limits::fold(&store, clock.now())?;
        let limiter = Arc::new(Limiter::new(Arc::clone(&settings.plans)));
        let (of_store, of_limiter) = (Arc::clone(&store), Arc::clone(&limiter));
        let principals = Arc::new(Principals::new(of_store, of_limiter, settings.cached_keys));
        Workspaces { store: &store, principals: &principals }.check_plans(&settings.plans)?;
        let folder = settings.plugins.clone();
        let plugins = Reloader::start(folder, Arc::clone(&store), clock.clone())?;
        let (hasher, ledger) = (Hasher::default(), Arc::default());
        Ok(Arc::new(Self {
            started_at: clock.now(),
            clock,
            store,
            hasher,
            limiter,
            principals,
            attempts: Attempts::default(),
            known: Known::default(),
            documents: Documents::default(),
            ledger,
            kept: KeptAnswers::default(),
            plugins,
            live,
        }))
    }
}
