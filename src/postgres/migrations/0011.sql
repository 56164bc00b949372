-- Losses of a generation, for verifying the books; one for each attempt that was billed for nothing.
create index losses on ledger_transactions (generation_id) where kind = 'loss';
