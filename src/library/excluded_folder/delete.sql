DELETE FROM excluded_folder WHERE path = ?1
