-- Who decides: moderators, their second factor's recovery codes, their sessions; and how often something was tried.
CREATE TABLE moderator (
  key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL CONSTRAINT moderator_email_is_address CHECK (email = lower(email) AND email ~ '^[^@\s]+@[^@\s]+$' AND length(email) <= 254),
  role text NOT NULL CONSTRAINT moderator_role_is_known CHECK (role IN ('moderator', 'lead')),
  password_hash text,
  factor_salt bytea NOT NULL CONSTRAINT moderator_factor_salt_length CHECK (length(factor_salt) = 16),
  last_step bigint NOT NULL DEFAULT 0,
  invitation_hash bytea CONSTRAINT moderator_invitation_hash_is_unique UNIQUE
    CONSTRAINT moderator_invitation_hash_is_sha256 CHECK (length(invitation_hash) = 32),
  invitation_until timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  disabled_at timestamptz,
  CONSTRAINT moderator_email_is_unique UNIQUE (email),
  CONSTRAINT moderator_invitation_ends CHECK ((invitation_hash IS NULL) = (invitation_until IS NULL)),
  CONSTRAINT moderator_comes_in_somehow CHECK (password_hash IS NOT NULL OR invitation_hash IS NOT NULL OR disabled_at IS NOT NULL)
);

CREATE TABLE recovery_code (
  moderator_key bigint NOT NULL CONSTRAINT recovery_code_moderator_exists REFERENCES moderator ON DELETE CASCADE,
  code_hash bytea NOT NULL CONSTRAINT recovery_code_hash_is_sha256 CHECK (length(code_hash) = 32),
  used_at timestamptz,
  PRIMARY KEY (moderator_key, code_hash)
);

CREATE TABLE moderator_session (
  id_hash bytea PRIMARY KEY CONSTRAINT moderator_session_id_hash_is_sha256 CHECK (length(id_hash) = 32),
  moderator_key bigint NOT NULL CONSTRAINT moderator_session_moderator_exists REFERENCES moderator ON DELETE CASCADE,
  began_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX moderator_session_moderator_key ON moderator_session (moderator_key);

-- Unlogged: forgotten with a crash, and never in a backup's log.
CREATE UNLOGGED TABLE attempt (
  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key bytea NOT NULL CONSTRAINT attempt_key_is_sha256 CHECK (length(key) = 32),
  at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX try_key ON attempt (key, at);
