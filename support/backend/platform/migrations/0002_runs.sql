-- Runs: an agent's work on what a customer asks it in a thread, done by a worker of any process.
CREATE TABLE runs (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    thread_id uuid NOT NULL,
    agent text NOT NULL,
    input_sequence integer NOT NULL, -- of the message that asks; a thread's runs are done in this order
    timeout_seconds double precision NOT NULL,
    status text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'timed_out')),
    result text,
    error_code text,
    error_message text,
    prompt_tokens integer,
    completion_tokens integer,
    events integer NOT NULL DEFAULT 0, -- how many events of it there are so far
    queued_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    worker text, -- who has it, until the lease ends or is renewed
    lease_until timestamptz NOT NULL DEFAULT '-infinity',
    FOREIGN KEY (customer_id, thread_id) REFERENCES threads (customer_id, id) ON DELETE CASCADE,
    CHECK ((ended_at IS NOT NULL) = (status NOT IN ('queued', 'running')))
);
CREATE UNIQUE INDEX runs_by_thread ON runs (customer_id, thread_id, input_sequence);
CREATE INDEX runs_to_claim ON runs (lease_until) WHERE status IN ('queued', 'running');

ALTER TABLE threads ADD COLUMN active_run_id uuid;
ALTER TABLE outbox ADD COLUMN run_id uuid, ADD COLUMN run_sequence integer;

-- The service hands out runs and sees nothing of what is said in them.
GRANT SELECT, INSERT, UPDATE, DELETE ON runs TO threadproof_app;
GRANT SELECT (id, customer_id, thread_id, input_sequence, status, queued_at, worker, lease_until),
    UPDATE (worker, lease_until) ON runs TO threadproof_service;

ALTER TABLE runs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON runs TO threadproof_app USING (customer_id = current_customer());
CREATE POLICY all_rows ON runs TO threadproof_service USING (true);
