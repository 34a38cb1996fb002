SELECT seq, length(bytes) FROM thumb ORDER BY seq
