//! A browser without a screen: it keeps cookies, sends what forms of the page at hand would send, and
//! says where its requests begin, as real ones do.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::LazyLock;

use regex::Regex;

use super::{Address, Answer, Client, Request};

/// What it says it is.
pub(crate) const DEVICE: &str = "Lantern/1.0 (test)";

/// A browser with its cookies and the page that it shows.
pub(crate) struct Browser {
    client: Client,
    pub(crate) host: String,
    address: Option<String>,
    device: String,
    pub(crate) cookies: RefCell<BTreeMap<String, String>>,
    shown: RefCell<String>,
}

impl Browser {
    pub(crate) fn of(web: SocketAddr) -> Self {
        Self {
            client: Client::of(Address::Tcp(web)),
            host: web.to_string(),
            address: None,
            device: DEVICE.to_owned(),
            cookies: RefCell::default(),
            shown: RefCell::default(),
        }
    }

    /// The same at another address, as the proxy in front would tell it.
    pub(crate) fn at(mut self, address: &str) -> Self {
        self.address = Some(address.to_owned());
        self
    }

    /// The same, which says that it is `device`.
    pub(crate) fn called(mut self, device: &str) -> Self {
        device.clone_into(&mut self.device);
        self
    }

    /// Opens a page.
    pub(crate) fn get(&self, path: &str) -> Answer {
        let request = self.request("GET", path).header("Sec-Fetch-Site", "none");
        self.send(&request)
    }

    /// Sends a form of the page that is shown, with the token that stands in it.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(&self.filled_in(path, fields))
    }

    /// The form that [`Browser::post`] sends.
    pub(crate) fn filled_in(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        static TOKEN: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r#"name="form_token" value="([^"]*)""#).unwrap());
        let token = TOKEN.captures(&self.shown.borrow()).map(|found| found[1].to_owned());
        let token = token.as_deref().map(|token| ("form_token", token));
        let form = self.form(path, &fields.iter().copied().chain(token).collect::<Vec<_>>());
        form.header("Sec-Fetch-Site", "same-origin")
    }

    /// Sends a form of these fields alone.
    pub(crate) fn post_as_it_is(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.form(path, fields).header("Sec-Fetch-Site", "same-origin");
        self.send(&request)
    }

    /// A form that does not say where it comes from.
    pub(crate) fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(fields).finish();
        let form = "application/x-www-form-urlencoded";
        self.request("POST", path).header("Content-Type", form).body(&body)
    }

    /// A request with whatever this browser says each time.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        let request = Request::new(method, path).header("Host", &self.host);
        let request = request.header("User-Agent", &self.device);
        let pairs = self.cookies.borrow();
        let pairs: Vec<String> = pairs.iter().map(|(name, it)| format!("{name}={it}")).collect();
        let request = match pairs.as_slice() {
            [] => request,
            pairs => request.header("Cookie", pairs.join("; ")),
        };
        match &self.address {
            Some(address) => request.header("X-Forwarded-For", address),
            None => request,
        }
    }

    /// Sends a request, and keeps the cookies and the page that come of it.
    pub(crate) fn send(&self, request: &Request) -> Answer {
        self.kept(self.client.send(request))
    }

    /// The same; `None` where the server goes away before it has answered.
    pub(crate) fn try_send(&self, request: &Request) -> Option<Answer> {
        self.client.try_send(request).map(|answer| self.kept(answer))
    }

    fn kept(&self, answer: Answer) -> Answer {
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.cookies.borrow_mut().remove(name);
            } else {
                self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
            }
        }
        if answer.header("content-type").is_some_and(|it| it.starts_with("text/html")) {
            *self.shown.borrow_mut() = answer.text();
        }
        answer
    }

    /// Signs somebody in; the answer to it.
    pub(crate) fn sign_in(&self, email: &str, password: &str) -> Answer {
        let fields = [("email", email), ("password", password), ("next", "/console/account")];
        self.post_as_it_is("/console/sign-in", &fields)
    }

    /// The session that it holds.
    pub(crate) fn session(&self) -> Option<String> {
        self.cookies.borrow().get("keystile").cloned()
    }
}
