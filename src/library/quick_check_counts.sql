SELECT count(*)
FROM post LEFT JOIN (SELECT post_id, count(*) AS num_tags FROM post_tag WHERE origin <> 2 GROUP BY post_id) AS counted
  ON counted.post_id = post.id
WHERE post.num_tags <> coalesce(counted.num_tags, 0)
