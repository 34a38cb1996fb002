DELETE FROM remembered
