"""What operators look at and do, under `/ops`. `docs/ops-api.md` says what each route answers."""
