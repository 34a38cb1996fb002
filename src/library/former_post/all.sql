SELECT record FROM former_post ORDER BY number
