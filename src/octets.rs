//! Sets of bytes: what may stand in a word of some grammar, asked in one step for each byte.

/// Which bytes belong to a set.
pub struct Octets([bool; 256]);

impl Octets {
    /// ASCII's letters and digits, and `others`.
    #[must_use]
    pub const fn alphanumeric_and(others: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut byte = 0_u8;
        while byte < 128 {
            set[byte as usize] = byte.is_ascii_alphanumeric();
            byte += 1;
        }
        let mut place = 0;
        while place < others.len() {
            set[others[place] as usize] = true;
            place += 1;
        }
        Self(set)
    }

    /// Whether a byte belongs to it.
    #[must_use]
    pub const fn has(&self, byte: u8) -> bool {
        self.0[byte as usize]
    }

    /// Whether every byte of a word does. All are looked at: words are short, and mostly good.
    #[must_use]
    pub fn has_all(&self, word: &[u8]) -> bool {
        word.iter().fold(true, |all, byte| all & self.has(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_letters_digits_and_what_is_named() {
        const SET: Octets = Octets::alphanumeric_and(b"-\xff");
        let has: Vec<u8> = (0..=u8::MAX).filter(|byte| SET.has(*byte)).collect();
        let expected = b"-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz\xff";
        assert_eq!(has, expected);
        assert!(SET.has_all(b"a-1") && SET.has_all(b"") && !SET.has_all(b"a_1"));
    }
}
