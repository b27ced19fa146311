//! The type of inactive contacts, which nobody can delete in IT Glue once it is there.

use model::mirror::{Call, ItGlueCall};
use reconcile::{ItGlue, Vendor as _};

use crate::stack::http;
use crate::stack::mirrored::Mirrored;

#[tokio::test]
async fn a_type_that_another_process_has_created_meanwhile_is_not_created_again() {
    let tenant = Mirrored::example().await;
    let process = || {
        let key = tenant.itglue.world().lock().api_key.clone();
        let config = ::itglue::Config::new(&::itglue::Settings {
            region: tenant.itglue.base_url(),
            api_key: key.into(),
        });
        let reader = ::itglue::Reader::new(config.unwrap(), http(&tenant.stack.world));
        let writer = ::itglue::Writer::new(reader.clone());
        ItGlue::new(reader, Some(writer))
    };
    let types = || tenant.itglue.world().lock().contact_types.len();
    let before = types();
    // Both have seen that there is none, one after the other creates it.
    for name in ["Left the company", "left the company"] {
        let call = Call::ItGlue(ItGlueCall::CreateType {
            name: name.to_owned(),
        });
        assert!(process().call(&call, None).await.is_ok());
        assert_eq!(types(), before + 1);
    }
}
