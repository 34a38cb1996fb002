SELECT image_id FROM favourites
