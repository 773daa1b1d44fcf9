//! The settings in force, and how they come to be.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipnet::IpNet;

use super::draft::{self, Draft, Placed, PlanDraft, UsageDraft};
use super::listen::Listen;
use super::log_format::LogFormat;
use super::oauth::OAuth;
use crate::clock::Span;
use crate::limits::{Plan, Plans};
use crate::source::{self, Diagnostic, FILE_BYTES_MAX};
use crate::usage::Retention;

/// The settings of one instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The file that they were read from, whether it is there or not.
    pub file: PathBuf,
    /// Where people and OAuth clients reach this instance; no slash at the end.
    pub public_url: String,
    /// The data folder.
    pub data: PathBuf,
    /// The folder of plugin files.
    pub plugins: PathBuf,
    /// Where the dashboard listens.
    pub web: Listen,
    /// Where the gate listens.
    pub gate: Listen,
    /// Who may ask the gate besides this machine.
    pub gate_peers: Vec<IpNet>,
    /// The proxies in front of the dashboard, besides those on this machine.
    pub web_peers: Vec<IpNet>,
    /// The group that may use the gate's socket.
    pub group: Option<String>,
    /// Keys that are kept warm.
    pub cached_keys: usize,
    /// The least severe events that are logged.
    pub level: tracing::Level,
    /// How they are written.
    pub format: LogFormat,
    /// The plans.
    pub plans: Arc<Plans>,
    /// How long counts of requests are kept.
    pub retention: Retention,
    /// How the authorization server behaves.
    pub oauth: OAuth,
}

/// Settings that a command line overrides.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// `--web`.
    pub web: Option<Listen>,
    /// `--gate`.
    pub gate: Option<Listen>,
}

impl Settings {
    /// Reads `file` (`./config.toml` where none is named, which may be missing), the environment,
    /// and what the command line says.
    ///
    /// # Errors
    /// Every problem, at once.
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, Vec<Diagnostic>> {
        Self::combine(file, &environment()?, flags)
    }

    /// Reads `file` alone: neither the environment nor a command line has a say.
    ///
    /// # Errors
    /// Every problem, at once.
    pub fn of_file(file: &Path) -> Result<Self, Vec<Diagnostic>> {
        Self::combine(Some(file), &[], &Flags::default())
    }

    /// The plugin folder that the same sources name, however wrong the rest of them is.
    #[must_use]
    pub fn plugin_folder(file: Option<&Path>) -> PathBuf {
        let variables = environment().unwrap_or_default();
        let (file, draft, _) = Self::gather(file, &variables, &Flags::default());
        draft.plugin_folder(&file)
    }

    fn combine(
        named: Option<&Path>,
        variables: &[(String, String)],
        flags: &Flags,
    ) -> Result<Self, Vec<Diagnostic>> {
        let (file, draft, mut problems) = Self::gather(named, variables, flags);
        if problems.iter().any(Diagnostic::is_error) {
            return Err(problems);
        }
        problems.extend(draft.contradictions());
        if problems.is_empty() { Ok(Self::of(&file, draft)) } else { Err(problems) }
    }

    /// What all sources set together, the later ones before the earlier.
    fn gather(
        named: Option<&Path>,
        variables: &[(String, String)],
        flags: &Flags,
    ) -> (PathBuf, Draft, Vec<Diagnostic>) {
        let file = named.unwrap_or(Path::new("config.toml"));
        let mut problems = Vec::new();
        let mut drafts = Vec::new();
        if named.is_some() || file.exists() {
            let shown = file.display().to_string();
            match read_file(&shown, file) {
                Ok(text) => drafts.push(draft::read(&shown, &text)),
                Err(problem) => problems.push(problem),
            }
        }
        let file_drafts = drafts.len();
        drafts.extend(variables.iter().map(|(name, value)| draft::read_variable(name, value)));
        drafts.push((Draft::of_flags(flags), Vec::new()));

        let mut whole = Draft::default();
        for (place, (draft, found)) in drafts.into_iter().enumerate() {
            problems.extend(found);
            // A file's [plans] replaces the built-in ones; a variable changes one of them.
            if place >= file_drafts && draft.plans.is_some() && whole.plans.is_none() {
                whole.plans = Some(built_in_plans());
            }
            whole.override_with(draft);
        }
        (file.to_owned(), whole, problems)
    }

    /// What a whole draft means; what it leaves out has its default.
    fn of(file: &Path, draft: Draft) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        let local = |port| Listen::Tcp(([127, 0, 0, 1], port).into());
        let plugins = draft.plugin_folder(file);
        let web = draft.web.map_or(local(8700), |web| web.listen);
        let gate = draft.gate.map_or(local(8701), |gate| gate.listen).within(folder);
        Self {
            file: file.to_owned(),
            public_url: draft.public_url.unwrap_or_else(|| format!("http://{web}")),
            data: folder.join(draft.data.as_deref().unwrap_or("data")),
            plugins,
            web,
            gate,
            gate_peers: draft.gate_peers.unwrap_or_default(),
            web_peers: draft.web_peers.unwrap_or_default(),
            group: draft.group.filter(|group| !group.is_empty()),
            cached_keys: draft.cached_keys.unwrap_or(100_000),
            level: draft.level.unwrap_or(tracing::Level::INFO),
            format: draft.format.unwrap_or_default(),
            plans: draft.plans.and_then(plans).unwrap_or_default().into(),
            retention: draft.usage.retention(),
            oauth: draft.oauth.settings(),
        }
    }

    /// The settings that differ from `newer` and are only read at start, by their names.
    #[must_use]
    pub fn needing_restart(&self, newer: &Self) -> Vec<&'static str> {
        let changed = [
            ("public_url", self.public_url != newer.public_url),
            ("data", self.data != newer.data),
            ("plugins", self.plugins != newer.plugins),
            ("listen.web", self.web != newer.web),
            ("listen.gate", self.gate != newer.gate),
            ("gate.peers", self.gate_peers != newer.gate_peers),
            ("web.peers", self.web_peers != newer.web_peers),
            ("gate.group", self.group != newer.group),
            ("log.format", self.format != newer.format),
        ];
        changed.into_iter().filter(|(_, is_changed)| *is_changed).map(|(name, _)| name).collect()
    }
}

impl Draft {
    fn of_flags(flags: &Flags) -> Self {
        let placed = |listen: &Option<Listen>, flag| {
            let place = Diagnostic::of_file(flag, "");
            listen.clone().map(|listen| Placed { listen, place })
        };
        let (web, gate) = (placed(&flags.web, "--web"), placed(&flags.gate, "--gate"));
        Self { web, gate, ..Self::default() }
    }

    fn plugin_folder(&self, file: &Path) -> PathBuf {
        let folder = file.parent().unwrap_or(Path::new(""));
        folder.join(self.plugins.as_deref().unwrap_or("plugins"))
    }

    /// Settings that are good by themselves, and not beside each other.
    fn contradictions(&self) -> Vec<Diagnostic> {
        let has_peers = self.gate_peers.as_ref().is_some_and(|peers| !peers.is_empty());
        let open = |placed: &Option<Placed>, message: &str| {
            let placed = placed.as_ref().filter(|placed| !placed.listen.is_local())?;
            Some(placed.place.clone().saying(message))
        };
        let web = open(&self.web, "`public_url` is required where `web` is not on loopback")
            .filter(|_| self.public_url.is_none());
        let gate = open(
            &self.gate,
            "`gate` is not on loopback: name who may ask it in `[gate] peers`, such as \
             [\"10.0.0.0/8\"]",
        )
        .filter(|_| !has_peers);
        let (usage, oauth) = (self.usage.contradiction(), self.oauth.contradiction());
        web.into_iter().chain(gate).chain(usage).chain(oauth).collect()
    }

    /// Takes whatever `later` sets.
    fn override_with(&mut self, later: Self) {
        fn set<T>(field: &mut Option<T>, later: Option<T>) {
            if later.is_some() {
                *field = later;
            }
        }
        set(&mut self.public_url, later.public_url);
        set(&mut self.data, later.data);
        set(&mut self.plugins, later.plugins);
        set(&mut self.web, later.web);
        set(&mut self.gate, later.gate);
        set(&mut self.gate_peers, later.gate_peers);
        set(&mut self.web_peers, later.web_peers);
        set(&mut self.group, later.group);
        set(&mut self.cached_keys, later.cached_keys);
        set(&mut self.level, later.level);
        set(&mut self.format, later.format);
        set(&mut self.usage.minutes, later.usage.minutes);
        set(&mut self.usage.hours, later.usage.hours);
        set(&mut self.usage.days, later.usage.days);
        set(&mut self.usage.place, later.usage.place);
        self.oauth.override_with(later.oauth);
        for (id, later) in later.plans.into_iter().flatten() {
            let plan = self.plans.get_or_insert_default().entry(id).or_default();
            set(&mut plan.name, later.name);
            set(&mut plan.per_minute, later.per_minute);
            set(&mut plan.per_day, later.per_day);
            set(&mut plan.max_keys, later.max_keys);
        }
    }
}

impl UsageDraft {
    fn retention(&self) -> Retention {
        let default = Retention::default();
        Retention {
            minutes: self.minutes.unwrap_or(default.minutes),
            hours: self.hours.unwrap_or(default.hours),
            days: self.days.unwrap_or(default.days),
        }
    }

    /// What is wrong with the three beside each other, told where the last of them is written.
    fn contradiction(&self) -> Option<Diagnostic> {
        let Retention { minutes, hours, days } = self.retention();
        let message = if minutes < Span::seconds(3_600) {
            "`minutes` of [usage] is 1h at least: whole hours are made of them"
        } else if hours < minutes.max(Span::days(1)) {
            "`hours` of [usage] is 1d at least, and not less than `minutes`"
        } else if days < hours {
            "`days` of [usage] is not less than `hours`"
        } else {
            return None;
        };
        self.place.clone().map(|place| place.saying(message))
    }
}

fn built_in_plans() -> BTreeMap<String, PlanDraft> {
    let built_in = Plans::default();
    let draft = |id: &str| {
        let Plan { name, per_minute, per_day, max_keys } = built_in.get(id)?.clone();
        Some((id.to_owned(), PlanDraft { name: Some(name), per_minute, per_day, max_keys }))
    };
    built_in.ids().filter_map(draft).collect()
}

fn plans(drafts: BTreeMap<String, PlanDraft>) -> Option<Plans> {
    let plan = |(id, draft): (String, PlanDraft)| {
        let PlanDraft { name, per_minute, per_day, max_keys } = draft;
        let name = name.unwrap_or_else(|| id.clone());
        (id, Plan { name, per_minute, per_day, max_keys })
    };
    Plans::new(drafts.into_iter().map(plan).collect())
}

fn read_file(shown: &str, file: &Path) -> Result<String, Diagnostic> {
    let unreadable =
        |error: std::io::Error| Diagnostic::of_file(shown, format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(file).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    source::text_of(shown, &bytes).map(str::to_owned)
}

/// The variables that are meant for us, in alphabetical order. Others' may hold any bytes.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn environment() -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
    let mut variables = Vec::new();
    let mut problems = Vec::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("KEYSTILE_")) else {
            continue;
        };
        match value.into_string() {
            _ if name == "KEYSTILE_CONFIG" => {}
            Ok(value) => variables.push((name.to_owned(), value)),
            Err(_) => problems.push(Diagnostic::of_file(name, "its value is not UTF-8")),
        }
    }
    variables.sort();
    if problems.is_empty() { Ok(variables) } else { Err(problems) }
}

#[cfg(test)]
mod tests {
    use super::super::oauth::Registration;
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables: Vec<_> = variables.iter().map(owned).collect();
        let empty = tempfile::NamedTempFile::new().unwrap();
        Settings::combine(Some(empty.path()), &variables, &Flags::default())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    fn of_file(text: &str) -> Result<Settings, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, text).unwrap();
        let shown = file.display().to_string();
        Settings::combine(Some(&file), &[], &Flags::default()).map_err(|problems| {
            problems.iter().map(|it| it.to_string().replace(&shown, "config.toml")).collect()
        })
    }

    #[test]
    fn variables_override_the_defaults() {
        let settings = with(&[
            ("KEYSTILE_GATE__CACHED_KEYS", "1_000"),
            ("KEYSTILE_GATE__PEERS", "10.0.0.0/8, 192.0.2.1"),
            ("KEYSTILE_WEB__PEERS", "10.0.0.7"),
            ("KEYSTILE_LISTEN__GATE", "10.0.0.1:8701"),
            ("KEYSTILE_LOG__LEVEL", "debug"),
        ]);
        let settings = settings.unwrap();
        assert_eq!(settings.cached_keys, 1_000);
        assert_eq!(settings.gate.to_string(), "10.0.0.1:8701");
        assert_eq!((settings.gate_peers.len(), settings.web_peers.len()), (2, 1));
        assert_eq!(settings.level, tracing::Level::DEBUG);
    }

    #[test]
    fn a_variable_changes_one_number_of_the_built_in_plans() {
        let settings = with(&[("KEYSTILE_PLANS__FREE__PER_MINUTE", "5")]).unwrap();
        let free = settings.plans.get("free").unwrap();
        assert_eq!((free.per_minute, free.per_day), (Some(5), Some(1_000)));
        assert!(settings.plans.get("pro").is_some());
    }

    #[test]
    fn a_variable_that_nobody_knows_names_the_nearest() {
        let problems = with(&[("KEYSTILE_GATE__CACHED_KEY", "1")]).unwrap_err();
        assert!(problems[0].contains("KEYSTILE_GATE__CACHED_KEY"), "{problems:?}");
        assert!(problems[0].contains("cached_keys"), "{problems:?}");
    }

    #[test]
    fn a_gate_for_everyone_is_refused() {
        let problems = with(&[("KEYSTILE_LISTEN__GATE", "0.0.0.0:8701")]).unwrap_err();
        assert!(problems[0].contains("peers"), "{problems:?}");
        let problems = with(&[("KEYSTILE_LISTEN__WEB", "0.0.0.0:8700")]).unwrap_err();
        assert!(problems[0].contains("public_url"), "{problems:?}");
        let open = ("KEYSTILE_LISTEN__WEB", "0.0.0.0:8700");
        assert!(with(&[open, ("KEYSTILE_PUBLIC_URL", "https://keys.example")]).is_ok());
    }

    #[test]
    fn a_contradiction_is_told_where_it_is_written() {
        let file = "[listen]\nweb = \"0.0.0.0:1\"\ngate = \"0.0.0.0:2\"\n";
        let problems = of_file(file).unwrap_err();
        assert_eq!(problems.len(), 2, "{problems:?}");
        for (problem, place) in problems.iter().zip(["2:7", "3:8"]) {
            assert!(problem.starts_with(&format!("config.toml:{place}: ")), "{problems:?}");
        }
        let problems = with(&[("KEYSTILE_LISTEN__GATE", "0.0.0.0:1")]).unwrap_err();
        assert!(problems[0].starts_with("KEYSTILE_LISTEN__GATE:"), "{problems:?}");
    }

    #[test]
    fn all_problems_of_a_file_are_told_with_their_places() {
        let problems = of_file("dta = 1\n[gate]\ncached_keys = 0\n[log]\nlevel = \"loud\"\n");
        let problems = problems.unwrap_err();
        let places = ["config.toml:1:1", "config.toml:3:", "config.toml:5:"];
        assert_eq!(problems.len(), places.len(), "{problems:?}");
        for (problem, place) in problems.iter().zip(places) {
            assert!(problem.starts_with(place), "{problem}");
        }
    }

    #[test]
    fn a_plans_table_replaces_the_built_in_ones_whole() {
        let settings = of_file("[plans.only]\nper_minute = 5\n").unwrap();
        assert_eq!(settings.plans.ids().collect::<Vec<_>>(), ["only"]);
        let plan = settings.plans.get("only").unwrap();
        assert_eq!((plan.per_minute, plan.per_day, plan.max_keys), (Some(5), None, None));
        assert!(of_file("[plans]\n").is_err());
        assert!(of_file("[plans.p]\nper_minute = 0\n").is_err());
    }

    #[test]
    fn counts_are_kept_coarser_for_longer() {
        let settings = of_file("[usage]\nminutes = \"1h\"\nhours = \"7d\"\n").unwrap();
        let kept = settings.retention;
        assert_eq!((kept.minutes, kept.hours), (Span::seconds(3_600), Span::days(7)));
        assert_eq!(kept.days, Span::days(730));
        for (bad, place) in [
            ("minutes = \"59m\"", "config.toml:2:11: "),
            ("minutes = \"3d\"\nhours = \"2d\"", "config.toml:3:9: "),
            ("hours = \"800d\"", "config.toml:2:9: "),
            ("days = \"1w\"", "config.toml:2:8: "),
        ] {
            let problems = of_file(&format!("[usage]\n{bad}\n")).unwrap_err();
            assert!(problems[0].starts_with(place), "{bad}: {problems:?}");
        }
    }

    #[test]
    fn how_long_tokens_live_is_set_within_bounds() {
        let oauth = of_file("[oauth]\ncode = \"30s\"\nregistration = \"off\"\n").unwrap().oauth;
        assert_eq!((oauth.code, oauth.registration), (Span::seconds(30), Registration::Off));
        assert_eq!(oauth.access_token, Span::seconds(3_600));
        let oauth = with(&[
            ("KEYSTILE_OAUTH__CLIENT_ID_METADATA", "false"),
            ("KEYSTILE_OAUTH__REGISTRATION_PER_MINUTE", "3"),
        ]);
        let oauth = oauth.unwrap().oauth;
        assert_eq!((oauth.has_client_id_metadata, oauth.registrations_per_minute), (false, 3));
        for (bad, place) in [
            ("code = \"11m\"", "config.toml:2:8: "),
            ("access_token = \"0s\"", "config.toml:2:16: "),
            ("refresh_token_idle = \"181d\"", "config.toml:2:22: "),
            ("refresh_token_max = \"29d\"", "config.toml:2:21: "),
            ("access_token = \"30d\"\nrefresh_token_idle = \"1d\"", "config.toml:3:22: "),
            ("registration = \"closed\"", "config.toml:2:16: "),
            ("registration_per_minute = 0", "config.toml:2:27: "),
            ("refresh_reply = \"1s\"", "config.toml:2:1: "),
        ] {
            let problems = of_file(&format!("[oauth]\n{bad}\n")).unwrap_err();
            assert!(problems[0].starts_with(place), "{bad}: {problems:?}");
        }
    }

    #[test]
    fn people_are_reached_by_https_or_on_loopback() {
        for good in
            ["https://keys.example", "http://localhost:8700", "http://[::1]:8700", "http://[::1]"]
        {
            assert!(of_file(&format!("public_url = \"{good}\"")).is_ok(), "{good}");
        }
        for bad in ["http://keys.example", "keys.example", "https://", "https://a/b", "https://u@h"]
        {
            assert!(of_file(&format!("public_url = \"{bad}\"")).is_err(), "{bad}");
        }
    }
}
