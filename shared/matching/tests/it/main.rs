//! The engine from outside: real-world cases, what must always hold, and what to look up.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod lookups;
#[cfg(test)]
mod properties;
