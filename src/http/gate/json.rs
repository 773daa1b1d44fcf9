//! JSON in one line of visible ASCII, so that it fits into a header as well as into a body.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

/// Writes `value` behind what `bytes` hold.
pub(super) fn write(bytes: &mut Vec<u8>, value: &impl Serialize) {
    let mut writer = Serializer::with_formatter(bytes, VisibleAscii);
    value.serialize(&mut writer).expect("texts and numbers are always JSON");
}

/// The shortest form, with `\uXXXX` for every character beyond visible ASCII
/// ([RFC 8259 §7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
struct VisibleAscii;

impl Formatter for VisibleAscii {
    /// What JSON itself escapes is no part of a fragment: below the space nothing is left.
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        if is_visible(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        for character in fragment.chars() {
            let mut utf8 = [0; 4];
            let text = character.encode_utf8(&mut utf8);
            if is_visible(text) {
                writer.write_all(text.as_bytes())?;
                continue;
            }
            for unit in text.encode_utf16() {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

/// Every byte is looked at, so that many are at once.
fn is_visible(text: &str) -> bool {
    let is_bad = |byte: u8| !(b' '..=b'~').contains(&byte);
    text.bytes().fold(0, |bad, byte| bad | u8::from(is_bad(byte))) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn what_is_beyond_visible_ascii_is_escaped() {
        let mut bytes = b"before ".to_vec();
        write(&mut bytes, &json!({ "wäl": "🐋\u{7f}\n\"~ " }));
        let expected = r#"before {"w\u00e4l":"\ud83d\udc0b\u007f\n\"~ "}"#;
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
