//! JSON in one line of visible ASCII, so that it fits into a header as well as into a body.

use std::io::Write as _;

use serde::Serialize;

/// Writes `value` into `bytes`, whose room is used again; what they held is dropped.
pub(super) fn write(bytes: &mut Vec<u8>, value: &impl Serialize) {
    bytes.clear();
    serde_json::to_writer(&mut *bytes, value).expect("texts and numbers are always JSON");
    if !is_visible(bytes) {
        *bytes = escaped(std::str::from_utf8(bytes).expect("JSON is written as UTF-8"));
    }
}

/// Every byte is looked at, so that many are at once. Below the space JSON has escaped all.
fn is_visible(json: &[u8]) -> bool {
    let is_beyond = |byte: &u8| *byte >= 0x7f;
    json.iter().fold(0, |beyond, byte| beyond | u8::from(is_beyond(byte))) == 0
}

/// The same JSON, with `\uXXXX` for every character beyond visible ASCII
/// ([RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7)): only texts have such.
fn escaped(json: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(json.len() * 2);
    for character in json.chars() {
        let mut utf8 = [0; 4];
        let text = character.encode_utf8(&mut utf8);
        if is_visible(text.as_bytes()) {
            bytes.extend_from_slice(text.as_bytes());
            continue;
        }
        for unit in text.encode_utf16() {
            write!(bytes, "\\u{unit:04x}").expect("writing to memory cannot fail");
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_beyond_visible_ascii_is_escaped() {
        let mut bytes = b"before".to_vec();
        write(&mut bytes, &json!({ "wäl": "🐋\u{7f}\n\"~ " }));
        let expected = r#"{"w\u00e4l":"\ud83d\udc0b\u007f\n\"~ "}"#;
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn any_text_is_visible_ascii_and_still_the_same(text in any::<String>()) {
            let mut bytes = Vec::new();
            write(&mut bytes, &json!({ "text": text }));
            prop_assert!(bytes.iter().all(|byte| (b' '..=b'~').contains(byte)));
            prop_assert_eq!(&serde_json::from_slice::<Value>(&bytes).unwrap()["text"], &text);
        }
    }
}
