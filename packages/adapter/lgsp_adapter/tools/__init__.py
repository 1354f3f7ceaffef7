"""What `hub adapter …` does: scaffolds, reference pages, lint, the development loop."""
