//! What is special about a journal in DynamoDB, besides the contract.
//!
//! Most of these tests need an emulator of DynamoDB, whose address is in an environment variable. Each makes
//! a table of its own.

mod answers;
mod emulator;
mod expiry;
mod others;

use self::emulator::open;
use super::*;
use crate::contract::contract;

contract!(
    #[ignore = "needs an emulator of DynamoDB: tests/run journal"]
    open().await
);
