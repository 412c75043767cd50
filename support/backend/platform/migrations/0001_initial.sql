-- Customers, their conversations, and the events that tell their devices about them.
--
-- threadproof_app serves one customer at a time: it sees the rows of the customer named by the transaction's
-- setting app.customer_id. threadproof_service enrols customers and relays events: it has no right to threads or messages.
-- Roles belong to the whole cluster, and another database may be creating them at this very moment.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['threadproof_app', 'threadproof_service'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOBYPASSRLS', name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;
            END;
        END IF;
        IF NOT pg_has_role(current_user, name, 'SET') THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', name);
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION current_customer() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.customer_id', true), '')::uuid;

CREATE TABLE organisations (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE customers (
    id uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    email text NOT NULL UNIQUE CHECK (email = lower(email)),
    password_hash text NOT NULL,
    plan text NOT NULL CHECK (plan IN ('free', 'early', 'mid', 'enterprise')),
    last_event bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE threads (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    title text NOT NULL,
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'completed', 'archived')),
    metadata jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    version integer NOT NULL DEFAULT 1,
    message_count integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    UNIQUE (customer_id, id)
);
CREATE INDEX threads_by_activity ON threads (customer_id, last_activity_at DESC, id);

CREATE TABLE messages (
    id uuid PRIMARY KEY,
    customer_id uuid NOT NULL,
    thread_id uuid NOT NULL,
    sequence integer NOT NULL,
    role text NOT NULL CHECK (role IN ('user', 'assistant', 'tool')),
    content text NOT NULL,
    agent text,
    run_id uuid,
    created_at timestamptz NOT NULL,
    UNIQUE (thread_id, sequence),
    FOREIGN KEY (customer_id, thread_id) REFERENCES threads (customer_id, id) ON DELETE CASCADE
);
CREATE INDEX messages_by_owner ON messages (customer_id, thread_id);

-- Events that are committed and not yet published; a row is deleted once Redis has it.
CREATE TABLE outbox (
    customer_id uuid NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    sequence bigint NOT NULL,
    type text NOT NULL,
    thread_id uuid,
    data json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (customer_id, sequence)
);

-- The answers given under an Idempotency-Key. The owner is a customer, or the nil UUID for the operator.
CREATE TABLE idempotency_keys (
    owner_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint,
    body text,
    thread_id uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner_id, key)
);
CREATE INDEX idempotency_keys_by_thread ON idempotency_keys (owner_id, thread_id) WHERE thread_id IS NOT NULL;

GRANT USAGE ON SCHEMA public TO threadproof_app, threadproof_service;
GRANT SELECT, INSERT, UPDATE, DELETE ON threads, messages TO threadproof_app;
GRANT INSERT ON outbox TO threadproof_app;
GRANT SELECT, UPDATE (last_event) ON customers TO threadproof_app;
GRANT SELECT, INSERT, UPDATE ON organisations, customers TO threadproof_service;
GRANT SELECT, DELETE ON outbox TO threadproof_service;
GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO threadproof_app, threadproof_service;

ALTER TABLE organisations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE threads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE outbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY own_rows ON threads TO threadproof_app USING (customer_id = current_customer());
CREATE POLICY own_rows ON messages TO threadproof_app USING (customer_id = current_customer());
CREATE POLICY own_rows ON outbox TO threadproof_app USING (customer_id = current_customer());
CREATE POLICY own_row ON customers TO threadproof_app USING (id = current_customer());
CREATE POLICY own_rows ON idempotency_keys TO threadproof_app USING (owner_id = current_customer());
CREATE POLICY operator_rows ON idempotency_keys TO threadproof_service
    USING (owner_id = '00000000-0000-0000-0000-000000000000');
CREATE POLICY all_rows ON organisations TO threadproof_service USING (true);
CREATE POLICY all_rows ON customers TO threadproof_service USING (true);
CREATE POLICY all_rows ON outbox TO threadproof_service USING (true);
