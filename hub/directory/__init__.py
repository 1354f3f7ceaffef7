"""Who is who: organisations, their codes, groups. Pure."""
