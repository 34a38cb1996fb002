-- In the order of the index, whose rows mostly lie together.
SELECT file.post_id, folder.path, file.name
FROM file INDEXED BY file_post CROSS JOIN folder ON folder.id = file.folder_id
ORDER BY file.post_id
