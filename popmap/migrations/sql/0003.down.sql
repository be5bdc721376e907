DROP TABLE service_check, source, coverage, channel, service;
DROP FUNCTION refuse_unreachable_service();
