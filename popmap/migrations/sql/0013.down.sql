DROP TABLE attempt, moderator_session, recovery_code, moderator;
