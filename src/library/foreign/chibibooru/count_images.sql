SELECT count(*) FROM images
