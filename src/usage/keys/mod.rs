//! When each key was used last, with whichever secret: what a listing of keys is sorted by.

pub(super) mod table;
