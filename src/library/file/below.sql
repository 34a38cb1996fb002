-- With the separator as the smallest byte, bytes sort as paths do: a folder's
-- content comes before the next name that starts like it.
SELECT file.id, folder.path, file.name, file.post_id, file.size, file.modified_ns, file.sidecar_stamp, file.is_missing
FROM folder JOIN file ON file.folder_id = folder.id
WHERE folder.path = ?1
   OR (folder.path >= ?2 AND folder.path < ?3)
   OR (folder.path = ?4 AND file.name = ?5)
ORDER BY replace(rtrim(CAST(folder.path AS TEXT), ?6), ?6, char(0)) || char(0) || CAST(file.name AS TEXT)
