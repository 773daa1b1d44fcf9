//! When what an app was granted was used last, and from where. Whoever lists grants reads it with them.

pub(super) mod table;
