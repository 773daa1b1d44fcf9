//! What a configuration passes for apps: the document about each resource, and on request the pages
//! and endpoints of the authorization server itself.

use super::Site;

/// The paths of the authorization server, as nginx matches them.
const SERVED: [&str; 4] = [
    "^~ /oauth/",
    "^~ /console/",
    "= /.well-known/oauth-authorization-server",
    "= /.well-known/openid-configuration",
];

/// The authorization server's upstream, where its paths are passed.
pub(super) fn upstream(site: &Site, name: &str) -> String {
    match site.web {
        None => String::new(),
        Some(address) => format!(
            "
upstream {name} {{
    server {address} max_fails=0;
    keepalive 8;
}}
{SESSION_MAP}"
        ),
    }
}

/// The cookies of a request without the session of whoever is signed in to the pages, which stand on
/// the API's own host: it is none of the back end's business.
const SESSION_MAP: &str = r#"
map $http_cookie $ks_cookies {
    default $http_cookie;
    "~^(?<ks_before>(?:.*; *)?)(?:__Host-)?keystile=[^;]*(?:; *)?(?<ks_after>.*)$" $ks_before$ks_after;
}"#;

/// What the back end must not see of a request, beside keys.
pub(super) fn stripped(site: &Site) -> &'static str {
    if site.web.is_some() { "\n    proxy_set_header Cookie $ks_cookies;" } else { "" }
}

/// The locations that apps need, of a product that takes part in OAuth.
pub(super) fn locations(site: &Site, (gate, web): (&str, &str)) -> String {
    let mut parts: Vec<String> = Vec::new();
    if site.is_oauth {
        let heading = "
    # What an app has to know before it can ask for a token (RFC 9728). It is no secret.";
        let behind = [("= ", ""), ("^~ ", "/")];
        parts.push(heading.to_owned());
        parts.extend(behind.map(|(match_by, end)| described(&site.product, gate, (match_by, end))));
    }
    if site.web.is_some() {
        let heading = "
    # The authorization server: its endpoints, its documents, and the pages where people sign in and
    # agree. It asks for whatever it needs by itself.";
        parts.push(heading.to_owned());
        parts.extend(SERVED.map(|path| served(path, web)));
    }
    parts.join("\n")
}

/// Passes the well-known path with `end` behind it, and what follows.
fn described(product: &str, gate: &str, (match_by, end): (&str, &str)) -> String {
    format!(
        "    location {match_by}/.well-known/oauth-protected-resource{end} {{
        auth_request off;
        proxy_pass http://{gate}/resource-metadata/{product}{end};
        proxy_pass_request_headers off;
        proxy_pass_request_body off;
        proxy_set_header Host localhost;
        proxy_set_header Connection \"\";
        proxy_set_header X-Original-Host $host;
        error_page 502 504 = @keystile_down;
    }}"
    )
}

fn served(path: &str, web: &str) -> String {
    format!(
        "    location {path} {{
        auth_request off;
        proxy_pass http://{web};
        proxy_set_header Host $http_host;
        proxy_set_header Connection \"\";
        proxy_set_header X-Forwarded-For $remote_addr;
        error_page 502 504 = @keystile_down;
    }}"
    )
}

#[cfg(test)]
mod tests {
    use super::super::Gate;
    use super::*;

    fn site(is_oauth: bool, web: Option<&str>) -> Site {
        Site {
            product: "whale-2".to_owned(),
            name: "Whale".to_owned(),
            hosts: Vec::new(),
            credentials: Vec::new(),
            resources: Vec::new(),
            is_preflight_allowed: false,
            is_oauth,
            web: web.map(|address| address.parse().unwrap()),
            gate: Gate::Tcp(([127, 0, 0, 1], 8701).into()),
            listen: "127.0.0.1:8080".to_owned(),
            upstream: "127.0.0.1:9000".to_owned(),
            log_folder: "/var/log/nginx".into(),
        }
    }

    #[test]
    fn a_product_without_oauth_has_none_of_it() {
        let site = site(false, None);
        assert_eq!(locations(&site, ("gate", "web")) + &upstream(&site, "web"), "");
    }

    #[test]
    fn the_path_behind_the_well_known_one_is_passed_by_itself() {
        let text = locations(&site(true, None), ("gate", "web"));
        for line in [
            "location = /.well-known/oauth-protected-resource {",
            "proxy_pass http://gate/resource-metadata/whale-2;",
            "location ^~ /.well-known/oauth-protected-resource/ {",
            "proxy_pass http://gate/resource-metadata/whale-2/;",
        ] {
            assert_eq!(text.matches(line).count(), 1, "{line}");
        }
        assert!(!text.contains("console"), "the pages stand where somebody wants them");
    }

    #[test]
    fn the_authorization_server_gets_the_host_as_it_was_asked() {
        let site = site(true, Some("127.0.0.1:8700"));
        let text = locations(&site, ("gate", "web"));
        assert_eq!(text.matches("proxy_pass http://web;").count(), SERVED.len());
        assert_eq!(text.matches("Host $http_host;").count(), SERVED.len());
        assert!(upstream(&site, "web").contains("server 127.0.0.1:8700 max_fails=0;"));
    }
}
