//! Requests that were refused before a key was known: counts, and a sample of addresses.
//!
//! Whoever can reach the proxy can cause them, so what is kept is bounded by what the operator has
//! declared: products, codes, and so many addresses.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::chunk::Row;
use super::grain::Grain;
use crate::clock::Timestamp;

/// Addresses that are kept for a product, a code and a day.
pub const ADDRESSES_MAX: usize = 16;

/// Different counts of one product that wait for the database; beyond it the oldest are lost.
const COUNTS_MAX: usize = 1_024;

/// Counts by product. Products come from the registry, so there are few.
#[derive(Default)]
pub(super) struct Strangers(Mutex<HashMap<String, OfProduct>>);

#[derive(Default)]
struct OfProduct {
    counts: Vec<Count>,
    samples: Vec<Sample>,
    lost: i64,
}

struct Count {
    minute: Timestamp,
    code: &'static str,
    requests: i64,
}

/// Addresses of one day and code, with what was counted since it was last taken. It stays for the
/// day, so that the first addresses are the ones that are counted.
struct Sample {
    day: Timestamp,
    code: &'static str,
    addresses: Vec<(IpAddr, i64)>,
}

impl Strangers {
    pub(super) fn count(
        &self,
        product: &str,
        code: &'static str,
        at: Timestamp,
        address: Option<IpAddr>,
    ) {
        let mut products = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(product) = products.get_mut(product) {
            product.count(code, at, address);
        } else {
            products.entry(product.to_owned()).or_default().count(code, at, address);
        }
    }

    /// Takes what was counted; also how many requests were lost.
    pub(super) fn take(&self) -> (Vec<Row>, i64) {
        let mut products = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut rows, mut lost) = (Vec::new(), 0);
        for (product, counted) in products.iter_mut() {
            counted.take(product, &mut rows);
            lost += std::mem::take(&mut counted.lost);
        }
        (rows, lost)
    }
}

impl OfProduct {
    fn count(&mut self, code: &'static str, at: Timestamp, address: Option<IpAddr>) {
        let minute = Grain::Minute.start(at);
        let is_it = |count: &&mut Count| count.minute == minute && count.code == code;
        if let Some(count) = self.counts.iter_mut().rev().find(is_it) {
            count.requests += 1;
        } else {
            if self.counts.len() >= COUNTS_MAX {
                self.lost += self.counts.remove(0).requests;
            }
            self.counts.push(Count { minute, code, requests: 1 });
        }
        if let Some(address) = address {
            self.sample(Grain::Day.start(at), code, address);
        }
    }

    fn sample(&mut self, day: Timestamp, code: &'static str, address: IpAddr) {
        let is_it = |sample: &Sample| sample.day == day && sample.code == code;
        let place = self.samples.iter().position(is_it).unwrap_or_else(|| {
            self.samples.push(Sample { day, code, addresses: Vec::new() });
            self.samples.len() - 1
        });
        let known = &mut self.samples[place].addresses;
        if let Some((_, requests)) = known.iter_mut().find(|(it, _)| *it == address) {
            *requests += 1;
        } else if known.len() < ADDRESSES_MAX {
            known.push((address, 1));
        }
    }

    fn take(&mut self, product: &str, rows: &mut Vec<Row>) {
        rows.extend(self.counts.drain(..).map(|Count { minute, code, requests }| Row::Stranger {
            product: product.to_owned(),
            minute,
            code,
            requests,
        }));
        let newest = self.samples.iter().map(|sample| sample.day).max();
        for Sample { day, code, addresses } in &mut self.samples {
            let fresh = addresses.iter_mut().filter(|(_, requests)| *requests > 0);
            rows.extend(fresh.map(|(address, requests)| Row::Address {
                product: product.to_owned(),
                code,
                day: *day,
                address: *address,
                requests: std::mem::take(requests),
            }));
        }
        self.samples.retain(|sample| Some(sample.day) == newest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_bounded_for_a_product_a_code_and_a_day() {
        let strangers = Strangers::default();
        let day = Grain::Day.span();
        let count = |code, address: u8, at| {
            strangers.count("whale", code, at, Some([192, 0, 2, address].into()));
        };
        let first = Timestamp::default();
        (0..100).for_each(|address| count("invalid_key", address, first));
        (0..100).for_each(|address| count("missing_credential", address, first));
        let (rows, _) = strangers.take();
        let addresses =
            |rows: &[Row]| rows.iter().filter(|row| matches!(row, Row::Address { .. })).count();
        assert_eq!((addresses(&rows), rows.len()), (32, 34));

        count("invalid_key", 5, first);
        count("invalid_key", 99, first);
        let (rows, _) = strangers.take();
        assert_eq!((addresses(&rows), rows.len()), (1, 2), "the first sixteen stay");

        count("invalid_key", 99, first.plus(day));
        let (rows, lost) = strangers.take();
        assert_eq!((addresses(&rows), rows.len(), lost), (1, 2, 0), "a day begins anew");
    }
}
