//! Which question a request to the gate asks.

use crate::verify::Dialect;

/// What stands behind a path of the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint<'a> {
    /// May this request pass? The product where the path names one, and the rest of the target in
    /// Envoy's dialect.
    Verify { dialect: Dialect, product: Option<&'a str>, rest: &'a str },
    /// What must an app know that wants a token for what lies under a path of this product?
    ResourceMetadata { product: &'a str, path: &'a str },
    /// Is the process alive?
    Health,
    /// Can it decide?
    Ready,
}

impl<'a> Endpoint<'a> {
    /// The endpoint of a target (path and query as they came), if there is one.
    pub(super) fn of(target: &'a str) -> Option<Self> {
        let path_bytes = target.bytes().position(|byte| byte == b'?').unwrap_or(target.len());
        let path = &target[..path_bytes];
        let named = |dialect, product: Option<&'a str>| Self::Verify { dialect, product, rest: "" };
        match path {
            "/verify" => return Some(named(Dialect::Nginx, None)),
            "/forward-auth" => return Some(named(Dialect::Forwarded, None)),
            "/healthz" => return Some(Self::Health),
            "/readyz" => return Some(Self::Ready),
            _ => {}
        }
        if let Some(product) = path.strip_prefix("/verify/") {
            return is_one_segment(product).then(|| named(Dialect::Nginx, Some(product)));
        }
        if let Some(product) = path.strip_prefix("/forward-auth/") {
            return is_one_segment(product).then(|| named(Dialect::Forwarded, Some(product)));
        }
        if let Some(behind) = path.strip_prefix("/resource-metadata/") {
            let (product, path) = behind.split_at(behind.find('/').unwrap_or(behind.len()));
            return (!product.is_empty()).then_some(Self::ResourceMetadata { product, path });
        }
        let behind = target.strip_prefix("/ext-authz/")?;
        let (product, rest) = behind.split_at(behind.find(['/', '?']).unwrap_or(behind.len()));
        let product = Some(product).filter(|product| is_one_segment(product))?;
        Some(Self::Verify { dialect: Dialect::Envoy, product: Some(product), rest })
    }
}

fn is_one_segment(product: &str) -> bool {
    !product.is_empty() && !product.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(target: &str) -> Option<(Dialect, Option<&str>, &str)> {
        match Endpoint::of(target)? {
            Endpoint::Verify { dialect, product, rest } => Some((dialect, product, rest)),
            Endpoint::ResourceMetadata { .. } | Endpoint::Health | Endpoint::Ready => None,
        }
    }

    #[test]
    fn each_dialect_has_its_endpoints() {
        assert_eq!(verify("/verify"), Some((Dialect::Nginx, None, "")));
        assert_eq!(verify("/verify/whale?x"), Some((Dialect::Nginx, Some("whale"), "")));
        assert_eq!(verify("/forward-auth?a=/b"), Some((Dialect::Forwarded, None, "")));
        assert_eq!(verify("/forward-auth/whale"), Some((Dialect::Forwarded, Some("whale"), "")));
        let envoy = Some((Dialect::Envoy, Some("whale"), "/v1/x?y=/z"));
        assert_eq!(verify("/ext-authz/whale/v1/x?y=/z"), envoy);
        assert_eq!(verify("/ext-authz/whale"), Some((Dialect::Envoy, Some("whale"), "")));
        assert_eq!(Endpoint::of("/healthz"), Some(Endpoint::Health));
        let metadata = |path| Some(Endpoint::ResourceMetadata { product: "whale", path });
        assert_eq!(Endpoint::of("/resource-metadata/whale"), metadata(""));
        assert_eq!(Endpoint::of("/resource-metadata/whale/mcp/x?y=/z"), metadata("/mcp/x"));
        assert_eq!(Endpoint::of("/resource-metadata/"), None);
    }

    #[test]
    fn anything_else_is_no_endpoint() {
        for target in
            ["", "/", "/verify/", "/verify/a/b", "/Verify", "/ext-authz/", "/ext-authz", "/v"]
        {
            assert_eq!(Endpoint::of(target), None, "{target}");
        }
    }
}
