DROP TABLE reminder;
DROP TABLE link_check;
