//! ConnectWise PSA API client.

pub mod callback;
