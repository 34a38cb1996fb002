SELECT id, name, CASE WHEN octet_length(description) <= 65536 THEN description END FROM pools
WHERE octet_length(name) <= 4096
