//! In-memory servers speaking the vendors' APIs.
