//! The pages of everybody who may sign in, for operators.
//!
//! Start reading at `list.rs`.

pub mod detail;
pub mod list;

use crate::accounts::people::User;
use crate::accounts::sessions::Presence;
use crate::http::console::views::people::list::Person;

/// Somebody, with the texts that pages show.
struct Listed {
    id: String,
    user: User,
    presence: Presence,
}

impl Listed {
    fn new(user: User, presence: Option<&Presence>) -> Self {
        let presence = presence.copied().unwrap_or_default();
        Self { id: user.id.to_string(), user, presence }
    }

    /// Their workspaces, each with their role there.
    fn workspaces(&self) -> Vec<(&str, &str)> {
        let memberships = self.user.memberships.iter();
        memberships.map(|it| (it.workspace.as_str(), it.role.as_str())).collect()
    }

    fn view<'v>(&'v self, workspaces: &'v [(&'v str, &'v str)]) -> Person<'v> {
        Person {
            id: &self.id,
            email: self.user.email.as_str(),
            is_operator: self.user.is_operator,
            workspaces,
            sessions: self.presence.sessions,
            seen_at: self.presence.seen_at,
            created_at: self.user.created_at,
        }
    }
}
