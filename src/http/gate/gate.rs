//! What the gate needs to answer, and who may ask it.

use std::sync::Arc;

use arc_swap::ArcSwap;

use super::look_ups::LookUps;
use crate::clock::Clock;
use crate::error::Result;
use crate::http::once::OnceAMinute;
use crate::http::peers::Peers;
use crate::limits::Limiter;
use crate::principals::Principals;
use crate::registry::Registry;
use crate::upkeep::Files;
use crate::usage::Ledger;

/// What the gate needs to answer.
pub struct Gate {
    pub(super) registry: Arc<ArcSwap<Registry>>,
    pub(super) principals: Arc<Principals>,
    pub(super) limiter: Arc<Limiter>,
    /// Where every verdict is counted.
    pub(super) ledger: Arc<Ledger>,
    pub(super) clock: Clock,
    pub(super) look_ups: LookUps,
    /// Warnings about requests: anybody can cause them.
    pub(super) warned: OnceAMinute,
    /// Our own faults: no flood of warnings keeps them quiet.
    pub(super) faults: OnceAMinute,
    pub(super) files: Arc<ArcSwap<Files>>,
    pub(super) peers: Peers,
    /// Who gives tokens: this instance, by its public URL.
    pub(super) issuer: String,
}

impl Gate {
    /// A gate over the registry in force, the principals with what they use and the ledger of their
    /// requests, and the states of the plugin files; `issuer` is who gives tokens.
    ///
    /// # Errors
    /// `CannotStart` where there are no threads for its look-ups.
    pub fn new(
        registry: Arc<ArcSwap<Registry>>,
        (principals, limiter, ledger): (Arc<Principals>, Arc<Limiter>, Arc<Ledger>),
        files: Arc<ArcSwap<Files>>,
        peers: Peers,
        issuer: String,
        clock: Clock,
    ) -> Result<Self> {
        let look_ups = LookUps::start(Arc::clone(&principals), clock.clone())?;
        let (warned, faults) = (OnceAMinute::default(), OnceAMinute::default());
        Ok(Self {
            registry,
            principals,
            limiter,
            ledger,
            clock,
            look_ups,
            warned,
            faults,
            files,
            peers,
            issuer,
        })
    }
}
