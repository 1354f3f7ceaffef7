"""Evidence about one message: which files a bundle has, and what each of them is."""
