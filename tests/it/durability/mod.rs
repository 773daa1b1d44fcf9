//! What was acknowledged holds: under load, after a crash, and beside damaged files.

mod acknowledgement;
mod damage;
mod owner;
mod restart;
mod revocation;
mod signals;
mod start;
