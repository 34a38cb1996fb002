SELECT number, token FROM library
