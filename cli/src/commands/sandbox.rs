//! `rollcall sandbox`: the fake vendors on local ports.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use http_client::{SystemTimer, Timer as _};
use sandbox::{Deliverer, Fault, Sandbox, Vendor, World, growcrm, itglue, seed};

use crate::args::Sandbox as Command;
use crate::exit::{Exit, UsageError};
use crate::print::Out;

/// How often the clocks are set to the real time.
const TICK: Duration = Duration::from_secs(1);

pub(crate) async fn run(command: Command) -> anyhow::Result<Exit> {
    let mut world = seeded(command.seed.as_deref(), World::from_json, World::example)?;
    let seed = command.seed_itglue.as_deref();
    let mut itglue = seeded(seed, itglue::Account::from_json, seed::itglue)?;
    let seed = command.seed_growcrm.as_deref();
    let mut growcrm = seeded(seed, growcrm::Account::from_json, seed::growcrm)?;
    if let Some(file) = &command.faults {
        let faults: Vec<Fault> = serde_json::from_str(&read(file)?)
            .map_err(|error| UsageError::raise(format!("{}: {error}", file.display())))?;
        world.faults.extend(faults);
    }
    world.now = SystemTimer.now();
    (itglue.now, growcrm.now) = (world.now, world.now);
    if let Some(url) = &command.callback {
        for kind in ["contact", "company"] {
            world.add_callback(&format!("{url}?recordId="), kind);
        }
    }
    let sandbox = start(command.listen, world).await?;
    let itglue = start(command.listen_itglue, itglue).await?;
    let growcrm = start(command.listen_growcrm, growcrm).await?;
    let handle = sandbox.world();
    handle.lock().tenant.site_origin = command.site.unwrap_or_else(|| sandbox.base_url());
    let credentials = handle.lock().credentials();
    let (itglue_key, growcrm_key) = (
        itglue.world().lock().api_key.clone(),
        growcrm.world().lock().api_key.clone(),
    );

    let mut out = Out::new();
    out.line(&format!("the sandbox listens on {}", sandbox.base_url()))?;
    out.line(&format!("  login company  {}", credentials.company))?;
    out.line(&format!("  public key     {}", credentials.public_key))?;
    out.line(&format!("  private key    {}", credentials.private_key))?;
    out.line(&format!("  client id      {}", credentials.client_id))?;
    out.line(&format!("IT Glue listens on {}", itglue.base_url()))?;
    out.line(&format!("  API key        {itglue_key}"))?;
    out.line(&format!("Grow CRM listens on {}", growcrm.base_url()))?;
    out.line(&format!("  API key        {growcrm_key}"))?;
    out.line("Stop it with Ctrl-C. What happens in it is forgotten then.")?;
    out.flush()?;

    let deliverer = Deliverer::new(handle.clone(), Waiter).context("failed to start deliveries")?;
    let clock = async {
        loop {
            let now = SystemTimer.now();
            handle.set_now(now);
            itglue.world().set_now(now);
            growcrm.world().set_now(now);
            SystemTimer.sleep(TICK).await;
        }
    };
    tokio::select! {
        () = deliverer.run() => {}
        () = clock => {}
        stopped = tokio::signal::ctrl_c() => stopped.context("failed to wait for Ctrl-C")?,
    }
    sandbox.stop().await;
    itglue.stop().await;
    growcrm.stop().await;
    Ok(Exit::Done)
}

/// What a file holds, or the example.
fn seeded<V>(
    file: Option<&Path>,
    from_json: impl Fn(&str) -> Result<V, sandbox::Error>,
    example: impl Fn() -> V,
) -> anyhow::Result<V> {
    let Some(file) = file else {
        return Ok(example());
    };
    from_json(&read(file)?)
        .map_err(|error| UsageError::raise(format!("{}: {error}", file.display())))
}

async fn start<V: Vendor>(address: SocketAddr, vendor: V) -> anyhow::Result<Sandbox<V>> {
    Sandbox::start_on(address, vendor)
        .await
        .with_context(|| format!("failed to listen on {address}"))
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
