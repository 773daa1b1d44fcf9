//! `keystile nginx PRODUCT`

use crate::harness::process::Home;

#[test]
fn the_configuration_names_where_everything_listens() {
    let home = Home::new();
    home.write("config.toml", "[listen]\ngate = \"127.0.0.1:18701\"\n");
    let usual = home.run(&["nginx", "whale"]);
    assert_eq!((usual.code, usual.stderr.as_str()), (0, ""));
    for expected in ["127.0.0.1:18701", "listen 127.0.0.1:8080", "127.0.0.1:9000", "/verify/whale"]
    {
        assert!(usual.stdout.contains(expected), "{expected} is not in: {}", usual.stdout);
    }
    let other = ["nginx", "whale", "--listen", "127.0.0.1:18080", "--upstream", "127.0.0.1:19000"];
    let other = home.run(&other);
    assert_eq!((other.code, other.stderr.as_str()), (0, ""));
    for expected in ["listen 127.0.0.1:18080", "127.0.0.1:19000"] {
        assert!(other.stdout.contains(expected), "{expected} is not in: {}", other.stdout);
    }
    assert!(!other.stdout.contains("127.0.0.1:9000"), "{}", other.stdout);
    assert!(!home.data().exists(), "it opens no database");
}

#[test]
fn a_socket_in_the_instances_folder_is_named_by_its_whole_path() {
    let home = Home::new();
    home.write("config.toml", "[listen]\ngate = \"unix:gate.sock\"\n");
    let output = home.run(&["nginx", "brands"]);
    let socket = format!("unix:{}", home.path("gate.sock").display());
    assert!(output.stdout.contains(&socket), "{output:?}");
}

#[test]
fn a_product_that_is_not_there_is_told_with_those_that_are() {
    let home = Home::new();
    let said = home.refused(&["nginx", "wale"]);
    assert!(
        said.contains("`wale`") && said.contains("brands, example, marketplace, stores, whale"),
        "{said}"
    );
    home.write("plugins/wale.toml", "name = 7\n");
    let said = home.fails(1, &["nginx", "wale"]);
    assert!(said.contains("wale.toml:1:8: error: "), "{said}");
}

#[test]
fn a_value_that_could_end_a_directive_is_refused() {
    let home = Home::new();
    for value in
        ["127.0.0.1:80;", "x y:80", "127.0.0.1:80 default_server", "", "$host:80", "a\nb:1"]
    {
        for flag in ["--listen", "--upstream"] {
            let output = home.run(&["nginx", "whale", flag, value]);
            assert_eq!((output.code, output.stdout.as_str()), (1, ""), "{flag} {value:?}");
        }
    }
    let output = home.run(&["nginx", "whale", "--log-folder", "/var/log; include /etc/shadow"]);
    assert!(output.code == 1 || output.stdout.contains("\"/var/log; include /etc/shadow"));
}

#[test]
fn the_authorization_server_is_passed_where_public_url_is_the_product_s_host() {
    let home = Home::new();
    let plain = home.run(&["nginx", "stores"]).stdout;
    assert!(plain.contains("/resource-metadata/stores") && !plain.contains("/console/"), "{plain}");
    assert!(plain.contains("proxy_set_header Authorization \"\";"), "tokens stand there");
    let without = home.run(&["nginx", "whale"]).stdout;
    assert!(!without.contains("oauth-protected-resource") && !without.contains("Authorization"));
    let said = home.refused(&["nginx", "stores", "--with-oauth"]);
    assert!(said.contains("no host of `stores`") && said.contains("public_url"), "{said}");
    home.write("config.toml", "public_url = \"https://api.stores.example\"\n");
    let whole = home.run(&["nginx", "stores", "--with-oauth"]).stdout;
    for expected in [
        "server 127.0.0.1:8700",
        "location ^~ /oauth/ {",
        "location ^~ /console/ {",
        "location = /.well-known/oauth-authorization-server {",
    ] {
        assert!(whole.contains(expected), "{expected} is not in: {whole}");
    }
}
