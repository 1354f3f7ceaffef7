"""The checks of a bundle: each a function from what is known so far to what it found."""
