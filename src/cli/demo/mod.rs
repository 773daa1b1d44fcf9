//! `keystile demo`: a throw-away instance that shows what the real one does.

mod sample;
mod script;
mod stage;

use clap::Args;

use self::stage::Stage;
use super::output;
use super::serve::{HangUp, Instance};
use crate::config::{Flags, Settings};
use crate::error::{Error, Result};
use crate::http::echo;

/// Run a throw-away instance with sample products, keys and ready curl lines.
#[derive(Args)]
pub(super) struct Demo;

impl Demo {
    #[expect(clippy::unused_self, reason = "every command is run alike")]
    pub(super) fn run(self) -> Result<()> {
        let stage = Stage::set()?;
        let settings = Settings::of_file(&stage.config()).map_err(|problems| {
            Error::internal(problems.iter().map(ToString::to_string).collect::<String>())
        })?;
        let instance = Instance::start(settings, Flags::default())?;
        let keys = sample::make_keys(&instance)?;
        let commands = stage.commands(&instance)?;
        let link = instance.setup_link()?.unwrap_or_default();
        output::line(&script::of(&instance, &keys, &commands, &link));
        let Stage { folder, back_end, .. } = stage;
        let served = instance.serve_until_told(HangUp::Ends, || echo::serve(back_end).map(Some));
        drop(folder);
        output::line("The demo's folder is removed.");
        served
    }
}
