-- Collaborative memory: weights of themes, never words. A theme is an id of a closed vocabulary; weights are whole
-- millionths, so that what was added can be taken back exactly and in any order.

-- What one interaction gave to whom, for taking it back; its row says that the interaction is planned.
create table theme_plan (
    interaction_id text primary key,
    user_id text not null,
    deltas text not null,
    undone integer not null,
    applied_at bigint not null
);
create index theme_plan_user on theme_plan (user_id);

-- Counted up by every plan of a user, for compare-and-set.
create table theme_user (
    user_id text primary key,
    revision bigint not null
);

-- What each contributor gave, and by how many plans.
create table theme_share (
    subject_type text not null,
    subject_id text not null,
    theme text not null,
    contributor text not null,
    weight bigint not null,
    parts bigint not null,
    primary key (subject_type, subject_id, theme, contributor)
);
create index theme_share_contributor on theme_share (contributor);

-- The sums of the shares: what the subject gave itself, what others gave, and how many those are.
create table theme_weight (
    subject_type text not null,
    subject_id text not null,
    theme text not null,
    own bigint not null,
    others bigint not null,
    contributors bigint not null,
    changed bigint not null,
    primary key (subject_type, subject_id, theme)
);
create index theme_weight_changed on theme_weight (changed) where subject_type = 'item';
