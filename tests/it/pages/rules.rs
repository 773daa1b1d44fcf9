//! What holds of every page, whatever it shows.

use std::collections::BTreeSet;

use super::gallery::SAMPLES;
use super::sample::LONG;

const PAGE_BYTES_MAX: usize = 100 * 1_024;

/// What stands behind `mark`, up to the next quotation mark, wherever it does.
fn quoted<'h>(html: &'h str, mark: &'h str) -> impl Iterator<Item = &'h str> {
    html.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

/// The tags `name`, each up to its `>`.
fn tags<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let opening = format!("<{name} ");
    html.match_indices(&opening).filter_map(|(at, _)| html[at..].split('>').next()).collect()
}

#[test]
fn every_page_is_small() {
    for page in SAMPLES.iter() {
        let bytes = page.html.len();
        assert!(bytes < PAGE_BYTES_MAX, "{} has {bytes} bytes", page.name);
    }
}

#[test]
fn every_page_has_one_first_heading_and_skips_no_level() {
    for page in SAMPLES.iter() {
        assert_eq!(page.html.matches("<h1").count(), 1, "{}", page.name);
        let main = page.html.split("<main").nth(1).unwrap();
        let levels: Vec<u32> = main
            .match_indices("<h")
            .filter_map(|(at, _)| main[at + 2..].chars().next()?.to_digit(10))
            .collect();
        let is_step = |pair: &[u32]| pair[1] <= pair[0] + 1;
        assert!(levels.windows(2).all(is_step), "{}: {levels:?}", page.name);
    }
}

#[test]
fn no_page_has_a_style_or_a_script_within() {
    for page in SAMPLES.iter() {
        for inline in [" style=", "<style", "<script>", " onclick=", "javascript:"] {
            assert!(!page.html.contains(inline), "{} has {inline}", page.name);
        }
        let scripts = page.html.matches("<script").count();
        assert_eq!(scripts, 1, "{} has {scripts} scripts", page.name);
    }
}

#[test]
fn every_field_has_its_label() {
    for page in SAMPLES.iter() {
        let labels: BTreeSet<&str> = quoted(&page.html, "<label for=\"").collect();
        for name in ["input", "select", "textarea"] {
            for tag in tags(&page.html, name) {
                let is_boxed = tag.contains("type=\"checkbox\"") || tag.contains("type=\"radio\"");
                if tag.contains("type=\"hidden\"") || (is_boxed && !tag.contains(" id=")) {
                    continue;
                }
                let id = quoted(tag, " id=\"").next().unwrap_or_default();
                assert!(labels.contains(id), "{}: no label for {tag}", page.name);
            }
        }
    }
}

#[test]
fn every_id_is_there_once_and_what_is_referred_to_is_there() {
    for page in SAMPLES.iter() {
        let all: Vec<&str> = quoted(&page.html, " id=\"").collect();
        let ids: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), ids.len(), "{}: an id is there twice: {all:?}", page.name);
        let described = quoted(&page.html, "aria-describedby=\"").flat_map(str::split_whitespace);
        let copied = quoted(&page.html, "data-copy=\"");
        let led_to = quoted(&page.html, "href=\"#");
        for id in described.chain(copied).chain(led_to) {
            assert!(ids.contains(id), "{} refers to #{id}", page.name);
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for page in SAMPLES.iter() {
        let is_signed_in = page.html.contains("class=\"shell\"");
        let forms =
            page.html.split("<form").skip(1).filter(|form| form.contains("method=\"post\""));
        for form in forms.filter(|_| is_signed_in) {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains("name=\"form_token\""), "{}: {form}", page.name);
        }
    }
}

#[test]
fn what_people_wrote_is_text() {
    for page in SAMPLES.iter() {
        assert!(!page.html.contains(LONG), "{} shows markup that somebody wrote", page.name);
        assert!(!page.html.contains("<b>"), "{} shows markup that somebody wrote", page.name);
    }
}

#[test]
fn no_page_asks_another_host() {
    for page in SAMPLES.iter() {
        for mark in [" src=\"", "<link rel=\"stylesheet\" href=\"", " action=\""] {
            for address in quoted(&page.html, mark) {
                assert!(address.starts_with('/'), "{} asks {address}", page.name);
            }
        }
    }
}
