//! What every [`Store`](crate::Store) must do, as tests that take an empty one.

pub(crate) mod changes;
pub(crate) mod findings;
pub(crate) mod history;
pub(crate) mod map;
pub(crate) mod people;
pub(crate) mod proposals;
pub(crate) mod register;
pub(crate) mod retention;
pub(crate) mod samples;

/// Makes a test of each part of the contract, for the store that an expression opens. Each gets the attribute
/// that is given.
macro_rules! contract {
    (#[$attribute:meta] $open:expr; $($topic:ident: $($name:ident)*;)*) => {$(
        mod $topic {
            use super::*;
            $(
                #[tokio::test]
                #[$attribute]
                async fn $name() {
                    crate::contract::$topic::$name($open).await;
                }
            )*
        }
    )*};
    (#[$attribute:meta] $open:expr) => {
        crate::contract::contract! { #[$attribute] $open;
            changes:
                an_empty_journal_answers_with_nothing
                every_intent_is_read_back_as_it_was_recorded
                every_outcome_is_read_back_with_its_image
                an_intent_is_never_overwritten
                what_has_ended_is_no_intent
                a_change_ends_once
                an_outcome_needs_an_intent
                open_intents_are_those_of_a_company_that_nobody_concluded
                changes_of_one_instant_are_in_the_order_of_their_numbers
                the_past_of_a_company_has_actions_and_outcomes
                a_large_image_is_read_back_as_it_was_recorded
                a_change_with_many_references_is_read_back_as_it_was_recorded
                a_large_intent_is_never_overwritten
                a_shared_store_is_a_store;
            findings:
                a_finding_is_read_back_as_it_was_recorded
                the_same_finding_is_kept_once
                findings_are_found_by_all_that_a_query_names
                a_limit_keeps_the_latest_findings
                a_finding_about_many_contacts_is_found_by_each
                a_large_finding_is_kept_once;
            history:
                a_query_means_all_that_it_names
                every_combination_of_conditions_means_all_of_them
                periods_that_meet_have_nothing_in_common
                a_limit_keeps_the_latest
                a_run_is_listed_whole
                the_latest_of_a_run_are_those_of_the_latest_time
                a_query_finds_what_is_years_apart
                a_merge_is_found_from_both_sides
                a_contact_is_found_by_the_images_it_is_in
                a_contact_that_was_brought_back_is_found_by_both_ids
                a_change_of_many_contacts_is_found_by_each;
            map:
                on_an_empty_map_there_is_nothing
                every_line_is_read_back_as_it_was_recorded
                a_line_takes_the_place_of_the_one_before
                lines_are_ordered_by_contact_and_only_those_that_were_asked_for
                a_line_that_moves_leaves_the_company_it_was_at
                the_systems_have_nothing_in_common
                a_line_that_was_taken_off_is_gone
                a_place_is_known_until_it_is_forgotten
                a_contact_is_seen_where_its_lines_are
                what_is_older_is_forgotten_and_the_map_stays
                many_lines_are_read_whole_and_in_part
                a_large_line_says_whose_the_record_is;
            people:
                a_contact_is_seen_where_it_was_written_to_last
                a_contact_is_seen_in_findings_pairs_and_the_register
                a_default_contact_is_seen_at_its_company_until_it_is_another
                a_pair_kept_apart_is_remembered_at_every_company
                saying_it_again_changes_nothing;
            proposals:
                nothing_waits_until_something_is_found
                every_proposal_is_read_back_as_it_was_found
                what_waits_is_ordered_by_company_and_id
                a_visit_replaces_what_waits_at_its_company_alone
                what_concerns_nobody_who_was_looked_at_keeps_waiting
                a_visit_means_exactly_what_it_looked_at
                what_is_found_again_waits_since_it_was_first_seen
                of_two_by_one_name_the_first_waits
                a_proposal_waits_at_the_company_that_found_it_last
                every_decision_is_remembered_at_its_company
                what_was_decided_waits_no_longer
                an_answer_during_a_visit_is_not_asked_for_again
                what_is_found_after_a_decision_waits_again
                a_later_decision_is_recorded_beside_the_earlier_one
                the_same_decision_is_recorded_once
                a_rejected_pair_is_kept_apart
                an_approved_pair_and_rejected_changes_keep_nobody_apart
                more_than_a_visit_may_make_is_remembered_while_it_waits
                a_large_proposal_waits_until_it_is_decided
                many_proposals_wait_at_once;
            register:
                no_address_is_nothing_to_ask_about
                an_address_is_fresh_until_it_is_recorded
                peeking_records_nothing
                an_address_that_was_dropped_is_fresh_again
                an_address_is_fresh_for_each_contact
                an_address_of_another_company_is_reported
                an_address_freed_by_another_company_is_free
                a_contact_that_moves_takes_its_address_along
                an_address_shared_within_a_company_is_not_elsewhere
                many_addresses_are_recorded_at_once;
            retention:
                of_an_empty_journal_nothing_is_forgotten
                what_is_not_older_stays_whole
                of_a_change_that_binds_the_future_the_images_go
                a_change_that_is_a_persons_text_goes
                a_change_without_outcome_stays_whole
                a_change_is_as_old_as_its_end
                an_old_finding_goes
                what_was_forgotten_is_still_found_by_its_contacts
                what_people_settled_and_what_waits_stays
                an_approval_stays_without_what_was_shown
                forgetting_again_forgets_nothing
                more_is_forgotten_than_fits_into_one_step
                what_is_large_is_forgotten_whole;
        }
    };
    ($open:expr) => {
        crate::contract::contract! { #[cfg(test)] $open }
    };
}
pub(crate) use contract;
