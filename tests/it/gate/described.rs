//! What apps find at a product's own host, through the real nginx and the real Caddy.

use crate::harness::{Answer, BackEnd, Caddy, Client, Instance, Nginx, Plugins, Request, Site};

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The shipped product with another resource beside its host's.
fn start() -> (Instance, BackEnd) {
    let stores = std::fs::read_to_string("plugins/stores.toml").unwrap();
    let resources = "[oauth]\nresource = [\"https://api.stores.example\", \
                     \"https://api.stores.example/mcp\"]";
    let stores = stores
        .replace("[oauth]", resources)
        .replace("\"GET /v1/store\" =", "\"POST /mcp\" = \"authenticated\"\n\"GET /v1/store\" =");
    let brands = std::fs::read_to_string("plugins/brands.toml").unwrap();
    let plugins = Plugins::default().and("stores", &stores).and("brands", &brands);
    (Instance::start(&plugins), BackEnd::start())
}

fn get(front: &Client, host: &str, target: &str) -> Answer {
    front.send(&Request::new("GET", target).header("Host", host))
}

/// An app's way from a refusal to the document, as it goes it by itself.
fn check_way(front: &Client, back_end: &BackEnd) {
    let host = "api.stores.example";
    for (target, resource) in
        [("/mcp", "https://api.stores.example/mcp"), ("/v1/store", "https://api.stores.example")]
    {
        let method = if target == "/mcp" { "POST" } else { "GET" };
        let asked = Request::new(method, target).header("Host", host);
        let refused = front.send(&asked.header("Content-Length", "0"));
        assert_eq!(refused.status, 401, "{refused:?}");
        let challenge = refused.header("www-authenticate").unwrap();
        let url = challenge.split("resource_metadata=\"").nth(1).unwrap().trim_end_matches('"');
        let path = url.strip_prefix("https://api.stores.example").unwrap();
        assert!(path.starts_with(WELL_KNOWN), "{path}");

        let described = get(front, host, path);
        assert_eq!(described.status, 200, "{described:?}");
        assert_eq!(described.header("content-type"), Some("application/json"));
        assert_eq!(described.header("access-control-allow-origin"), Some("*"));
        assert_eq!(described.json()["resource"], resource);
    }
    for (target, status) in [
        (format!("{WELL_KNOWN}/mcp?x=y"), 200),
        (format!("{WELL_KNOWN}/"), 200),
        (format!("{WELL_KNOWN}x"), 401),
        (format!("{WELL_KNOWN}/../v1/store"), 400),
    ] {
        let answer = get(front, host, &target);
        // A proxy that resolves the path itself asks about what it makes of it.
        let is_resolved = target.contains("..") && answer.status == 401;
        assert!(answer.status == status || is_resolved, "{target}: {answer:?}");
    }
    assert!(back_end.take().is_empty(), "none of it is the back end's business");
}

/// The token does not reach the back end, though keys of this product stand elsewhere.
fn check_token(instance: &Instance, front: &Client, back_end: &BackEnd) {
    let service = instance.service("stores", &["read:store"]);
    let asked = Request::new("GET", "/v1/store")
        .header("Host", "api.stores.example")
        .header("Authorization", format!("Bearer {}", service.token()));
    assert_eq!(front.send(&asked).status, 200);
    let received = back_end.take_one();
    assert_eq!(received.header("authorization"), None);
    assert_eq!(received.header("x-keystile-client"), Some(service.client.id.as_str()));

    let lacking = Request::new("GET", "/v1/orders")
        .header("Host", "api.stores.example")
        .header("Authorization", format!("Bearer {}", service.token()));
    let refused = front.send(&lacking);
    let challenge = refused.header("www-authenticate").unwrap();
    assert_eq!(refused.status, 403);
    assert!(challenge.contains("error=\"insufficient_scope\", scope=\"read:orders\""));
}

#[test]
fn rfc9728_5_an_app_finds_its_way_through_nginx() {
    let (instance, back_end) = start();
    let nginx = Nginx::start(&instance, &back_end, &["stores", "brands"]);
    check_way(&nginx.client(), &back_end);
    check_token(&instance, &nginx.client(), &back_end);
    let closed = get(&nginx.client(), "api.brands.example", WELL_KNOWN);
    assert_eq!(closed.status, 401, "a product without OAuth has no such document");
    drop(instance);
    let away = get(&nginx.client(), "api.stores.example", WELL_KNOWN);
    assert_eq!((away.status, away.json()["error"]["code"].as_str()), (503, Some("unavailable")));
}

#[test]
fn with_oauth_the_product_s_host_serves_the_authorization_server_too() {
    let local = std::fs::read_to_string("plugins/stores.toml").unwrap();
    let local = local.replace("api.stores.example", "127.0.0.1");
    let instance = Instance::start(&Plugins::default().and("local", &local));
    instance.person("ada@example.com", None).unwrap();
    let back_end = BackEnd::start();
    let nginx = Nginx::start_with_oauth(&instance, &back_end, "local");
    let (front, own) = (nginx.client(), instance.web.to_string());
    for document in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"]
    {
        let answer = get(&front, &own, document);
        assert_eq!(answer.json()["issuer"], format!("http://{own}"), "{answer:?}");
    }
    let page = get(&front, &own, "/oauth/authorize?client_id=nobody");
    assert_eq!((page.status, page.header("content-type")), (400, Some("text/html; charset=utf-8")));
    let form = Request::new("POST", "/oauth/token")
        .header("Host", &own)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials&client_id=nobody");
    assert_eq!(front.send(&form).json()["error"], "invalid_client");
    let sign_in = get(&front, &own, "/console/sign-in");
    assert_eq!((sign_in.status, sign_in.text().contains("Sign in")), (200, true));
    let style = sign_in.text().split("href=\"").find(|it| it.contains(".css")).unwrap().to_owned();
    assert_eq!(get(&front, &own, style.split('"').next().unwrap()).status, 200);
    assert_eq!(get(&front, &own, "/oauthx/token").status, 401, "anything else is the API's");
    assert!(back_end.take().is_empty());

    let token = instance.service("local", &["read:store"]).token();
    for (sent, seen) in [
        ("a=b; __Host-keystile=secret; c=d", Some("a=b; c=d")),
        ("keystile=secret", None),
        ("a=b; keystile=secret", Some("a=b;")),
        ("a=keystile", Some("a=keystile")),
    ] {
        let asked = Request::new("GET", "/v1/store")
            .header("Host", &own)
            .header("Authorization", format!("Bearer {token}"))
            .header("Cookie", sent);
        assert_eq!(front.send(&asked).status, 200);
        assert_eq!(
            back_end.take_one().header("cookie"),
            seen,
            "the pages' session is not the API's"
        );
    }
}

#[test]
fn rfc9728_5_an_app_finds_its_way_through_caddy() {
    let (instance, back_end) = start();
    let site = Site {
        product: "stores",
        host: "api.stores.example",
        credentials: &["X-Api-Key", "Authorization"],
        resources: &[],
        is_oauth: true,
    };
    let caddy = Caddy::start(&instance, &back_end, &site);
    check_way(&caddy.client(), &back_end);
    check_token(&instance, &caddy.client(), &back_end);
}
