//! From a file of contacts to a file of pairs: what `rollcall match` does.
//!
//! One thread reads and unpacks the file into pieces of whole lines, the others parse them, and each
//! contact is kept packed, with nothing but what matching looks at. Then the companies are unpacked
//! one by one, the largest first, each on whichever core is free, and every pair that `matching` names
//! becomes a finished line of output. The lines are ordered by their ids in the end, so neither the
//! order of the input nor the number of cores shows.
//!
//! Nothing here decides whether two contacts are the same person, and no message of these modules
//! holds anything of a line but its number and the names of its properties.

mod contacts;
mod destination;
mod line;
mod load;
mod packed;
mod pairs;
mod source;

pub(crate) use destination::Destination;
pub(crate) use load::{BadLines, Loaded, load};
pub(crate) use pairs::{Pairs, Tally, find};
pub(crate) use source::Source;
