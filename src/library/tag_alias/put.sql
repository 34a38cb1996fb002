INSERT INTO tag_alias (alias, name) VALUES (?1, ?2) ON CONFLICT (alias) DO UPDATE SET name = excluded.name
