//! What starts the real parts, and asks them as their callers do.

pub(crate) mod process;
