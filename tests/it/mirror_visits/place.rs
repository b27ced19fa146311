//! Where a company was mirrored to is gone.

use sandbox::seed::{HARBOR_LINE, ILYA_BRANDT, growcrm_client};
use serde_json::json;

use crate::stack::mirrored::Mirrored;

#[tokio::test]
async fn a_client_that_somebody_deleted_is_forgotten_and_told_once_the_crm_would_not_create_anybody()
 {
    let tenant = Mirrored::example().await;
    let _ = tenant.follow(HARBOR_LINE, &[ILYA_BRANDT]).await;
    let client = growcrm_client(HARBOR_LINE);
    let mut account = tenant.growcrm.world().snapshot();
    account.clients.remove(&client);
    account.users.retain(|_, user| user.client != Some(client));
    *tenant.growcrm.world().lock() = account;
    let title = [("title", json!("Chief of Everything"))];
    tenant.stack.person_sets(ILYA_BRANDT, &title);
    let (_, [_, growcrm]) = tenant.follow(HARBOR_LINE, &[ILYA_BRANDT]).await;
    assert_eq!(growcrm.writes.len(), 1, "{growcrm:?}");
    assert!(growcrm.writes[0].contains("refused"), "{growcrm:?}");
    assert_eq!(growcrm.findings.len(), 1, "{growcrm:?}");
    assert!(growcrm.findings[0].contains("no-mirror"), "{growcrm:?}");
    // From then on it is looked for.
    tenant
        .stack
        .person_sets(ILYA_BRANDT, &[("title", json!("Clerk"))]);
    let (_, [_, growcrm]) = tenant.follow(HARBOR_LINE, &[ILYA_BRANDT]).await;
    assert_eq!(growcrm.requests, ["GET /api/clients"], "{growcrm:?}");
}
