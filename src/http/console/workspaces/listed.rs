//! The lists of a workspace's page, each a page at a time: its members, its invitations, its ids.

use crate::accounts::invitations::{Invitation, Invitations, Offer};
use crate::accounts::people::{Role, Sought, User};
use crate::accounts::{Slug, Workspace};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::http::console::paging::{Paging, ROWS};
use crate::http::console::views::workspaces::members::{self as view, Member};
use crate::http::ui::address::Address;
use crate::http::ui::parts::Part;
use crate::http::web::Visit;
use crate::keys::census::Census;

const MEMBERS: &str = "members";
const INVITATIONS: &str = "invitations";
const IDS: &str = "ids";

/// The fields of the page's address that say which page of each list is shown.
pub(super) const LISTS: [&str; 3] = [MEMBERS, INVITATIONS, IDS];

/// Members of one page.
pub(super) struct Members {
    listed: Vec<ListedMember>,
    total: usize,
    paging: Paging,
}

/// A member, with the texts that the page shows.
struct ListedMember {
    id: String,
    email: String,
    role: Role,
    seen_at: Option<Timestamp>,
    keys: u64,
}

impl ListedMember {
    fn view(&self) -> Member<'_> {
        let Self { id, email, role, seen_at, keys } = self;
        Member { id, email, role: role.as_str(), seen_at: *seen_at, keys: *keys }
    }
}

impl Members {
    pub(super) fn of(visit: &Visit<'_>, slug: &Slug, address: &Address<'_>) -> Result<Self> {
        let (people, sought) = (visit.people(), Sought { words: "", workspace: Some(slug) });
        let total = people.count(&sought)?;
        let paging = Paging::of_list(address, MEMBERS, total);
        let census = Census { store: &visit.app.store, now: visit.now };
        let keys = census.by_owner(slug.as_str())?;
        let presence = visit.sessions().presence(visit.now)?;
        let member = |user: User| {
            let id = user.id.to_string();
            Some(ListedMember {
                role: user.membership(slug.as_str())?,
                email: user.email.to_string(),
                seen_at: presence.get(&user.id).and_then(|presence| presence.seen_at),
                keys: keys.get(&id).copied().unwrap_or(0),
                id,
            })
        };
        let found = people.search(&sought, (paging.skipped(), ROWS))?;
        Ok(Self { listed: found.into_iter().filter_map(member).collect(), total, paging })
    }

    pub(super) fn rows(&self) -> Vec<Member<'_>> {
        self.listed.iter().map(ListedMember::view).collect()
    }

    pub(super) fn part<'p>(&'p self, rows: &'p [Member<'p>]) -> Part<'p, Member<'p>> {
        Part { rows, total: self.total as u64, pager: self.paging.pager() }
    }
}

/// Invitations of one page.
pub(super) struct Invited {
    listed: Vec<(String, Role, Invitation)>,
    total: usize,
    paging: Paging,
}

impl Invited {
    pub(super) fn of(visit: &Visit<'_>, slug: &Slug, address: &Address<'_>) -> Result<Self> {
        let all = invitations(visit).list(Some(slug), visit.now)?;
        let paging = Paging::of_list(address, INVITATIONS, all.len());
        let listed = paging.rows(&all).iter().filter_map(|invitation| match invitation.offer {
            Offer::Operator => None,
            Offer::Member { role, .. } => {
                Some((invitation.id.to_string(), role, invitation.clone()))
            }
        });
        Ok(Self { listed: listed.collect(), total: all.len(), paging })
    }

    pub(super) fn rows(&self) -> Vec<view::Invitation<'_>> {
        let listed = self.listed.iter();
        let rows = listed.map(|(id, role, invitation)| view::Invitation {
            id,
            email: invitation.email.as_str(),
            role: role.as_str(),
            expires_at: invitation.expires_at,
        });
        rows.collect()
    }

    pub(super) fn part<'p>(
        &'p self,
        rows: &'p [view::Invitation<'p>],
    ) -> Part<'p, view::Invitation<'p>> {
        Part { rows, total: self.total as u64, pager: self.paging.pager() }
    }
}

/// The actions on invitations.
pub(super) fn invitations<'a>(visit: &Visit<'a>) -> Invitations<'a> {
    Invitations { store: &visit.app.store, hasher: &visit.app.hasher }
}

/// Ids that a workspace owns, each with its resource.
pub(super) struct Owned<'a> {
    all: Vec<(&'a str, &'a str)>,
    paging: Paging,
}

impl<'a> Owned<'a> {
    pub(super) fn of(workspace: &'a Workspace, address: &Address<'_>) -> Self {
        let by_resource = workspace.resources.iter();
        let all = by_resource
            .flat_map(|(resource, ids)| ids.iter().map(|id| (resource.as_str(), id.as_str())))
            .collect::<Vec<_>>();
        let paging = Paging::of_list(address, IDS, all.len());
        Self { all, paging }
    }

    pub(super) fn part(&self) -> Part<'_, (&'a str, &'a str)> {
        let total = self.all.len() as u64;
        Part { rows: self.paging.rows(&self.all), total, pager: self.paging.pager() }
    }
}
