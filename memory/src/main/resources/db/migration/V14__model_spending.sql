-- What hosted models took, day by day, so that a budget outlives a restart. Money in whole millionths of the unit that
-- the prices are in.
create table model_spending (
    day text not null,
    role text not null,
    model text not null,
    purpose text not null,
    calls bigint not null,
    refused bigint not null,
    prompt_tokens bigint not null,
    cached_tokens bigint not null,
    completion_tokens bigint not null,
    micros bigint not null,
    primary key (day, role, model, purpose)
);
