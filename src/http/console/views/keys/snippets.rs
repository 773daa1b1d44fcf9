//! Lines that call a product with a key, ready to run.

use crate::registry::Credential;

/// A request that the key can make.
#[derive(Clone, Copy, Debug)]
pub struct Example<'a> {
    /// Where to.
    pub url: &'a str,
    /// The method.
    pub method: &'a str,
    /// Where the secret stands.
    pub credential: &'a Credential,
}

impl Example<'_> {
    /// The header's name and value that carry `secret`.
    fn header(&self, secret: &str) -> (&str, String) {
        match self.credential {
            Credential::Authorization => ("Authorization", format!("Bearer {secret}")),
            Credential::Header(name) => (name, secret.to_owned()),
        }
    }

    pub(super) fn curl(&self, secret: &str) -> String {
        let (name, value) = self.header(secret);
        let method =
            if self.method == "GET" { String::new() } else { format!("-X {} ", self.method) };
        format!(
            "curl {method}{} \\\n  -H {}",
            quoted(self.url),
            quoted(&format!("{name}: {value}"))
        )
    }

    pub(super) fn javascript(&self, secret: &str) -> String {
        let (name, value) = self.header(secret);
        format!(
            "const response = await fetch({}, {{\n  method: {},\n  headers: {{ {}: {} }},\n}});\n\
             console.log(response.status, await response.text());",
            literal(self.url),
            literal(self.method),
            literal(name),
            literal(&value)
        )
    }

    pub(super) fn python(&self, secret: &str) -> String {
        let (name, value) = self.header(secret);
        format!(
            "import urllib.request\n\nrequest = urllib.request.Request(\n    {},\n    method={},\n    \
             headers={{{}: {}}},\n)\nwith urllib.request.urlopen(request) as response:\n    \
             print(response.status, response.read().decode())",
            literal(self.url),
            literal(self.method),
            literal(name),
            literal(&value)
        )
    }
}

/// As a shell takes it, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// As both JavaScript and Python take it: JSON writes strings so.
fn literal(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_carry_the_products_own_header() {
        let header = Credential::Header("x-api-key".into());
        let example =
            Example { url: "https://api.example/it's", method: "POST", credential: &header };
        assert_eq!(
            example.curl("wk_1"),
            "curl -X POST 'https://api.example/it'\\''s' \\\n  -H 'x-api-key: wk_1'"
        );
        assert!(example.javascript("wk_1").contains("headers: { \"x-api-key\": \"wk_1\" }"));
        let bearer = Example { credential: &Credential::Authorization, ..example };
        assert!(bearer.python("wk_1").contains("headers={\"Authorization\": \"Bearer wk_1\"}"));
    }
}
