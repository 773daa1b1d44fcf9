//! Day counts side by side in one value of the database: what a row of the journal holds, and a block.

use super::bucket::{BucketId, SavedDay};

/// A bucket, and what the database has of its day or is to have.
pub(super) type Entry = (BucketId, SavedDay);

/// The bucket's 16 bytes, then day and count, the lowest byte first.
const ENTRY_BYTES: usize = 22;

pub(super) fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for (bucket, saved) in entries {
        bytes.extend_from_slice(bucket.as_bytes());
        bytes.extend_from_slice(&saved.day.to_le_bytes());
        bytes.extend_from_slice(&saved.spent.to_le_bytes());
    }
    bytes
}

pub(super) fn decode(bytes: &[u8]) -> impl Iterator<Item = Entry> {
    let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
    entries.iter().map(of_bytes)
}

/// A bucket's among entries in the order of their buckets.
pub(super) fn find(bytes: &[u8], bucket: &BucketId) -> Option<SavedDay> {
    let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
    let place = entries.binary_search_by(|entry| of_bytes(entry).0.cmp(bucket)).ok()?;
    Some(of_bytes(&entries[place]).1)
}

fn of_bytes(entry: &[u8; ENTRY_BYTES]) -> Entry {
    let [bucket @ .., day0, day1, s0, s1, s2, s3] = *entry;
    let (day, spent) = (u16::from_le_bytes([day0, day1]), u32::from_le_bytes([s0, s1, s2, s3]));
    (BucketId::of_bytes(bucket), SavedDay { day, spent })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_found_again_and_nothing_else() {
        let entry = |number: u8| {
            let saved = SavedDay { day: 20_000 + u16::from(number), spent: u32::MAX - 5 };
            (BucketId::of_bytes([number; 16]), saved)
        };
        let entries = [2, 4, 6].map(entry);
        let bytes = encode(&entries);
        assert_eq!(decode(&bytes).collect::<Vec<_>>(), entries);
        for (bucket, saved) in entries {
            assert_eq!(find(&bytes, &bucket), Some(saved));
        }
        for other in [1, 3, 5, 7] {
            assert_eq!(find(&bytes, &entry(other).0), None);
        }
        assert_eq!(find(&[], &entry(1).0), None);
    }
}
