SELECT file.post_id, folder.path FROM file JOIN folder ON folder.id = file.folder_id WHERE file.post_id IN (SELECT post_id FROM file GROUP BY post_id HAVING count(*) > 1) ORDER BY file.post_id
