"""Many recorded messages, made by the database itself: a million of them in some seconds."""

from datetime import UTC, datetime
from typing import Final

FIRST: Final = datetime(2026, 11, 22, tzinfo=UTC)
"""The first message; then ten a second."""

SQLITE: Final = """
INSERT INTO messages (source, id, outcome, decided_at, type, subject, priority, correlationid,
                      reason, size, trace_id, verdict, retried_at)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count)
SELECT 'he-thong-' || (i % 200), 'mau-' || i, iif(i % 500 = 0, 'refused', 'admitted'),
       strftime('%Y-%m-%d %H:%M:%f', '2026-11-22', '+' || (i / 10.0) || ' seconds') || '000',
       'vn.gov.mau-' || (i % 30) || '.v1', 'H99-' || (i / 3),
       iif(i % 1000 = 1, 'urgent', 'normal'), iif(i % 100 = 7, 'vu-' || (i / 500), NULL),
       iif(i % 500 = 0, 'not_permitted', NULL), iif(i % 2000 = 3, 200000 + i % 7, 2100),
       printf('%032x', i + 1), iif(i % 700 = 9, 'invalid', iif(i % 70 = 9, 'valid', NULL)),
       iif(i % 900 = 11, '2026-11-28 00:00:00.000000', NULL) FROM n
"""
POSTGRESQL: Final = """
INSERT INTO messages (source, id, outcome, decided_at, type, subject, priority, correlationid,
                      reason, size, trace_id, verdict, retried_at)
SELECT 'he-thong-' || (i % 200), 'mau-' || i,
       CASE WHEN i % 500 = 0 THEN 'refused' ELSE 'admitted' END,
       TIMESTAMPTZ '2026-11-22 00:00:00Z' + i / 10.0 * INTERVAL '1 second',
       'vn.gov.mau-' || (i % 30) || '.v1', 'H99-' || (i / 3),
       CASE WHEN i % 1000 = 1 THEN 'urgent' ELSE 'normal' END,
       CASE WHEN i % 100 = 7 THEN 'vu-' || (i / 500) END,
       CASE WHEN i % 500 = 0 THEN 'not_permitted' END,
       CASE WHEN i % 2000 = 3 THEN 200000 + i % 7 ELSE 2100 END, lpad(to_hex(i + 1), 32, '0'),
       CASE WHEN i % 700 = 9 THEN 'invalid' WHEN i % 70 = 9 THEN 'valid' END,
       CASE WHEN i % 900 = 11 THEN TIMESTAMPTZ '2026-11-28 00:00:00Z' END
FROM generate_series(0, CAST(:count AS integer) - 1) AS i
"""
DELIVERIES: Final = """
INSERT INTO deliveries (source, id, recipient, state, decided_at, updated_at, attempts, reason,
                        connector)
SELECT source, id, 'he-thong-' || (length(id) * 7 + length(subject) + 2100 % 13),
       CASE WHEN correlationid IS NOT NULL THEN 'retrying' ELSE 'delivered' END,
       decided_at, decided_at, CASE WHEN priority = 'urgent' THEN 3 ELSE 1 END,
       CASE WHEN correlationid IS NOT NULL THEN 'timeout' END,
       CASE WHEN priority = 'urgent' THEN 'ket-noi-mau' END
FROM messages WHERE outcome = 'admitted'
"""
