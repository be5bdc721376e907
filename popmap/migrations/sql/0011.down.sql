DROP VIEW public_being_checked;
DROP TRIGGER coverage_change_is_decided ON coverage;
DROP TRIGGER channel_change_is_decided ON channel;
DROP TRIGGER service_change_is_decided ON service;
DROP FUNCTION refuse_undecided_change();
DROP TABLE decision, intake_count, intake_salt, confidential_place, approval, submission_event, submission, batch;
DROP FUNCTION refuse_unlogged_state(), refuse_wrong_state(), refuse_lonely_approval(), approvals_given(bigint), approvals_needed(bigint, text),
  is_acute(text[]), body_digest(jsonb);
