//! The sample pages of workspaces, their usage, and one's own account.

use keystile::http::console::views::account::{self, AccountView, Session};
use keystile::http::console::views::keys::detail::Quota;
use keystile::http::console::views::usage::{self, KeyUse, UsageView};
use keystile::http::console::views::workspaces::member::{self, MemberView};
use keystile::http::console::views::workspaces::members::{Invitation, Member};
use keystile::http::console::views::workspaces::{create, detail, list};
use keystile::http::ui::address::Address;
use keystile::http::ui::field::Choice;
use keystile::http::ui::form::Errors;
use keystile::http::ui::layout::Theme;
use keystile::http::ui::parts::{Pager, Part};
use keystile::limits::Plans;
use maud::Markup;

use super::gallery::Drawn;
use super::operator::refused;
use super::sample::{LONG, PLACE, TOKEN, ago, buckets, now, owned_keys, workspace};

const PLANS: [Choice<'_>; 2] = [
    Choice { value: "free", label: "Free", help: "" },
    Choice { value: "pro", label: "Pro", help: "" },
];

/// Whatever there is, on one page.
const WHOLE: Pager<'_> = Pager { shown: "", previous: None, next: None };

const MEMBERS: [Member<'_>; 2] = [
    Member { id: "user_1", email: "ada@example.com", role: "owner", seen_at: None, keys: 3 },
    Member { id: "user_2", email: LONG, role: "viewer", seen_at: None, keys: 0 },
];

pub(super) fn pages() -> Vec<Drawn> {
    let (own, usage) = ("/console/workspaces/acme", "/console/workspaces/acme/usage");
    let list = ("Workspaces", "/console/workspaces");
    vec![
        Drawn::for_operator("workspaces", list, list_of(12)),
        Drawn::for_operator("workspaces-none", list, list_of(0)),
        Drawn::for_operator("workspace-create", list, creating()),
        Drawn::for_operator("workspace", ("Acme", own), one(true)),
        Drawn::for_member("workspace-viewer", ("Acme", own), one(false)),
        Drawn::for_member("member", ("Member", own), one_member()),
        Drawn::for_member("usage", ("Usage", usage), used(96)),
        Drawn::for_member("usage-none", ("Usage", usage), used(0)),
        Drawn::for_member("account", (account::TITLE, "/console/account"), account_of_ada()),
    ]
}

fn list_of(count: u64) -> Markup {
    let address = Address { path: "/console/workspaces", fields: vec![] };
    let row = |number| list::Row {
        slug: "acme",
        name: if number == 1 { LONG } else { "Acme" },
        plan: "Pro",
        keys: number * 7,
        members: 3,
        created_at: ago(40_000),
    };
    let rows: Vec<list::Row<'_>> = (0..count).map(row).collect();
    list::page(&list::ListView {
        address: &address,
        rows: &rows,
        pager: Pager { shown: "1–12 of 12", previous: None, next: None },
        is_operator: true,
        now: now(),
    })
}

fn creating() -> Markup {
    let errors = [("slug", "`Acme Inc` is no slug: write acme-inc".to_owned())];
    create::page(&create::CreateView {
        form_token: TOKEN,
        name: "Acme",
        slug: "Acme Inc",
        plan: "free",
        plans: &PLANS,
        errors: Errors(&errors),
    })
}

fn one(is_operator: bool) -> Markup {
    let (workspace, plans) = (workspace(), Plans::default());
    let invitations = [Invitation {
        id: "inv_1",
        email: "grace@example.com",
        role: "developer",
        expires_at: ago(-4_000),
    }];
    let resources = [Choice { value: "store", label: "store", help: "" }];
    detail::page(&detail::DetailView {
        workspace: &workspace,
        plan: plans.get("pro"),
        plans: &PLANS,
        resources: &resources,
        owned: Part {
            rows: &[("store", "st_1"), ("store", "st_2")],
            total: 120,
            pager: Pager { shown: "1–2 of 120", previous: None, next: Some("?ids=2") },
        },
        members: Part { rows: &MEMBERS, total: 2, pager: WHOLE },
        invitations: Part { rows: &invitations, total: 1, pager: WHOLE },
        invitation_link: is_operator
            .then_some("https://keys.example/invitations/9f8e7d6c5b4a39281706"),
        keys: u64::from(!is_operator),
        is_operator,
        may_manage: is_operator,
        form_token: TOKEN,
        errors: Errors::default(),
        draft: detail::Draft::default(),
        now: now(),
    })
}

fn one_member() -> Markup {
    member::page(&MemberView {
        workspace: PLACE,
        member: MEMBERS[0],
        chosen: MEMBERS[0].role,
        keys: &owned_keys(),
        form_token: TOKEN,
        errors: Errors::default(),
    })
}

fn used(count: u32) -> Markup {
    let fields = vec![("since", "24h")];
    let address = Address { path: "/console/workspaces/acme/usage", fields };
    let trend = [3, 9, 4, 12, 8, 22, 17, 9, 5, 14];
    let busiest = [
        KeyUse {
            name: "Web shop",
            href: "/console/workspaces/acme/keys/key_1",
            count: 48_100,
            trend: &trend,
        },
        KeyUse {
            name: LONG,
            href: "/console/workspaces/acme/keys/key_2",
            count: 902,
            trend: &trend,
        },
    ];
    let quotas = [
        Quota { label: "Web shop", used: 48_900, limit: Some(50_000) },
        Quota { label: "Partner feed", used: 902, limit: None },
    ];
    let buckets = buckets(count, 15, 3);
    let keys = [Choice { value: "", label: "All keys", help: "" }];
    usage::page(&UsageView {
        workspace: PLACE,
        address: &address,
        keys: &keys,
        lists_all_keys: count == 0,
        buckets: &buckets,
        quotas: &quotas,
        plan: "Pro",
        scopes: &[("read:products", 40_112), ("read:orders", 8_001)],
        busiest: &busiest,
        ranked_at: ago(1),
        refused: &refused(),
        csv_href: "/console/workspaces/acme/usage.csv?since=24h",
        now: now(),
    })
}

fn account_of_ada() -> Markup {
    let session = |id, device, is_own| Session {
        id,
        device,
        address: "203.0.113.7",
        created_at: ago(700),
        seen_at: ago(1),
        is_own,
    };
    let sessions = [
        session("s1", "Firefox 145 on Linux", true),
        session(
            "s2",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36<script>alert(1)</script>",
            false,
        ),
    ];
    account::page(&AccountView {
        email: "ada@example.com",
        form_token: TOKEN,
        theme: Theme::System,
        sessions: &sessions,
        apps: &[],
        errors: Errors::default(),
        done: Some("Your password was changed"),
        now: now(),
    })
}
