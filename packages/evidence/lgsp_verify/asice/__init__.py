"""ASiC-E containers with CAdES signatures (ETSI EN 319 162-1): one form, read strictly."""
