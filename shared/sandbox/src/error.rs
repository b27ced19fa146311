//! What can go wrong outside of HTTP.

/// An error of the sandbox itself; what the PSA answers over HTTP is not an error of ours.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A saved world isn't one, or a world could not be saved. The source is left out: it may quote people's
    /// data.
    #[error("read or write the saved world (line {line}, column {column})")]
    World {
        /// Where in the text.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// A scene's step could not be played.
    #[error("play step {step} of scene {scene}: {reason}")]
    Scene {
        /// The scene's name.
        scene: String,
        /// The step, counted from 1.
        step: usize,
        /// Why, in words without anybody's data.
        reason: String,
    },
    /// The HTTP client for deliveries could not be built.
    #[error("build the client that delivers callbacks")]
    Client(#[source] reqwest::Error),
}

impl Error {
    /// An error about a saved world.
    pub(crate) fn world(error: &serde_json::Error) -> Error {
        Error::World {
            line: error.line(),
            column: error.column(),
        }
    }
}
