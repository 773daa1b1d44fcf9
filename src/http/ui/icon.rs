//! Icons, drawn into the page: the page asks no other file for them, and they take its colour.
//!
//! Their shapes are Lucide's (`assets/LICENSE-lucide`).

use maud::{Markup, PreEscaped, Render};

/// A picture beside words. It is never alone: a screen reader passes over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A key.
    Key,
    /// What goes on.
    Activity,
    /// People.
    Users,
    /// One person.
    User,
    /// A workspace.
    Workspace,
    /// A product.
    Product,
    /// A route.
    Route,
    /// Limits.
    Gauge,
    /// A log.
    Log,
    /// Settings.
    Settings,
    /// Add.
    Plus,
    /// Search.
    Search,
    /// Copy.
    Copy,
    /// Done, or good.
    Check,
    /// Look here.
    Warning,
    /// Wrong, or refused.
    Error,
    /// Good to know.
    Info,
    /// Who may.
    Shield,
    /// Sign out.
    SignOut,
    /// Onward.
    Next,
    /// Back.
    Previous,
    /// Remove.
    Remove,
    /// Rotate.
    Rotate,
    /// Revoke.
    Revoke,
    /// Time.
    Clock,
    /// Addresses.
    Network,
    /// Figures.
    Chart,
    /// A command line.
    Terminal,
    /// Undo.
    Undo,
    /// Edit.
    Edit,
    /// Download.
    Download,
    /// Still to do.
    Circle,
}

impl Icon {
    const fn drawing(self) -> &'static str {
        match self {
            Self::Key => include_str!("../../../assets/icons/key.svg"),
            Self::Activity => include_str!("../../../assets/icons/activity.svg"),
            Self::Users => include_str!("../../../assets/icons/users.svg"),
            Self::User => include_str!("../../../assets/icons/user.svg"),
            Self::Workspace => include_str!("../../../assets/icons/workspace.svg"),
            Self::Product => include_str!("../../../assets/icons/product.svg"),
            Self::Route => include_str!("../../../assets/icons/route.svg"),
            Self::Gauge => include_str!("../../../assets/icons/gauge.svg"),
            Self::Log => include_str!("../../../assets/icons/log.svg"),
            Self::Settings => include_str!("../../../assets/icons/settings.svg"),
            Self::Plus => include_str!("../../../assets/icons/plus.svg"),
            Self::Search => include_str!("../../../assets/icons/search.svg"),
            Self::Copy => include_str!("../../../assets/icons/copy.svg"),
            Self::Check => include_str!("../../../assets/icons/check.svg"),
            Self::Warning => include_str!("../../../assets/icons/warning.svg"),
            Self::Error => include_str!("../../../assets/icons/error.svg"),
            Self::Info => include_str!("../../../assets/icons/info.svg"),
            Self::Shield => include_str!("../../../assets/icons/shield.svg"),
            Self::SignOut => include_str!("../../../assets/icons/sign-out.svg"),
            Self::Next => include_str!("../../../assets/icons/next.svg"),
            Self::Previous => include_str!("../../../assets/icons/previous.svg"),
            Self::Remove => include_str!("../../../assets/icons/remove.svg"),
            Self::Rotate => include_str!("../../../assets/icons/rotate.svg"),
            Self::Revoke => include_str!("../../../assets/icons/revoke.svg"),
            Self::Clock => include_str!("../../../assets/icons/clock.svg"),
            Self::Network => include_str!("../../../assets/icons/network.svg"),
            Self::Chart => include_str!("../../../assets/icons/chart.svg"),
            Self::Terminal => include_str!("../../../assets/icons/terminal.svg"),
            Self::Undo => include_str!("../../../assets/icons/undo.svg"),
            Self::Edit => include_str!("../../../assets/icons/edit.svg"),
            Self::Download => include_str!("../../../assets/icons/download.svg"),
            Self::Circle => include_str!("../../../assets/icons/circle.svg"),
        }
    }
}

impl Render for Icon {
    fn render(&self) -> Markup {
        PreEscaped(self.drawing().to_owned())
    }

    fn render_to(&self, buffer: &mut String) {
        buffer.push_str(self.drawing());
    }
}
