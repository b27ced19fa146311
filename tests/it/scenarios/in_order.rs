//! Companies in which nothing is to be done.

use sandbox::seed::{CEDAR_HOLLOW, HARBOR_LINE, ILYA_BRANDT, ORCHARD, RENEE_OKAFOR};

use crate::stack::Stack;
use crate::stack::worlds::tenant;

#[tokio::test]
async fn a_visit_that_finds_all_in_order_makes_two_reads_and_writes_nothing() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit_in_vain(HARBOR_LINE, &[]).await;
    assert_eq!(seen.counts(), "2 GET");
    let expected = ["/company/companies/812", "/company/contacts"];
    assert_eq!(seen.paths("GET"), expected);
    assert_eq!(seen.findings(), [] as [&str; 0]);
    assert!(stack.entries(HARBOR_LINE).await.is_empty());
    assert!(stack.findings(HARBOR_LINE).await.is_empty());
}

#[tokio::test]
async fn a_hint_about_a_contact_in_order_costs_no_third_read() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit_in_vain(HARBOR_LINE, &[RENEE_OKAFOR]).await;
    assert_eq!(seen.counts(), "2 GET");
}

#[tokio::test]
async fn the_address_of_a_login_is_looked_up_in_the_tenant_once_and_never_again() {
    let stack = Stack::on(tenant()).await;
    let first = stack.visit_in_vain(HARBOR_LINE, &[ILYA_BRANDT]).await;
    assert_eq!(first.counts(), "3 GET");
    let second = stack.visit_in_vain(HARBOR_LINE, &[ILYA_BRANDT]).await;
    assert_eq!(second.counts(), "2 GET");
}

#[tokio::test]
async fn a_process_that_was_not_warmed_up_reads_the_label_once() {
    let stack = Stack::on(tenant()).await;
    let cold = stack.process();
    for reads in ["3 GET", "2 GET"] {
        let mark = stack.mark();
        let request = stack.request(HARBOR_LINE, &[]);
        let visit = cold.visit(&request).await.unwrap();
        assert!(visit.entries.is_empty());
        assert_eq!(stack.requests_since(mark), reads);
    }
}

#[tokio::test]
async fn namesakes_and_a_father_and_his_son_are_left_alone() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit_in_vain(ORCHARD, &[]).await;
    assert_eq!(seen.counts(), "2 GET");
    assert_eq!(seen.findings(), [] as [&str; 0]);
}

#[tokio::test]
async fn a_likely_but_uncertain_duplicate_is_told_and_not_merged() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit_in_vain(CEDAR_HOLLOW, &[]).await;
    assert_eq!(seen.counts(), "2 GET");
    let expected = [
        "merge-duplicates possible-duplicate [83302 83320]",
        "merge-duplicates possible-duplicate [83303 83321]",
    ];
    assert_eq!(seen.findings(), expected);
    assert!(
        seen.visit
            .findings
            .iter()
            .all(|finding| !finding.evidence.is_empty())
    );
    assert_eq!(stack.findings(CEDAR_HOLLOW).await.len(), 2);
}

#[tokio::test]
async fn a_company_that_is_gone_is_not_visited() {
    let stack = Stack::on(tenant()).await;
    let seen = stack.visit_in_vain(99_999, &[]).await;
    assert_eq!(seen.counts(), "1 GET");
    assert!(seen.visit.scope.is_none());
}
