//! The list of sample pages, each in its frame.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use keystile::http::ui::assets;
use keystile::http::ui::layout::{Page, Place, SignedIn, Theme, page};
use maud::Markup;

use super::sample::{PLACE, TOKEN};
use super::{keys, operator, workspace};

/// A sample page.
pub(super) struct Sample {
    /// Its file's stem.
    pub(super) name: &'static str,
    /// The whole document.
    pub(super) html: String,
}

/// A page before it has its frame.
pub(super) struct Drawn {
    name: &'static str,
    title: &'static str,
    path: &'static str,
    body: Markup,
    who: Who,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Member,
    Operator,
}

impl Drawn {
    pub(super) fn for_operator(
        name: &'static str,
        (title, path): (&'static str, &'static str),
        body: Markup,
    ) -> Self {
        Self { name, title, path, body, who: Who::Operator }
    }

    pub(super) fn for_member(
        name: &'static str,
        (title, path): (&'static str, &'static str),
        body: Markup,
    ) -> Self {
        Self { name, title, path, body, who: Who::Member }
    }

    pub(super) fn for_nobody(name: &'static str, title: &'static str, body: Markup) -> Self {
        Self { name, title, path: "/console/sign-in", body, who: Who::Nobody }
    }

    fn framed(self, theme: Theme) -> String {
        let is_operator = self.who == Who::Operator;
        let signed_in = SignedIn {
            name: "ada@example.com",
            is_operator,
            workspace: self
                .path
                .starts_with("/console/workspaces/acme")
                .then_some(Place { ..PLACE }),
            form_token: TOKEN,
        };
        page(&Page {
            title: self.title,
            signed_in: (self.who != Who::Nobody).then_some(signed_in),
            theme,
            path: self.path,
            banner: None,
            body: self.body,
        })
        .into_string()
    }
}

fn drawn() -> Vec<Drawn> {
    let mut all = operator::pages();
    all.extend(keys::pages());
    all.extend(workspace::pages());
    all
}

/// Every sample page, as it is served.
pub(super) static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let framed = |it: Drawn| Sample { name: it.name, html: it.framed(Theme::System) };
    drawn().into_iter().map(framed).collect()
});

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages")
}

#[test]
fn every_page_is_there_to_be_looked_at() {
    let folder = folder();
    fs::create_dir_all(&folder).unwrap();
    for file in [assets::STYLE, assets::SCRIPT] {
        fs::write(folder.join(file), &assets::at(assets::url(file)).unwrap().content).unwrap();
    }
    for (theme, mark) in [(Theme::Light, "light"), (Theme::Dark, "dark")] {
        for it in drawn() {
            let path = folder.join(format!("{}.{mark}.html", it.name));
            let mut html = it.framed(theme);
            for file in [assets::STYLE, assets::SCRIPT] {
                html = html.replace(assets::url(file), file);
            }
            fs::write(path, html).unwrap();
        }
    }
}
