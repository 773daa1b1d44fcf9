//! The `hosts` of a product or a key type.

use crate::registry::host::{has_port, normalised_host};
use crate::source::{At, Table};

/// The hosts of `table`, normalised. Each is added to `claims` too, for the other files' sake.
pub(super) fn read(table: &mut Table<'_>, claims: &mut Vec<(String, At)>) -> Vec<String> {
    let document = table.document();
    let mut hosts: Vec<String> = Vec::new();
    for written in table.strings("hosts").map(|list| list.value).unwrap_or_default() {
        let host = match check(written.value) {
            Ok(host) => host,
            Err(message) => {
                document.error(written.at, message);
                continue;
            }
        };
        if hosts.contains(&host) {
            document.warn(written.at, format!("`{host}` is listed twice: take one out"));
            continue;
        }
        claims.push((host.clone(), written.at));
        hosts.push(host);
    }
    hosts
}

fn check(written: &str) -> Result<String, String> {
    if let Some(rest) = written.split_once("://").map(|(_, rest)| rest) {
        let host = rest.split('/').next().unwrap_or_default();
        return Err(format!("a host has no scheme and no path: write \"{host}\""));
    }
    if written.contains('*') {
        return Err(format!("`{written}` is a pattern: write each host by its name"));
    }
    let Some(host) = normalised_host(written) else {
        return Err(format!("`{written}` is no host: write a name such as \"api.example.com\""));
    };
    if has_port(written) {
        return Err(format!("a host is compared without its port: write \"{host}\""));
    }
    Ok(host.into_owned())
}
