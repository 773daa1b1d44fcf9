//! The nginx configuration of one product: `auth_request` in front, identity behind, and the denials
//! in their true status. The text and its reasons are in `nginx.template`.
//!
//! Several products' files are included side by side. Upstreams and the log's format, of which nginx
//! takes one of a name, end in the product's id: an id has no `_` and a hyphen becomes one, so no two
//! products share any. Maps are the same text in each file, and nginx takes them twice: named after
//! products, those of five filled its table of variables (it said so at each start). A map whose meaning
//! changes gets a new name, or files of two versions would disagree. Variables of the answer
//! (`$keystile_…`) are shared as well: each request fills its own.

use std::path::Path;

use super::denial::body;
use super::{Gate, Refused, Site, headers, hosts::Hosts, oauth, quote, template::fill};

const TEMPLATE: &str = include_str!("nginx.template");

/// Seconds after which a client may ask again where Keystile does not answer.
const RETRY_SECONDS: u32 = 5;

const UNAVAILABLE: &str = "The request could not be checked. Try again in a few seconds.";
const FORBIDDEN: &str = "A rule of this server does not let the request pass.";

/// The configuration to include in `http { }`, ending in a line feed.
///
/// # Errors
/// [`Refused`] names the first value that cannot stand in a configuration, and why.
pub fn nginx(site: &Site) -> Result<String, Refused> {
    let product = quote::product(&site.product)?;
    let suffix = product.replace('-', "_");
    let resources = headers::resources(&site.resources)?;
    let hosts = Hosts::of(site)?;
    let gate_upstream = format!("keystile_gate_{suffix}");
    let web_upstream = format!("keystile_web_{suffix}");

    Ok(fill(
        TEMPLATE,
        &[
            ("title", quote::title(&site.name)?.to_owned()),
            ("product", product.to_owned()),
            ("web_upstream", oauth::upstream(site, &web_upstream)),
            ("oauth_locations", oauth::locations(site, (&gate_upstream, &web_upstream))),
            ("gate_upstream", gate_upstream),
            ("api_upstream", format!("keystile_api_{suffix}")),
            ("log_format", format!("keystile_{suffix}")),
            ("gate", gate(&site.gate)?),
            ("upstream", upstream(&site.upstream)?),
            ("log_folder", quote::folder("log folder", &site.log_folder)?),
            ("listen", hosts.listen()),
            ("listen_note", hosts.note().to_owned()),
            ("server_names", hosts.server_names()),
            ("foreign_host", hosts.check()),
            ("foreign_location", hosts.location(&cors(site.is_preflight_allowed))),
            ("auth_request_set", headers::answer(&resources)),
            ("identity_headers", headers::identity(&resources)),
            ("stripped_headers", headers::stripped(&site.credentials)? + oauth::stripped(site)),
            ("cors", cors(site.is_preflight_allowed)),
            ("retry_after", RETRY_SECONDS.to_string()),
            ("unavailable", body("api_error", "unavailable", UNAVAILABLE, Some(RETRY_SECONDS))),
            ("forbidden", body("permission_error", "forbidden", FORBIDDEN, None)),
        ],
    ))
}

fn gate(gate: &Gate) -> Result<String, Refused> {
    match gate {
        Gate::Tcp(address) => Ok(address.to_string()),
        Gate::Unix(path) => quote::socket("gate", path),
    }
}

fn upstream(text: &str) -> Result<String, Refused> {
    match text.strip_prefix("unix:") {
        Some(path) => quote::socket("upstream", Path::new(path)),
        None => quote::address("upstream", text).map(str::to_owned),
    }
}

/// What lets a page's script read a denial. Any origin may: there is nothing in it that is secret.
fn cors(is_preflight_allowed: bool) -> String {
    if !is_preflight_allowed {
        return String::new();
    }
    "        # Browsers may call this product, so they may read why they were turned away.
        add_header Access-Control-Allow-Origin $http_origin always;
        add_header Access-Control-Expose-Headers \"Retry-After, WWW-Authenticate, X-Request-Id, \
     RateLimit-Policy, RateLimit, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset\" always;
        add_header Vary Origin always;"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Site {
        Site {
            product: "whale-2".to_owned(),
            name: "Whale Gateway".to_owned(),
            hosts: vec!["gateway.whale.example".to_owned()],
            credentials: vec!["x-api-key".to_owned()],
            resources: vec!["store_id".to_owned()],
            is_preflight_allowed: false,
            is_oauth: false,
            web: None,
            gate: Gate::Tcp(([127, 0, 0, 1], 8701).into()),
            listen: "127.0.0.1:8080".to_owned(),
            upstream: "127.0.0.1:9000".to_owned(),
            log_folder: "/var/log/nginx".into(),
        }
    }

    /// Directives alone, without comments and indentation.
    fn directives(text: &str) -> Vec<&str> {
        text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
    }

    #[test]
    fn the_question_is_asked_for_this_product_alone() {
        let text = nginx(&site()).unwrap();
        let lines = directives(&text);

        for line in [
            "upstream keystile_gate_whale_2 {",
            "server 127.0.0.1:8701 max_fails=0;",
            "server 127.0.0.1:9000 max_fails=0;",
            "proxy_pass http://keystile_gate_whale_2/verify/whale-2;",
            "proxy_set_header X-Original-URI $request_uri;",
            "proxy_set_header X-Original-Method $request_method;",
            "proxy_set_header X-Original-Host $host;",
            "proxy_set_header X-Original-Proto $scheme;",
            "auth_request /.keystile/verify;",
            "proxy_set_header X-Api-Key \"\";",
            "proxy_set_header X-Keystile-Store-Id $keystile_ids_store_id;",
            "client_max_body_size 0;",
        ] {
            assert_eq!(lines.iter().filter(|l| l.starts_with(line)).count(), 1, "{line}");
        }
    }

    #[test]
    fn nothing_decoded_is_shown_to_keystile() {
        let text = nginx(&site()).unwrap();

        assert!(!directives(&text).iter().any(|line| line.contains("$uri")));
    }

    #[test]
    fn every_place_is_filled_and_every_brace_closed() {
        for is_on in [false, true] {
            let web = is_on.then_some(([127, 0, 0, 1], 8700).into());
            let site = Site { is_preflight_allowed: is_on, is_oauth: is_on, web, ..site() };
            let text = nginx(&site).unwrap();

            assert!(!text.contains("{{"), "{text}");
            assert_eq!(text.matches('{').count(), text.matches('}').count());
            assert!(text.ends_with("}\n"));
        }
    }

    #[test]
    fn browsers_read_denials_only_where_they_may_call() {
        let cors = |is_preflight_allowed| {
            let text = nginx(&Site { is_preflight_allowed, ..site() }).unwrap();
            text.matches("add_header Access-Control-Allow-Origin").count()
        };

        assert_eq!(cors(false), 0);
        assert_eq!(cors(true), 4, "401, 403, unavailable, elsewhere");
    }

    #[test]
    fn sockets_stand_where_addresses_do() {
        let text = nginx(&Site {
            gate: Gate::Unix("/run/keystile/gate.sock".into()),
            upstream: "unix:/run/api.sock".to_owned(),
            ..site()
        });
        let text = text.unwrap();

        assert!(text.contains("server unix:/run/keystile/gate.sock max_fails=0;"));
        assert!(text.contains("server unix:/run/api.sock max_fails=0;"));
    }

    #[test]
    fn each_value_is_checked() {
        let bad = || "x; }\nuser root;".to_owned();
        for site in [
            Site { product: bad(), ..site() },
            Site { name: bad(), ..site() },
            Site { hosts: vec![bad()], ..site() },
            Site { credentials: vec![bad()], ..site() },
            Site { resources: vec![bad()], ..site() },
            Site { gate: Gate::Unix(bad().into()), ..site() },
            Site { listen: bad(), ..site() },
            Site { upstream: bad(), ..site() },
            Site { log_folder: format!("/{}", bad()).into(), ..site() },
            Site { upstream: format!("unix:/{}", bad()), ..site() },
        ] {
            assert!(nginx(&site).is_err(), "{site:?}");
        }
    }
}
