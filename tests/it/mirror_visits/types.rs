//! The type of inactive contacts, which nobody can delete in IT Glue once it is there.

use model::mirror::{Call, ItGlueCall};
use reconcile::Vendor as _;

use crate::stack::mirrored::Mirrored;

#[tokio::test]
async fn a_type_that_another_process_has_created_meanwhile_is_not_created_again() {
    let tenant = Mirrored::example().await;
    let types = || tenant.itglue.world().lock().contact_types.len();
    let before = types();
    // Both have seen that there is none, one after the other creates it.
    for name in ["Left the company", "left the company"] {
        let call = Call::ItGlue(ItGlueCall::CreateType {
            name: name.to_owned(),
        });
        let made = tenant.itglue_writer().call(&call, None).await;
        assert!(made.is_ok());
        assert_eq!(types(), before + 1);
    }
}
