-- What became of each address of a service when it was last asked, and the mails that remind of a check: one row each.
CREATE TABLE link_check (
  service_key bigint NOT NULL CONSTRAINT link_check_service_exists REFERENCES service ON DELETE CASCADE,
  url text NOT NULL CONSTRAINT link_check_url_length CHECK (length(url) BETWEEN 1 AND 2000),
  checked_at timestamptz NOT NULL DEFAULT now(),
  kind text NOT NULL CONSTRAINT link_check_kind_is_known CHECK (kind IN ('ok', 'moved', 'gone', 'refused', 'unreachable', 'not_checked')),
  status smallint CONSTRAINT link_check_status_range CHECK (status BETWEEN 100 AND 999),
  moved_to text CONSTRAINT link_check_moved_to_length CHECK (length(moved_to) <= 2000),
  -- how often in a row it did not answer: one bad night is no dead link
  failures integer NOT NULL DEFAULT 0 CONSTRAINT link_check_failures_range CHECK (failures >= 0),
  CONSTRAINT link_check_pkey PRIMARY KEY (service_key, url)
);
CREATE INDEX link_check_failing ON link_check (kind, checked_at) WHERE kind IN ('gone', 'unreachable', 'moved');

CREATE TABLE reminder (
  service_key bigint NOT NULL CONSTRAINT reminder_service_exists REFERENCES service ON DELETE CASCADE,
  due date NOT NULL,
  sent_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT reminder_pkey PRIMARY KEY (service_key, due)
);
