"""Process: judge the documents of admitted messages, and tell the router what was found."""
