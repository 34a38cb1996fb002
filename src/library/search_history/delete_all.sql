DELETE FROM search_history
