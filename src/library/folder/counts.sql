SELECT folder.path, (SELECT count(*) FROM file WHERE file.folder_id = folder.id) AS num_files FROM folder WHERE num_files > 0
