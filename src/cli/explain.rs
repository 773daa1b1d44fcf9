//! `keystile explain METHOD URL`

use std::io::{BufRead as _, Read as _};
use std::net::IpAddr;
use std::path::Path;

use clap::Args;
use serde_json::Value;
use zeroize::Zeroizing;

use super::output;
use super::reach::carry_out;
use super::workspace::Json;
use crate::error::{Error, Result};
use crate::http::control::{Command, Question};
use crate::id::KeyId;

#[derive(Args)]
pub(super) struct Explain {
    /// The request's method.
    method: String,
    /// The request's URL; or its path alone, with --product.
    url: String,
    /// `-`: read the secret that the request presents from standard input.
    #[arg(long, value_name = "-", value_parser = dash, conflicts_with = "key_id")]
    key: Option<StandardInput>,
    /// Judge for this key, without its secret.
    #[arg(long, value_name = "ID")]
    key_id: Option<KeyId>,
    /// The product, where the URL's host does not say.
    #[arg(long)]
    product: Option<String>,
    /// The client's address.
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
    /// A further header line of the request; again for more.
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = header)]
    headers: Vec<(String, String)>,
    #[command(flatten)]
    json: Json,
}

/// The longest line that is read for a secret: what is longer is none, and is judged as that.
const LINE_BYTES_MAX: u64 = 4_096;

/// Where a secret is read from.
#[derive(Clone, Copy)]
struct StandardInput;

fn dash(text: &str) -> Result<StandardInput, String> {
    match text {
        "-" => Ok(StandardInput),
        _ => {
            Err("a secret is never an argument, since shells remember those: write `--key -` and \
                  give it on standard input"
                .into())
        }
    }
}

fn header(text: &str) -> Result<(String, String), String> {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match text.split_once(':') {
        Some((name, value))
            if !name.is_empty()
                && name.bytes().all(is_name)
                && !value.chars().any(char::is_control) =>
        {
            Ok((name.to_owned(), value.trim().to_owned()))
        }
        _ => Err("write 'NAME: VALUE'".into()),
    }
}

impl Explain {
    /// Succeeds whatever the verdict is.
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        let key = self.key.map(|StandardInput| read_secret()).transpose()?;
        let question = Question {
            method: self.method,
            url: self.url,
            key,
            key_id: self.key_id,
            product: self.product,
            ip: self.ip,
            headers: self.headers,
        };
        let value = carry_out(config, Command::Explain(question))?;
        output::answer(&value, self.json.is_wanted, told)
    }
}

fn read_secret() -> Result<Zeroizing<String>> {
    let mut line = Zeroizing::new(String::new());
    std::io::stdin()
        .lock()
        .take(LINE_BYTES_MAX)
        .read_line(&mut line)
        .map_err(|error| Error::invalid("standard input cannot be read").because(error))?;
    Ok(Zeroizing::new(line.trim().to_owned()))
}

fn told(value: &Value) -> String {
    let steps = value["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let verdict = ["verdict", "status", "code", "type", "message", "reason"];
    format!(
        "{}\n{}",
        output::table(steps, &["outcome", "step", "compared"]),
        output::fields(value, &verdict)
    )
}
