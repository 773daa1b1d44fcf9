//! The real Chromium without a screen, driven through `tests/browser/bridge.mjs`.
//!
//! Whoever looks at a page finds things as people do: by their role and name, or by their label.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

const BRIDGE: &str = "tests/browser/bridge.mjs";

/// How wide the window is on a telephone; on a desk the bridge says.
const NARROW: u32 = 360;

/// Chromium, which ends when it is dropped.
pub(crate) struct Chromium {
    bridge: Child,
    to: RefCell<Option<ChildStdin>>,
    from: RefCell<BufReader<ChildStdout>>,
}

impl Chromium {
    /// Starts it for the pages of one instance.
    pub(crate) fn start(web: SocketAddr) -> Self {
        assert!(
            Path::new("tests/browser/node_modules/playwright-core").exists(),
            "the browser's driver is missing: run `npm ci --prefix tests/browser`, or `tests/run`"
        );
        let mut bridge = Command::new("node")
            .args([BRIDGE, &format!("http://{web}")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node is installed (`apt-get install nodejs npm chromium`)");
        let to = RefCell::new(bridge.stdin.take());
        let from = RefCell::new(BufReader::new(bridge.stdout.take().unwrap()));
        Self { bridge, to, from }
    }

    /// A window of its own, with no cookie yet.
    pub(crate) fn tab(&self) -> Tab<'_> {
        self.opened(&json!({}))
    }

    /// The same for somebody who has switched JavaScript off.
    pub(crate) fn tab_without_scripts(&self) -> Tab<'_> {
        self.opened(&json!({ "scripts": false }))
    }

    /// The same in a browser that knows no content security policy.
    pub(crate) fn tab_without_policy(&self) -> Tab<'_> {
        self.opened(&json!({ "lawless": true }))
    }

    /// The same on a telephone.
    pub(crate) fn telephone(&self) -> Tab<'_> {
        self.opened(&json!({ "width": NARROW, "mobile": true }))
    }

    fn opened(&self, window: &Value) -> Tab<'_> {
        Tab { chromium: self, id: self.ask(window).unwrap() }
    }

    fn ask(&self, question: &Value) -> Result<Value, String> {
        let mut to = self.to.borrow_mut();
        writeln!(to.as_mut().unwrap(), "{question}").expect("the bridge stands: see its output");
        let mut line = String::new();
        self.from.borrow_mut().read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("the bridge fell at {question}: see its output"));
        match answer["failed"].as_str() {
            Some(failed) => Err(failed.to_owned()),
            None => Ok(answer["done"].clone()),
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It ends with its input, and takes Chromium along.
        drop(self.to.take());
        let _ = self.bridge.wait();
    }
}

/// A window that shows one page after another.
pub(crate) struct Tab<'a> {
    chromium: &'a Chromium,
    id: Value,
}

impl Tab<'_> {
    /// Opens a page; its status.
    pub(crate) fn goto(&self, path: &str) -> u64 {
        self.ask("goto", &json!({ "path": path })).as_u64().unwrap()
    }

    /// The path of the page that it shows, with its query.
    pub(crate) fn path(&self) -> String {
        self.words("where", &json!({}))
    }

    /// What somebody reads on the page.
    pub(crate) fn text(&self) -> String {
        self.words("text", &json!({}))
    }

    /// What somebody reads in the first element that fits a CSS selector.
    pub(crate) fn text_of(&self, selector: &str) -> String {
        self.words("read", &json!({ "selector": selector }))
    }

    /// The page as it is written.
    pub(crate) fn html(&self) -> String {
        self.words("html", &json!({}))
    }

    /// What stands in the first field that fits a CSS selector.
    pub(crate) fn value_of(&self, selector: &str) -> String {
        self.words("value", &json!({ "selector": selector }))
    }

    /// How many elements fit a CSS selector.
    pub(crate) fn count(&self, selector: &str) -> u64 {
        self.ask("count", &json!({ "selector": selector })).as_u64().unwrap()
    }

    pub(crate) fn fill(&self, label: &str, value: &str) {
        self.ask("fill", &json!({ "label": label, "value": value }));
    }

    pub(crate) fn choose(&self, label: &str, option: &str) {
        self.ask("choose", &json!({ "label": label, "option": option }));
    }

    /// Ticks the box that stands for `value`.
    pub(crate) fn tick(&self, value: &str) {
        self.ask("tick", &json!({ "value": value }));
    }

    /// Opens what is folded behind these words.
    pub(crate) fn unfold(&self, words: &str) {
        self.ask("open_details", &json!({ "words": words }));
    }

    /// Opens all that is folded.
    pub(crate) fn unfold_all(&self) {
        self.ask("open_all", &json!({}));
    }

    /// Presses a button that stays on the page.
    pub(crate) fn click(&self, name: &str) {
        self.ask("click", &json!({ "role": "button", "name": name, "leaves": false }));
    }

    /// Presses a button that sends its form, and waits for the page that comes of it.
    pub(crate) fn send(&self, name: &str) {
        self.ask("click", &json!({ "role": "button", "name": name, "leaves": true }));
    }

    /// Follows a link.
    pub(crate) fn follow(&self, name: &str) {
        self.ask("click", &json!({ "role": "link", "name": name, "leaves": true }));
    }

    /// Follows a link that a question may stand in the way of; the answer to it is no.
    pub(crate) fn try_to_follow(&self, name: &str) {
        self.ask("click", &json!({ "role": "link", "name": name, "leaves": false }));
    }

    /// Types into whatever has the focus.
    pub(crate) fn type_in(&self, text: &str) {
        self.ask("type", &json!({ "text": text }));
    }

    /// Presses a key; the name of what has the focus then.
    pub(crate) fn press(&self, key: &str) -> String {
        self.words("press", &json!({ "key": key, "leaves": false }))
    }

    /// Presses a key that leads to another page.
    pub(crate) fn press_and_leave(&self, key: &str) {
        self.words("press", &json!({ "key": key, "leaves": true }));
    }

    /// Marks what `selector` shows and copies it, by the keyboard.
    pub(crate) fn copy_marked(&self, selector: &str) {
        self.ask("copy_marked", &json!({ "selector": selector }));
    }

    /// What was copied last.
    pub(crate) fn clipboard(&self) -> String {
        self.words("clipboard", &json!({}))
    }

    /// A global of the page's scripts, as text: `undefined` where nobody has set it.
    pub(crate) fn global(&self, name: &str) -> String {
        self.words("global", &json!({ "name": name }))
    }

    /// What has moved since the page was drawn, and how far.
    pub(crate) fn shifts(&self) -> Vec<String> {
        serde_json::from_value(self.ask("shifts", &json!({}))).unwrap()
    }

    /// Makes the machine one that likes `light` or `dark`.
    pub(crate) fn look(&self, scheme: &str) {
        self.ask("look", &json!({ "scheme": scheme }));
    }

    /// What is wrong with the page as it stands; makes its picture.
    pub(crate) fn inspect(&self, picture: Option<&Path>) -> Vec<String> {
        serde_json::from_value(self.ask("inspect", &json!({ "picture": picture }))).unwrap()
    }

    /// What the browser has complained of, whom else it has asked, and which questions have stood
    /// in the way, since this was last asked.
    pub(crate) fn heard(&self) -> Heard {
        let heard = self.ask("heard", &json!({}));
        let list = |name: &str| serde_json::from_value(heard[name].clone()).unwrap();
        Heard { said: list("said"), strangers: list("strangers"), dialogs: list("dialogs") }
    }

    fn words(&self, act: &str, it: &Value) -> String {
        self.ask(act, it).as_str().unwrap().to_owned()
    }

    fn ask(&self, act: &str, it: &Value) -> Value {
        let mut question = it.clone();
        question["act"] = act.into();
        question["tab"] = self.id.clone();
        self.chromium.ask(&question).unwrap_or_else(|failed| {
            let shown = ["where", "text"].map(|act| {
                let question = json!({ "act": act, "tab": self.id });
                self.chromium.ask(&question).unwrap_or_default()
            });
            panic!("{question}: {failed}\nat {}:\n{}", shown[0], shown[1].as_str().unwrap_or(""))
        })
    }
}

/// What a window has done besides showing its pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    pub(crate) said: Vec<String>,
    pub(crate) strangers: Vec<String>,
    pub(crate) dialogs: Vec<String>,
}
