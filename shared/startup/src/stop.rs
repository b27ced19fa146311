//! The end of a process.

use tokio::signal::unix::{SignalKind, signal};

/// Runs until the work ends, or the process is asked to (SIGTERM).
///
/// There is nothing to save: whatever is written to the PSA is in the journal before, counts are flushed after each
/// event, and a message whose work is cut short comes back to the queue.
///
/// # Errors
/// Those of the work.
pub async fn until_stopped<E>(work: impl Future<Output = Result<(), E>>) -> Result<(), E> {
    let Ok(mut asked) = signal(SignalKind::terminate()) else {
        return work.await;
    };
    tokio::select! {
        result = work => result,
        _ = asked.recv() => {
            tracing::info!("asked to stop");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_ends_by_itself_ends_the_process_as_it_did() {
        assert_eq!(
            until_stopped(async { Err("no queue") }).await,
            Err("no queue")
        );
        assert_eq!(until_stopped(async { Ok::<_, ()>(()) }).await, Ok(()));
    }
}
