//! Planning without writing.

use model::{Mode, Rule};
use policy::Rules;
use sandbox::Kind;
use sandbox::seed::{
    BLUE_SPRUCE, GRANITE_PEAK, HARBOR_LINE, JOHN_SMITH_DUPLICATE, MERIDIAN, TIDEWATER,
};

use crate::stack::worlds::tenant;
use crate::stack::{Hands, Stack, enforced};

const COMPANIES: [u32; 5] = [HARBOR_LINE, BLUE_SPRUCE, GRANITE_PEAK, MERIDIAN, TIDEWATER];

#[tokio::test]
async fn observing_writes_nothing_and_records_what_it_would_do() {
    for mode in [Mode::Observe, Mode::Review] {
        for hands in [Hands::Tied, Hands::Free] {
            let stack = Stack::start(tenant(), Rules::default().in_mode(mode), hands).await;
            for company in COMPANIES {
                let seen = stack.visit_in_vain(company, &[]).await;
                let kept = stack.findings(company).await;
                assert_eq!(kept.len(), seen.visit.findings.len());
                assert_eq!(kept.is_empty(), company == HARBOR_LINE, "{company}");
                assert!(stack.entries(company).await.is_empty());
            }
        }
    }
}

#[tokio::test]
async fn a_proposal_says_which_change_and_why() {
    let stack = Stack::start(tenant(), Rules::default(), Hands::Tied).await;
    let seen = stack.visit_in_vain(TIDEWATER, &[]).await;
    let expected = ["primary-contact proposed [85002 85001]"];
    assert_eq!(seen.findings(), expected);
    let words = &seen.visit.findings[0].words;
    assert!(
        words.starts_with("in observe mode, this is not done: make 85002"),
        "{words}"
    );
    assert!(
        words.contains("because its default contact 85001 is inactive"),
        "{words}"
    );
}

#[tokio::test]
async fn without_a_writer_nothing_is_written_although_the_rules_would_enforce() {
    let stack = Stack::start(tenant(), enforced(), Hands::Tied).await;
    for company in COMPANIES {
        stack.visit_in_vain(company, &[]).await;
        assert!(stack.entries(company).await.is_empty());
    }
    assert!(!stack.contact(JOHN_SMITH_DUPLICATE).is_null());
}

#[tokio::test]
async fn each_policy_has_a_mode_of_its_own() {
    let mut rules = enforced();
    rules.modes.insert(Rule::MergeDuplicates, Mode::Observe);
    let stack = Stack::with_rules(tenant(), rules).await;
    assert!(stack.visit(GRANITE_PEAK, &[]).await.writes().is_empty());
    assert_eq!(stack.visit(TIDEWATER, &[]).await.writes().len(), 3);
}

#[tokio::test]
async fn a_company_can_be_enforced_alone() {
    let mut rules = Rules::default();
    let here = Rule::ALL.map(|rule| (rule, Mode::Enforce)).into();
    rules
        .companies
        .insert(model::CompanyId::new(TIDEWATER), here);
    let stack = Stack::with_rules(tenant(), rules).await;
    assert_eq!(stack.visit(TIDEWATER, &[]).await.writes().len(), 3);
    stack.visit_in_vain(GRANITE_PEAK, &[]).await;
    let tickets =
        stack
            .world
            .lock()
            .referring(Kind::ServiceTicket, "contact", JOHN_SMITH_DUPLICATE);
    assert_eq!(tickets.len(), 2);
}

#[tokio::test]
async fn a_plan_alone_touches_neither_the_psa_nor_the_journal() {
    let stack = Stack::on(tenant()).await;
    let mark = stack.mark();
    let request = stack.request(BLUE_SPRUCE, &[]);
    let planned = stack.reconciler.plan(&request).await.unwrap().unwrap();
    assert_eq!(planned.plan.changes.len(), 4);
    assert_eq!(stack.requests_since(mark), "2 GET");
    assert!(stack.entries(BLUE_SPRUCE).await.is_empty());
    assert!(stack.findings(BLUE_SPRUCE).await.is_empty());
}
