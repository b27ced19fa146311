//! `rollcall sandbox`: the fake PSA on a local port.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use http_client::{SystemTimer, Timer as _};
use sandbox::{Deliverer, Fault, Sandbox, World};

use crate::args::Sandbox as Command;
use crate::exit::{Exit, UsageError};
use crate::print::Out;

/// How often the tenant's clock is set to the real time.
const TICK: Duration = Duration::from_secs(1);

pub(crate) async fn run(command: Command) -> anyhow::Result<Exit> {
    let mut world = match &command.seed {
        None => World::example(),
        Some(file) => World::from_json(&read(file)?)
            .map_err(|error| UsageError::raise(format!("{}: {error}", file.display())))?,
    };
    if let Some(file) = &command.faults {
        let faults: Vec<Fault> = serde_json::from_str(&read(file)?)
            .map_err(|error| UsageError::raise(format!("{}: {error}", file.display())))?;
        world.faults.extend(faults);
    }
    world.now = SystemTimer.now();
    if let Some(url) = &command.callback {
        for kind in ["contact", "company"] {
            world.add_callback(&format!("{url}?recordId="), kind);
        }
    }
    let sandbox = Sandbox::start_on(command.listen, world)
        .await
        .with_context(|| format!("failed to listen on {}", command.listen))?;
    let handle = sandbox.world();
    handle.lock().tenant.site_origin = command.site.unwrap_or_else(|| sandbox.base_url());
    let credentials = handle.lock().credentials();

    let mut out = Out::new();
    out.line(&format!("the sandbox listens on {}", sandbox.base_url()))?;
    out.line(&format!("  login company  {}", credentials.company))?;
    out.line(&format!("  public key     {}", credentials.public_key))?;
    out.line(&format!("  private key    {}", credentials.private_key))?;
    out.line(&format!("  client id      {}", credentials.client_id))?;
    out.line("Stop it with Ctrl-C. What happens in it is forgotten then.")?;
    out.flush()?;

    let deliverer = Deliverer::new(handle.clone(), Waiter).context("failed to start deliveries")?;
    let clock = async {
        loop {
            handle.set_now(SystemTimer.now());
            SystemTimer.sleep(TICK).await;
        }
    };
    tokio::select! {
        () = deliverer.run() => {}
        () = clock => {}
        stopped = tokio::signal::ctrl_c() => stopped.context("failed to wait for Ctrl-C")?,
    }
    sandbox.stop().await;
    Ok(Exit::Done)
}

fn read(file: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(file)
        .map_err(|error| UsageError::raise(format!("read {}: {error}", file.display())))
}

/// Waits in real time.
struct Waiter;

impl sandbox::Timer for Waiter {
    async fn wait(&self, wait: Duration) {
        SystemTimer.sleep(wait).await;
    }
}
