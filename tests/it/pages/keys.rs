//! The sample pages of keys.

use keystile::http::console::views::keys::choose::{self, ChooseView};
use keystile::http::console::views::keys::create::{self, CreateView, Filled};
use keystile::http::console::views::keys::created::{self, CreatedView, Example};
use keystile::http::console::views::keys::detail::{self, DetailView, Quota, RefusedAct, ScopeUse};
use keystile::http::console::views::keys::list::{self, ListView, Row};
use keystile::http::ui::address::Address;
use keystile::http::ui::field::Choice;
use keystile::http::ui::form::Errors;
use keystile::http::ui::parts::Pager;
use keystile::keys::Key;
use keystile::registry::Route;
use maud::Markup;

use super::gallery::Drawn;
use super::operator::{entries, refused};
use super::sample::{
    LONG, PLACE, TOKEN, ago, buckets, key, now, product, revoked, rotating, workspace,
};

const KEYS: &str = "/console/workspaces/acme/keys";

pub(super) fn pages() -> Vec<Drawn> {
    let many: Vec<Key> = (1..=50)
        .map(|number| match number % 7 {
            3 => rotating(),
            5 => revoked(),
            _ => key(&format!("Worker {number}")),
        })
        .collect();
    let at = |title| (title, KEYS);
    vec![
        Drawn::for_member("keys", at("API keys"), list_of(&many[..6], 6, "")),
        Drawn::for_member("keys-many", at("API keys"), list_of(&many, 1_000, "")),
        Drawn::for_member("keys-none", at("API keys"), list_of(&[], 0, "")),
        Drawn::for_member("keys-none-fits", at("API keys"), list_of(&[], 6, LONG)),
        Drawn::for_member("key-choose", at("Create key"), choosing()),
        Drawn::for_member("key-create", at("Create key"), creating("")),
        Drawn::for_operator("key-create-errors", at("Create key"), creating("90 days")),
        Drawn::for_member("key-created", at("Key created"), shown_once()),
        Drawn::for_member("key", at("Key"), one(&rotating())),
        Drawn::for_member("key-old", at("Key"), one(&key("Nightly export"))),
        Drawn::for_member("key-revoked", at("Key"), one(&revoked())),
    ]
}

fn list_of(keys: &[Key], total: u64, search: &str) -> Markup {
    let address = Address { path: KEYS, fields: vec![("q", search), ("sort", "name")] };
    let row = |key| Row { key, product: "Whale Gateway", prefix: "wk_live_" };
    let rows: Vec<Row<'_>> = keys.iter().map(row).collect();
    let choices = [Choice { value: "", label: "Any", help: "" }];
    let next = (total > 50).then_some("/console/workspaces/acme/keys?page=2");
    list::page(&ListView {
        workspace: PLACE,
        address: &address,
        rows: &rows,
        total,
        pager: Pager { shown: "1–50", previous: None, next },
        products: &choices,
        key_types: &choices,
        may_create: true,
        now: now(),
    })
}

fn choosing() -> Markup {
    let products = [product("whale"), product("marketplace"), product("brands")];
    choose::page(&ChooseView { workspace: PLACE, products: &products })
}

/// A form that was filled in, with a wrong expiry where one is given.
fn creating(expires: &str) -> Markup {
    let whale = product("whale");
    let owned = workspace().resources;
    let filled = Filled {
        name: "Web shop",
        scopes: vec!["read:products", "read:orders"],
        restrictions: vec![("store", "st_1")],
        expires,
        ..Filled::default()
    };
    let errors = [
        ("expires", "`90 days` is no time: write 90d, 2027-06-30 or never".to_owned()),
        ("scope", "Choose at least one scope".to_owned()),
    ];
    let grant = whale.scopes.grant(filled.scopes.iter().copied());
    let routes: Vec<&Route> =
        whale.routes.iter().filter(|route| route.needs.is_met_by(&grant)).collect();
    let errors = if expires.is_empty() { Errors::default() } else { Errors(&errors) };
    create::page(&CreateView {
        workspace: PLACE,
        form_token: TOKEN,
        product: &whale,
        key_type: &whale.key_types[0],
        changed: None,
        kept: &[],
        is_operator: true,
        owned: &owned,
        filled: &filled,
        errors,
        routes: &routes,
    })
}

fn shown_once() -> Markup {
    let whale = product("whale");
    let example = Example {
        url: "https://gateway.whale.example/v1/stores/st_1/products",
        method: "GET",
        credential: &whale.credentials[0],
    };
    created::page(&CreatedView {
        workspace: PLACE,
        key: &rotating(),
        secret: "wk_live_4fT9vW2nLr7XcJ0bYhKq3mEsPzUa8Dgt",
        example: Some(example),
        previous_ends_at: None,
        now: now(),
    })
}

fn one(key: &Key) -> Markup {
    let scopes: Vec<ScopeUse<'_>> = key
        .scopes
        .iter()
        .enumerate()
        .map(|(place, name)| ScopeUse {
            name,
            description: "Order management: list and read",
            last_used_at: (place < 2).then(|| ago(4)),
        })
        .collect();
    let quotas = [
        Quota { label: "Requests in the last minute", used: 590, limit: Some(600) },
        Quota { label: "Requests today", used: 21_000, limit: Some(50_000) },
    ];
    let (buckets, trail) = (buckets(48, 30, 2), entries());
    detail::page(&DetailView {
        workspace: PLACE,
        key,
        product: "Whale Gateway",
        prefix: "wk_live_",
        form_token: TOKEN,
        may_change: true,
        undo_until: key.revoked_at.map(|_| ago(-48)),
        scopes: &scopes,
        buckets: &buckets,
        refused: &refused(),
        quotas: &quotas,
        trail: &trail,
        renewed_by_operators: None,
        refused_act: Some(RefusedAct {
            act: "revoke",
            said: "That is not the key's name",
            is_mistyped: true,
            typed: "It leaked",
        }),
        done: None,
        now: now(),
    })
}
