//! Configuration, telemetry, and the construction of clients.
