SELECT count(*) FROM local_tagger_predictions
